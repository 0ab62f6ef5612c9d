"""A view applied to folded state, before any reading: what is not seen is not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.consent import readable_names
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.sights import purpose_named, sight_of
from doxa.domain.consent import about_node, about_purpose
from doxa.domain.signal import CONSENT
from doxa.domain.view import Sight, View
from doxa.state.cells import NodeCells
from doxa.state.claims import Claims
from doxa.state.consents import Consents
from doxa.state.entries import entry_of_key, node_of
from doxa.state.marks import Marks
from doxa.state.people import Seen, State


@dataclass(frozen=True, slots=True)
class Gate:
    """A purpose and the consents of some twins: who lets what be seen.

    Attributes
    ----------
    belief_map : BeliefMap
        The whole map.
    purpose : str or None
        None = the operator.
    sight : Sight
    consents : Consents
    """

    belief_map: BeliefMap
    purpose: str | None
    sight: Sight
    consents: Consents

    @classmethod
    def of(cls, belief_map: BeliefMap, purpose: str | None, consents: Consents) -> Gate:
        """The gate of a purpose of the map, or `UnknownName`."""
        return cls(belief_map, purpose, sight_of(belief_map, purpose), consents)

    def closed(self, twins: Ints) -> NDArray[np.bool_]:
        """Of whom the purpose sees nothing, bool[q]: its consent is missing or withdrawn."""
        if self.purpose is None:
            return np.zeros(len(twins), dtype=bool)
        asked = purpose_named(self.belief_map, self.purpose).consent
        return self.consents.missing(about_purpose(self.purpose), twins, asked=asked)

    def withheld(self, name: str, twins: Ints) -> NDArray[np.bool_]:
        """Who does not let a node or trait be read, bool[q]."""
        asked = name in opt_in_nodes(self.belief_map)
        return self.consents.missing(about_node(name), twins, asked=asked)

    def unseen(self, name: str, twins: Ints) -> NDArray[np.bool_]:
        """Of whom a node or trait is not seen, for whatever reason, bool[q]."""
        if not self.sight.sees(name):
            return np.ones(len(twins), dtype=bool)
        return self.withheld(name, twins) | self.closed(twins)

    def withholdable(self) -> list[str]:
        """Nodes and traits that somebody withholds: `opt_in` ones, and those somebody spoke of."""
        told = self.consents.withdrawn
        spoken = [name for name in readable_names(self.belief_map) if about_node(name) in told]
        return list(dict.fromkeys((*opt_in_nodes(self.belief_map), *spoken)))

    @property
    def open(self) -> bool:
        """Whether everything of everybody is seen."""
        return self.purpose is None and not self.withholdable()

    def view(self, twin: int) -> View:
        """What may be seen of one twin."""
        one = np.array([twin], dtype=np.int64)
        names = (name for name in self.withholdable() if self.withheld(name, one)[0])
        return View(
            purpose=self.purpose,
            sight=self.sight,
            withheld=frozenset(names),
            closed=bool(self.closed(one)[0]),
        )


@per_map
def opt_in_nodes(belief_map: BeliefMap) -> tuple[str, ...]:
    """The nodes that are absent until the person gives consent."""
    return tuple(node.name for node in belief_map.nodes.values() if node.opt_in)


def hearing(sight: Sight, sources: Iterable[str]) -> NDArray[np.bool_]:
    """Which sources a sight hears, by code."""
    return np.array([sight.hears(name) for name in sources], dtype=bool)


def heard(signals: SignalColumns, sight: Sight) -> SignalColumns:
    """The signals of the sources that a sight hears."""
    if sight.hears_all:
        return signals
    hears = hearing(sight, signals.sources)[signals.source] if len(signals) else np.zeros(0, bool)
    return signals if hears.all() else signals.take(np.flatnonzero(hears))


def heard_and_said(signals: SignalColumns, sight: Sight) -> SignalColumns:
    """The same, and every consent: whoever sent it, it holds.

    Consents of unheard sources come as inert rows, which tell nothing else, not even that the
    person is there; those that doxa put out itself are no consents, and are gone.
    """
    code = signals.kinds.index(CONSENT) if CONSENT in signals.kinds else -1
    said = signals.kind == code
    hears = hearing(sight, signals.sources)[signals.source] if len(signals) else said
    kept = np.where(said, ~signals.inert, hears)
    if kept.all() and hears.all():
        return signals
    quiet = replace(signals, inert=signals.inert | (said & ~hears))
    return quiet.take(np.flatnonzero(kept))


def seen_state(state: State, sources: tuple[str, ...], gate: Gate) -> State:
    """The state without what the gate does not let through; the same as folding only the rest.

    Cells, claims and marks of hidden nodes and unheard sources are gone, and so are traits, the moments at which
    unheard sources saw somebody, and everything of twins without consent. Occasions are kept apart
    by source, so that nothing of a heard one moves.

    Parameters
    ----------
    sources : tuple of str
        What the codes of sources mean.
    """
    if gate.open:
        return state
    hears = hearing(gate.sight, sources)
    kept = {
        layout: _seen_cells(cells, state, hears, gate) for layout, cells in state.tables.items()
    }
    told = state.traits
    rows = hears[told.source].copy()
    for name in set(told.name):
        its = np.array([each == name for each in told.name], dtype=bool)
        rows[its] &= ~gate.unseen(name, told.twin[its])
    return replace(
        state,
        tables={layout: cells for layout, cells in kept.items() if len(cells)},
        seen=_seen_moments(state.seen, hears, gate),
        traits=told.take(np.flatnonzero(rows)),
        claims=state.claims.take(
            _seen_rows(state.claims, entry_of_key(state.claims.key), state, hears, gate)
        ),
        marks=state.marks.take(_seen_rows(state.marks, state.marks.entry, state, hears, gate)),
    )


def _seen_cells(cells: NodeCells, state: State, hears: NDArray[np.bool_], gate: Gate) -> NodeCells:
    entry = entry_of_key(cells.member)
    names = list(state.entries)
    rows = hears[cells.source].copy()
    for code in np.unique(entry).tolist():
        its = entry == code
        rows[its] &= ~gate.unseen(node_of(names[code]), cells.twin[its])
    return cells if rows.all() else cells.take(np.flatnonzero(rows))


def _seen_rows(
    told: Claims | Marks, entry: Ints, state: State, hears: NDArray[np.bool_], gate: Gate
) -> Ints:
    """Claims and marks that are let through: what is not heard supersedes nothing either."""
    names = list(state.entries)
    rows = hears[told.source].copy()
    for code in np.unique(entry).tolist():
        its = entry == code
        rows[its] &= ~gate.unseen(names[code], told.twin[its])
    return np.flatnonzero(rows)


def _seen_moments(told: Seen, hears: NDArray[np.bool_], gate: Gate) -> Seen:
    rows = hears[told.source] & ~gate.closed(told.twin)
    return Seen(told.twin[rows], told.source[rows], told.first[rows], told.last[rows])
