"""Folding rows to states; a snapshot and its tail read as the whole history does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.batches import evidence_of_batch
from doxa.beliefmap.columns import EvidenceColumns, Ints, Members, SignalColumns
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.rows import evidence_of_few
from doxa.reading.pooled import Voices
from doxa.state.claims import claims_of
from doxa.state.codec import decode
from doxa.state.entries import entries_of
from doxa.state.marks import marks_among
from doxa.state.people import State, counted, fold_people, join_people
from doxa.state.written import Sources
from doxa.storage.port import Snapshot
from doxa.types import Moment

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
    belief_map : BeliefMap
        The one that was folded by.
    """

    state: State
    members: Members
    sources: tuple[str, ...]
    last_seq: int
    belief_map: BeliefMap


def fold_rows(belief_map: BeliefMap, rows: SignalColumns) -> Folded:
    """The states of everybody in some rows."""
    members = Members()
    state = fold_signals(belief_map, rows, members)
    return Folded(state, members, rows.sources, int(rows.seq.max(initial=0)), belief_map)


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
        return Folded(earlier, members, sources.names, snapshot.last_seq, belief_map)
    later = fold_signals(belief_map, tail, members)
    last_seq = max(snapshot.last_seq, int(tail.seq.max()))
    return Folded(join_people(earlier, later), members, sources.names, last_seq, belief_map)


def fold_signals(belief_map: BeliefMap, rows: SignalColumns, members: Members) -> State:
    """What some signals show, claim and mark, folded; new members get codes."""
    evidence, claims = evidence_of(belief_map, rows, members), claims_of(rows, belief_map, members)
    marks = marks_among(rows, evidence, belief_map, members)
    return fold_people(rows, evidence, belief_map, claims, marks)


def at_moment(folded: Folded, now: Moment, voices: Voices) -> Folded:
    """The same with the claims that count at a moment beside the evidence; see `counted`."""
    state = counted(folded.state, folded.belief_map, now, voices.visible)
    return folded if state is folded.state else replace(folded, state=state)


def counted_each(folded: Folded, keys: Ints, now: Ints, voices: Voices) -> Folded:
    """The same for several twins, each at a moment of its own.

    Parameters
    ----------
    keys, now : int64[q]
    """
    claims = folded.state.claims
    if not len(claims):
        return folded
    sort = np.argsort(keys)
    moments = now[sort][np.searchsorted(keys, claims.twin, sorter=sort)]
    return replace(folded, state=counted(folded.state, folded.belief_map, moments, voices.visible))


def evidence_of(belief_map: BeliefMap, rows: SignalColumns, members: Members) -> EvidenceColumns:
    """What signals say, by row or by column, whichever is quicker for so many."""
    if len(rows) <= FEW and rows.fields is None:
        return evidence_of_few(belief_map, rows, members)
    return evidence_of_batch(belief_map, rows, members)
