"""Files that are missing, in the way, damaged or somebody else's."""

from __future__ import annotations

from tests.bad_input.case import Case

CASES = [
    Case(
        "an audit of a file that is not there",
        "audit people.csv",
        "people.csv: there is no such file",
    ),
    Case(
        "an audit without a column of people",
        "audit people.csv",
        "people.csv --twin: which column is it?; expected one of plan, region",
        files={"people.csv": "plan,region\npro,north\n"},
    ),
    Case(
        "a map that is not there",
        "map check gone.yaml",
        "gone.yaml: cannot be read: No such file or directory",
    ),
    Case("a folder for a map", "map check .", ".: cannot be read: Is a directory"),
    Case(
        "a store for a map", "map check doxa.db", "doxa.db:1: is not UTF-8; save the file as UTF-8"
    ),
    Case(
        "samples that are not there",
        "map check map.yaml --signals gone.jsonl",
        "gone.jsonl: cannot be read: No such file or directory",
    ),
    Case(
        "a folder for samples",
        "map check map.yaml --signals .",
        ".: cannot be read: Is a directory",
    ),
    Case(
        "a map where there is one already",
        "init",
        "map.yaml: there is a map already; name another folder",
    ),
    Case("a file for a folder", "init map.yaml", "map.yaml: is a file; expected a folder"),
    Case(
        "a file for the demo's folder",
        "demo --folder map.yaml",
        "map.yaml: is a file; expected a folder",
    ),
    Case(
        "a store that is not there",
        "show h42 --db gone.db",
        "gone.db: there is no store here; name it with --db, or begin with doxa observe or doxa backfill",
    ),
    Case(
        "a new store without a map",
        "observe h42 visit --db new.db",
        "new.db: there is no store here yet, and no map to make one with; expected a belief map (map=..., --map FILE); `doxa init` writes a starter map",
    ),
    Case(
        "a new store in a folder that is not there",
        "observe h42 visit --db gone/new.db --map map.yaml",
        "gone: there is no such folder; create it first",
        4,
    ),
    Case(
        "a folder for a store", "show h42 --db .", ".: is a folder; expected the path of a file", 4
    ),
    Case(
        "a map for a store",
        "show h42 --db map.yaml",
        "map.yaml: this file is not a doxa store; name a new file, or one that doxa made",
        4,
    ),
    Case(
        "no name for a store",
        "show h42 --db ''",
        "store: '' names no file; expected a path, such as shop.db",
    ),
    Case(
        "a NUL character in the name of a store",
        "show h42 --db '<a, NUL, b>'",
        "store: 'a\\x00b' names no file; expected a path, such as shop.db",
        stands_for={"<a, NUL, b>": "a\0b"},
    ),
    Case(
        "a store in memory",
        "observe h42 visit --db :memory: --map map.yaml",
        "store: ':memory:' names no file; expected a path, such as shop.db",
    ),
    Case(
        "a PostgreSQL server",
        "show h42 --db postgresql://me:secret@host/shop",
        "host/shop: PostgreSQL stores are not in this version; expected the path of a file, such as shop.db",
    ),
    Case(
        "another kind of server",
        "show h42 --db mysql://host/shop",
        "unknown kind of store 'mysql'; expected the path of a file, such as shop.db",
    ),
    Case(
        "a store written by a newer version",
        "show h42",
        "doxa.db: the store was written by a newer doxa (schema 99); upgrade doxa",
        4,
        damage="written by a newer version",
    ),
    Case(
        "a database of another program",
        "observe h42 visit",
        "doxa.db: this file is not a doxa store; name a new file, or one that doxa made",
        4,
        damage="a database of another program",
    ),
    Case(
        "a store cut short",
        "show h42",
        "doxa.db: the store's file is damaged (database disk image is malformed); restore a copy; `sqlite3 FILE .recover` may save what is left",
        4,
        damage="cut short",
    ),
    Case(
        "a store cut within its header",
        "observe h42 visit",
        "doxa.db: this file is not a doxa store; name a new file, or one that doxa made",
        4,
        damage="cut within its header",
    ),
    Case(
        "a store overwritten in places",
        "show h42",
        "doxa.db: the store's file is damaged (database disk image is malformed); restore a copy; `sqlite3 FILE .recover` may save what is left",
        4,
        damage="overwritten in places",
    ),
    Case(
        "an empty file for a store",
        "show h42",
        "doxa.db: there is no store here; name it with --db, or begin with doxa observe or doxa backfill",
        damage="empty",
    ),
]
