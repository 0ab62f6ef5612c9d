"""Folding all twins of a store into snapshots, part by part, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.contexts import contexts_of
from doxa.domain.clock import Clock
from doxa.runtime.folding.boundary import boundary
from doxa.runtime.folding.parts import parted
from doxa.runtime.folding.rows import with_ids_of_claims
from doxa.runtime.folding.snapshots import serves, snapshots_of
from doxa.runtime.folding.twin_state import fresh_snapshot, readable
from doxa.runtime.identity import all_people, people_at, person_at
from doxa.runtime.wiring import Wiring
from doxa.storage.identity import Identity
from doxa.storage.port import Snapshot

SIGNALS = 400_000
"""Signals of a part, about: what lies in memory is one part, however many twins there are."""

_LOOKED_UP = 4_096
"""Twins whose snapshots are looked for at a time."""

BATCH = 256
"""Snapshots in one transaction: signals that arrive meanwhile do not wait long."""

Told = Callable[[int, int], None]


def snapshot_all(
    wiring: Wiring, ids: Iterable[str] | None = None, progress: Told | None = None
) -> int:
    """Leave snapshots of people by the id of a twin, or of all; how many were written.

    Twins without a snapshot are folded together, from one look through the ledger; those that
    have one go on from it, one by one.

    Parameters
    ----------
    progress : callable, optional
        Called after each part with how many twins are done and how many there are.
    """
    store = wiring.store
    retractions = store.amendments().retractions
    identity = people_at(wiring, None, None)
    if ids is None:
        keys = all_people(wiring, identity)
    else:
        found = [key for key in map(store.twin_key, ids) if key is not None]
        keys = np.unique(identity.roots(np.array(found, dtype=np.int64)))
    if wiring.belief_map.clock is not Clock.TIME:
        return 0
    tell = progress or _silent
    known = _known(wiring, keys, identity)
    fresh = np.setdiff1d(keys, known)
    written = 0
    for first in range(0, len(known), _LOOKED_UP):
        some = known[first : first + _LOOKED_UP]
        written += _put(wiring, _continued(wiring, some), retractions)
        tell(first + len(some), len(keys))
    for part, made in _folded(wiring, fresh, identity):
        written += _put(wiring, made, retractions)
        tell(len(known) + part, len(keys))
    return written


def _known(wiring: Wiring, keys: Ints, identity: Identity) -> Ints:
    """Those of some twins that have a snapshot to go on from."""
    held: list[int] = []
    for first in range(0, len(keys), _LOOKED_UP):
        some = keys[first : first + _LOOKED_UP]
        parts = identity.parts(some)
        held += [
            each.twin
            for each in wiring.store.snapshots(some.tolist())
            if serves(each, wiring.mark, None, None, parts.get(each.twin, ()))
        ]
    return np.array(sorted(held), dtype=np.int64)


def _continued(wiring: Wiring, keys: Ints) -> Iterator[Snapshot]:
    for key in keys.tolist():
        person = person_at(wiring, key, None, None)
        found = readable(wiring, wiring.belief_map, person, None, None)
        snapshot = fresh_snapshot(wiring, found, person, None, 1)
        if snapshot is not None:
            yield snapshot


def _folded(
    wiring: Wiring, keys: Ints, identity: Identity
) -> Iterator[tuple[int, Iterator[Snapshot]]]:
    """Parts of some twins: how many twins are over with each, and its snapshots.

    Everybody's share of a part is told by their key, and keys ascend from part to part: so
    snapshots are appended to their table, and never scattered over it.
    """
    store, belief_map, now = wiring.store, wiring.belief_map, wiring.clock()
    until = boundary(keys[:0], belief_map.zone, now) if belief_map.zone.trait is None else now
    if not len(keys) or until is None:
        return
    signals = store.stats().signals * len(keys) / max(1, len(store.twins()))
    ends = np.array([part[-1] for part in np.array_split(keys, _parts(signals, len(keys)))])
    batches = store.scan(
        twins=keys.tolist(), until=until - 1, identity=identity, contexts=contexts_of(belief_map)
    )
    place = parted(batches, len(ends), lambda twin: np.searchsorted(ends, twin), wiring.path.parent)
    done = np.searchsorted(keys, ends, side="right").tolist()
    for over, rows in zip(done, place, strict=False):
        parts = identity.parts(np.unique(rows.twin))
        named = with_ids_of_claims(store, rows, identity)
        yield over, snapshots_of(belief_map, named, now, mark=wiring.mark, parts=parts)


def _parts(signals: float, twins: int) -> int:
    return int(min(max(-(-signals // SIGNALS), 1), twins, 1 << 15))


def _put(wiring: Wiring, made: Iterator[Snapshot], retractions: int) -> int:
    put = wiring.store.put_snapshots
    return sum(put(some, retractions) for some in iter(lambda: list(islice(made, BATCH)), []))


def _silent(done: int, of: int) -> None:
    """Progress that nobody watches."""
