"""Where priors come from: the map before a fit, the frozen population after."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
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

    def table(self, nodes: tuple[Node, ...]) -> Floats | None:
        """The priors of nodes that are the same for everybody, one column each; None otherwise."""

    def segment(self, node: Node, asked: Asked) -> str | None:
        """The segment whose prior the first row asked for has; None = that of people on the whole."""


class MapPriors:
    """The priors of the map: a node's `base`, else .5 and assumed."""

    def prior(self, node: Node, asked: Asked) -> Prior:
        """The prior of a node, the same for everybody."""
        return map_prior(node)

    def table(self, nodes: tuple[Node, ...]) -> Floats:
        """The priors of some nodes, one row per number."""
        return kept_table(None, nodes, map_prior)

    def segment(self, node: Node, asked: Asked) -> str | None:
        """None: a map knows no segments."""
        return None


def prior_rows(priors: Priors, nodes: tuple[Node, ...], node: Ints, asked: Asked) -> Prior:
    """The priors of rows of several nodes, as one prior of columns.

    Parameters
    ----------
    nodes : tuple of Node
    node : int64[q]
        Place in `nodes`; the nodes of `asked`'s q rows.
    """
    table = priors.table(nodes)
    if table is not None:
        return _prior(table[:, node])
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


_KNOWN: deque[tuple[object, tuple[Node, ...], Floats]] = deque(maxlen=64)


def kept_table(
    source: object, nodes: tuple[Node, ...], prior_of: Callable[[Node], Prior]
) -> Floats:
    """Priors of numbers as a table, one row per number; those asked for last are kept.

    Parameters
    ----------
    source : object
        Where the priors are from: told apart, as `nodes` are, by identity.
    """
    for known, asked, table in tuple(_KNOWN):
        if known is source and asked is nodes:
            return table
    told = [prior_of(node) for node in nodes]
    table = np.array(
        [[np.ravel(getattr(prior, name))[0] for prior in told] for name in NUMBERS], np.float64
    )
    _KNOWN.append((source, nodes, table))
    return table
