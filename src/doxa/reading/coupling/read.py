"""Readings in which nodes lean on each other: the native ones, and the field between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.beliefmap.model import Node
from doxa.reading.beta import CAP
from doxa.reading.coupling.field import Field
from doxa.reading.coupling.mode import NEAREST, Natives, log_odds, sigmoid
from doxa.reading.coupling.rows import Coupled, Places, coupled_rows
from doxa.reading.many import Rows, read_rows
from doxa.reading.opinion import Opinions
from doxa.reading.pooled import Voices
from doxa.reading.prior import Prior
from doxa.reading.priors import Asked, Priors, prior_rows
from doxa.state.entries import entry_of_key, member_of_key, node_of
from doxa.state.order import distinct_rows
from doxa.state.people import State
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read: q rows of (node, twin, member), each met or not, none twice.

    Attributes
    ----------
    nodes : tuple of Node
        Ask with the same tuple again and what follows from the nodes is known already.
    node : int64[q]
        Place in `nodes`.
    twin, member : int64[q]
    """

    nodes: tuple[Node, ...]
    node: Ints
    twin: Ints
    member: Ints


class Seeing(Protocol):
    """Who lets which node be read."""

    @property
    def open(self) -> bool:
        """Whether everything of everybody is seen."""

    def unseen(self, name: str, twins: Ints) -> NDArray[np.bool_]:
        """Of whom a node may not be read, bool[q]."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """Where readings come from: the field, the priors and what the codes of members mean.

    A gate says of whom which nodes take no part; left out, all that the field has.
    """

    field: Field
    priors: Priors
    members: Members
    gate: Seeing | None = None

    def unseen(self, field: Field, twins: Ints) -> NDArray[np.bool_] | None:
        """Which nodes of a part of the field may not be read, bool[twins, nodes]; None: all may."""
        if self.gate is None or self.gate.open:
            return None
        return np.stack([self.gate.unseen(node.name, twins) for node in field.nodes], axis=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """The rows of a field at its mode.

    Attributes
    ----------
    field : Field
    rows : Coupled
    natives : Natives
    x : float64[q]
        Log odds.
    """

    field: Field
    rows: Coupled
    natives: Natives
    x: Floats

    @property
    def credence(self) -> Floats:
        """s(x); the native credence where nothing moved it, to the last bit."""
        kept = self.x == log_odds(self.natives.credence)
        return np.where(kept, self.natives.credence, sigmoid(self.x))

    @property
    def weighs(self) -> Floats:
        """What each row's native credence weighs on the side it was moved to."""
        up = self.x > log_odds(self.natives.credence)
        return np.where(up, self.natives.above, self.natives.below)


def read_coupled(
    state: State, wanted: Wanted, now: Moment | Ints, voices: Voices, leaning: Leaning
) -> Opinions:
    """Read rows of several nodes, each moved by what its neighbours in the field hold.

    Only `credence` is moved: uncertainty, status and everything else are the node's own. A node
    without an edge reads exactly as `read_rows` has it.

    Parameters
    ----------
    now : int, or int64[q] (one moment per twin)

    Returns
    -------
    Opinions
        One row for each of `wanted`, in their order.
    """
    read, settled, joined = _read(state, wanted, now, voices, leaning)
    if settled is None:
        return read
    credence = read.credence.copy()
    credence[joined] = settled.credence[settled.rows.asked]
    return replace(read, credence=credence)


def settle(
    state: State, wanted: Wanted, now: Moment | Ints, voices: Voices, leaning: Leaning
) -> Settled | None:
    """The field around what is wanted, for saying why; None where nothing wanted has an edge."""
    return _read(state, wanted, now, voices, leaning)[1]


def natives_of(read: Opinions, prior: Prior, group: Ints) -> Natives:
    """How readings enter the field (decision 19).

    Everything weighs n + W = W / u around its native credence. Of evidence for and against, what
    the self rule cut still counts against neighbours: below its credence a node holds with all its
    support, above with all its attack.
    """
    strength = np.broadcast_to(prior.strength, read.native.shape)
    whole = strength / read.uncertainty
    plain = np.isnan(read.heard_for)
    r, s = np.where(plain, 0.0, read.heard_for), np.where(plain, 0.0, read.heard_against)
    cap = CAP / (r + s + CAP)
    inside = np.clip(read.native, NEAREST, 1 - NEAREST)
    below = (r * cap + read.base * strength) / inside
    above = (s * cap + (1 - read.base) * strength) / (1 - inside)
    return Natives(
        group,
        read.native,
        read.base,
        np.where(plain, whole, below),
        np.where(plain, whole, above),
    )


