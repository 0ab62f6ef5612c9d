"""A store that lives in memory: the reference the other stores are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from copy import copy

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.contexts import NO_CONTEXTS, Contexts
from doxa.beliefmap.model import Zone
from doxa.domain.clock import Clock
from doxa.domain.identity import unsaid
from doxa.domain.signal import TRAITS, Signal
from doxa.errors import UnknownName
from doxa.storage.corrections import Merging, Restored, Retracting
from doxa.storage.days import LocalDays, zone_history
from doxa.storage.first_signals import of_people
from doxa.storage.identity import ALONE, Identity
from doxa.storage.memory_forgetting import MemoryForgetting
from doxa.storage.port import (
    Appended,
    BulkAppended,
    FirstSignals,
    Load,
    Snapshot,
    StoreStats,
)
from doxa.storage.rows import (
    AT,
    CAUSE,
    DEVICE,
    ID,
    KIND,
    ORDER,
    PAYLOAD,
    RECORDED,
    SESSION,
    SOURCE,
    TWIN,
    Row,
    SignalRows,
    check_same,
    row_of,
    session_codes,
    signal_of,
)
from doxa.types import Moment


class MemoryLedger(MemoryForgetting):
    """Signals by seq, which counts from 1 and is never given twice."""

    def __init__(self, *, clock: Clock = Clock.TIME, zone: Zone | None = None) -> None:
        super().__init__(clock)
        self.zone = zone or Zone()
        self._kinds: dict[str, int] = {}
        self._loads: dict[str, Load] = {}

    def append(self, signals: Sequence[Signal]) -> list[Appended]:
        """Add signals; nothing of the call is kept when one conflicts."""
        return self._append([row_of(signal, self.clock) for signal in signals])

    def submit(self, signals: Sequence[Signal]) -> Future[list[Appended]]:
        """The same as `append`, as a future that is done already."""
        rows = [row_of(signal, self.clock) for signal in signals]
        future: Future[list[Appended]] = Future()
        try:
            future.set_result(self._append(rows))
        except Exception as error:  # whoever asks the future is told, whatever it was
            future.set_exception(error)
        return future

    def append_rows(self, rows: SignalRows, load: Load | None = None) -> BulkAppended:
        """Add many rows and the progress of their load."""
        appended = self._append(rows.rows(self.clock))
        if load is not None:
            started = self._loads.get(load.fingerprint, load).started
            self._loads[load.fingerprint] = msgspec.structs.replace(load, started=started)
        duplicates = sum(one.duplicate for one in appended)
        return BulkAppended(added=len(rows) - duplicates, duplicates=duplicates)

    def load(self, fingerprint: str) -> Load | None:
        """How far the load of an input came."""
        return self._loads.get(fingerprint)

    def twin_key(self, twin: str) -> int | None:
        """The integer key of a twin, None when it was never met."""
        return self._twins.get(twin)

    def twin_keys(self, twins: Sequence[str]) -> list[int | None]:
        """The integer keys of twins, None for those never met."""
        return [self._twins.get(twin) for twin in twins]

    def twin_names(self, keys: Sequence[int]) -> list[str]:
        """The ids of twins by key."""
        names = {key: twin for twin, key in self._twins.items()}
        try:
            return [names[int(key)] for key in keys]
        except KeyError as error:
            raise UnknownName(f"no twin has the key {error.args[0]}") from None

    def twins(self) -> Ints:
        """The keys of all twins, ascending."""
        return np.array(sorted(self._twins.values()), dtype=np.int64)

    def signals(
        self,
        twin: int,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        known_at: Moment | None = None,
    ) -> list[Signal]:
        """One twin's signals by (at, order, id)."""
        places = self._select(None, since, until, known_at, [twin])
        found = [self._rows[place] for place in places]
        found.sort(key=lambda row: (row[AT], row[ORDER], row[ID], row[SOURCE]))
        return [signal_of(row) for row in found]

    def scan(
        self,
        *,
        kinds: Sequence[str] | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        known_at: Moment | None = None,
        twins: Sequence[int] | None = None,
        rows: int = 200_000,
        ids: bool = False,
        devices: bool = False,
        identity: Identity = ALONE,
        retractions: int | None = None,
        contexts: Contexts = NO_CONTEXTS,
    ) -> Iterator[SignalColumns]:
        """The signals that count, in column batches and ledger order."""
        left_out = self._retracted(known_at, retractions)
        window = (None, None) if identity.shifts else (since, until)
        keys = None if twins is None else identity.keys(twins)
        found = self._select(kinds, *window, known_at, keys)
        places = [place for place in found if place not in left_out]
        traits = self._traits(known_at, identity, left_out)
        days = LocalDays(self.clock, self.zone, zone_history(traits, self.zone))
        texts = tuple(self._kinds), tuple(self._sources)
        for start in range(0, len(places), rows):
            some = places[start : start + rows]
            columns = self._columns(
                some, days, *texts, identity, contexts, ids=ids, devices=devices
            )
            yield identity.within(columns, since, until) if identity.shifts else columns

    def first_signals(
        self, known_at: Moment | None = None, identity: Identity = ALONE
    ) -> FirstSignals:
        """When each person was first heard of by each source, by (twin, source)."""
        first: dict[tuple[int, int], tuple[Moment, Moment]] = {}
        left_out = self._retracted(known_at)
        for place in self._select(None, None, None, known_at, None):
            if place in left_out:
                continue
            row = self._rows[place]
            key = self._twins[row[TWIN]], self._sources[row[SOURCE]]
            at, recorded = first.get(key, (row[AT], row[RECORDED]))
            first[key] = min(at, row[AT]), min(recorded, row[RECORDED])
        columns = np.array(
            [(*key, *moments) for key, moments in sorted(first.items())], dtype=np.int64
        ).reshape(-1, 4)
        twin, source, at_, recorded_ = columns.T
        found = FirstSignals(twin, source, at_, recorded_, tuple(self._sources))
        return of_people(found, identity)

    def newest(self, twin: int) -> Moment | None:
        """The newest `at` of a twin."""
        found = self.signals(twin)
        return found[-1].at if found else None

    def kinds(self) -> dict[str, int]:
        """Kinds met so far and how many signals of each."""
        met = [row[KIND] for row in self._rows.values()]
        return {kind: met.count(kind) for kind in sorted(set(met))}

    def stats(self) -> StoreStats:
        """The ledger in a few numbers."""
        at = [row[AT] for row in self._rows.values()]
        return StoreStats(
            twins=len(self._twins),
            signals=len(at),
            last_seq=max(self._rows, default=0),
            oldest_at=min(at, default=None),
            newest_at=max(at, default=None),
            newest_recorded=max((row[RECORDED] for row in self._rows.values()), default=None),
        )

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Nobody else writes within."""
        with self._lock:
            yield

    def _append(self, rows: Sequence[Row]) -> list[Appended]:
        with self._lock:
            new: dict[tuple[str, str], Row] = {}
            duplicates = []
            for row in rows:
                name = row[SOURCE], row[ID]
                known = self._rows[self._places[name]] if name in self._places else new.get(name)
                duplicates.append(known is not None)
                if known is None:
                    new[name] = row
                else:
                    check_same(known, row)
            self._check_forgotten(list(new.values()))
            for row in new.values():
                self._add(row)
            left_out = self._retracted()
            places = [self._places[row[SOURCE], row[ID]] for row in rows]
            return [
                Appended(row[ID], place, duplicate, place in left_out)
                for row, place, duplicate in zip(rows, places, duplicates, strict=True)
            ]

    def _add(self, row: Row) -> None:
        self._newest_seq += 1
        self._rows[self._newest_seq] = row
        self._places[row[SOURCE], row[ID]] = self._newest_seq
        self._kinds.setdefault(row[KIND], len(self._kinds))
        self._sources.setdefault(row[SOURCE], len(self._sources))
        twin = self._twins.get(row[TWIN])
        if twin is None:
            self._newest_key += 1
            twin = self._twins[row[TWIN]] = self._newest_key
        self._drop_snapshots([twin], row[AT])

    def _select(
        self,
        kinds: Sequence[str] | None,
        since: Moment | None,
        until: Moment | None,
        known_at: Moment | None,
        twins: Sequence[int] | None,
    ) -> list[int]:
        wanted = None if twins is None else {int(twin) for twin in twins}
        return [
            place
            for place, row in self._rows.items()
            if (kinds is None or row[KIND] in kinds)
            and (since is None or row[AT] >= since)
            and (until is None or row[AT] <= until)
            and (known_at is None or row[RECORDED] <= known_at)
            and (wanted is None or self._twins[row[TWIN]] in wanted)
        ]

    def _traits(
        self, known_at: Moment | None, identity: Identity, left_out: set[int]
    ) -> list[tuple[int, Moment, int, str, bytes]]:
        places = self._select([TRAITS], None, None, known_at, None)
        rows = [self._rows[place] for place in places if place not in left_out]
        own = np.array([self._twins[row[TWIN]] for row in rows], dtype=np.int64)
        return [
            (twin, row[AT], row[ORDER], row[ID], row[PAYLOAD])
            for twin, row in zip(identity.roots(own).tolist(), rows, strict=True)
        ]

    def _columns(
        self,
        places: Sequence[int],
        days: LocalDays,
        kinds: tuple[str, ...],
        sources: tuple[str, ...],
        identity: Identity,
        contexts: Contexts,
        *,
        ids: bool,
        devices: bool,
    ) -> SignalColumns:
        rows = [self._rows[place] for place in places]
        own = np.array([self._twins[row[TWIN]] for row in rows], dtype=np.int64)
        at = identity.moved(own, np.array([row[AT] for row in rows], dtype=np.int64))
        twin = identity.roots(own)
        return SignalColumns(
            twin=twin,
            at=at,
            recorded=np.array([row[RECORDED] for row in rows], dtype=np.int64),
            order=np.array([row[ORDER] for row in rows], dtype=np.int64),
            seq=np.array(places, dtype=np.int64),
            kind=np.array([self._kinds[row[KIND]] for row in rows], dtype=np.int64),
            source=np.array([self._sources[row[SOURCE]] for row in rows], dtype=np.int64),
            session=session_codes([row[SESSION] for row in rows]),
            day=days.of(twin, at),
            payload=[_payload(row, contexts) for row in rows],
            inert=np.array([row[CAUSE] is not None for row in rows]),
            kinds=kinds,
            sources=sources,
            ids=[row[ID] for row in rows] if ids else None,
            device=session_codes([row[DEVICE] for row in rows]) if devices else None,
        )


def _payload(row: Row, contexts: Contexts) -> bytes:
    return contexts.spliced(row[KIND], row[PAYLOAD], row[AT], row[DEVICE], row[SESSION])


class MemoryStore(MemoryLedger):
    """One workspace in memory; gone when it is closed.

    Examples
    --------
    >>> from doxa.domain.signal import Signal
    >>> store = MemoryStore()
    >>> store.append([Signal(id="t1", twin="ann", kind="buy", at=5, recorded=6)])
    [Appended(id='t1', seq=1, duplicate=False, retracted=False)]
    """

    def set_zone(self, zone: Zone) -> None:
        """Change the zone of local days from now on."""
        self.zone = zone

    def restore(
        self,
        signals: Sequence[Signal],
        mergings: Sequence[Merging],
        retracted: Sequence[Retracting],
    ) -> Restored:
        """Add what is not there yet, all or nothing."""
        with self._lock:
            kept = {name: copy(value) for name, value in vars(self).items() if name != "_lock"}
            try:
                appended = self.append(signals)
                said = [self.merge(merging) for merging in self._unsaid(mergings)]
                gone = [self.retract(r.id, r.source, r.recorded) for r in retracted]
            except BaseException:
                vars(self).update(kept)
                raise
            return Restored(
                signals=sum(not each.duplicate for each in appended),
                mergings=sum(row is not None for row in said),
                retractions=sum(not each.duplicate for each in gone),
            )

    def _unsaid(self, mergings: Sequence[Merging]) -> list[Merging]:
        names = {key: twin for twin, key in self._twins.items()}
        said = [
            Merging(
                alias=names[row.alias],
                into=names[row.into],
                at=row.at,
                recorded=row.recorded,
                joined=row.joined,
                offset=row.offset,
            )
            for row in self._aliases
        ]
        return unsaid(said, mergings)

    def snapshot(self, twin: int) -> Snapshot | None:
        """The newest snapshot of a twin."""
        return self._snapshots.get(twin)

    def snapshots(self, twins: Sequence[int]) -> list[Snapshot]:
        """The newest snapshots of those twins that have one."""
        return [self._snapshots[twin] for twin in twins if twin in self._snapshots]

    def put_snapshots(self, snapshots: Sequence[Snapshot], retractions: int | None = None) -> int:
        """Store snapshots that no later signal or retraction made stale; returns how many."""
        with self._lock:
            if retractions is not None and self.amendments().retractions > retractions:
                return 0
            known = set(self._twins.values())
            fresh = [
                snapshot
                for snapshot in snapshots
                if known.issuperset((snapshot.twin, *snapshot.aliases))
                and not self._newer_than(snapshot)
            ]
            self._snapshots.update({snapshot.twin: snapshot for snapshot in fresh})
            return len(fresh)

    def _newer_than(self, snapshot: Snapshot) -> bool:
        """Whether a signal that counts arrived below `until` since the snapshot was folded."""
        left_out, twins = self._retracted(), (snapshot.twin, *snapshot.aliases)
        return any(
            self._twins[row[TWIN]] in twins and row[AT] < snapshot.until and seq not in left_out
            for seq, row in self._rows.items()
            if seq > snapshot.last_seq
        )

    def close(self) -> None:
        """Nothing to write, nothing to let go of."""
