"""Snapshots: when one serves a read, and when a read leaves one behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import Clock
from doxa.runtime.folding.boundary import boundary
from doxa.runtime.folding.fold import Folded, fold_rows, fold_tail
from doxa.runtime.identity import Person
from doxa.state.encoding import encode, encode_all
from doxa.state.order import distinct, ordered
from doxa.storage.port import Snapshot
from doxa.types import Moment


def serves(
    snapshot: Snapshot | None,
    wanted: str,
    until: Moment | None,
    known_at: Moment | None,
    aliases: tuple[int, ...] = (),
) -> bool:
    """Whether a snapshot may serve a read: of the wanted mark, of the very twins that are read as
    one, and with nothing it must not see."""
    return (
        snapshot is not None
        and snapshot.fingerprint == wanted
        and snapshot.aliases == aliases
        and (until is None or snapshot.newest_at <= until)
        and (known_at is None or snapshot.newest_recorded <= known_at)
    )


def snapshot_of(
    belief_map: BeliefMap,
    person: Person,
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
        twin=person.key,
        fingerprint=mark,
        until=until,
        newest_at=newest[0],
        newest_recorded=newest[1],
        last_seq=folded.last_seq,
        state=encode(folded.state, folded.members, folded.sources),
        aliases=person.aliases,
    )


def snapshots_of(
    belief_map: BeliefMap,
    rows: SignalColumns,
    now: Moment,
    *,
    mark: str,
    parts: Mapping[int, tuple[int, ...]],
) -> Iterator[Snapshot]:
    """Snapshots of everybody in some rows, each cut at the newest boundary, by key.

    Parameters
    ----------
    rows : SignalColumns
        All signals of some people; without a zone of their own, at least those before the boundary.
    parts : mapping
        The aliases of people that have any.
    """
    twins, place = distinct(rows.twin)
    until = _boundaries(belief_map, rows, place, len(twins), now)
    closed = np.flatnonzero(rows.at < until[place])
    if len(closed) < len(rows):
        rows, place = rows.take(closed), place[closed]
    if not len(rows):
        return
    folded = fold_rows(belief_map, rows)
    newest = np.full((3, len(twins)), np.iinfo(np.int64).min)
    for out, column in zip(newest, (rows.at, rows.recorded, rows.seq), strict=True):
        np.maximum.at(out, place, column)
    met = np.flatnonzero(np.bincount(place, minlength=len(twins)))
    states = encode_all(folded.state, twins[met], folded.members, folded.sources)
    columns = (twins[met], until[met], *newest[:, met])
    told = zip(*(column.tolist() for column in columns), states, strict=True)
    for twin, cut, at, recorded, seq, state in told:
        yield Snapshot(twin, mark, cut, at, recorded, seq, state, parts.get(twin, ()))


def _boundaries(
    belief_map: BeliefMap, rows: SignalColumns, place: Ints, twins: int, now: Moment
) -> Ints:
    """Where each twin's history is cut; before everything where it cannot be."""
    if belief_map.zone.trait is None:
        found = boundary(rows.at[:0], belief_map.zone, now)
        return np.full(twins, NEVER if found is None else found)
    sort = ordered(place, rows.at)
    ends = np.cumsum(np.bincount(place, minlength=twins))[:-1]
    cuts = (boundary(at, belief_map.zone, now) for at in np.split(rows.at[sort], ends))
    return np.array([NEVER if cut is None else cut for cut in cuts], dtype=np.int64)


NEVER = np.iinfo(np.int64).min


def _folded(belief_map: BeliefMap, earlier: Snapshot | None, rows: SignalColumns) -> Folded:
    return fold_rows(belief_map, rows) if earlier is None else fold_tail(belief_map, earlier, rows)
