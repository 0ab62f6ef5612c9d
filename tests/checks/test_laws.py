"""The laws, run on the readings of the product and on the oracle that checks them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doxa.beliefmap.model import Occasion
from doxa.checks import laws
from doxa.checks.columns import read_columns
from doxa.checks.oracle import read_plainly
from doxa.checks.strategies import CLAIMING, SOURCES, START, TURNING, histories, maps
from doxa.domain.clock import DAY, HOUR
from doxa.domain.node import Address
from doxa.domain.signal import Signal

settings.register_profile(
    "laws",
    deadline=None,
    max_examples=30,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
settings.load_profile("laws")

FAIR = Address("fair")
AGES = st.sampled_from([0, HOUR, 5 * DAY, 40 * DAY, 300 * DAY, 4000 * DAY])
READERS = pytest.mark.parametrize("reader", [read_columns, read_plainly])


def end(history: list[Signal]) -> int:
    return max(signal.at for signal in history)


def said(number: int, at: int, holds: int, *, weight: float = 1.0, source: str = "shop") -> Signal:
    return Signal(
        id=f"x{number}",
        twin="ann",
        kind="said_fair",
        at=at,
        recorded=at,
        source=source,
        session=f"x{number}",
        payload={"holds": holds, "weight": weight},
    )


@given(maps(), histories(kinds=TURNING), AGES)
@settings(max_examples=150)
def test_fold_and_reading_agree_with_the_oracle(belief_map, history, age):
    laws.check_agree(read_columns, read_plainly, history, belief_map, end(history) + age)


@READERS
@given(belief_map=maps(), history=histories(kinds=TURNING), age=AGES, seed=st.integers(0, 99))
def test_order_and_duplicates_change_nothing(reader, belief_map, history, age, seed):
    laws.check_order(reader, history, belief_map, end(history) + age, seed)


@READERS
@given(belief_map=maps(), history=histories(least=2, kinds=TURNING), pick=st.data())
def test_the_future_is_not_seen(reader, belief_map, history, pick):
    now = pick.draw(st.sampled_from([signal.at for signal in history]))
    laws.check_as_of(reader, history, belief_map, now)


@READERS
@given(belief_map=maps(), history=histories(least=2, kinds=TURNING), pick=st.data())
def test_a_late_signal_changes_later_knowledge_only(reader, belief_map, history, pick):
    late = pick.draw(st.sampled_from(history))
    others = [signal for signal in history if signal is not late]
    laws.check_late(reader, others, belief_map, end(history), late)


@READERS
@given(belief_map=maps(), history=histories(kinds=TURNING), age=AGES)
def test_credence_is_a_probability(reader, belief_map, history, age):
    laws.check_bounds(reader, history, belief_map, end(history) + age)


@given(maps(), histories(kinds=("said_fair", "said_fair", "visit"), least=2), AGES, st.data())
@settings(max_examples=80)
def test_more_support_never_lowers(belief_map, history, age, pick):
    now = end(history) + age
    if FAIR not in read_columns(history, belief_map, now):
        return
    more = said(
        0,
        pick.draw(st.sampled_from([signal.at for signal in history])),
        1,
        weight=pick.draw(st.sampled_from([1e-9, 0.3, 1.0, 50.0])),
        source=pick.draw(st.sampled_from(SOURCES)),
    )
    session = pick.draw(st.sampled_from([None, "a", "x"]))
    more = msgspec.structs.replace(more, session=session)
    laws.check_never_lowers(read_columns, history, [*history, more], belief_map, now, FAIR)


@given(maps(), histories(kinds=("rated",)), AGES, st.data())
def test_raising_a_value_never_lowers(belief_map, history, age, pick):
    old = pick.draw(st.sampled_from(history))
    payload = {name: value + 1 for name, value in old.payload.items()}
    raised = [msgspec.structs.replace(s, payload=payload) if s is old else s for s in history]
    for node in ("mood", "price"):
        laws.check_never_lowers(
            read_columns, history, raised, belief_map, end(history) + age, Address(node)
        )


@given(maps(), histories(kinds=("bought", "bought", "visit"), least=2), AGES, st.data())
@settings(max_examples=60)
def test_one_more_occurrence_never_lowers(belief_map, history, age, pick):
    now = end(history) + age
    more = Signal(
        id="x",
        twin="ann",
        kind="bought",
        at=pick.draw(st.sampled_from([signal.at for signal in history])),
        recorded=0,
        session=pick.draw(st.sampled_from([None, "a"])),
        source=pick.draw(st.sampled_from(SOURCES)),
        payload={"dish": "rice", "count": pick.draw(st.sampled_from([1, 7]))},
    )
    for address in read_columns(history, belief_map, now):
        changed = [*history, more]
        laws.check_never_lowers(read_columns, history, changed, belief_map, now, address)


@given(maps(), histories(least=2, kinds=CLAIMING), AGES)
@settings(max_examples=60)
def test_more_evidence_never_raises_uncertainty(belief_map, history, age):
    now = end(history) + age
    laws.check_never_unsure(read_columns, history[:-1], history[-1], belief_map, now)


@READERS
@given(belief_map=maps(), history=histories(kinds=CLAIMING), age=AGES, more=AGES)
@settings(max_examples=80)
def test_silence_only_fades(reader, belief_map, history, age, more):
    now = end(history) + age
    laws.check_silence(reader, history, belief_map, now, now + more)


@pytest.mark.parametrize("weight", [1e-6, 0.05, 0.2, 0.7, 1.0, 2.0, 1e5])
@pytest.mark.parametrize("occasion", [Occasion.SESSION, Occasion.DAY])
@given(belief_map=maps())
@settings(max_examples=5)
def test_ten_repeats_are_not_ten_proofs(belief_map, weight, occasion):
    node = msgspec.structs.replace(belief_map.nodes["fair"], occasion=occasion)
    belief_map = msgspec.structs.replace(belief_map, nodes={**belief_map.nodes, "fair": node})
    once = said(0, START, 1, weight=weight, source="self")
    laws.check_repeats(read_columns, once, belief_map, FAIR, weight)


@given(
    maps(),
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from([1, 5, 20, 60, 150]), st.floats(0.1, 9)),
        min_size=9,
        max_size=40,
    ),
    st.floats(0.01, 1),
    st.integers(0, 400),
)
@settings(max_examples=150)
def test_a_solid_belief_stays_on_its_side(belief_map, spoken, weight, wait):
    at, history = START, []
    for number, (against, days, strength) in enumerate(spoken):
        at += days * DAY
        history.append(said(number, at, int(against > 2), weight=strength))
    contrary = said(999, at + wait * DAY, 1, weight=weight, source="support")
    for holds in (0, 1):
        against = msgspec.structs.replace(contrary, payload={"holds": holds, "weight": weight})
        laws.check_solid_stays(read_columns, history, against, belief_map, FAIR)


def test_what_one_occasion_could_turn_is_not_solid(belief_map_fair):
    """Long held, mostly forgotten, slightly contradicted: n_u and span are large, r - s is not."""
    history = [said(n, START + n * 20 * DAY, 1) for n in range(30)]
    last = history[-1].at + 196 * DAY
    history.append(said(50, last, 0, weight=0.66))
    told = read_columns(history, belief_map_fair, last)[FAIR]
    after = read_columns([*history, said(51, last, 0)], belief_map_fair, last)[FAIR]
    assert told["solidity"] >= 0.6
    assert told["evidence"] >= 2
    assert told["support"] > 2 * told["attack"]
    assert after["support"] < after["attack"]
    assert told["status"] == "held"


@given(
    maps(),
    st.lists(st.integers(1, 44 * 24), min_size=5, max_size=14),
    st.sampled_from([0.01, 0.4, 1.0, 3.0]),
    st.integers(0, 1),
    st.sampled_from(SOURCES),
)
@settings(max_examples=150)
def test_alternation_has_one_status_from_the_fourth_on(belief_map, gaps, weight, first, source):
    node = msgspec.structs.replace(belief_map.nodes["fair"], half_life=90.0 * DAY)
    belief_map = msgspec.structs.replace(belief_map, nodes={**belief_map.nodes, "fair": node})
    at, history = START, []
    for number, gap in enumerate(gaps):
        at += gap * HOUR
        history.append(said(number, at, (first + number) % 2, weight=weight, source=source))
    if belief_map.trust(source) > 0:
        laws.check_alternation(read_columns, history, belief_map, FAIR)


@READERS
@given(belief_map=maps(), history=histories(kinds=TURNING), age=AGES)
def test_own_output_is_no_evidence(reader, belief_map, history, age):
    laws.check_own_output(reader, history, belief_map, end(history) + age)


@READERS
@given(belief_map=maps(), history=histories(kinds=CLAIMING), age=AGES)
def test_trust_reaches_no_further_than_its_source(reader, belief_map, history, age):
    shop = msgspec.structs.replace(belief_map.sources["shop"], trust=0.0)
    lowered = msgspec.structs.replace(belief_map, sources={**belief_map.sources, "shop": shop})
    now = end(history) + age
    laws.check_trust(reader, history, belief_map, lowered, "shop", now)
