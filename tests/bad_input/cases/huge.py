"""Values that are far too large, too long or too deep."""

from __future__ import annotations

from tests.bad_input.case import Case

_HEAD = "doxa: 1\nproduct: shop\n"
_GENRES = "[" + ",".join(f'"g{number}"' for number in range(10_000)) + "]"
_SHORT_GENRES = "[" + ",".join(f'"g{number}"' for number in range(201)) + "]"


def _huge(mistake: str, run: str, meant: str, says: str) -> Case:
    short = "<" + run.partition("<")[2].partition(">")[0] + ">"
    return Case(mistake, run, says, stands_for={short: meant})


def _map(mistake: str, text: str, says: str) -> Case:
    return Case(mistake, "map check huge.yaml", says, files={"huge.yaml": _HEAD + text})


CASES = [
    Case("1e400 in a payload", """observe h42 visit --payload '{"price": 1e400}'""", "?"),
    _huge(
        "a number of 5,000 digits",
        "observe h42 visit --payload '<5,000 digits>'",
        '{"price": ' + "9" * 5_000 + "}",
        "?",
    ),
    _huge(
        "a payload nested 50 deep",
        "observe h42 visit --payload '<objects, 50 deep>'",
        '{"a":' * 50 + "1" + "}" * 50,
        "?",
    ),
    _huge(
        "a field nested 100,000 deep",
        "observe h42 visit 'page=<lists, 100,000 deep>'",
        "[" * 100_000,
        "?",
    ),
    _huge("a payload above 64 KiB", "observe h42 visit 'page=<70,000 letters>'", "x" * 70_000, "?"),
    _huge(
        "a list of 10,000 elements", "observe h42 purchase 'genres=<10,000 genres>'", _GENRES, "?"
    ),
    _huge(
        "a list of 201 elements that a rule reads",
        "observe h42 purchase 'genres=<201 genres>'",
        _SHORT_GENRES,
        "?",
    ),
    _huge("a twin of 600 characters", "observe '<600 letters>' visit", "x" * 600, "?"),
    _huge(
        "a session of 513 characters", "observe h42 visit --session '<513 letters>'", "x" * 513, "?"
    ),
    _huge("a moment of 400 digits", "show h42 --as-of '<400 digits>'", "1" * 400, "?"),
    _huge("a node of 10,000 letters", "explain h42 '<10,000 letters>'", "x" * 10_000, "?"),
    _huge("a seed of 400 digits", "fit --seed '<400 digits>'", "1" * 400, "?"),
    _huge("a file's name of 300 letters", "map check '<300 letters>'", "x" * 300, "?"),
    Case(
        "a store's name of 300 letters",
        "observe h42 visit --map map.yaml --db '<300 letters>'",
        "?",
        4,
        stands_for={"<300 letters>": "x" * 300},
    ),
    _map("a map of more than 1 MiB", "#" + "x" * (1 << 20), "?"),
    _map("a map nested 100 deep", "nodes: " + "{a: " * 100 + "1" + "}" * 100 + "\n", "?"),
    _map(
        "a half-life of 400 digits",
        "nodes: {fair: {kind: belief, half_life: " + "9" * 400 + "d}}\n",
        "?",
    ),
    _map(
        "a half-life beyond all calendars",
        "nodes: {fair: {kind: belief, half_life: 3000000000000d}}\n",
        "?",
    ),
    _map(
        "a window beyond all calendars",
        "signals: {visit: []}\noutcomes: {returns: {happens: visit, within: 99999999999999999999d}}\n",
        "?",
    ),
    _map(
        "a weight of 1e308",
        "nodes: {fair: {kind: belief}}\nsignals:\n  praise: [{node: fair, for: 1e308}]\n",
        "?",
    ),
]
