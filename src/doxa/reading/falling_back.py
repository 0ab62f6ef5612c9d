"""Families that fall back on the person: a member with little evidence reads as the wider node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.wider import wider_member
from doxa.domain.evidence import EvidenceKind
from doxa.reading.coupling.read import Seeing
from doxa.reading.many import Rows, read_rows
from doxa.reading.opinion import Opinions
from doxa.reading.pooled import Voices
from doxa.reading.prior import Prior
from doxa.reading.priors import Asked, Priors
from doxa.state.people import State

_EDGE = 1e-12
"""Base rates stay inside (0, 1)."""


@dataclass(frozen=True, slots=True)
class OwnPriors:
    """Priors in which the members of a family with `within` start from the person's wider node.

    For and against: the base rate is the wider node's credence, and weighs W as any base rate does;
    without evidence of its own the member reads exactly so. Values: the prior mean is the wider
    node's mean, and weighs k0. With much evidence the member reads as itself.

    Attributes
    ----------
    given : Priors
        Of the map or the population; for all other nodes, and for the wider ones.
    belief_map : BeliefMap
    state : State
    twin, now : int64[q]
        The moment each twin is read at; twins ascending.
    voices : Voices
    gate : Seeing or None
        Of whom the wider node may not be read: their members have none to fall back on.
    """

    given: Priors
    belief_map: BeliefMap
    state: State
    twin: Ints
    now: Ints
    voices: Voices
    gate: Seeing | None = None

    def prior(self, node: Node, asked: Asked) -> Prior:
        """The prior of each row asked for."""
        own = self.given.prior(node, asked)
        if node.within is None or not len(asked.twin):
            return own
        wider = self.belief_map.nodes[node.within]
        found = fallen_back(own, node, [self._wider(node, wider, asked)])
        if self.gate is None or self.gate.open:
            return found
        return _where(self.gate.unseen(wider.name, asked.twin), own, found)

    def table(self, nodes: tuple[Node, ...]) -> Floats | None:
        """Those given, where none of the nodes falls back."""
        own = any(node.within is not None for node in nodes)
        return None if own else self.given.table(nodes)

    def segment(self, node: Node, asked: Asked) -> str | None:
        """That of the priors given; a member that falls back starts from the person, not from it."""
        return None if node.within is not None else self.given.segment(node, asked)

    def _wider(self, node: Node, wider: Node, asked: Asked) -> Opinions:
        """The wider node as read for every row asked for."""
        member = _projected(node, wider, asked)
        pairs, back = np.unique(np.stack([asked.twin, member]), axis=1, return_inverse=True)
        twin, member = pairs
        prior = self.prior(wider, Asked(twin, member, asked.members, asked.traits))
        alone = _alone(self.belief_map)[wider.name]
        rows = Rows(alone, np.zeros(len(twin), dtype=np.int64), twin, member, prior)
        place = np.minimum(np.searchsorted(self.twin, twin), len(self.twin) - 1)
        read = read_rows(self.state, rows, self.now[place], self.voices)
        return read.take(back.reshape(-1))


def fallen_back(own: Prior, node: Node, wider: Sequence[Opinions]) -> Prior:
    """A member's prior, moved to where the wider node is read; parts follow each other."""
    if node.evidence is EvidenceKind.VALUE:
        mean = np.concatenate([part.mean for part in wider])
        return replace(own, mean=mean, own_mean=_column(own.mean, mean))
    credence = np.concatenate([part.credence for part in wider])
    unknown = [part.assumed & (part.occasions == 0) for part in wider]
    base = np.clip(credence, _EDGE, 1 - _EDGE)
    assumed = np.concatenate(unknown)
    return replace(own, base=base, own_base=_column(own.base, base), assumed=assumed)


def _column(value: float | Floats, like: Floats) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=np.float64), like.shape)


def _where(unseen: np.ndarray[tuple[int], np.dtype[np.bool_]], own: Prior, found: Prior) -> Prior:
    """The one prior in some rows, the other in the rest."""
    if not unseen.any():
        return found
    mixed = {
        name: np.where(unseen, getattr(own, name), getattr(found, name))
        for name in ("base", "mean", "own_base", "own_mean", "assumed")
    }
    return replace(found, **mixed)


def _projected(node: Node, wider: Node, asked: Asked) -> Ints:
    """Codes of the wider node's members that the members asked for are part of.

    A member that nobody met is part of one that nobody met.
    """
    if not wider.dimensions:
        return np.full(len(asked.member), asked.members.code(wider.name, ()))
    names = asked.members.names(node.name)
    nobody = len(asked.members.names(wider.name))
    code = {
        member: asked.members.code(wider.name, wider_member(node, wider, names[member]))
        if member < len(names)
        else nobody
        for member in np.unique(asked.member).tolist()
    }
    return np.array([code[member] for member in asked.member.tolist()], dtype=np.int64)


def with_wider(belief_map: BeliefMap, nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Some nodes and all that they fall back on, each once."""
    found = {node.name: node for node in nodes}
    waiting = list(nodes)
    while waiting:
        name = waiting.pop().within
        if name is not None and name not in found:
            found[name] = belief_map.nodes[name]
            waiting.append(found[name])
    return tuple(nodes) if len(found) == len(nodes) else tuple(found.values())


@per_map
def _falls_back(belief_map: BeliefMap) -> bool:
    """Whether any family of a map does."""
    return any(node.within is not None for node in belief_map.nodes.values())


@per_map
def _alone(belief_map: BeliefMap) -> dict[str, tuple[Node]]:
    """Every node as what to read alone: what follows from it is known by the tuple."""
    return {name: (node,) for name, node in belief_map.nodes.items()}


def own_priors(
    given: Priors,
    belief_map: BeliefMap,
    state: State,
    twin: Ints,
    now: Ints,
    voices: Voices,
    gate: Seeing | None = None,
) -> Priors:
    """The priors of some twins' readings; those given, where no family falls back.

    Parameters
    ----------
    twin, now : int64[q]
        Distinct twins, and the moments they are read at.
    """
    if not _falls_back(belief_map):
        return given
    sort = np.argsort(twin)
    return OwnPriors(given, belief_map, state, twin[sort], now[sort], voices, gate)
