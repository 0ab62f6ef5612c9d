"""How far an attribute moved since the same person saw the same option last, against a walk by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.heads.test_choice import MAP, OUTCOME

from doxa.beliefmap.evaluation import Selection
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.menus import menus_of
from doxa.features.moments import at_signals
from doxa.features.moves import largest_moves, moves_of
from doxa.learning.selection import select_rows

PRICE = st.one_of(st.none(), st.sampled_from([1.0, 1.5, 2.0]))
SHELF = st.lists(
    st.tuples(st.sampled_from("abcd"), PRICE), min_size=2, max_size=4, unique_by=lambda one: one[0]
)
VISITS = st.lists(st.tuples(st.sampled_from(["p", "q"]), SHELF), min_size=1, max_size=8)


def signals_of(visits: list[tuple[str, list[tuple[str, float | None]]]]) -> list[Signal]:
    return [
        Signal(
            id=str(at),
            twin=twin,
            kind="shelf",
            at=at,
            recorded=0,
            payload={
                "brands": [{"id": name, "price": price, "kind": "plain"} for name, price in shelf],
                "brand": shelf[0][0],
            },
        )
        for at, (twin, shelf) in enumerate(visits)
    ]


@given(VISITS)
@settings(max_examples=60)
def test_a_move_is_since_the_last_time_this_person_was_told(
    visits: list[tuple[str, list[tuple[str, float | None]]]],
) -> None:
    past = past_of(signals_of(visits), MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    menus = menus_of(OUTCOME, past, rows)
    found, names = moves_of(OUTCOME, past, rows, menus, "price"), past.values("brand")
    largest = largest_moves(OUTCOME, past, rows, "price")
    seen: dict[tuple[str, str], float] = {}
    for row, at in enumerate(rows.seen.at.tolist()):
        twin, shelf = visits[at]
        own = dict(shelf)
        by_hand = []
        for place in range(menus.start[row], menus.start[row + 1]):
            name = names[menus.option[place]]
            price, before = own[name], seen.get((twin, name))
            due = math.nan if price is None or before is None else price - before
            assert found[place] == pytest.approx(due, nan_ok=True)
            by_hand.append(abs(due))
        told = [one for one in by_hand if not math.isnan(one)]
        assert largest[row] == pytest.approx(max(told) if told else math.nan, nan_ok=True)
        seen.update({(twin, name): price for name, price in shelf if price is not None})


def test_the_largest_moves_and_the_others_are_all_moments_once() -> None:
    rng = np.random.default_rng(3)
    visits = [
        (f"p{number % 5}", [(name, float(rng.uniform(1, 3))) for name in "abc"])
        for number in range(60)
    ]
    past = past_of(signals_of(visits), MAP, [OUTCOME])
    nobody = np.zeros(0, np.int64)
    held, kept = (
        select_rows(OUTCOME, past, Selection(**{name: {"price": 0.1}}), nobody)
        for name in ("largest", "without_largest")
    )
    assert sorted([*held.seen.at.tolist(), *kept.seen.at.tolist()]) == list(range(60))
    size = largest_moves(OUTCOME, past, at_signals(OUTCOME, past), "price")
    assert len(held) == math.ceil(0.1 * (len(size) - np.isnan(size).sum()))
    told = dict(enumerate(size.tolist()))
    assert min(told[at] for at in held.seen.at.tolist()) > max(
        told[at] for at in kept.seen.at.tolist() if not math.isnan(told[at])
    )
    assert set(range(5)) <= set(kept.seen.at.tolist())
