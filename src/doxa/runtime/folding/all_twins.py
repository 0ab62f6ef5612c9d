"""Folding all twins of a store into snapshots, part by part, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.domain.clock import Clock
from doxa.runtime.folding.boundary import boundary
from doxa.runtime.folding.fold import fold_rows
from doxa.runtime.folding.rows import ledger_rows
from doxa.runtime.folding.snapshots import serves
from doxa.runtime.folding.twin_state import fresh_snapshot, readable
from doxa.runtime.wiring import Wiring
from doxa.state.codec import encode
from doxa.storage.port import Snapshot

PART = 4_096
"""Twins folded at a time: what lies in memory is their signals, however many twins there are."""

_BATCH = 256
"""Snapshots in one transaction: signals that arrive meanwhile do not wait long."""


def snapshot_all(
    wiring: Wiring,
    ids: Iterable[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Leave snapshots of twins by id, or of all; how many were written.

    Parameters
    ----------
    progress : callable, optional
        Called after each part with how many twins are done and how many there are.
    """
    store = wiring.store
    if ids is None:
        keys = store.twins()
    else:
        found = (store.twin_key(name) for name in ids)
        keys = np.array([key for key in found if key is not None], dtype=np.int64)
    written = 0
    for start in range(0, len(keys), PART):
        written += _part(wiring, keys[start : start + PART])
        if progress is not None:
            progress(min(start + PART, len(keys)), len(keys))
    return written


def _part(wiring: Wiring, keys: Ints) -> int:
    """Twins without a snapshot together; those that have one go on from it, one by one."""
    belief_map, store = wiring.belief_map, wiring.store
    if belief_map.clock is not Clock.TIME:
        return 0
    held = store.snapshots(keys.tolist())
    known = [each.twin for each in held if serves(each, wiring.mark, None, None)]
    if belief_map.zone.trait is not None:
        known = keys.tolist()
    made = _made(wiring, known, np.setdiff1d(keys, known))
    return sum(store.put_snapshots(some) for some in iter(lambda: list(islice(made, _BATCH)), []))


def _made(wiring: Wiring, known: list[int], fresh: Ints) -> Iterator[Snapshot]:
    belief_map = wiring.belief_map
    for key in known:
        found = readable(wiring, belief_map, key, None, None)
        snapshot = fresh_snapshot(wiring, found, key, None, 1)
        if snapshot is not None:
            yield snapshot
    until = boundary(fresh[:0], belief_map.zone, wiring.clock())
    if len(fresh) and until is not None:
        rows = ledger_rows(wiring.store, belief_map.zone, fresh.tolist(), until=until - 1)
        yield from _snapshots(wiring, rows, until)


def _snapshots(wiring: Wiring, rows: SignalColumns, until: int) -> Iterator[Snapshot]:
    """A snapshot of everybody in some rows, all of them older than `until`."""
    if not len(rows):
        return
    folded = fold_rows(wiring.belief_map, rows)
    sort = np.argsort(rows.twin, kind="stable")
    twins, starts = np.unique(rows.twin[sort], return_index=True)
    newest = [
        np.maximum.reduceat(column[sort], starts).tolist()
        for column in (rows.at, rows.recorded, rows.seq)
    ]
    states = folded.state.apart(twins)
    for key, state, at, recorded, seq in zip(twins.tolist(), states, *newest, strict=True):
        yield Snapshot(
            twin=key,
            fingerprint=wiring.mark,
            until=until,
            newest_at=at,
            newest_recorded=recorded,
            last_seq=seq,
            state=encode(state, folded.members, folded.sources),
        )
