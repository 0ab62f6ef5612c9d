"""Forgetting that names nobody, cannot ask, or reads a list that is none."""

from __future__ import annotations

from tests.bad_input.case import Case

KEY = "ab" * 32
CASES = [
    Case(
        "nobody named",
        "forget",
        "doxa forget: names nothing to do; expected an id, --purge, --save or --reapply",
    ),
    Case(
        "two things at once",
        "forget h42 --purge",
        "doxa forget: names more than one thing to do; expected an id, --purge, --save or --reapply",
    ),
    Case(
        "nobody there who could be asked",
        "forget h42",
        "--yes: cannot be asked here; give --yes to erase for good",
    ),
    Case(
        "no id",
        'forget "" --yes',
        "twin: is empty; expected a text",
    ),
    Case(
        "a list that is not there",
        "forget --reapply forgotten.json",
        "forgotten.json: No such file or directory",
    ),
    Case(
        "a list that is something else",
        "forget --reapply forgotten.json",
        "forgotten.json: is no list of the forgotten: Object missing required field `key`; expected what doxa forget --save wrote",
        files={"forgotten.json": '{"twins": []}'},
    ),
    Case(
        "a list whose hashes are cut short",
        "forget --reapply forgotten.json",
        "forgotten.json: is no list of the forgotten: a key or mark is not 64 hexadecimal digits; expected what doxa forget --save wrote",
        files={
            "forgotten.json": f'{{"key": "{KEY}", "twins": [{{"mark": "ab", "forgotten_at": 1, "until": 1}}]}}'
        },
    ),
    Case(
        "a list of a later version",
        "forget --reapply forgotten.json",
        "forgotten.json: is no list of the forgotten: it is of version 2; expected what doxa forget --save wrote",
        files={"forgotten.json": f'{{"doxa_forgotten": 2, "key": "{KEY}", "twins": []}}'},
    ),
    Case(
        "two people at once",
        "forget h42 h43 --yes",
        "Got unexpected extra argument(s) (h43); see doxa forget --help",
    ),
    Case(
        "a store that is not there",
        "forget h42 --yes --db nowhere.db",
        "nowhere.db: there is no store here; name it with --db, or begin with doxa observe or doxa backfill",
    ),
    Case(
        "a folder for the list",
        "forget --save .",
        ".: Is a directory",
    ),
]
