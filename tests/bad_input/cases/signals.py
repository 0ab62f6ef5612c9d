"""Single signals that cannot be taken in."""

from __future__ import annotations

from tests.bad_input.case import Case


def _sample(mistake: str, line: str, says: str) -> Case:
    run = "map check map.yaml --signals s.jsonl"
    return Case(mistake, run, says, files={"s.jsonl": '{"kind": "visit"}\n' + line + "\n"})


CASES = [
    Case("a kind that the map does not declare", "observe h42 purchse", "?"),
    Case("a kind in capitals", "observe h42 Visit", "?"),
    Case("no kind", "observe h42", "?"),
    Case("a payload field without a value", "observe h42 visit page", "?"),
    Case("a payload field without a name", "observe h42 visit =3", "?"),
    Case("a payload field twice", "observe h42 visit page=1 page=2", "?"),
    Case("a list that is no JSON", "observe h42 purchase genres=[crime]", "?"),
    Case("a payload that is no JSON", "observe h42 visit --payload '{page: 1}'", "?"),
    Case("a payload that is a list", "observe h42 visit --payload [1]", "?"),
    Case("NaN in a payload", """observe h42 visit --payload '{"price": NaN}'""", "?"),
    Case(
        "an id that stands for something else",
        "observe h42 complaint topic=delivery --id c-1 --at 2026-03-01T10:00",
        "?",
    ),
    Case(
        "an id at another time", "observe h42 complaint topic=price --id c-1 --at 2026-03-02", "?"
    ),
    _sample("a sample that is no JSON", "{", "?"),
    _sample("a sample that is no object", "[]", "?"),
    _sample("a sample of an unknown kind", '{"kind": "purchse"}', "?"),
    _sample("a sample whose payload is a number", '{"kind": "visit", "payload": 3}', "?"),
]
