"""Where priors come from: the map before a fit, the frozen population after."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.beliefmap.model import Node
from doxa.reading.prior import NUMBERS, Prior, map_prior
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


def prior_rows(priors: Priors, nodes: tuple[Node, ...], node: Ints, asked: Asked) -> Prior:
    """The priors of rows of several nodes, as one prior of columns.

    Parameters
    ----------
    nodes : tuple of Node
    node : int64[q]
        Place in `nodes`; the nodes of `asked`'s q rows.
    """
    if isinstance(priors, MapPriors):
        return _prior(_map_table(nodes)[:, node])
    columns = np.empty((len(NUMBERS), len(node)))
    for place in np.unique(node).tolist():
        rows = np.flatnonzero(node == place)
        here = Asked(asked.twin[rows], asked.member[rows], asked.members, asked.traits)
        prior = priors.prior(nodes[place], here)
        for name, column in zip(NUMBERS, columns, strict=True):
            column[rows] = getattr(prior, name)
    return _prior(columns)


def _prior(columns: Floats) -> Prior:
    """A prior from its columns, one row per number."""
    *numbers, assumed = columns
    told: list[Any] = [*numbers, assumed > 0]
    return Prior(*told)


_KNOWN: deque[tuple[tuple[Node, ...], Floats]] = deque(maxlen=64)


def _map_table(nodes: tuple[Node, ...]) -> Floats:
    """The map's priors of some nodes, one row per number; those asked for last are kept."""
    for known, table in tuple(_KNOWN):
        if known is nodes:
            return table
    told = [map_prior(node) for node in nodes]
    table = np.array([[float(getattr(prior, name)) for prior in told] for name in NUMBERS])
    _KNOWN.append((nodes, table))
    return table
