"""Where priors come from: the map before a fit, the frozen population after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from doxa.beliefmap.columns import Ints, Members
from doxa.beliefmap.model import Node
from doxa.reading.prior import Prior, map_prior
from doxa.state.traits import Traits


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows a prior is asked for: q rows of (twin, member) of one node.

    Attributes
    ----------
    twin, member : int64[q]
    members : Members
        What the codes of members mean.
    traits : Traits
        Of these twins; segments follow from them.
    """

    twin: Ints
    member: Ints
    members: Members
    traits: Traits


class Priors(Protocol):
    """Priors of nodes by member and segment: what a population gives."""

    def prior(self, node: Node, asked: Asked) -> Prior:
        """The prior of a node, its numbers one for all or float64[q]."""


class MapPriors:
    """The priors of the map: a node's `base`, else .5 and assumed."""

    def prior(self, node: Node, asked: Asked) -> Prior:
        """The prior of a node, the same for everybody."""
        return map_prior(node)
