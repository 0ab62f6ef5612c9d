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
    Case(
        "1e400 in a payload",
        """observe h42 visit --payload '{"price": 1e400}'""",
        "--payload: holds a number that is too large; expected a JSON object",
    ),
    _huge(
        "a number of 5,000 digits",
        "observe h42 visit --payload '<5,000 digits>'",
        '{"price": ' + "9" * 5_000 + "}",
        "--payload: holds a number that is too large; expected a JSON object",
    ),
    _huge(
        "a payload nested 50 deep",
        "observe h42 visit --payload '<objects, 50 deep>'",
        '{"a":' * 50 + "1" + "}" * 50,
        "payload: is nested more than 32 deep",
    ),
    _huge(
        "a field nested 100,000 deep",
        "observe h42 visit 'page=<lists, 100,000 deep>'",
        "[" * 100_000,
        "page: is nested too deep; text that begins so goes into --payload",
    ),
    _huge(
        "a payload above 64 KiB",
        "observe h42 visit 'page=<70,000 letters>'",
        "x" * 70_000,
        "payload: has 70011 bytes as JSON; expected at most 65536; keep documents elsewhere and send what they say",
    ),
    _huge(
        "a list of 10,000 elements",
        "observe h42 purchase 'genres=<10,000 genres>'",
        _GENRES,
        "payload: has 78902 bytes as JSON; expected at most 65536; keep documents elsewhere and send what they say",
    ),
    _huge(
        "a list of 201 elements that a rule reads",
        "observe h42 purchase 'genres=<201 genres>'",
        _SHORT_GENRES,
        "genres: the list has 201 elements; expected at most 200; send several signals",
    ),
    _huge(
        "a twin of 600 characters",
        "observe '<600 letters>' visit",
        "x" * 600,
        "twin: has 600 characters; expected at most 512",
    ),
    _huge(
        "a session of 513 characters",
        "observe h42 visit --session '<513 letters>'",
        "x" * 513,
        "session: has 513 characters; expected at most 512",
    ),
    _huge(
        "a moment of 400 digits",
        "show h42 --as-of '<400 digits>'",
        "1" * 400,
        "as_of: '1111111111111111111111111111111111111111111111111111111111111111111111111111111… is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    _huge(
        "a node of 10,000 letters",
        "explain h42 '<10,000 letters>'",
        "x" * 10_000,
        "the map declares no node 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'; expected one of buys, prices_are_fair, likes, read_more, moving",
    ),
    _huge(
        "a seed of 400 digits",
        "fit --seed '<400 digits>'",
        "1" * 400,
        "seed: 11111111111111111111111111111111111111111111111111111111111111111111111111111111…1 is no seed; expected 0 up to 4294967295",
    ),
    _huge(
        "a file's name of 300 letters",
        "map check '<300 letters>'",
        "x" * 300,
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…x: cannot be read: File name too long",
    ),
    Case(
        "a store's name of 300 letters",
        "observe h42 visit --map map.yaml --db '<300 letters>'",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…x: the file cannot be read (File name too long)",
        4,
        stands_for={"<300 letters>": "x" * 300},
    ),
    _map(
        "a map of more than 1 MiB",
        "#" + "x" * (1 << 20),
        "huge.yaml: is larger than 1 MiB; expected a map written by hand",
    ),
    _map(
        "a map nested 100 deep",
        "nodes: " + "{a: " * 100 + "1" + "}" * 100 + "\n",
        "huge.yaml:3 nodes.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a: is nested too deep; expected 24 levels",
    ),
    _map(
        "a half-life of 400 digits",
        "nodes: {fair: {kind: belief, half_life: " + "9" * 400 + "d}}\n",
        "huge.yaml:3 nodes.fair.half_life: is out of reach; expected a duration",
    ),
    _map(
        "a half-life beyond all calendars",
        "nodes: {fair: {kind: belief, half_life: 3000000000000d}}\n",
        "huge.yaml:3 nodes.fair.half_life: '3000000000000d' is too long; expected a half-life, or never",
    ),
    _map(
        "a window beyond all calendars",
        "signals: {visit: []}\noutcomes: {returns: {happens: visit, within: 99999999999999999999d}}\n",
        "huge.yaml:4 outcomes.returns.within: '99999999999999999999d' is not above zero or too long; expected such as 7d or 12h",
    ),
    _map(
        "a weight of 1e308",
        "nodes: {fair: {kind: belief}}\nsignals:\n  praise: [{node: fair, for: 1e308}]\n",
        "huge.yaml:5 signals.praise[0].for: '1e308' is no number that can be reckoned with; expected the name of a payload field",
    ),
]
