"""Wrong calls from Python: the same sentences, as exceptions."""

from __future__ import annotations

from tests.bad_input.case import Case

CASES = [
    Case(
        "a twin that is a list",
        'twins.observe(["h42"], "visit")',
        "twin: is no text but list; expected a text",
        "SignalError",
    ),
    Case(
        "no twin",
        'twins.observe(None, "visit")',
        "twin: is missing; expected a text",
        "SignalError",
    ),
    Case(
        "NaN in a payload",
        'twins.observe("h42", "purchase", {"price": math.nan})',
        "payload.price: is nan, which JSON cannot hold; expected a number or null",
        "SignalError",
    ),
    Case(
        "a number without end in a list",
        'twins.observe("h42", "purchase", {"lines": [{"price": math.inf}]})',
        "payload.lines[0].price: is inf, which JSON cannot hold; expected a number or null",
        "SignalError",
    ),
    Case(
        "an object that JSON does not know",
        'twins.observe("h42", "visit", {"page": object})',
        "payload: cannot be written as JSON: type has no JSON form",
        "SignalError",
    ),
    Case(
        "a key that is no text",
        'twins.observe("h42", "visit", {1: 2})',
        "payload: has the key 1; expected keys that are text",
        "SignalError",
    ),
    Case(
        "a payload that contains itself",
        'twins.observe("h42", "visit", loop())',
        "payload: is nested more than 32 deep",
        "SignalError",
    ),
    Case(
        "a number for a time",
        'twins.observe("h42", "visit", at=1700000000)',
        "at: 1700000000 is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
        "SignalError",
    ),
    Case(
        "an order that is no whole number",
        'twins.observe("h42", "visit", order=1.5)',
        "order: 1.5 is not a whole number; expected a whole number",
        "SignalError",
    ),
    Case(
        "an id that stands for something else",
        'twins.observe("h42", "visit", id="c-1")',
        "signal 'c-1': the ledger holds this id with another kind; give each signal of a source its own id",
        "SignalConflict",
    ),
    Case(
        "one bad row among good ones",
        'twins.observe_many([{"twin": "ann", "kind": "visit"}, {"twin": "", "kind": "visit"}])',
        "1 of 2 rows cannot be taken, none was\n  rows[1] twin: is empty; expected a text",
        "BadRows",
    ),
    Case(
        "a row with an unknown key",
        'twins.observe_many([{"twin": "ann", "knd": "visit"}])',
        "1 of 1 rows cannot be taken, none was\n  rows[0] has an unknown key 'knd'; expected twin, kind, payload, at, source, session, device, id, order, cause, recorded",
        "BadRows",
    ),
    Case(
        "an unknown node",
        'twins["h42"].opinion("price_is_fair")',
        "the map declares no node 'price_is_fair'; expected one of buys, prices_are_fair, likes, read_more, moving; did you mean 'prices_are_fair'?",
        "UnknownName",
    ),
    Case(
        "an unknown dimension",
        'twins["h42"].opinion("buys", genre="crime")',
        "buys has no members by genre; expected buys[genres]",
        "InputError",
    ),
    Case(
        "a member that is nothing",
        'twins["h42"].opinion("buys", genres=None)',
        "buys: None names no genres",
        "InputError",
    ),
    Case(
        "a trait for a node",
        'twins["h42"].opinion("age")',
        "'age' is a trait, not an opinion; see twin.traits()",
        "InputError",
    ),
    Case(
        "an unknown outcome",
        'twins.forecast("lapse")',
        "the map declares no outcome 'lapse'; expected one of buys_within_month, buys_genre, lapses, visits, spend, accepts, rates; did you mean 'lapses'?",
        "UnknownName",
    ),
    Case(
        "an unknown twin in a cohort",
        'twins.forecast("lapses", cohort=["nobody"])',
        "nobody: nothing was ever observed of this twin; observe something first; traits are enough to be forecast by",
        "UnknownName",
    ),
    Case(
        "a store without a map",
        'doxa.open("new.db")',
        "new.db: there is no store here yet, and no map to make one with; expected a belief map (map=..., --map FILE); `doxa init` writes a starter map",
        "InputError",
    ),
    Case(
        "a store that is another program's file",
        'doxa.open("map.yaml")',
        "map.yaml: this file is not a doxa store; name a new file, or one that doxa made",
        "StoreError",
    ),
    Case(
        "a server",
        'doxa.open("postgresql://host/shop")',
        "postgresql://host/shop: PostgreSQL stores are not in this version; expected the path of a file, such as shop.db",
        "MissingExtra",
    ),
    Case(
        "a store that was closed",
        '[twins.close(), twins.observe("h42", "visit")]',
        "doxa.db: the store is closed",
        "StoreError",
    ),
]
