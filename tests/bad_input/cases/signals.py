"""Single signals that cannot be taken in."""

from __future__ import annotations

from tests.bad_input.case import Case


def _sample(mistake: str, line: str, says: str) -> Case:
    run = "map check map.yaml --signals s.jsonl"
    return Case(mistake, run, says, files={"s.jsonl": '{"kind": "visit"}\n' + line + "\n"})


CLAIMS = [
    Case(
        "a claim about a node that is not there",
        "believe h42 prices_are_fare",
        "the map declares no node 'prices_are_fare'; expected one of buys, prices_are_fair, likes, read_more, moving; did you mean 'prices_are_fair'?",
    ),
    Case(
        "a claim of no kind",
        'believe h42 "prefers delivery" --kind liking',
        "payload.kind: 'liking' is no kind of claim; expected one of belief, goal, preference, feeling, constraint, fact, inference; did you mean 'feeling'?",
    ),
    Case(
        "a claim that weighs nothing",
        'believe h42 "prefers delivery" --weight 0',
        "payload.weight: is 0; expected above zero",
    ),
    Case(
        "a claim that ends before it begins",
        'believe h42 "is away" --valid-from 2026-05-02 --valid-until 2026-05-01',
        "payload.valid_until: ends before it begins; expected a later one",
    ),
    Case(
        "a claim that replaces one nobody made",
        'believe h42 "prefers delivery" --supersedes c-9',
        "supersedes: no claim about this person has the id 'c-9'; twin.explain(node).claims lists them with their ids",
    ),
    Case(
        "a claim as a signal, with a field it does not have",
        "observe h42 claim about=prices_are_fair holdz=true",
        "payload: is no claim: object contains unknown field `holdz`; expected one of about, says, kind, holds, weight, quote, valid_from, valid_until, supersedes, supersedes_source",
    ),
]

CASES = [
    *CLAIMS,
    Case(
        "a kind that the map does not declare",
        "observe h42 purchse",
        "kind: 'purchse' is not declared by the map; expected one of visit, purchase, review, complaint, resolution, move_announced, offer_sent, claim, consent, traits; did you mean 'purchase'?",
    ),
    Case(
        "a kind in capitals",
        "observe h42 Visit",
        "kind: 'Visit' is not declared by the map; expected one of visit, purchase, review, complaint, resolution, move_announced, offer_sent, claim, consent, traits; did you mean 'visit'?",
    ),
    Case("no kind", "observe h42", "Missing argument 'KIND'; see doxa observe --help"),
    Case(
        "a payload field without a value",
        "observe h42 visit page",
        "'page' is no field; expected FIELD=VALUE, such as price=2.99",
    ),
    Case(
        "a payload field without a name",
        "observe h42 visit =3",
        "'=3' is no field; expected FIELD=VALUE, such as price=2.99",
    ),
    Case(
        "a payload field twice",
        "observe h42 visit page=1 page=2",
        "page: is given twice; a list is one value: [1, 2]",
    ),
    Case(
        "a list that is no JSON",
        "observe h42 purchase genres=[crime]",
        "genres: is no JSON: expecting value at character 2; text that begins so goes into --payload",
    ),
    Case(
        "a payload that is no JSON",
        "observe h42 visit --payload '{page: 1}'",
        "--payload: is no JSON: expecting property name enclosed in double quotes at character 2; expected a JSON object",
    ),
    Case(
        "a payload that is a list",
        "observe h42 visit --payload [1]",
        "payload: is no JSON object but list; expected a dict",
    ),
    Case(
        "NaN in a payload",
        """observe h42 visit --payload '{"price": NaN}'""",
        "--payload: holds NaN, which JSON does not know; expected a JSON object",
    ),
    Case(
        "an id that stands for something else",
        "observe h42 complaint topic=delivery --id c-1 --at 2026-03-01T10:00",
        "signal 'c-1': the ledger holds this id with another payload.topic; give each signal of a source its own id",
    ),
    Case(
        "an id at another time",
        "observe h42 complaint topic=price --id c-1 --at 2026-03-02",
        "signal 'c-1': the ledger holds this id with another at; give each signal of a source its own id",
    ),
    Case(
        "a consent that neither gives nor withdraws",
        "observe h42 consent node=prices_are_fair given=maybe",
        "payload.given: 'maybe' is neither given nor withdrawn; expected true or false",
    ),
    Case(
        "a consent to nothing",
        "observe h42 consent given=true",
        "payload: does not say to what; expected {purpose: name, given: true} or {node: name, given: true}",
    ),
    Case(
        "a consent to a node that the map does not declare",
        "observe h42 consent node=prices_are_far given=true",
        "payload.node: unknown node 'prices_are_far'; expected one of buys, prices_are_fair, likes, read_more, moving, age, region; did you mean 'prices_are_fair'?",
    ),
    Case(
        "a consent to a purpose that the map does not declare",
        "observe h42 consent purpose=service given=true",
        "payload.purpose: unknown purpose 'service'; expected a declared purpose, and there is none",
    ),
    Case(
        "a purpose that the map does not declare",
        "show h42 --purpose service",
        "the map declares no purpose 'service'; expected a purpose, and the map has none",
    ),
    Case(
        "a report of nobody for a purpose",
        "report --html page.html --purpose service --evaluation-json missing.json",
        "--purpose: belongs to a twin",
    ),
    _sample(
        "a sample that is no JSON",
        "{",
        "s.jsonl:2: is no JSON: expecting property name enclosed in double quotes at character 2",
    ),
    _sample(
        "a sample that is no object",
        "[]",
        's.jsonl:2: is no JSON object; expected such as {"kind": "visit", "payload": {}}',
    ),
    _sample(
        "a sample of an unknown kind",
        '{"kind": "purchse"}',
        "s.jsonl:2: kind: 'purchse' is not declared by the map; expected one of visit, purchase, review, complaint, resolution, move_announced, offer_sent, claim, consent, traits; did you mean 'purchase'?",
    ),
    _sample(
        "a sample whose payload is a number",
        '{"kind": "visit", "payload": 3}',
        "s.jsonl:2: payload: is no JSON object but int; expected a dict",
    ),
]
