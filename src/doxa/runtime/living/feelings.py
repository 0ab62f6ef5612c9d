"""How one person feels, overall and about something."""

from __future__ import annotations

from doxa.beliefmap.open_nodes import nodes_of
from doxa.domain.claim import is_open
from doxa.domain.node import Address, NodeKind
from doxa.runtime.frozen import Frozen
from doxa.runtime.graph.graph import declared_edges, joins
from doxa.runtime.held import Held, held
from doxa.types import Json

ABOUT = "about"


class Feeling(Held, frozen=True, kw_only=True):
    """A feeling, and what it is about.

    Attributes
    ----------
    axis : str or None
        valence or arousal, where the map says so.
    about : tuple of Address
        Nodes with an `about` edge from it; none of them: how the person feels overall.
    topics : dict of dimension to member
        Of a member of a family: what it is about by its own name.
    """

    axis: str | None
    about: tuple[Address, ...]
    topics: dict[str, str]

    @property
    def overall(self) -> bool:
        """Whether it is about nothing in particular."""
        return not self.about and not self.topics and not self.open

    def as_dict(self) -> dict[str, Json]:
        """The feeling as plain fields."""
        about: list[Json] = [str(address) for address in self.about]
        topics: dict[str, Json] = dict(self.topics)
        own: dict[str, Json] = {"axis": self.axis, "overall": self.overall}
        return {**Held.as_dict(self), "feeling": {**own, "about": about, "topics": topics}}


def feelings(frozen: Frozen) -> tuple[Feeling, ...]:
    """Every feeling that may be read, single ones and members that were met."""
    every = held(frozen)
    known = [each.node for each in every if not each.open]
    return tuple(_feeling(frozen, each, known) for each in every if each.kind is NodeKind.FEELING)


def _feeling(frozen: Frozen, each: Held, known: list[Address]) -> Feeling:
    node = nodes_of(frozen.belief_map)[each.node.node]
    told = {name: getattr(each, name) for name in Held.__struct_fields__}
    member = () if each.open else each.node.member
    dimensions = () if each.open else node.dimensions
    return Feeling(
        **told,
        axis=node.axis,
        about=tuple(_about(frozen, each.node, known)),
        topics=dict(zip(dimensions, member, strict=True)),
    )


def _about(frozen: Frozen, feeling: Address, known: list[Address]) -> list[Address]:
    if is_open(feeling.node):
        return []
    belief_map = frozen.belief_map
    edges = [edge for edge in declared_edges(belief_map) if edge.kind == ABOUT]
    return [
        other
        for edge in edges
        if edge.source.node == feeling.node
        for other in known
        if other.node == edge.target.node and joins(belief_map, edge, feeling, other)
    ]
