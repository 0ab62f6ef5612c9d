"""The credence of one node at every row, as the reading has it: for `among: {node: ...}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints
from doxa.beliefmap.model import Node
from doxa.domain.node import Address
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows
from doxa.features.since import first_seen
from doxa.reading.pooled import Voices
from doxa.reading.read import read_node
from doxa.state.bands import cell_bands
from doxa.state.cells import NodeCells
from doxa.state.entries import Layout, claims_about, keyed
from doxa.state.evidence import NodeEvidence, split
from doxa.state.history import History, history
from doxa.state.people import Seen, State
from doxa.state.traits import newest


def credence_of(past: Past, rows: Rows, address: Address) -> Floats:
    """P(the node holds) for each row's twin, from what the row may read, by the map's prior.

    The same as folding what lies before the row and reading it at the row's origin. A population
    is not asked: who is eligible may not change with a fit.
    """
    node = past.map.nodes[address.node]
    member = past.members.codes.get(address.node, {}).get(address.member, NONE)
    parts = split(past.signals, _about(past, node), past.map)
    names = (node.name, claims_about(node.name))
    tables = dict(_tables(parts, names, node, rows, member))
    since = first_seen(past).of_twins(rows.twin, rows.seen.at)
    count, none = np.arange(len(rows)), np.zeros(len(rows), dtype=np.int64)
    state = State(
        tables,
        {name: code for code, name in enumerate(names)},
        Seen(count, none, since, rows.seen.at),
        newest([]),
        {},
    )
    trust = {name: source.trust for name, source in past.map.sources.items()}
    voices = Voices.of(past.signals.sources or ("default",), trust)
    return read_node(state, node, rows.seen.at, voices, asked=(count, none)).credence


def _about(past: Past, node: Node) -> EvidenceColumns:
    wanted = np.array([rule.node == node.name for rule in past.map.rules], dtype=bool)
    kept = np.flatnonzero(wanted[past.evidence.rule])
    return EvidenceColumns(
        *(getattr(past.evidence, part.name)[kept] for part in fields(EvidenceColumns))
    )


def _tables(
    parts: dict[str, NodeEvidence], names: tuple[str, str], node: Node, rows: Rows, member: int
) -> Iterator[tuple[Layout, NodeCells]]:
    """The cells of the node and of claims about it, every row standing as a twin of its own."""
    for code, name in enumerate(names):
        if name in parts:
            known = history(parts[name], cell_bands(node))
            cells = _cells(parts[name], known, rows, member, code)
            yield (cells.kind, cells.bands), cells


def _cells(
    evidence: NodeEvidence, known: History, rows: Rows, member: int, entry: int
) -> NodeCells:
    own = np.flatnonzero(evidence.member == member)
    found = []
    for source in np.unique(evidence.source[own]).tolist():
        cells = own[evidence.source[own] == source]
        place = np.minimum(np.searchsorted(evidence.twin[cells], rows.twin), len(cells) - 1)
        group = np.where(evidence.twin[cells][place] == rows.twin, cells[place], NONE)
        seen = known.timeline.before(group, rows.seen.at, rows.seen.order, strictly=True)
        start = known.timeline.starts[np.maximum(group, 0)]
        met = np.flatnonzero((group >= 0) & (seen > start))
        found.append((met, np.full(len(met), source), start[met], seen[met] - 1))
    if not found:
        return NodeCells.none(evidence.kind, evidence.node, evidence.unit)
    row, by, first, last = (np.concatenate(column) for column in zip(*found, strict=True))
    order: Ints = np.lexsort((by, row))
    row, by, first, last = row[order], by[order], first[order], last[order]
    return NodeCells(
        kind=evidence.kind,
        bands=known.bands,
        unit=evidence.unit,
        twin=row,
        member=np.full(len(row), keyed(entry, 0)),
        source=by,
        sums=known.sums[last],
        first=known.at[first],
        last=known.at[last],
        opened=known.at[first],
        occasions=known.occasions[last],
    )
