"""Labels and eligibility against plain loops over the signals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.checks import oracle_labels as plain
from doxa.checks.worlds import keys_of, origins_of, past_of, world_map, worlds
from doxa.domain.clock import Clock
from doxa.domain.signal import Signal
from doxa.features.eligibility import eligible
from doxa.features.events import _ranked
from doxa.features.labels import labels_of
from doxa.features.moments import after_triggers, at_origins, at_signals, is_at_signal
from doxa.features.past import Past
from doxa.features.rows import Rows

MEMBERS = ["milk", "tea", "a", "never met"]
CASES = [(clock, name) for clock in Clock for name in world_map(clock).outcomes]


def asked_in_columns(outcome, past: Past, origins) -> Rows:
    if is_at_signal(outcome):
        rows = at_signals(outcome, past)
    elif outcome.after is not None:
        rows = after_triggers(outcome, past)
    else:
        rows = at_origins(outcome, np.unique(past.signals.twin), origins)
    rows = rows.take(eligible(outcome, past, rows))
    if outcome.of is None or is_at_signal(outcome):
        return rows
    coder = past.coder(outcome.of)
    return rows.for_members(np.array([coder(name) for name in MEMBERS]))


def columnar(signals: list[Signal], belief_map, outcome, origins, complete) -> list[tuple]:
    past = past_of(signals, belief_map, [outcome])
    rows = asked_in_columns(outcome, past, origins)
    found = labels_of(outcome, past, rows, complete)
    twins = keys_of(signals)
    names = past.values(outcome.of) if outcome.of else []
    return sorted(
        (
            twins[rows.twin[i]],
            int(rows.seen.at[i]),
            signals[rows.signal[i]].id if rows.signal[i] >= 0 else "",
            names[rows.member[i]] if rows.member[i] >= 0 else "",
            repr(float(found.y[i])),
            bool(found.resolved[i]),
        )
        for i in range(len(rows))
    )


def by_hand(signals: list[Signal], belief_map, outcome, origins, complete) -> list[tuple]:
    moments = plain.asked(signals, belief_map, outcome, origins=origins, members=MEMBERS)
    return sorted(
        (
            moment.twin,
            moment.seen[0],
            moment.signal.id if moment.signal else "",
            moment.member or "",
            repr(float(plain.label(moment, signals, belief_map, outcome))),
            plain.resolved(moment, complete),
        )
        for moment in moments
    )


@pytest.mark.parametrize(("clock", "name"), CASES)
@given(data=st.data())
@settings(max_examples=10)
def test_labels_equal_the_oracles(clock: Clock, name: str, data: st.DataObject) -> None:
    belief_map = world_map(clock)
    outcome = belief_map.outcomes[name]
    signals = data.draw(worlds(clock))
    origins = origins_of(clock)
    complete = origins[-1]
    assert columnar(signals, belief_map, outcome, origins, complete) == by_hand(
        signals, belief_map, outcome, origins, complete
    )


def test_one_absurd_amount_spoils_no_other_sum() -> None:
    belief_map = world_map(Clock.TIME)
    at = origins_of(Clock.TIME)[0]
    signals = [
        Signal(id="a", twin="ann", kind="buy", at=at, recorded=at, payload={"price": 1e17}),
        Signal(id="b", twin="bob", kind="buy", at=at, recorded=at, payload={"price": 0.1}),
        Signal(
            id="c", twin="ann", kind="traits", at=at - 1, recorded=at - 1, payload={"tier": "2"}
        ),
        Signal(
            id="d", twin="bob", kind="traits", at=at - 1, recorded=at - 1, payload={"tier": 2.0}
        ),
    ]
    outcome = belief_map.outcomes["spend"]
    past = past_of(signals, belief_map, [outcome])
    rows = asked_in_columns(outcome, past, [at])
    assert labels_of(outcome, past, rows, at).y.tolist() == [1e17, 0.1]


def test_a_value_that_is_missing_decides_nothing() -> None:
    belief_map = world_map(Clock.TIME)
    at = origins_of(Clock.TIME)[0]
    offer = Signal(id="a", twin="ann", kind="offer", at=at, recorded=at, payload={})
    outcome = belief_map.outcomes["mood_after"]
    past = past_of([offer], belief_map, [outcome])
    rows = asked_in_columns(outcome, past, [])
    assert math.isnan(labels_of(outcome, past, rows, at).y[0])


@given(st.lists(st.integers(-3, 9)), st.lists(st.integers(-5, 12)), st.booleans())
def test_codes_are_dense_and_found_again(known: list[int], asked: list[int], far: bool) -> None:
    """Whether the numbers lie close together, or are session codes far apart."""
    spread = 2**58 if far else 1
    own, other = np.array(known, dtype=np.int64) * spread, np.array(asked, dtype=np.int64) * spread
    code, found, size = _ranked(own, other)
    values = sorted(set(own.tolist()))
    assert size == len(values)
    assert code.tolist() == [values.index(value) for value in own.tolist()]
    assert found.tolist() == [
        values.index(value) if value in values else -1 for value in other.tolist()
    ]
