"""What every store must do: plain functions that take a way to make an empty store.

An adapter's own tests run all of `contract()` against it::

    @pytest.mark.parametrize("check", contract(), ids=lambda check: check.__name__)
    def test_contract(check):
        check(make_my_store)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias

import msgspec
import numpy as np

from doxa.beliefmap.model import Zone
from doxa.domain.clock import DAY, HOUR, Clock, parse_time
from doxa.domain.signal import TRAITS, Signal
from doxa.errors import DoxaError, InputError, SignalConflict, SignalError, UnknownName
from doxa.storage.port import ForecastSet, Load, PopulationVersion, Snapshot, Store
from doxa.storage.rows import SignalRows
from doxa.types import Json


class MakeStore(Protocol):
    """Makes an empty store on a clock and with a zone."""

    def __call__(self, *, clock: Clock = Clock.TIME, zone: Zone | None = None) -> Store: ...


Check: TypeAlias = Callable[[MakeStore], None]
NOON = parse_time("2020-03-01T12:00:00Z")


def contract() -> list[Check]:
    """All checks of this module, found by name."""
    return [value for name, value in globals().items() if name.startswith("check_")]


def make_signal(id_: str, twin: str = "ann", at: int = NOON, **fields: Any) -> Signal:
    """A purchase, unless the fields say otherwise; recorded a second after it happened."""
    given: dict[str, Any] = {"kind": "purchase", "recorded": at + 1_000_000, **fields}
    return Signal(id=id_, twin=twin, at=at, **given)


def rows_of(signals: Sequence[Signal]) -> SignalRows:
    """Signals as columns for a bulk append."""
    return SignalRows(
        **{
            name: [getattr(signal, name) for signal in signals]
            for name in SignalRows.__dataclass_fields__
            if name not in ("payload", "assumed")
        },
        assumed=[int(signal.assumed) for signal in signals],
        payload=[msgspec.json.encode(signal.payload) for signal in signals],
    )


def check_append_and_read_back(make: MakeStore) -> None:
    """A signal comes back as it was given, every field of it."""
    payload: dict[str, Json] = {"price": 2.99, "items": ["milk", None, {"n": 1}], "new": True}
    full = make_signal(
        *("t1", "änn", NOON),
        source="till",
        session="b7",
        device="card",
        order=3,
        payload=payload,
        assumed=True,
        cause="forecast-1",
    )
    with _open(make) as store:
        (appended,) = store.append([full])
        assert (appended.id, appended.duplicate) == ("t1", False)
        assert store.signals(_key(store, "änn")) == [full]
        assert store.append([]) == []


def check_order_of_signals(make: MakeStore) -> None:
    """One twin's signals come by (at, order, id), whatever the order of arrival."""
    places = [(5, 0, "b"), (5, 0, "a"), (4, 9, "z"), (5, -1, "y"), (6, 0, "x")]
    with _open(make) as store:
        store.append([make_signal(id_, at=NOON + at, order=order) for at, order, id_ in places])
        found = store.signals(_key(store))
        assert [(one.at - NOON, one.order, one.id) for one in found] == sorted(places)


def check_windows_of_signals(make: MakeStore) -> None:
    """`since` and `until` take in their own moment; `known_at` looks at the second clock."""
    with _open(make) as store:
        store.append([make_signal(f"t{at}", at=NOON + at, recorded=NOON - at) for at in range(6)])
        ann = _key(store)
        assert _ids(store.signals(ann, since=NOON + 2, until=NOON + 4)) == ["t2", "t3", "t4"]
        assert _ids(store.signals(ann, known_at=NOON - 4)) == ["t4", "t5"]
        scanned = list(store.scan(since=NOON + 2, until=NOON + 4, known_at=NOON - 3, ids=True))
        assert [columns.ids for columns in scanned] == [["t3", "t4"]]


def check_duplicates_change_nothing(make: MakeStore) -> None:
    """The same id and content is a no-op, in one call and in the next; 1 equals 1.0."""
    first = make_signal("t1", payload={"price": 1, "tags": [2]})
    again = make_signal("t1", payload={"tags": [2.0], "price": 1.0}, recorded=NOON + DAY)
    with _open(make) as store:
        one, two = store.append([first, again])
        (three,) = store.append([again])
        assert [one.duplicate, two.duplicate, three.duplicate] == [False, True, True]
        assert one.seq == two.seq == three.seq
        assert store.signals(_key(store)) == [first]


