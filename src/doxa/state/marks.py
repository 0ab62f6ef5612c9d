"""Marks of people, kept one by one: when constraints begin and end, goals form, fall due, advance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints, Members, SignalColumns
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.marking import ALWAYS, FOREVER, Mark, Role, marking_of, marks_of
from doxa.beliefmap.model import BeliefMap
from doxa.state.entries import entries_of
from doxa.state.order import changes, ordered
from doxa.state.tables import taken, together
from doxa.types import Json

NOBODY = -1
"""The member of a mark that advances goals by what its fields say."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of some twins about nodes of one map, n rows by (twin, at, order, source, what).

    Of `Role.WANTED`, only the first by each source is kept: it tells since when.

    Attributes
    ----------
    twin, source, at, order : int64[n]
        As in `SignalColumns`.
    entry, member : int64[n]
        Of the node; the member is `NOBODY` for `Role.DONE`.
    role : int64[n]
    begins, ends : int64[n]
    amount : float64[n]
    fields : list of tuple of str
        See `Mark`.
    """

    twin: Ints
    source: Ints
    at: Ints
    order: Ints
    entry: Ints
    member: Ints
    role: Ints
    begins: Ints
    ends: Ints
    amount: Floats
    fields: list[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def none(cls) -> Marks:
        """No marks of anybody."""
        return _NONE

    def take(self, rows: Ints) -> Marks:
        """Some of the rows."""
        return taken(self, rows)


_INTS = np.zeros(0, dtype=np.int64)
_NONE = Marks(
    twin=_INTS,
    source=_INTS,
    at=_INTS,
    order=_INTS,
    entry=_INTS,
    member=_INTS,
    role=_INTS,
    begins=_INTS,
    ends=_INTS,
    amount=np.zeros(0),
    fields=[],
)
_PAYLOAD: msgspec.json.Decoder[dict[str, Json]] = msgspec.json.Decoder(dict)


def marks_among(
    signals: SignalColumns, evidence: EvidenceColumns, belief_map: BeliefMap, members: Members
) -> Marks:
    """The marks of some signals and their evidence; what doxa caused itself marks nothing."""
    return joined_marks(
        [_told(signals, belief_map, members), _formed(signals, evidence, belief_map)]
    )


def _formed(signals: SignalColumns, evidence: EvidenceColumns, belief_map: BeliefMap) -> Marks:
    """Since when goals are wanted, of those that nothing but evidence forms."""
    entry_of_rule = _forming(belief_map)
    rows = np.flatnonzero(entry_of_rule[evidence.rule] >= 0)
    if not len(rows):
        return _NONE
    row, entry = evidence.row[rows], entry_of_rule[evidence.rule[rows]]
    own = signals.twin[row], signals.source[row], entry, evidence.member[rows]
    sort = ordered(*own, signals.at[row], signals.order[row])
    first = sort[changes(*(column[sort] for column in own))]
    twin, source, entry, member = (column[first] for column in own)
    count = len(first)
    return in_order(
        Marks(
            twin=twin,
            source=source,
            at=signals.at[row[first]],
            order=signals.order[row[first]],
            entry=entry,
            member=member,
            role=np.full(count, int(Role.WANTED)),
            begins=np.full(count, ALWAYS),
            ends=np.full(count, FOREVER),
            amount=np.zeros(count),
            fields=[()] * count,
        )
    )


@per_map
def _forming(belief_map: BeliefMap) -> Ints:
    """The code of the goal that evidence by each rule forms; -1 where a rule forms none."""
    codes = entries_of(belief_map).codes
    found = np.full(len(belief_map.rules), -1)
    for place in marking_of(belief_map).forming:
        found[place] = codes[belief_map.rules[place].node]
    return found


def _told(signals: SignalColumns, belief_map: BeliefMap, members: Members) -> Marks:
    """What payloads mark."""
    kinds = marking_of(belief_map).kinds
    codes = [code for code, kind in enumerate(signals.kinds) if kind in kinds]
    if not codes:
        return _NONE
    rows = np.flatnonzero(np.isin(signals.kind, codes) & ~signals.inert)
    told = [
        (row, mark)
        for row in rows.tolist()
        for mark in marks_of(
            belief_map,
            signals.kinds[signals.kind[row]],
            _PAYLOAD.decode(signals.payload[row]),
            int(signals.at[row]),
        )
    ]
    if not told:
        return _NONE
    at = np.array([row for row, _ in told], dtype=np.int64)
    entry = entries_of(belief_map).codes
    return in_order(
        Marks(
            twin=signals.twin[at],
            source=signals.source[at],
            at=signals.at[at],
            order=signals.order[at],
            entry=_ints(entry[mark.node] for _, mark in told),
            member=_ints(_member(mark, members) for _, mark in told),
            role=_ints(int(mark.role) for _, mark in told),
            begins=_ints(mark.begins for _, mark in told),
            ends=_ints(mark.ends for _, mark in told),
            amount=np.array([mark.amount for _, mark in told], dtype=np.float64),
            fields=[mark.fields for _, mark in told],
        )
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _member(mark: Mark, members: Members) -> int:
    return NOBODY if mark.member is None else members.code(mark.node, mark.member)


def in_order(marks: Marks) -> Marks:
    """The same rows, sorted so that equal sets of marks stand alike; of formed ones the first."""
    names = np.array(["\0".join(fields) for fields in marks.fields])
    marks = marks.take(
        np.lexsort(
            (
                names,
                marks.amount,
                marks.ends,
                marks.begins,
                marks.member,
                marks.entry,
                marks.role,
                marks.source,
                marks.order,
                marks.at,
                marks.twin,
            )
        )
    )
    wanted = np.flatnonzero(marks.role == Role.WANTED)
    if len(wanted) < 2:
        return marks
    of = np.stack([marks.twin, marks.source, marks.entry, marks.member])[:, wanted]
    _, first = np.unique(of, axis=1, return_index=True)
    again = np.setdiff1d(wanted, wanted[first])
    return marks.take(np.setdiff1d(np.arange(len(marks)), again)) if len(again) else marks


def joined_marks(parts: Sequence[Marks]) -> Marks:
    """The marks of several sets of signals as one."""
    told = [part for part in parts if len(part)]
    if len(told) < 2:
        return told[0] if told else _NONE
    return in_order(together(told))
