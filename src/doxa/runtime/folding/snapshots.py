"""Snapshots: when one serves a read, and when a read leaves one behind."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import SignalColumns
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import Clock
from doxa.runtime.folding.boundary import boundary
from doxa.runtime.folding.fold import Folded, fold_rows, fold_tail
from doxa.state.codec import encode
from doxa.storage.port import Snapshot
from doxa.types import Moment


def serves(
    snapshot: Snapshot | None, wanted: str, until: Moment | None, known_at: Moment | None
) -> bool:
    """Whether a snapshot may serve a read: of the wanted mark, and with nothing it must not see."""
    return (
        snapshot is not None
        and snapshot.fingerprint == wanted
        and (until is None or snapshot.newest_at <= until)
        and (known_at is None or snapshot.newest_recorded <= known_at)
    )


def snapshot_of(
    belief_map: BeliefMap,
    key: int,
    earlier: Snapshot | None,
    rows: SignalColumns,
    now: Moment,
    *,
    least: int,
    mark: str,
) -> Snapshot | None:
    """A new snapshot of one twin, None when it is not worth it.

    Parameters
    ----------
    earlier : Snapshot or None
        The one that `rows` go on from.
    rows : SignalColumns
        All of the twin's signals since then, to be cut at the newest boundary.
    least : int
        How many of them must lie before it.
    mark : str
        The map's.
    """
    if belief_map.clock is not Clock.TIME or len(rows) < least:
        return None
    until = boundary(rows.at, belief_map.zone, now)
    if until is None or (earlier is not None and until <= earlier.until):
        return None
    closed = rows.take(np.flatnonzero(rows.at < until))
    if len(closed) < max(least, 1):
        return None
    folded = _folded(belief_map, earlier, closed)
    newest = (int(closed.at.max()), int(closed.recorded.max()))
    if earlier is not None:
        newest = (max(newest[0], earlier.newest_at), max(newest[1], earlier.newest_recorded))
    return Snapshot(
        twin=key,
        fingerprint=mark,
        until=until,
        newest_at=newest[0],
        newest_recorded=newest[1],
        last_seq=folded.last_seq,
        state=encode(folded.state, folded.members, folded.sources),
    )


def _folded(belief_map: BeliefMap, earlier: Snapshot | None, rows: SignalColumns) -> Folded:
    return fold_rows(belief_map, rows) if earlier is None else fold_tail(belief_map, earlier, rows)
