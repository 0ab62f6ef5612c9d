"""The laws of reading where a population has segments, and an oracle that is told their base rates."""

from __future__ import annotations

from functools import partial

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks.test_laws import AGES, FAIR, end, said

from doxa.beliefmap.model import BeliefMap
from doxa.checks import laws
from doxa.checks.columns import read_columns
from doxa.checks.oracle import read_plainly
from doxa.checks.strategies import CLAIMING, START, TURNING, histories, maps
from doxa.domain.clock import DAY
from doxa.domain.evidence import EvidenceKind
from doxa.domain.signal import TRAITS, Signal
from doxa.heads.priors import NodePriors, PopulationPriors, Segments
from doxa.reading.prior import map_prior

TIERS = ("gold", "silver")


def of_tier(tier: str, at: int, number: int = 0, source: str = "shop") -> Signal:
    payload = {"tier": tier}
    return Signal(
        id=f"t{number}", twin="ann", kind=TRAITS, at=at, recorded=at, source=source, payload=payload
    )


@st.composite
def worlds(draw: st.DrawFn):
    """A map with a persona, and a population whose base rates differ by it; those of every tier."""
    belief_map = msgspec.structs.replace(draw(maps()), personas=("tier",))
    found, bases = {}, {}
    for node in belief_map.nodes.values():
        usual = map_prior(node)
        mine = (0.5 if node.base is None else node.base, float(usual.rate))
        rest = [float(usual.mean), float(usual.spread), 2.0, 1.0]
        row = [mine[0], 1.0, mine[1], *rest]
        if node.evidence is not EvidenceKind.OPINION:
            found[node.name] = NodePriors([], [], row)
            continue
        own = [draw(st.floats(0.02, 0.98)) for _ in TIERS]
        rows = [[base, *row[1:]] for base in own]
        segments = Segments("tier", list(TIERS), [10] * len(TIERS), [[]] * len(TIERS), rows)
        found[node.name] = NodePriors([], [], row, segments)
        bases[node.name] = dict(zip(TIERS, own, strict=True))
    return belief_map, PopulationPriors(found, belief_map), bases


def told_by(belief_map: BeliefMap, bases: dict[str, dict[str, float]], tier: str) -> BeliefMap:
    """The map that says of its nodes what a tier is like."""
    nodes = {
        name: msgspec.structs.replace(node, base=bases[name][tier]) if name in bases else node
        for name, node in belief_map.nodes.items()
    }
    return msgspec.structs.replace(belief_map, nodes=nodes)


@given(worlds(), histories(kinds=TURNING), AGES, st.sampled_from(TIERS))
@settings(max_examples=60, deadline=None)
def test_a_segment_reads_as_the_oracle_that_is_told_its_base_rates(world, history, age, tier):
    belief_map, priors, bases = world
    reader, now = partial(read_columns, priors=priors), end(history) + age
    other = TIERS[1 - TIERS.index(tier)]
    known = [*history, of_tier(other, START - DAY), of_tier(tier, START - DAY + 1, 1, "support")]
    expected = read_plainly(known, told_by(belief_map, bases, tier), now)
    laws.assert_close(reader(known, belief_map, now), expected, "the oracle")


@given(worlds(), histories(kinds=CLAIMING), AGES, st.sampled_from(["bronze", ""]))
@settings(max_examples=30, deadline=None)
def test_people_of_no_segment_read_as_people_on_the_whole(world, history, age, tier):
    belief_map, priors, _ = world
    now = end(history) + age
    known = [*history, of_tier("gold", START - DAY), of_tier(tier, START - DAY + 1, 1)]
    found = read_columns(known, belief_map, now, priors=priors)
    laws.assert_close(found, read_plainly(known, belief_map, now), "the whole")


@given(worlds(), histories(kinds=TURNING, least=2), AGES, st.data())
@settings(max_examples=30, deadline=None)
def test_the_laws_hold_in_a_segment(world, history, age, pick):
    belief_map, priors, _ = world
    history = [of_tier(pick.draw(st.sampled_from(TIERS)), START - DAY), *history]
    reader, now = partial(read_columns, priors=priors), end(history) + age
    laws.check_order(reader, history, belief_map, now, pick.draw(st.integers(0, 99)))
    laws.check_bounds(reader, history, belief_map, now)
    laws.check_never_unsure(reader, history[:-1], history[-1], belief_map, now)
    laws.check_silence(reader, history, belief_map, now, now + 40 * DAY)
    at = pick.draw(st.sampled_from([one.at for one in history]))
    if FAIR in reader(history, belief_map, now):
        laws.check_never_lowers(reader, history, [*history, said(0, at, 1)], belief_map, now, FAIR)
