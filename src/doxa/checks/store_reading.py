"""Checks of reading: order, windows, column batches, local days, counts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.contexts import Contexts
from doxa.beliefmap.model import Zone
from doxa.checks.store_samples import (
    NOON,
    MakeStore,
    key_of,
    make_signal,
    opened,
    raised,
    refused,
    scanned_ids,
)
from doxa.domain.clock import DAY, HOUR, Clock, parse_time
from doxa.domain.signal import TRAITS, Signal
from doxa.errors import SignalError, UnknownName
from doxa.storage.port import Store
from doxa.storage.rows import decode_payload
from doxa.types import Json


def check_order_of_signals(make: MakeStore) -> None:
    """One twin's signals come by (at, order, id), whatever the order of arrival."""
    places = [(5, 0, "b"), (5, 0, "a"), (4, 9, "z"), (5, -1, "y"), (6, 0, "x")]
    with opened(make) as store:
        store.append([make_signal(id_, at=NOON + at, order=order) for at, order, id_ in places])
        found = store.signals(key_of(store))
        assert [(one.at - NOON, one.order, one.id) for one in found] == sorted(places)


def check_windows_of_signals(make: MakeStore) -> None:
    """`since` and `until` take in their own moment; `known_at` looks at the second clock."""
    with opened(make) as store:
        store.append([make_signal(f"t{at}", at=NOON + at, recorded=NOON - at) for at in range(6)])
        ann = key_of(store)
        assert _ids(store.signals(ann, since=NOON + 2, until=NOON + 4)) == ["t2", "t3", "t4"]
        assert _ids(store.signals(ann, known_at=NOON - 4)) == ["t4", "t5"]
        scanned = list(store.scan(since=NOON + 2, until=NOON + 4, known_at=NOON - 3, ids=True))
        assert [columns.ids for columns in scanned] == [["t3", "t4"]]


def check_position_clock(make: MakeStore) -> None:
    """On a position clock any 64-bit number is a moment, and there are no local days."""
    places = [-(2**63), -1, 0, 2**63 - 1]
    with opened(make, clock=Clock.POSITION) as store:
        store.append([make_signal(f"t{at}", at=at, recorded=NOON) for at in reversed(places)])
        assert [one.at for one in store.signals(key_of(store))] == places
        (columns,) = store.scan()
        assert columns.day.tolist() == [0] * 4
        refused(SignalError, store, [make_signal("t", at=2**63, recorded=NOON)])


def check_contexts(make: MakeStore) -> None:
    """A scan writes contexts into the payloads of some kinds; a field that was sent comes first."""
    told = Contexts({"buy": ("device", "weekpart")}, "America/New_York")
    sunday_evening = parse_time("2020-03-02T03:00:00Z")
    signals = [
        make_signal("a", at=sunday_evening, kind="buy", device="tv", payload={"n": 1}),
        make_signal("b", at=NOON + DAY, kind="buy", payload={"device": "till"}),
        make_signal("c", at=NOON, kind="visit", device="tv"),
    ]
    expected: list[dict[str, Json]] = [
        {"n": 1, "device": "tv", "weekpart": "weekend"},
        {"device": "till", "weekpart": "weekday"},
        {},
    ]
    with opened(make) as store:
        store.append(signals)
        for ids in (False, True):
            (columns,) = store.scan(contexts=told, ids=ids)
            assert [decode_payload(payload) for payload in columns.payload] == expected
            assert columns.ids == (["a", "b", "c"] if ids else None)
        assert store.signals(key_of(store))[1].payload == {"n": 1}
        (plain,) = store.scan()
        assert [decode_payload(payload) for payload in plain.payload] == [
            {"n": 1},
            {"device": "till"},
            {},
        ]


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
    with opened(make) as store:
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


