"""The state of some nodes as of the moment each row may read, every row a twin of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Ints
from doxa.beliefmap.model import Node
from doxa.features.past import Past
from doxa.features.rows import Bound
from doxa.features.since import first_seen
from doxa.reading.pooled import Voices
from doxa.state.bands import cell_bands
from doxa.state.cells import NodeCells
from doxa.state.entries import Layout, claims_about, keyed
from doxa.state.evidence import NodeEvidence, split
from doxa.state.history import History, history
from doxa.state.join import stacked_cells
from doxa.state.people import Seen, State
from doxa.state.traits import newest


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is known of one node, or of claims about it: its cells by twin, and their histories."""

    code: int
    evidence: NodeEvidence
    known: History
    order: Ints
    twin: Ints


class States:
    """Indexes a past once and gives the state of some nodes for any rows.

    Parameters
    ----------
    past : Past
    nodes : the nodes, each with the claims about it
    members : dict of node name to codes, optional
        Where only some members of a family are asked for.
    """

    def __init__(
        self, past: Past, nodes: Sequence[Node], members: dict[str, Ints] | None = None
    ) -> None:
        self.past = past
        names = [entry for node in nodes for entry in (node.name, claims_about(node.name))]
        self.codes = {name: code for code, name in enumerate(names)}
        trust = {name: source.trust for name, source in past.map.sources.items()}
        self.voices = Voices.of(past.signals.sources or ("default",), trust)
        self._since = first_seen(past)
        parts = split(past.signals, _about(past, nodes), past.map)
        self._entries = [
            _entry(self.codes[entry], parts[entry], node, (members or {}).get(node.name))
            for node in nodes
            for entry in (node.name, claims_about(node.name))
            if entry in parts
        ]

    def at(self, twin: Ints, seen: Bound) -> State:
        """The state before each row's cut; twins are the places of the rows.

        Parameters
        ----------
        twin : int64[n]
        seen : Bound
        """
        count, none = np.arange(len(twin)), np.zeros(len(twin), dtype=np.int64)
        since = self._since.of_twins(twin, seen.at)
        return State(
            _tables(_cells(entry, twin, seen) for entry in self._entries),
            self.codes,
            Seen(count, none, since, seen.at),
            newest([]),
            {},
        )


def _about(past: Past, nodes: Sequence[Node]) -> EvidenceColumns:
    names = {node.name for node in nodes}
    wanted = np.array([rule.node in names for rule in past.map.rules], dtype=bool)
    kept = np.flatnonzero(wanted[past.evidence.rule])
    return EvidenceColumns(
        *(getattr(past.evidence, part.name)[kept] for part in fields(EvidenceColumns))
    )


def _entry(code: int, evidence: NodeEvidence, node: Node, members: Ints | None) -> _Entry:
    cells = np.arange(len(evidence.twin))
    if members is not None:
        cells = np.flatnonzero(np.isin(evidence.member, members))
    order = cells[np.argsort(evidence.twin[cells], kind="stable")]
    known = history(evidence, cell_bands(node))
    return _Entry(code, evidence, known, order, evidence.twin[order])


def _cells(entry: _Entry, twin: Ints, seen: Bound) -> NodeCells:
    """The cells of each row's twin as they stood before the row's cut."""
    low = np.searchsorted(entry.twin, twin, side="left")
    size = np.searchsorted(entry.twin, twin, side="right") - low
    row = np.repeat(np.arange(len(twin)), size)
    place = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size) + low[row]
    cell, known = entry.order[place], entry.known
    end = known.timeline.before(cell, seen.at[row], seen.order[row], strictly=True)
    first = known.timeline.starts[cell]
    met = np.flatnonzero(end > first)
    cell, first, last = cell[met], first[met], end[met] - 1
    evidence = entry.evidence
    return NodeCells(
        kind=evidence.kind,
        bands=known.bands,
        unit=evidence.unit,
        twin=row[met],
        member=keyed(entry.code, evidence.member[cell]),
        source=evidence.source[cell],
        sums=known.sums[last],
        first=known.at[first],
        last=known.at[last],
        opened=known.at[first],
        occasions=known.occasions[last],
    )


def _tables(parts: Iterable[NodeCells]) -> dict[Layout, NodeCells]:
    """The cells of each layout in one table, by (twin, entry and member, source)."""
    found: dict[Layout, list[NodeCells]] = {}
    for cells in parts:
        found.setdefault((cells.kind, cells.bands), []).append(replace(cells, unit=1.0))
    tables = {layout: stacked_cells(some) for layout, some in found.items()}
    return {
        layout: cells.take(np.lexsort((cells.source, cells.member, cells.twin)))
        for layout, cells in tables.items()
    }
