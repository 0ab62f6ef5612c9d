"""The laws of reading under a fitted population: whatever base rates and strengths it has."""

from __future__ import annotations

from functools import partial

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks.test_laws import AGES, FAIR, end, said

from doxa.beliefmap.model import BeliefMap
from doxa.checks import laws
from doxa.checks.columns import read_columns
from doxa.checks.strategies import CLAIMING, START, TURNING, histories, maps
from doxa.domain.clock import DAY
from doxa.domain.node import Address
from doxa.heads.priors import NodePriors, PopulationPriors
from doxa.learning.priors import STRENGTHS, WEIGHTS
from doxa.reading.prior import map_prior


@st.composite
def readers(draw: st.DrawFn, belief_map: BeliefMap):
    """The reader of a population whose strengths lie anywhere that a fit may leave them."""
    found = {}
    for node in belief_map.nodes.values():
        usual = map_prior(node)
        row = [
            draw(st.floats(0.02, 0.98)),
            1.0,
            float(usual.rate),
            float(usual.mean),
            float(usual.spread),
            draw(st.sampled_from(STRENGTHS)),
            draw(st.floats(*WEIGHTS)),
        ]
        found[node.name] = NodePriors([], [], row)
    return partial(read_columns, priors=PopulationPriors(found))


@given(maps(), histories(kinds=TURNING, least=2), AGES, st.data())
@settings(max_examples=40, deadline=None)
def test_more_support_and_more_evidence(belief_map, history, age, pick) -> None:
    reader, now = pick.draw(readers(belief_map)), end(history) + age
    laws.check_bounds(reader, history, belief_map, now)
    laws.check_never_unsure(reader, history[:-1], history[-1], belief_map, now)
    source = pick.draw(st.sampled_from(["shop", "self"]))
    more = said(0, pick.draw(st.sampled_from([one.at for one in history])), 1, source=source)
    if FAIR in reader(history, belief_map, now):
        laws.check_never_lowers(reader, history, [*history, more], belief_map, now, FAIR)


@given(maps(), histories(kinds=("rated",)), AGES, st.data())
@settings(max_examples=30, deadline=None)
def test_raising_a_value_never_lowers(belief_map, history, age, pick) -> None:
    reader, old = pick.draw(readers(belief_map)), pick.draw(st.sampled_from(history))
    payload = {name: value + 1 for name, value in old.payload.items()}
    raised = [msgspec.structs.replace(s, payload=payload) if s is old else s for s in history]
    for node in ("mood", "price"):
        now = end(history) + age
        laws.check_never_lowers(reader, history, raised, belief_map, now, Address(node))


@given(maps(), histories(kinds=CLAIMING), AGES, AGES, st.data())
@settings(max_examples=40, deadline=None)
def test_silence_only_fades(belief_map, history, age, more, pick) -> None:
    reader, now = pick.draw(readers(belief_map)), end(history) + age
    laws.check_silence(reader, history, belief_map, now, now + more)


@given(maps(), st.lists(st.integers(0, 5), min_size=8, max_size=25), st.integers(1, 40), st.data())
@settings(max_examples=40, deadline=None)
def test_a_solid_belief_stays_on_its_side(belief_map, spoken, step, pick) -> None:
    reader = pick.draw(readers(belief_map))
    history = [said(n, START + n * step * DAY, int(one > 0)) for n, one in enumerate(spoken)]
    contrary = said(99, history[-1].at + DAY, 0, source="support")
    laws.check_solid_stays(reader, history, contrary, belief_map, FAIR)
    turns = [said(n, START + n * DAY, n % 2) for n in range(8)]
    laws.check_alternation(reader, turns, belief_map, FAIR)
