"""The laws of coupled readings, on the readings of the product and on the oracle."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doxa.beliefmap.model import BeliefMap, Edge
from doxa.checks import laws
from doxa.checks.columns import read_columns
from doxa.checks.oracle import read_plainly
from doxa.checks.strategies import SOURCES, coupled_maps, histories
from doxa.domain.clock import DAY
from doxa.domain.node import Address
from doxa.domain.signal import Signal

READERS = pytest.mark.parametrize("reader", [read_columns, read_plainly])
AGES = st.sampled_from([0, 5 * DAY, 300 * DAY])
FAIR = Address("fair")
LAWS = settings(
    deadline=None, max_examples=25, suppress_health_check=list(HealthCheck), derandomize=True
)


def end(history: list[Signal]) -> int:
    return max(signal.at for signal in history)


def said(kind: str, at: int, source: str, **payload: float | str) -> Signal:
    return Signal(
        id="x", twin="ann", kind=kind, at=at, recorded=at, source=source, session="x",
        payload=dict(payload),
    )  # fmt: skip


@settings(LAWS, max_examples=120)
@given(coupled_maps(), histories(most=14), AGES)
def test_field_agrees_with_the_oracle(belief_map, history, age):
    laws.check_agree(read_columns, read_plainly, history, belief_map, end(history) + age)


@READERS
@LAWS
@given(belief_map=coupled_maps(), history=histories(most=14), age=AGES)
def test_neighbours_move_credence_alone(reader, belief_map, history, age):
    laws.check_neighbours(reader, history, belief_map, end(history) + age)


@LAWS
@given(coupled_maps(), histories(most=14), AGES, st.integers(0, 99))
def test_order_and_duplicates_change_nothing(belief_map, history, age, seed):
    laws.check_order(read_columns, history, belief_map, end(history) + age, seed)


@READERS
@LAWS
@given(belief_map=coupled_maps(), history=histories(most=14), age=AGES)
def test_credence_is_a_probability(reader, belief_map, history, age):
    laws.check_bounds(reader, history, belief_map, end(history) + age)


@settings(LAWS, max_examples=150)
@given(
    coupled_maps(),
    histories(kinds=("said_fair", "said_fair", "rated", "said_knows", "bought"), least=2, most=14),
    AGES,
    st.data(),
)
def test_more_support_never_lowers(belief_map, history, age, pick):
    now = end(history) + age
    if FAIR not in read_columns(history, belief_map, now):
        return
    more = said(
        "said_fair",
        pick.draw(st.sampled_from([signal.at for signal in history])),
        pick.draw(st.sampled_from(SOURCES)),
        holds=1,
        weight=pick.draw(st.sampled_from([1e-9, 0.3, 1.0, 50.0])),
    )
    laws.check_never_lowers(read_columns, history, [*history, more], belief_map, now, FAIR)


@LAWS
@given(coupled_maps(), histories(kinds=("rated", "said_fair"), most=14), AGES, st.data())
def test_raising_a_value_never_lowers(belief_map, history, age, pick):
    old = pick.draw(st.sampled_from(history))
    if old.kind != "rated":
        return
    now = end(history) + age
    for node in ("mood", "price"):
        payload = {**old.payload, node: old.payload[node] + 1}
        raised = [msgspec.structs.replace(s, payload=payload) if s is old else s for s in history]
        laws.check_never_lowers(read_columns, history, raised, belief_map, now, Address(node))


@LAWS
@given(coupled_maps(), histories(kinds=("bought", "said_buys", "visit"), most=14), AGES, st.data())
def test_one_more_occurrence_never_lowers(belief_map, history, age, pick):
    now, rice = end(history) + age, Address("buys", ("rice",))
    if rice not in read_columns(history, belief_map, now):
        return
    at = pick.draw(st.sampled_from([signal.at for signal in history]))
    more = said("bought", at, "shop", dish="rice", count=1)
    laws.check_never_lowers(read_columns, history, [*history, more], belief_map, now, rice)


@LAWS
@given(coupled_maps(), histories(least=2, most=14), AGES)
def test_more_evidence_never_raises_uncertainty(belief_map, history, age):
    now = end(history) + age
    laws.check_never_unsure(read_columns, history[:-1], history[-1], belief_map, now)


@LAWS
@given(coupled_maps(), histories(least=2, most=14), AGES)
def test_another_tree_moves_by_nothing(belief_map, history, age):
    now = end(history) + age
    more = said("said_fair", now, "self", holds=1, weight=3.0)
    laws.check_parts(read_columns, history, [*history, more], belief_map, now, "fair")


def test_the_persons_word_again_never_lowers(belief_map_fair: BeliefMap) -> None:
    """Others contradict much; neighbours hold it high: what the self rule cut holds against them."""
    node = belief_map_fair.nodes["fair"]
    other = msgspec.structs.replace(node, name="loyal")
    rules = tuple(
        msgspec.structs.replace(rule, kind="said_loyal", node="loyal")
        for rule in belief_map_fair.signals["said_fair"]
    )
    belief_map = msgspec.structs.replace(
        belief_map_fair,
        nodes={"fair": node, "loyal": other},
        signals={**belief_map_fair.signals, "said_loyal": rules},
        edges=(Edge(source=FAIR, target=Address("loyal"), kind="supports", weight=100.0),),
    )
    at = 400 * DAY

    def spoken(number: int, kind: str, source: str, holds: int) -> Signal:
        payload = {"holds": holds, "weight": 1.0}
        return msgspec.structs.replace(
            said(kind, at, source, **payload), id=f"s{number}", session=f"s{number}"
        )

    history = [
        spoken(0, "said_fair", "self", 1),
        *(spoken(n, "said_fair", "shop", 0) for n in range(1, 41)),
        *(spoken(n, "said_loyal", "shop", 1) for n in range(41, 81)),
    ]
    again = [*history, spoken(99, "said_fair", "self", 1)]
    before = read_columns(history, belief_map, at)[FAIR]
    assert before["credence"] > 2 / 3 > before["native"]
    laws.check_never_lowers(read_columns, history, again, belief_map, at, FAIR)
    laws.check_agree(read_columns, read_plainly, again, belief_map, at)
