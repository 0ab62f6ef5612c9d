"""What to ask a person: where the evidence is torn, and what is forming and would matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import Among, AmongNode, BeliefMap
from doxa.domain.node import Address, NodeKind
from doxa.errors import InputError
from doxa.reading.opinion import Opinion
from doxa.runtime.frozen import Frozen
from doxa.runtime.held import Held, held
from doxa.state.entries import entry_of_key, member_of_key, node_of
from doxa.types import Json

CONTESTED, FORMING = "contested", "forming"
_ALWAYS = (NodeKind.GOAL, NodeKind.CONSTRAINT)
"""Kinds that matter although nothing in the map reads them: they are always in context."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One thing worth asking the person.

    Attributes
    ----------
    node : Address
    says : str
        The sentence to ask about.
    why : str
        contested, or forming.
    own_word : bool
        The person has spoken of it before: what they said and what they do may differ.
    urgency : float in [0, 2]
        Contested: 1 + the largest of its conflicts. Forming: uncertainty, times how undecided
        the credence is, times k / (1 + k) for k readers of the node in the map.
    """

    node: Address
    says: str
    why: str
    own_word: bool
    urgency: float
    opinion: Opinion

    def as_dict(self) -> dict[str, Json]:
        """The question as plain fields."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        return {**told, "node": str(self.node)}


def questions(frozen: Frozen, limit: int | None = None) -> tuple[Ask, ...]:
    """What to ask, most urgent first; see `Ask.urgency`."""
    if limit is not None and limit < 0:
        raise InputError(f"limit is {limit}", expected="a number from 0 on")
    spoken = _own_words(frozen)
    found = [ask for each in held(frozen) if (ask := _ask(frozen, each, spoken)) is not None]
    found.sort(key=lambda ask: (-ask.urgency, not ask.own_word, str(ask.node)))
    return tuple(found[:limit])


def _ask(frozen: Frozen, each: Held, spoken: set[Address]) -> Ask | None:
    opinion = each.opinion
    if not each.met or opinion.status not in (CONTESTED, FORMING):
        return None
    if opinion.status == CONTESTED:
        urgency = 1 + max(opinion.change, opinion.ambivalence, opinion.disagreement)
    else:
        readers = _readers(frozen.belief_map)[each.node.node] + (each.kind in _ALWAYS)
        undecided = 1 - abs(2 * opinion.credence - 1)
        urgency = opinion.uncertainty * undecided * readers / (1 + readers)
    if urgency <= 0:
        return None
    return Ask(
        node=each.node,
        says=each.says,
        why=opinion.status,
        own_word=each.node in spoken,
        urgency=urgency,
        opinion=opinion,
    )


def _own_words(frozen: Frozen) -> set[Address]:
    """Nodes about which the person themself has given evidence."""
    folded, own = frozen.folded, frozen.voices.own
    name = list(folded.state.entries)
    return {
        Address(node, folded.members.names(node)[member])
        for cells in folded.state.tables.values()
        for key in cells.member[own[cells.source]].tolist()
        for node, member in ((node_of(name[entry_of_key(key)]), member_of_key(key)),)
    }


@per_map
def _readers(belief_map: BeliefMap) -> Counter[str]:
    """How many things of the map depend on each node: edges, goals, outcomes and actions."""
    return Counter(_read(belief_map))


def _read(belief_map: BeliefMap) -> Iterator[str]:
    for edge in belief_map.edges:
        yield from (edge.source.node, edge.target.node)
    for node in belief_map.nodes.values():
        if node.done is not None and node.done.node is not None:
            yield node.done.node.node
        if node.part_of is not None:
            yield node.part_of
    for outcome in belief_map.outcomes.values():
        yield from _among(outcome.among)
    for action in belief_map.actions.values():
        yield from _among(action.among)
        yield from action.moderated_by


def _among(among: tuple[Among, ...]) -> Iterator[str]:
    yield from (each.node.node for each in among if isinstance(each, AmongNode))