def check_conflicts_name_the_field(make: MakeStore) -> None:
    """Other content under a known id is refused; the error names the id and the first field."""
    base = make_signal("t1", payload={"price": 1, "paid": True}, session="s")
    changes: dict[str, Signal] = {
        "kind": msgspec.structs.replace(base, kind="visit", at=NOON + 1),
        "twin": msgspec.structs.replace(base, twin="bob"),
        "at": msgspec.structs.replace(base, at=NOON + 1),
        "order": msgspec.structs.replace(base, order=1),
        "session": msgspec.structs.replace(base, session=None),
        "device": msgspec.structs.replace(base, device="card"),
        "cause": msgspec.structs.replace(base, cause="x"),
        "payload.price": msgspec.structs.replace(base, payload={"price": 2, "paid": True}),
        "payload.paid": msgspec.structs.replace(base, payload={"price": 1, "paid": 1}),
    }
    with _open(make) as store:
        store.append([base])
        for field, changed in changes.items():
            error = _refused(SignalConflict, store, [changed])
            assert "'t1'" in error.where
            assert error.problem.endswith(field), error
            assert "bob" not in str(error)
        assert store.twin_key("bob") is None
        assert store.stats().signals == 1


def check_conflicts_within_a_call(make: MakeStore) -> None:
    """A call that contradicts itself, or the ledger, is refused whole."""
    with _open(make) as store:
        _refused(SignalConflict, store, [make_signal("a"), make_signal("a", at=NOON + 1)])
        store.append([make_signal("b")])
        _refused(SignalConflict, store, [make_signal("c", "cy"), make_signal("b", at=NOON + 1)])
        assert store.stats().signals == 1
        assert store.twin_key("cy") is None


def check_ids_belong_to_a_source(make: MakeStore) -> None:
    """Two sources may use the same id."""
    with _open(make) as store:
        store.append([make_signal("t1", source="till"), make_signal("t1", source="web", order=1)])
        assert [one.source for one in store.signals(_key(store))] == ["till", "web"]


def check_what_cannot_be_stored(make: MakeStore) -> None:
    """A signal that cannot be kept exactly is refused before anything is written."""
    bad = [
        make_signal("", "ann"),
        make_signal("t1", ""),
        make_signal("t1", at=2**62),
        make_signal("t1", recorded=2**62),
        make_signal("t1", order=2**63),
        make_signal("t1", at=1.5),  # type: ignore[arg-type]
        make_signal("t1", payload={"price": float("nan")}),
        make_signal("t1", payload={"deep": [{"price": float("inf")}]}),
        make_signal("t1", payload={"price": 10**30}),
        make_signal("t1", payload={"what": object()}),
        make_signal("t1", session="\ud800"),
    ]
    with _open(make) as store:
        for signal in bad:
            _refused(SignalError, store, [make_signal("good"), signal])
        assert store.stats().signals == 0


def check_position_clock(make: MakeStore) -> None:
    """On a position clock any 64-bit number is a moment, and there are no local days."""
    places = [-(2**63), -1, 0, 2**63 - 1]
    with _open(make, clock=Clock.POSITION) as store:
        store.append([make_signal(f"t{at}", at=at, recorded=NOON) for at in reversed(places)])
        assert [one.at for one in store.signals(_key(store))] == places
        (columns,) = store.scan()
        assert columns.day.tolist() == [0] * 4
        _refused(SignalError, store, [make_signal("t", at=2**63, recorded=NOON)])


