"""Many nodes of many twins read at once: one pass over the cells of each kind of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Node
from doxa.domain.evidence import EvidenceKind
from doxa.reading.bands import Terms, terms_of
from doxa.reading.claims import with_claims
from doxa.reading.opinion import Opinions
from doxa.reading.pooled import Looked, Voices, pool
from doxa.reading.prior import Prior
from doxa.reading.read import answered
from doxa.state.cells import NodeCells
from doxa.state.entries import claims_about, entry_of_key, keyed
from doxa.state.people import State
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Rows:
    """What to read: q rows of (node, twin, member), each met or not, none twice.

    Attributes
    ----------
    nodes : tuple of Node
        Ask with the same tuple again and what follows from the nodes is known already.
    node : int64[q]
        Place in `nodes`.
    twin, member : int64[q]
    prior : Prior
        Numbers, or columns of q.
    """

    nodes: tuple[Node, ...]
    node: Ints
    twin: Ints
    member: Ints
    prior: Prior

    def take(self, rows: Ints) -> Rows:
        """Some of the rows."""
        if len(rows) == len(self.node):
            return self
        return Rows(
            self.nodes, self.node[rows], self.twin[rows], self.member[rows], self.prior.take(rows)
        )


def read_rows(state: State, rows: Rows, now: Moment | Ints, voices: Voices) -> Opinions:
    """Read rows of several nodes; the same as `read_node` for each.

    Parameters
    ----------
    now : int, or int64[q]

    Returns
    -------
    Opinions
        One row for each of `rows`, in their order.
    """
    when = now if isinstance(now, np.ndarray) else np.full(len(rows.node), now, dtype=np.int64)
    kinds = [node.evidence or EvidenceKind.OPINION for node in rows.nodes]
    names = [node.name for node in rows.nodes]
    told = []
    for kind in dict.fromkeys(kinds) or (EvidenceKind.OPINION,):
        here = np.array([each is kind for each in kinds])[rows.node]
        picked = np.flatnonzero(here)
        told.append((picked, _read(state, kind, names, rows.take(picked), when[picked], voices)))
    out = _in_order(told)
    claimed = _claimed(state, names)
    if claimed:
        picked = np.flatnonzero(np.isin(rows.node, claimed))
        claims = [claims_about(name) for name in names]
        said = _read(state, EvidenceKind.OPINION, claims, rows.take(picked), when[picked], voices)
        credence = out.credence.copy()
        credence[picked] = with_claims(out.take(picked), said).credence
        out = replace(out, credence=credence)
    return out


def _read(
    state: State,
    kind: EvidenceKind,
    entries: Sequence[str],
    rows: Rows,
    now: Ints,
    voices: Voices,
) -> Opinions:
    """Rows of nodes of one kind; `entries` names what to read of each node."""
    terms = terms_of(rows.nodes)
    codes = np.array([state.entries[entry] for entry in entries], dtype=np.int64)
    tables = [cells for (native, _), cells in state.tables.items() if native is kind]
    if not tables:
        tables = [NodeCells.none(kind, rows.nodes[0])]
    place = np.full(len(state.entries), -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    looked = Looked.joined([_looked(cells, place, terms) for cells in tables])
    asked = rows.twin, keyed(codes[rows.node], rows.member)
    sums = pool(looked, voices, asked)
    read = answered(sums, terms.take(rows.node), now, voices, rows.prior, state.seen)
    return replace(read, member=rows.member)


def _looked(cells: NodeCells, place: Ints, terms: Terms) -> Looked:
    """The cells of the entries that have a place, looked at as their nodes are read."""
    node = place[entry_of_key(cells.member)]
    if (node < 0).any():
        kept = np.flatnonzero(node >= 0)
        cells, node = cells.take(kept), node[kept]
    return Looked.at(cells, terms.take(node))


def _claimed(state: State, names: Sequence[str]) -> list[int]:
    """Places of nodes that somebody made claims about, beside their native evidence."""
    met = state.met()
    return [place for place, name in enumerate(names) if state.entries[claims_about(name)] in met]


def _in_order(told: Sequence[tuple[Ints, Opinions]]) -> Opinions:
    """Readings of some rows each, as one in the order of the rows."""
    if len(told) == 1:
        return told[0][1]
    back = np.argsort(np.concatenate([picked for picked, _ in told]))
    columns: dict[str, Any] = {
        each.name: np.concatenate([getattr(read, each.name) for _, read in told])[back]
        for each in fields(Opinions)
    }
    return Opinions(**columns)
