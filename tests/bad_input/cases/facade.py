"""Wrong calls from Python: the same sentences, as exceptions."""

from __future__ import annotations

from tests.bad_input.case import Case

CASES = [
    Case("a twin that is a list", 'twins.observe(["h42"], "visit")', "?", "SignalError"),
    Case("no twin", 'twins.observe(None, "visit")', "?", "SignalError"),
    Case(
        "NaN in a payload",
        'twins.observe("h42", "purchase", {"price": math.nan})',
        "?",
        "SignalError",
    ),
    Case(
        "a number without end in a list",
        'twins.observe("h42", "purchase", {"lines": [{"price": math.inf}]})',
        "?",
        "SignalError",
    ),
    Case(
        "an object that JSON does not know",
        'twins.observe("h42", "visit", {"page": object})',
        "?",
        "SignalError",
    ),
    Case("a key that is no text", 'twins.observe("h42", "visit", {1: 2})', "?", "SignalError"),
    Case(
        "a payload that contains itself",
        'twins.observe("h42", "visit", loop())',
        "?",
        "SignalError",
    ),
    Case("a number for a time", 'twins.observe("h42", "visit", at=1700000000)', "?", "SignalError"),
    Case(
        "an order that is no whole number",
        'twins.observe("h42", "visit", order=1.5)',
        "?",
        "SignalError",
    ),
    Case(
        "an id that stands for something else",
        'twins.observe("h42", "visit", id="c-1")',
        "?",
        "SignalConflict",
    ),
    Case(
        "one bad row among good ones",
        'twins.observe_many([{"twin": "ann", "kind": "visit"}, {"twin": "", "kind": "visit"}])',
        "?",
        "BadRows",
    ),
    Case(
        "a row with an unknown key",
        'twins.observe_many([{"twin": "ann", "knd": "visit"}])',
        "?",
        "BadRows",
    ),
    Case("an unknown node", 'twins["h42"].opinion("price_is_fair")', "?", "UnknownName"),
    Case("an unknown dimension", 'twins["h42"].opinion("buys", genre="crime")', "?", "InputError"),
    Case(
        "a member that is nothing", 'twins["h42"].opinion("buys", genres=None)', "?", "InputError"
    ),
    Case("a trait for a node", 'twins["h42"].opinion("age")', "?", "InputError"),
    Case("an unknown outcome", 'twins.forecast("lapse")', "?", "UnknownName"),
    Case(
        "an unknown twin in a cohort",
        'twins.forecast("lapses", cohort=["nobody"])',
        "?",
        "UnknownName",
    ),
    Case("a store without a map", 'doxa.open("new.db")', "?", "InputError"),
    Case("a store that is another program's file", 'doxa.open("map.yaml")', "?", "StoreError"),
    Case("a server", 'doxa.open("postgresql://host/shop")', "?", "MissingExtra"),
    Case(
        "a store that was closed",
        '[twins.close(), twins.observe("h42", "visit")]',
        "?",
        "StoreError",
    ),
]