def check_scan_in_batches(make: MakeStore) -> None:
    """Batches follow the ledger; codes of kinds, sources and sessions hold over all of them."""
    signals = [
        make_signal(
            f"t{i}",
            f"twin{i % 3}",
            NOON - i,
            kind=("visit", "buy")[i % 2],
            source=("web", "till")[i // 5],
            session=(None, "s1", "s2")[i % 3],
            cause="forecast" if i == 4 else None,
            payload={"i": i},
        )
        for i in range(10)
    ]
    with _open(make) as store:
        for signal in signals:
            store.append([signal])
        batches = list(store.scan(rows=4, ids=True))
        assert [len(batch) for batch in batches] == [4, 4, 2]
        assert [name for batch in batches for name in batch.ids or ()] == [s.id for s in signals]
        assert [_row(batch, i) for batch in batches for i in range(len(batch))] == [
            (s.at, s.recorded, s.order, s.kind, s.source, s.cause is not None, s.payload)
            for s in signals
        ]
        names = store.twin_names([int(twin) for batch in batches for twin in batch.twin])
        assert names == [s.twin for s in signals]
        seqs = [int(seq) for batch in batches for seq in batch.seq]
        assert seqs == sorted(set(seqs))
        session = [int(code) for batch in batches for code in batch.session]
        assert len(set(session)) == 3
        assert all(
            (code == -1, code) == (s.session is None, session[int(s.id[1:]) % 3])
            for code, s in zip(session, signals, strict=True)
        )


def check_scan_picks(make: MakeStore) -> None:
    """A scan takes kinds, twins and both bounds together; unknown names match nothing."""
    with _open(make) as store:
        store.append([make_signal("t1"), make_signal("t2", "bob"), make_signal("t3", kind="visit")])
        ann, bob = _key(store), _key(store, "bob")
        assert _scanned(store, kinds=["purchase"]) == ["t1", "t2"]
        assert _scanned(store, twins=[ann]) == ["t1", "t3"]
        assert _scanned(store, twins=[bob, ann], kinds=["visit"]) == ["t3"]
        assert _scanned(store, twins=list(range(10_000)), kinds=["purchase"]) == ["t1", "t2"]
        assert _scanned(store, kinds=["nothing"]) == _scanned(store, twins=[]) == []


def check_scan_holds_still(make: MakeStore) -> None:
    """What is appended while a scan runs is not in it."""
    with _open(make) as store:
        store.append([make_signal(f"t{i}") for i in range(6)])
        scan = store.scan(rows=2)
        assert len(next(scan)) == 2
        store.append([make_signal("late", "bob", kind="new", source="new")])
        assert sum(map(len, scan)) == 4
        unfinished = store.scan(rows=2)
        next(unfinished)


def check_local_days(make: MakeStore) -> None:
    """Days are those of the zone, through a change of the clocks."""
    moments = [
        (parse_time("2020-03-08T06:59:59Z"), "2020-03-08"),
        (parse_time("2020-03-08T04:59:59Z"), "2020-03-07"),
        (parse_time("2020-03-09T04:00:00Z"), "2020-03-09"),
        (parse_time("2020-03-09T03:59:59Z"), "2020-03-08"),
        (parse_time("1900-01-01T00:00:00Z"), "1899-12-31"),
    ]
    with _open(make, zone=Zone(default="America/New_York")) as store:
        store.append([make_signal(f"t{i}", at=at) for i, (at, _) in enumerate(moments)])
        (columns,) = store.scan()
        days = np.datetime64("1970-01-01") + columns.day.astype("timedelta64[D]")
        assert [str(day) for day in days] == [day for _, day in moments]


def check_zones_of_people(make: MakeStore) -> None:
    """The zone in force is the newest trait at or before the signal, by the second clock too."""
    late = parse_time("2020-06-01T23:30:00Z")
    day = late // DAY

    def lives(id_: str, zone: Json, at: int, **fields: Any) -> Signal:
        return make_signal(id_, at=at, kind=TRAITS, payload={"tz": zone, "age": 3}, **fields)

    with _open(make, zone=Zone(default="UTC", trait="tz")) as store:
        store.append([make_signal("t1", at=late), make_signal("t2", "bob", at=late)])
        store.append([lives("z1", "Asia/Tokyo", late - HOUR, recorded=late + HOUR)])
        assert _days(store) == {"t1": day + 1, "t2": day, "z1": day + 1}
        assert _days(store, known_at=late + 1_000_000) == {"t1": day, "t2": day}
        store.append([lives("z2", "Nowhere/Land", late - 1), lives("z3", None, late + 1)])
        assert _days(store)["t1"] == day
        store.append([lives("z4", "Asia/Tokyo", late, order=1), lives("z5", "UTC", late)])
        assert _days(store)["t1"] == day + 1
        assert _days(store, twins=[_key(store, "bob")]) == {"t2": day}


def check_bulk_append(make: MakeStore) -> None:
    """Columns give the same ledger as records; resent rows change nothing, conflicts undo all."""
    signals = [make_signal(f"t{i}", f"twin{i % 2}", payload={"i": i}) for i in range(20)]
    load = Load(fingerprint="file", started=NOON, chunks=1, rows=20)
    with _open(make) as store:
        assert store.load("file") is None
        assert store.append_rows(rows_of(signals), load).added == 20
        assert store.load("file") == load
        more = msgspec.structs.replace(load, chunks=2, rows=21, started=NOON + 1)
        again = store.append_rows(rows_of([*signals, make_signal("t20")]), more)
        assert (again.added, again.duplicates) == (1, 20)
        assert store.load("file") == msgspec.structs.replace(more, started=NOON)
        clash = rows_of([make_signal("t30"), make_signal("t3", "other")])
        _raises(SignalConflict, lambda: store.append_rows(clash, load))
        assert store.load("file") == msgspec.structs.replace(more, started=NOON)
        assert store.stats().signals == 21
        assert store.signals(_key(store, "twin1")) == [
            one for one in sorted(signals, key=lambda s: s.id) if one.twin == "twin1"
        ]


def check_submit(make: MakeStore) -> None:
    """A submitted signal is durable when its future is done; a bad one fails alone."""
    with _open(make) as store:
        store.append([make_signal("t0")])
        good = [store.submit([make_signal(f"t{i}")]) for i in range(1, 5)]
        bad = store.submit([make_signal("t0", at=NOON + 1)])
        assert [one.result()[0].duplicate for one in good] == [False] * 4
        assert isinstance(bad.exception(), SignalConflict)
        assert store.stats().signals == 5


def check_many_threads(make: MakeStore) -> None:
    """Threads that append at once, resends and conflicts among them, lose and double nothing."""
    conflicts: list[str] = []

    def client(number: int) -> None:
        for i in range(20):
            store.append([make_signal(f"own-{number}-{i}", f"twin{number}")])
            store.append([make_signal(f"same-{i}")])
            try:
                store.append([make_signal(f"clash-{i}", order=number)])
            except SignalConflict as error:
                conflicts.append(error.where)

    with _open(make) as store:
        threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(conflicts) == 20 * 7
        ids = _scanned(store)
        assert len(ids) == len(set(ids)) == 8 * 20 + 20 + 20


def check_questions_about_the_ledger(make: MakeStore) -> None:
    """Counts, newest moments and first signals say what the signals say."""
    with _open(make) as store:
        assert store.stats().newest_at is None
        assert store.twins().tolist() == []
        store.append([make_signal("t1", at=NOON + 5, source="web"), make_signal("t2", at=NOON)])
        store.append([make_signal("t3", at=NOON - 5, source="web", kind="visit")])
        store.append([make_signal("t4", "bob", at=NOON + 9)])
        ann, bob = _key(store), _key(store, "bob")
        assert (store.newest(ann), store.newest(bob), store.newest(99)) == (
            NOON + 5,
            NOON + 9,
            None,
        )
        assert store.kinds() == {"purchase": 3, "visit": 1}
        stats = store.stats()
        assert (stats.twins, stats.signals, stats.oldest_at) == (2, 4, NOON - 5)
        assert stats.newest_recorded == NOON + 9 + 1_000_000
        assert store.twins().tolist() == sorted([ann, bob])
        assert store.twin_names([bob, ann, bob]) == ["bob", "ann", "bob"]
        _raises(UnknownName, lambda: store.twin_names([99]))
        known_at = NOON + 5 + 1_000_000
        assert _firsts(store, known_at) == {("ann", "web"): NOON - 5, ("ann", "default"): NOON}
        assert _firsts(store, None)["bob", "default"] == NOON + 9


def check_changes(make: MakeStore) -> None:
    """The change number moves with every write and rests without."""
    with _open(make) as store:
        seen = [store.changes()]
        store.append([make_signal("t1")])
        seen.append(store.changes())
        store.put_map("text", "f", NOON)
        seen.append(store.changes())
        assert len(set(seen)) == 3
        assert store.changes() == seen[-1]


def check_snapshots_fall_with_late_signals(make: MakeStore) -> None:
    """A signal below `until` drops the snapshot, one at it does not; stale ones are refused."""
    with _open(make) as store:
        (first,) = store.append([make_signal("t1")])
        store.append([make_signal("t2", "bob")])
        held = _snapshot(_key(store), first.seq)
        assert store.snapshot(held.twin) is None
        assert store.put_snapshots([held]) == 1
        assert store.snapshot(held.twin) == held
        store.append([make_signal("t3", at=held.until), make_signal("t4", "bob")])
        assert store.snapshot(held.twin) == held
        store.append([make_signal("t1")])
        assert store.snapshot(held.twin) == held
        (late,) = store.append([make_signal("t5", at=held.until - 1)])
        assert store.snapshot(held.twin) is None
        assert store.put_snapshots([held]) == 0
        assert store.snapshot(held.twin) is None
        newer = msgspec.structs.replace(held, last_seq=late.seq, state=b"new")
        assert store.put_snapshots([held, newer, _snapshot(_key(store, "bob"), late.seq)]) == 2
        assert store.snapshot(held.twin) == newer


def check_snapshots_fall_with_bulk_rows(make: MakeStore) -> None:
    """A bulk append drops snapshots like any other."""
    with _open(make) as store:
        (first,) = store.append([make_signal("t1")])
        store.put_snapshots([_snapshot(_key(store), first.seq)])
        store.append_rows(rows_of([make_signal("t2", at=NOON - DAY), make_signal("t3")]))
        assert store.snapshot(_key(store)) is None


def check_maps(make: MakeStore) -> None:
    """Maps get versions; the newest one again is no new version, an older one is."""
    with _open(make) as store:
        assert store.maps() == []
        one, two = store.put_map("a", "fa", NOON), store.put_map("b", "fb", NOON + 1)
        assert store.put_map("b", "fb", NOON + 2) == two
        three = store.put_map("a", "fa", NOON + 3)
        assert [one.version, two.version, three.version] == [1, 2, 3]
        assert store.maps() == [one, two, three]


def check_populations(make: MakeStore) -> None:
    """Populations get versions; activations keep their history."""
    fresh = PopulationVersion(
        version=0, created=NOON, map_fingerprint="f", origin=NOON, active_from=None, body=b"\x00p"
    )
    with _open(make) as store:
        assert store.populations() == []
        one = store.put_population(fresh)
        two = store.put_population(msgspec.structs.replace(fresh, active_from=NOON + 1))
        assert [one.version, two.version] == [1, 2]
        assert store.populations() == [one, two]
        store.activate_population(1, NOON + 2)
        store.activate_population(2, NOON + 3)
        assert [found.active_from for found in store.populations()] == [NOON + 2, NOON + 3]
        assert [(made.version, made.active_from - NOON) for made in store.activations()] == [
            (2, 1),
            (1, 2),
            (2, 3),
        ]
        _raises(UnknownName, lambda: store.activate_population(3, NOON))


def check_forecast_sets(make: MakeStore) -> None:
    """Recorded forecasts come back by time; an id is given once."""
    sets = [
        ForecastSet(
            id=f"f{i}",
            outcome=("lapses", "buys")[i % 2],
            origin=NOON,
            recorded=NOON - i,
            population=1,
            label="recorded",
            body=bytes([i]) * 100_000,
        )
        for i in range(3)
    ]
    with _open(make) as store:
        for one in sets:
            store.put_forecasts(one)
        assert store.forecast_sets() == sets[::-1]
        assert store.forecast_sets("buys") == [sets[1]]
        _raises(InputError, lambda: store.put_forecasts(sets[0]))


@contextmanager
def _open(make: MakeStore, clock: Clock = Clock.TIME, zone: Zone | None = None) -> Iterator[Store]:
    store = make(clock=clock, zone=zone)
    try:
        yield store
    finally:
        store.close()


def _key(store: Store, twin: str = "ann") -> int:
    key = store.twin_key(twin)
    assert key is not None
    return key


def _ids(signals: Sequence[Signal]) -> list[str]:
    return [signal.id for signal in signals]


def _scanned(store: Store, **selection: Any) -> list[str]:
    return [name for batch in store.scan(ids=True, **selection) for name in batch.ids or ()]


def _days(store: Store, **selection: Any) -> dict[str, int]:
    batches = list(store.scan(ids=True, **selection))
    return {
        name: day
        for batch in batches
        for name, day in zip(batch.ids or (), batch.day.tolist(), strict=True)
    }


def _row(batch: Any, i: int) -> tuple[object, ...]:
    kind, source = batch.kinds[batch.kind[i]], batch.sources[batch.source[i]]
    payload = msgspec.json.decode(batch.payload[i])
    moments = int(batch.at[i]), int(batch.recorded[i]), int(batch.order[i])
    return (*moments, kind, source, bool(batch.inert[i]), payload)


def _firsts(store: Store, known_at: int | None) -> dict[tuple[str, str], int]:
    first = store.first_signals(known_at)
    names = store.twin_names(first.twin.tolist())
    return {
        (twin, first.sources[source]): at
        for twin, source, at in zip(names, first.source.tolist(), first.at.tolist(), strict=True)
    }


def _snapshot(twin: int, last_seq: int) -> Snapshot:
    return Snapshot(
        twin=twin,
        fingerprint="f",
        until=NOON + DAY,
        newest_at=NOON,
        newest_recorded=NOON,
        last_seq=last_seq,
        state=b"\x00state",
    )


def _refused(kind: type[DoxaError], store: Store, signals: Sequence[Signal]) -> DoxaError:
    return _raises(kind, lambda: store.append(signals))


def _raises(kind: type[DoxaError], action: Callable[[], object]) -> DoxaError:
    try:
        action()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")