def check_scan_of_devices(make: MakeStore) -> None:
    """Devices come where they are asked for: equal codes for equal text, -1 for none."""
    used = ("phone", None, "till", "phone")
    with opened(make) as store:
        store.append([make_signal(f"t{i}", device=device) for i, device in enumerate(used)])
        (bare,) = store.scan()
        assert bare.device is None
        batches = list(store.scan(rows=3, ids=True, devices=True))
        code = [int(one) for batch in batches if batch.device is not None for one in batch.device]
        assert [name for batch in batches for name in batch.ids or ()] == ["t0", "t1", "t2", "t3"]
        assert code[0] == code[3] != code[2] >= 0
        assert code[1] == -1


def check_scan_picks(make: MakeStore) -> None:
    """A scan takes kinds, twins and both bounds together; unknown names match nothing."""
    with opened(make) as store:
        store.append([make_signal("t1"), make_signal("t2", "bob"), make_signal("t3", kind="visit")])
        ann, bob = key_of(store), key_of(store, "bob")
        assert scanned_ids(store, kinds=["purchase"]) == ["t1", "t2"]
        assert scanned_ids(store, twins=[ann]) == ["t1", "t3"]
        assert scanned_ids(store, twins=[bob, ann], kinds=["visit"]) == ["t3"]
        assert scanned_ids(store, twins=list(range(10_000)), kinds=["purchase"]) == ["t1", "t2"]
        assert scanned_ids(store, kinds=["nothing"]) == scanned_ids(store, twins=[]) == []


def check_scan_holds_still(make: MakeStore) -> None:
    """What is appended while a scan runs is not in it."""
    with opened(make) as store:
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
    with opened(make, zone=Zone(default="America/New_York")) as store:
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

    with opened(make, zone=Zone(default="UTC", trait="tz")) as store:
        store.append([make_signal("t1", at=late), make_signal("t2", "bob", at=late)])
        store.append([lives("z1", "Asia/Tokyo", late - HOUR, recorded=late + HOUR)])
        assert _days(store) == {"t1": day + 1, "t2": day, "z1": day + 1}
        assert _days(store, known_at=late + 1_000_000) == {"t1": day, "t2": day}
        store.append([lives("z2", "Nowhere/Land", late - 1), lives("z3", None, late + 1)])
        assert _days(store)["t1"] == day
        store.append([lives("z4", "Asia/Tokyo", late, order=1), lives("z5", "UTC", late)])
        assert _days(store)["t1"] == day + 1
        assert _days(store, twins=[key_of(store, "bob")]) == {"t2": day}


def check_questions_about_the_ledger(make: MakeStore) -> None:
    """Counts, newest moments and first signals say what the signals say."""
    with opened(make) as store:
        assert store.stats().newest_at is None
        assert store.twins().tolist() == []
        store.append([make_signal("t1", at=NOON + 5, source="web"), make_signal("t2", at=NOON)])
        store.append([make_signal("t3", at=NOON - 5, source="web", kind="visit")])
        store.append([make_signal("t4", "bob", at=NOON + 9)])
        ann, bob = key_of(store), key_of(store, "bob")
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
        raised(UnknownName, lambda: store.twin_names([99]))
        known_at = NOON + 5 + 1_000_000
        assert _firsts(store, known_at) == {("ann", "web"): NOON - 5, ("ann", "default"): NOON}
        assert _firsts(store, None)["bob", "default"] == NOON + 9


def check_steady(make: MakeStore) -> None:
    """What one thread reads within `steady` does not move, whatever another writes meanwhile."""
    with opened(make) as store:
        store.append([make_signal("t1")])
        ann = key_of(store)
        other = threading.Thread(target=lambda: store.append([make_signal("t2", kind="visit")]))
        with store.steady():
            assert scanned_ids(store) == ["t1"]
            other.start()
            other.join(0.2)
            with store.steady():
                assert scanned_ids(store) == _ids(store.signals(ann)) == ["t1"]
            assert store.kinds() == {"purchase": 1}
        other.join()
        assert scanned_ids(store) == ["t1", "t2"]
        assert store.kinds() == {"purchase": 1, "visit": 1}


def _ids(signals: Sequence[Signal]) -> list[str]:
    return [signal.id for signal in signals]


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
