"""Coupled credences for the rows of heads: by the map's field and priors, whatever was fitted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, Node
from doxa.features.consents import Withholding
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.rows import NONE, Rows
from doxa.features.states import States
from doxa.reading.coupling.field import Field, declared_field
from doxa.reading.coupling.read import Leaning, Wanted, read_coupled
from doxa.reading.falling_back import own_priors, with_wider
from doxa.reading.priors import MapPriors
from doxa.state.entries import claims_about, entry_of_key
from doxa.state.order import distinct_rows
from doxa.state.people import State

JOINED = " + "


def read_in_field(belief_map: BeliefMap, reading: Reading) -> bool:
    """Whether a head reads the node's coupled credence: it has an edge, and one member is read."""
    return reading.node in declared_field(belief_map).parts and not reading.pooled


def part_of(field: Field, node: str) -> str:
    """The nodes that move each other with a node, as one owner of columns.

    What one of them evokes in a coupled column cannot be told from what another does: their
    columns are accounted for together.
    """
    return JOINED.join(name for name, part in field.parts.items() if part == field.parts[node])


class Coupling:
    """Gives the coupled and the native credence of nodes for any rows of a past."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.field = declared_field(past.map)
        self._nodes = with_wider(past.map, self.field.nodes)
        self._states = States(past, self._nodes)

    def credences(
        self, rows: Rows, members: Mapping[str, Ints], silenced: Collection[str] = ()
    ) -> dict[str, tuple[Floats, Floats]]:
        """Coupled and native credence by node, float64[n] each.

        Parameters
        ----------
        members : dict of node name to int64[n]
            The member of each row; below 0, a member that nobody met.
        silenced : names of nodes that are read as if nothing spoke of them, nor of what they
            fall back on
        """
        distinct, place = distinct_rows(rows.twin, rows.seen.at, rows.seen.order)
        twin, seen = rows.twin[distinct], rows.seen.take(distinct)
        gate = Withholding(self.past, twin, seen)
        state = _let_through(self._states.at(twin, seen), gate, self._nodes)
        nodes = self.past.map.nodes
        quiet = with_wider(self.past.map, [nodes[name] for name in silenced if name in nodes])
        gone = [name for node in quiet for name in (node.name, claims_about(node.name))]
        state = state.without(*(name for name in gone if name in state.entries))
        number = {node.name: at for at, node in enumerate(self.field.nodes)}
        asked = [
            np.stack([np.full(len(rows), number[node]), place, self._known(node, member)])
            for node, member in members.items()
        ]
        every = np.concatenate(asked, axis=1)
        first, back = distinct_rows(*every)
        told = every[:, first]
        wanted = Wanted(self.field.nodes, told[0], told[1], told[2])
        count, voices = np.arange(len(twin)), self._states.voices
        own = own_priors(MapPriors(), self.past.map, state, count, seen.at, voices, gate)
        leaning = Leaning(self.field, own, self.past.members, gate)
        now = seen.at[told[1]]
        read = read_coupled(state, wanted, now, voices, leaning).take(back)
        n = len(rows)
        return {
            node: (read.credence[at * n : (at + 1) * n], read.native[at * n : (at + 1) * n])
            for at, node in enumerate(members)
        }

    def _known(self, node: str, member: Ints) -> Ints:
        """Members of a node; those that nobody met stand together behind all others."""
        return np.where(member == NONE, len(self.past.members.names(node)), member)


def _let_through(state: State, gate: Withholding, nodes: tuple[Node, ...]) -> State:
    """The state without what people do not let be read."""
    if gate.open:
        return state
    tables = {}
    for layout, cells in state.tables.items():
        entry, kept = entry_of_key(cells.member), np.ones(len(cells), dtype=bool)
        for node in nodes:
            codes = [state.entries[node.name], state.entries[claims_about(node.name)]]
            its = np.flatnonzero(np.isin(entry, codes))
            kept[its] = ~gate.unseen(node.name, cells.twin[its])
        tables[layout] = cells.take(np.flatnonzero(kept))
    return replace(state, tables=tables)
