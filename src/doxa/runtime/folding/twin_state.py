"""One twin's state as of a moment and as known at another."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import SignalColumns
from doxa.beliefmap.model import BeliefMap
from doxa.errors import StoreError
from doxa.runtime.folding.fold import Folded, fold_rows, fold_tail
from doxa.runtime.folding.rows import ledger_rows
from doxa.runtime.folding.snapshots import serves, snapshot_of
from doxa.runtime.identity import Person, person_at, taken_back_since
from doxa.runtime.wiring import Wiring
from doxa.storage.port import Snapshot
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Readable:
    """What a twin is folded from: a snapshot that may serve, and the rows since.

    Attributes
    ----------
    snapshot : Snapshot or None
    rows : SignalColumns
        Since the snapshot; without one, all.
    """

    belief_map: BeliefMap
    snapshot: Snapshot | None
    rows: SignalColumns

    def folded(self, upto: int | None = None) -> Folded:
        """The state; `upto` leaves out rows with a later place in the ledger."""
        rows = self.rows
        if upto is not None:
            rows = rows.take(np.flatnonzero(rows.seq <= upto))
        if self.snapshot is None:
            return fold_rows(self.belief_map, rows)
        return fold_tail(self.belief_map, self.snapshot, rows)


def twin_state(
    wiring: Wiring,
    belief_map: BeliefMap,
    person: Person,
    until: Moment | None,
    known_at: Moment | None,
) -> Folded:
    """Fold one person; a long history leaves a snapshot for the next read."""
    found = readable(wiring, belief_map, person, until, known_at)
    try:
        folded = found.folded()
    except ValueError:
        found = readable(wiring, belief_map, person, until, known_at, cached=False)
        folded = found.folded()
    if known_at is None and belief_map is wiring.belief_map:
        leave_snapshot(wiring, found, person, until)
    return folded


def readable(
    wiring: Wiring,
    belief_map: BeliefMap,
    person: Person,
    until: Moment | None,
    known_at: Moment | None,
    *,
    cached: bool = True,
    before_seq: int | None = None,
) -> Readable:
    """The rows to fold, from a snapshot on where one may serve.

    Parameters
    ----------
    cached : bool
        Look for a snapshot at all.
    before_seq : int, optional
        Take only a snapshot of what stands before this place in the ledger.
    """
    store = wiring.store
    keys = (person.key, *person.aliases)
    with store.steady():
        snapshot = None
        if cached and belief_map is wiring.belief_map:
            snapshot = store.snapshot(person.key)
        if not serves(snapshot, wiring.mark, until, known_at, person.aliases):
            snapshot = None
        if snapshot is not None and len(taken_back_since(wiring, known_at, keys)):
            snapshot = None
        if snapshot is not None and before_seq is not None and snapshot.last_seq >= before_seq:
            snapshot = None
        since = None if snapshot is None else snapshot.until
        rows = ledger_rows(
            store,
            belief_map,
            [person.key],
            since=since,
            until=until,
            known_at=known_at,
            identity=person.identity,
            retractions=person.retractions,
        )
    return Readable(belief_map, snapshot, rows)


def fresh_snapshot(
    wiring: Wiring, found: Readable, person: Person, until: Moment | None, least: int
) -> Snapshot | None:
    """A new snapshot, if the rows are many and the read saw all that it would hold."""
    if len(found.rows) < least:
        return None
    now = wiring.clock() if until is None else min(until, wiring.clock())
    return snapshot_of(
        found.belief_map, person, found.snapshot, found.rows, now, least=least, mark=wiring.mark
    )


def leave_snapshot(wiring: Wiring, found: Readable, person: Person, until: Moment | None) -> None:
    """Write a snapshot after a read of a long history, of somebody as they are known now."""
    made = fresh_snapshot(wiring, found, person, until, max(wiring.snapshot_after, 1))
    if made is not None and person_at(wiring, person.key, None, None).aliases == person.aliases:
        with suppress(StoreError):  # a cache that cannot be written costs time, not answers
            wiring.store.put_snapshots([made], person.retractions)
