"""Folding rows to states; a snapshot and its tail read as the whole history does."""

from __future__ import annotations

from dataclasses import dataclass

from doxa.beliefmap.batches import evidence_of_batch
from doxa.beliefmap.columns import EvidenceColumns, Members, SignalColumns
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.rows import evidence_of_few
from doxa.state.codec import Sources, decode
from doxa.state.entries import entries_of
from doxa.state.people import State, fold_people, join_people
from doxa.storage.port import Snapshot

FEW = 64
"""Up to so many signals are evaluated one by one: a column costs more than a row, once."""


@dataclass(frozen=True, slots=True)
class Folded:
    """States of some twins, and what the codes in them mean.

    Attributes
    ----------
    state : State
    members : Members
    sources : tuple of str
    last_seq : int
        The newest place in the ledger that went in; 0 = none did.
    """

    state: State
    members: Members
    sources: tuple[str, ...]
    last_seq: int


def fold_rows(belief_map: BeliefMap, rows: SignalColumns) -> Folded:
    """The states of everybody in some rows."""
    members = Members()
    state = fold_people(rows, evidence_of(belief_map, rows, members), belief_map)
    return Folded(state, members, rows.sources, int(rows.seq.max(initial=0)))


def fold_tail(belief_map: BeliefMap, snapshot: Snapshot, tail: SignalColumns) -> Folded:
    """One twin's state from a snapshot and the rows that occurred since.

    Raises
    ------
    ValueError
        The snapshot cannot be continued; fold the whole history.
    """
    members, sources = Members(), Sources(tail.sources)
    entries = entries_of(belief_map).codes
    earlier = decode(snapshot.state, snapshot.twin, members, sources, entries)
    if not len(tail):
        return Folded(earlier, members, sources.names, snapshot.last_seq)
    later = fold_people(tail, evidence_of(belief_map, tail, members), belief_map)
    last_seq = max(snapshot.last_seq, int(tail.seq.max()))
    return Folded(join_people(earlier, later), members, sources.names, last_seq)


def evidence_of(belief_map: BeliefMap, rows: SignalColumns, members: Members) -> EvidenceColumns:
    """What signals say, by row or by column, whichever is quicker for so many."""
    if len(rows) <= FEW:
        return evidence_of_few(belief_map, rows, members)
    return evidence_of_batch(belief_map, rows, members)
