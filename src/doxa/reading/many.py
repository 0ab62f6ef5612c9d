"""Many nodes of many twins read at once: one pass over all cells, one over each kind's rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Node
from doxa.domain.evidence import EvidenceKind
from doxa.reading.answer import answered
from doxa.reading.bands import OWN, Terms, terms_of
from doxa.reading.claims import with_claims
from doxa.reading.opinion import Opinions
from doxa.reading.pooled import Looked, Voices, pool
from doxa.reading.prior import Prior
from doxa.reading.question import question
from doxa.reading.read import READERS
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
    plan = _plan(rows.nodes, state.entries)
    out = _read(state, plan, plan.native, rows, when, voices)
    claimed = plan.claimed & _met(state)
    if claimed:
        spoken = [place for place, code in enumerate(plan.claims.code.tolist()) if code in claimed]
        picked = np.flatnonzero(np.isin(rows.node, spoken))
        said = _read(state, plan, plan.claims, rows.take(picked), when[picked], voices)
        credence = out.credence.copy()
        credence[picked] = with_claims(out.take(picked), said).credence
        out = replace(out, credence=credence, native=credence)
    return out


@dataclass(frozen=True, slots=True)
class _Side:
    """What to read of each node: its own entry, or the claims about it.

    Attributes
    ----------
    kind : int64[n]
        Place in `READERS`.
    code : int64[n]
        Of the entry.
    place : int64[entries]
        The node of each entry, -1 where it is none of these.
    """

    kind: Ints
    code: Ints
    place: Ints

    @classmethod
    def of(
        cls, kinds: Sequence[EvidenceKind], names: Sequence[str], entries: dict[str, int]
    ) -> _Side:
        """Entries by name, in the order of the nodes."""
        code = np.array([entries[name] for name in names], dtype=np.int64)
        place = np.full(len(entries), -1, dtype=np.int64)
        place[code] = np.arange(len(code))
        return cls(np.array([_KINDS.index(kind) for kind in kinds], dtype=np.int64), code, place)


_KINDS = tuple(READERS)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What follows from the nodes read alone."""

    nodes: tuple[Node, ...]
    entries: dict[str, int]
    terms: Terms
    native: _Side
    claims: _Side
    claimed: frozenset[int]
    """Codes of claims beside native evidence."""


_KNOWN: deque[_Plan] = deque(maxlen=64)


def _plan(nodes: tuple[Node, ...], entries: dict[str, int]) -> _Plan:
    for known in tuple(_KNOWN):
        if known.nodes is nodes and known.entries is entries:
            return known
    kinds = [node.evidence or EvidenceKind.OPINION for node in nodes]
    claims = [claims_about(node.name) for node in nodes]
    plan = _Plan(
        nodes,
        entries,
        terms_of(nodes),
        _Side.of(kinds, [node.name for node in nodes], entries),
        _Side.of([EvidenceKind.OPINION] * len(nodes), claims, entries),
        frozenset(entries[name] for name in claims),
    )
    _KNOWN.append(plan)
    return plan


def _read(
    state: State, plan: _Plan, side: _Side, rows: Rows, now: Ints, voices: Voices
) -> Opinions:
    """Rows of one side of their nodes; kind by kind, so that each is a stretch of the columns."""
    kind, back = side.kind[rows.node], None
    if (kind[1:] < kind[:-1]).any():
        sort = np.argsort(kind, kind="stable")
        rows, now, kind = rows.take(sort), now[sort], kind[sort]
        back = np.empty_like(sort)
        back[sort] = np.arange(len(sort))
    asked = rows.twin, keyed(side.code[rows.node], rows.member)
    terms = plan.terms.take(rows.node)
    sums = replace(pool(_looked(state, plan.terms, side), terms, voices, asked), member=rows.member)
    whole = question(sums, terms, now, voices, rows.prior, state.seen)
    bounds = np.searchsorted(kind, np.arange(len(_KINDS) + 1)).tolist()
    parts = [
        (slice(low, high), READERS[_KINDS[place]](whole.part(slice(low, high))))
        for place, (low, high) in enumerate(pairwise(bounds))
        if low < high
    ]
    return answered(whole, parts, back)


def _looked(state: State, terms: Terms, side: _Side) -> Looked:
    """The cells of the entries of one side, looked at as their nodes are read."""
    tables, places = [], []
    for cells in state.tables.values():
        node = side.place[entry_of_key(cells.member)]
        if len(node) and node.min() < 0:
            kept = np.flatnonzero(node >= 0)
            cells, node = cells.take(kept), node[kept]
        if len(node):
            own = terms.places[OWN, node]
            alike = bool((own == own[0]).all())
            tables.append(cells)
            places.append(terms.places[:, node[:1] if alike else node])
    if not tables:
        return Looked.none()
    return Looked.at(tables, places)


def _met(state: State) -> set[int]:
    """Codes of the entries of for and against that anybody has cells of."""
    met: set[int] = set()
    for (kind, _), cells in state.tables.items():
        if kind is EvidenceKind.OPINION:
            met.update(np.flatnonzero(np.bincount(entry_of_key(cells.member))).tolist())
    return met