def _read(
    state: State, wanted: Wanted, now: Moment | Ints, voices: Voices, leaning: Leaning
) -> tuple[Opinions, Settled | None, Ints]:
    """The native readings wanted; the field around them, and which of them stand in it."""
    when = now if isinstance(now, np.ndarray) else np.full(len(wanted.node), now)
    members, names = leaning.members, [node.name for node in wanted.nodes]
    field = leaning.field.around(names)
    if not field.nodes:
        return _natively(state, wanted, when, voices, leaning)[0], None, _NOWHERE
    place = np.array([field.place.get(name, -1) for name in names], dtype=np.int64)
    joined = np.flatnonzero(place[wanted.node] >= 0)
    if not len(joined):
        return _natively(state, wanted, when, voices, leaning)[0], None, joined
    twins, first, of = np.unique(wanted.twin[joined], return_index=True, return_inverse=True)
    asked = Places(of, place[wanted.node[joined]], wanted.member[joined])
    met, unseen = _met(state, field, twins, voices), leaning.unseen(field, twins)
    rows = coupled_rows(field, members, len(twins), met, asked, unseen)
    more = np.ones(len(rows.twin), dtype=bool)
    more[rows.asked] = False
    added = np.flatnonzero(more)
    nodes, of_wanted, of_field = _together(wanted.nodes, field)
    every = Wanted(
        nodes,
        np.concatenate([of_wanted[wanted.node], of_field[rows.node[added]]]),
        np.concatenate([wanted.twin, twins[rows.twin[added]]]),
        np.concatenate([wanted.member, rows.member[added]]),
    )
    moments = np.concatenate([when, when[joined][first][rows.twin[added]]])
    read, prior = _natively(state, every, moments, voices, leaning)
    order = np.empty(len(rows.twin), dtype=np.int64)
    order[rows.asked] = joined
    order[added] = len(wanted.node) + np.arange(len(added))
    natives = natives_of(read.take(order), prior.take(order), rows.group)
    settled = Settled(field, rows, natives, rows.settled(natives))
    return read.take(np.arange(len(wanted.node))), settled, joined


_NOWHERE = np.zeros(0, dtype=np.int64)


def _natively(
    state: State, wanted: Wanted, now: Ints, voices: Voices, leaning: Leaning
) -> tuple[Opinions, Prior]:
    asked = Asked(wanted.twin, wanted.member, leaning.members, state.traits)
    prior = prior_rows(leaning.priors, wanted.nodes, wanted.node, asked)
    rows = Rows(wanted.nodes, wanted.node, wanted.twin, wanted.member, prior)
    return read_rows(state, rows, now, voices), prior


def _together(nodes: tuple[Node, ...], field: Field) -> tuple[tuple[Node, ...], Ints, Ints]:
    """The nodes wanted and those of the field as one, and where either stand in it.

    One of the two tuples wherever that holds all: what follows from it is known already.
    """
    names = [node.name for node in nodes]
    if field.place.keys() <= set(names):
        every = nodes
    else:
        every = field.nodes + tuple(node for node in nodes if node.name not in field.place)
        every = field.nodes if len(every) == len(field.nodes) else every
    place = {node.name: number for number, node in enumerate(every)}
    return every, _numbers(place[n] for n in names), _numbers(place[n.name] for n in field.nodes)


def _numbers(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _met(state: State, field: Field, twins: Ints, voices: Voices) -> Places:
    """The (twin, node, member) that visible evidence or claims speak of."""
    place = np.full(len(state.entries), -1, dtype=np.int64)
    for entry, code in state.entries.items():
        place[code] = field.place.get(node_of(entry), -1)
    found = [np.zeros((3, 0), dtype=np.int64)]
    for cells in state.tables.values():
        node = place[entry_of_key(cells.member)]
        at = np.minimum(np.searchsorted(twins, cells.twin), len(twins) - 1)
        kept = (node >= 0) & voices.visible[cells.source] & (twins[at] == cells.twin)
        found.append(np.stack([at, node, member_of_key(cells.member)])[:, kept])
    every = np.concatenate(found, axis=1)
    twin, node, member = every[:, distinct_rows(*every)[0]]
    return Places(twin, node, member)
