"""Files that are missing, in the way, damaged or somebody else's."""

from __future__ import annotations

from tests.bad_input.case import Case

CASES = [
    Case("a map that is not there", "map check gone.yaml", "?"),
    Case("a folder for a map", "map check .", "?"),
    Case("a store for a map", "map check doxa.db", "?"),
    Case("samples that are not there", "map check map.yaml --signals gone.jsonl", "?"),
    Case("a folder for samples", "map check map.yaml --signals .", "?"),
    Case("a map where there is one already", "init", "?"),
    Case("a file for a folder", "init map.yaml", "?"),
    Case("a file for the demo's folder", "demo --folder map.yaml", "?"),
    Case("a store that is not there", "show h42 --db gone.db", "?"),
    Case("a new store without a map", "observe h42 visit --db new.db", "?"),
    Case(
        "a new store in a folder that is not there",
        "observe h42 visit --db gone/new.db --map map.yaml",
        "?",
        4,
    ),
    Case("a folder for a store", "show h42 --db .", "?", 4),
    Case("a map for a store", "show h42 --db map.yaml", "?", 4),
    Case("no name for a store", "show h42 --db ''", "?"),
    Case(
        "a NUL character in the name of a store",
        "show h42 --db '<a, NUL, b>'",
        "?",
        stands_for={"<a, NUL, b>": "a\0b"},
    ),
    Case("a store in memory", "observe h42 visit --db :memory: --map map.yaml", "?"),
    Case("a PostgreSQL server", "show h42 --db postgresql://me:secret@host/shop", "?"),
    Case("another kind of server", "show h42 --db mysql://host/shop", "?"),
    Case(
        "a store written by a newer version",
        "show h42",
        "?",
        4,
        damage="written by a newer version",
    ),
    Case(
        "a database of another program",
        "observe h42 visit",
        "?",
        4,
        damage="a database of another program",
    ),
    Case("a store cut short", "show h42", "?", 4, damage="cut short"),
    Case(
        "a store cut within its header", "observe h42 visit", "?", 4, damage="cut within its header"
    ),
    Case("a store overwritten in places", "show h42", "?", 4, damage="overwritten in places"),
    Case("an empty file for a store", "show h42", "?", damage="empty"),
]
