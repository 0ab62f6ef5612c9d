"""Open nodes: families that every map has, whose members are claims in their own words."""

from __future__ import annotations

import math

from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.nodes import DEFAULT_DAYS, DEFAULT_POSITIONS, FEELING_POSITIONS, PERIOD
from doxa.domain.claim import WORDS, ClaimKind, open_family
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import EvidenceKind
from doxa.types import HalfLife

DAYS = {ClaimKind.FACT: 365, ClaimKind.INFERENCE: 30}
"""Half-lives of claims that are more or less than a belief; the others as nodes of their kind."""

POSITIONS = {
    ClaimKind.FACT: 4 * DEFAULT_POSITIONS,
    ClaimKind.INFERENCE: FEELING_POSITIONS,
    ClaimKind.FEELING: FEELING_POSITIONS,
}


@per_map
def nodes_of(belief_map: BeliefMap) -> dict[str, Node]:
    """All nodes that evidence may be about: those declared, then the open families."""
    return {**belief_map.nodes, **open_nodes(belief_map)}


@per_map
def open_nodes(belief_map: BeliefMap) -> dict[str, Node]:
    """The open families of a map, by name."""
    found = (_family(kind, belief_map) for kind in ClaimKind)
    return {node.name: node for node in found if node.name not in belief_map.unopened}


def _family(kind: ClaimKind, belief_map: BeliefMap) -> Node:
    life = _half_life(kind, belief_map)
    timed = belief_map.clock is Clock.TIME
    return Node(
        name=open_family(kind),
        kind=kind.node_kind,
        says=f"{{{WORDS}}}",
        dimensions=(WORDS,),
        evidence=EvidenceKind.OPINION,
        half_life=life,
        bands=tuple(sorted({*belief_map.bands, life})),
        period=PERIOD * DAY if timed else PERIOD,
    )


def _half_life(kind: ClaimKind, belief_map: BeliefMap) -> HalfLife:
    if belief_map.clock is Clock.TIME:
        return float(DAYS.get(kind, DEFAULT_DAYS[kind.node_kind]) * DAY)
    wanted = POSITIONS.get(kind, DEFAULT_POSITIONS)
    finite = [band for band in belief_map.bands if math.isfinite(band)]
    return min(finite, key=lambda band: abs(math.log(band / wanted)), default=math.inf)
