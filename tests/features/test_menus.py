"""Menus: every way to write options, and which of them was taken, here or in another signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.errors import SignalError
from doxa.features.labels import labels_of
from doxa.features.menus import menus_of, taken
from doxa.features.moments import at_signals
from doxa.features.past import Past

MAP = parse_map(
    """
doxa: 1
product: shop
clock: position
fields: {brand: category}
nodes: {likes: {kind: preference}}
signals: {shelf: [], seen: [], picked: []}
outcomes:
  takes: {choice: shelf, options: brands, chosen: brand, attributes: [price]}
  picks: {choice: seen, options: brands, chosen: brand, of_signal: picked, same: [visit], within: 5,
    otherwise: none}
"""
)


def signal(number: int, kind: str, at: int, **payload: Any) -> Signal:
    return Signal(
        id=str(number), twin="p", kind=kind, at=at, recorded=0, order=number, payload=payload
    )


def past(*signals: Signal) -> Past:
    return past_of(list(signals), MAP, MAP.outcomes.values())


def offered(found: Past, name: str) -> list[dict[str, float]]:
    """What each row is offered: price by option."""
    outcome = MAP.outcomes[name]
    rows = at_signals(outcome, found)
    menus = menus_of(outcome, found, rows)
    names, prices = found.values("brand"), menus.numbers("price")
    return [
        {names[menus.option[place]]: float(prices[place]) for place in range(low, high)}
        for low, high in zip(menus.start[:-1], menus.start[1:], strict=True)
    ]


@pytest.mark.parametrize(
    ("brands", "price", "expected"),
    [
        ([{"id": "a", "price": 1}, {"id": "b", "price": "2"}], None, {"a": 1.0, "b": 2.0}),
        ([{"id": "a", "price": 1}, {"id": "a", "price": 9}, {"id": "b"}], 3, {"a": 1.0, "b": 3.0}),
        (["a", "b", "a"], 3, {"a": np.nan, "b": np.nan}),
        ({"a": {}, "b": {}}, 3, {"a": 3.0, "b": 3.0}),
        ([{"id": "a"}, {"price": 1}, {"id": 5.0}], None, {"a": np.nan, "5": np.nan}),
    ],
)
def test_options_are_objects_names_or_keys(
    brands: Any, price: float | None, expected: dict[str, float]
) -> None:
    [menu] = offered(past(signal(1, "shelf", 0, brands=brands, price=price, brand="a")), "takes")
    assert list(menu) == list(expected)
    np.testing.assert_array_equal(list(menu.values()), list(expected.values()))


def test_who_is_offered_less_than_two_is_not_asked() -> None:
    found = past(
        signal(1, "shelf", 0, brands=[{"id": "a"}], brand="a"),
        signal(2, "shelf", 1, brand="a"),
        signal(3, "shelf", 2, brands=["a", "b"], brand="b"),
    )
    assert at_signals(MAP.outcomes["takes"], found).seen.at.tolist() == [2]


def test_more_than_two_hundred_options_are_refused() -> None:
    found = past(signal(1, "shelf", 0, brands=[{"id": number} for number in range(201)]))
    with pytest.raises(SignalError, match="201 elements"):
        at_signals(MAP.outcomes["takes"], found)


def test_what_is_not_on_offer_is_no_label() -> None:
    found = past(
        signal(1, "shelf", 0, brands=["a", "b"], brand="c"),
        signal(2, "shelf", 1, brands=["a", "b"], brand="b"),
        signal(3, "shelf", 2, brands=["a", "b"]),
    )
    outcome = MAP.outcomes["takes"]
    y = labels_of(outcome, found, at_signals(outcome, found), 99).y
    assert [found.values("brand")[int(code)] for code in y[~np.isnan(y)]] == ["b"]
    assert np.isnan(y).tolist() == [True, False, True]


def test_a_choice_made_elsewhere_counts_within_its_window_and_visit() -> None:
    def seen(number: int, at: int, visit: str) -> Signal:
        return signal(number, "seen", at, brands=["a", "b"], visit=visit)

    found = past(
        seen(1, 0, "x"),
        signal(2, "picked", 5, brand="a", visit="x"),  # the last moment of the window
        seen(3, 10, "y"),
        signal(4, "picked", 11, brand="b", visit="z"),  # another visit
        seen(5, 20, "w"),
        signal(6, "picked", 26, brand="b", visit="w"),  # too late
        seen(7, 30, "v"),
        signal(8, "picked", 30, brand="b", visit="v"),
        signal(9, "picked", 31, brand="a", visit="v"),  # the first one counts
    )
    outcome = MAP.outcomes["picks"]
    rows = at_signals(outcome, found)
    told = taken(outcome, found, rows)
    names = found.values("brand")
    assert [names[code] for code in told.option] == ["a", "none", "none", "b"]
    assert told.known.at.tolist() == [5, 16, 26, 30]
    assert [set(menu) for menu in offered(found, "picks")] == [{"a", "b", "none"}] * 4
    resolved = labels_of(outcome, found, rows, 30).resolved
    assert resolved.tolist() == [True, True, True, False]
