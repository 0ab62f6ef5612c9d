"""Checks of appending: what is kept, what is a duplicate, what is refused."""

from __future__ import annotations

import threading

import msgspec

from doxa.checks.store_samples import (
    NOON,
    MakeStore,
    key_of,
    make_signal,
    opened,
    raised,
    refused,
    rows_of,
    scanned_ids,
)
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.errors import SignalConflict, SignalError
from doxa.storage.port import Load
from doxa.types import Json


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
    with opened(make) as store:
        (appended,) = store.append([full])
        assert (appended.id, appended.duplicate) == ("t1", False)
        assert store.signals(key_of(store, "änn")) == [full]
        assert store.append([]) == []


def check_duplicates_change_nothing(make: MakeStore) -> None:
    """The same id and content is a no-op, in one call and in the next; 1 equals 1.0."""
    first = make_signal("t1", payload={"price": 1, "tags": [2]})
    again = make_signal("t1", payload={"tags": [2.0], "price": 1.0}, recorded=NOON + DAY)
    with opened(make) as store:
        one, two = store.append([first, again])
        (three,) = store.append([again])
        assert [one.duplicate, two.duplicate, three.duplicate] == [False, True, True]
        assert one.seq == two.seq == three.seq
        assert store.signals(key_of(store)) == [first]


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
    with opened(make) as store:
        store.append([base])
        for field, changed in changes.items():
            error = refused(SignalConflict, store, [changed])
            assert "'t1'" in error.where
            assert error.problem.endswith(field), error
            assert "bob" not in str(error)
        assert store.twin_keys(["bob", "ann"]) == [store.twin_key("bob"), key_of(store)]
        assert store.twin_key("bob") is None
        assert store.stats().signals == 1


def check_conflicts_within_a_call(make: MakeStore) -> None:
    """A call that contradicts itself, or the ledger, is refused whole."""
    with opened(make) as store:
        refused(SignalConflict, store, [make_signal("a"), make_signal("a", at=NOON + 1)])
        store.append([make_signal("b")])
        refused(SignalConflict, store, [make_signal("c", "cy"), make_signal("b", at=NOON + 1)])
        assert store.stats().signals == 1
        assert store.twin_key("cy") is None


def check_ids_belong_to_a_source(make: MakeStore) -> None:
    """Two sources may use the same id."""
    with opened(make) as store:
        store.append([make_signal("t1", source="till"), make_signal("t1", source="web", order=1)])
        assert [one.source for one in store.signals(key_of(store))] == ["till", "web"]


def check_what_cannot_be_stored(make: MakeStore) -> None:
    """A signal that cannot be kept exactly is refused before anything is written."""
    bad = [
        make_signal("", "ann"),
        make_signal("t1", ""),
        make_signal("t1", at=2**62),
        make_signal("t1", recorded=2**62),
        make_signal("t1", order=2**63),
        # Wrong on purpose: it must be refused at run time too.
        make_signal("t1", at=1.5),  # type: ignore[arg-type]
        make_signal("t1", payload={"price": float("nan")}),
        make_signal("t1", payload={"deep": [{"price": float("inf")}]}),
        make_signal("t1", payload={"what": object()}),
        make_signal("t1", session="\ud800"),
    ]
    with opened(make) as store:
        for signal in bad:
            refused(SignalError, store, [make_signal("good"), signal])
        assert store.stats().signals == 0


def check_bulk_append(make: MakeStore) -> None:
    """Columns give the same ledger as records; resent rows change nothing, conflicts undo all."""
    signals = [make_signal(f"t{i}", f"twin{i % 2}", payload={"i": i}) for i in range(20)]
    load = Load(fingerprint="file", started=NOON, chunks=1, rows=20)
    with opened(make) as store:
        assert store.load("file") is None
        assert store.append_rows(rows_of(signals), load).added == 20
        assert store.load("file") == load
        more = msgspec.structs.replace(load, chunks=2, rows=21, started=NOON + 1)
        again = store.append_rows(rows_of([*signals, make_signal("t20")]), more)
        assert (again.added, again.duplicates) == (1, 20)
        assert store.load("file") == msgspec.structs.replace(more, started=NOON)
        clash = rows_of([make_signal("t30"), make_signal("t3", "other")])
        raised(SignalConflict, lambda: store.append_rows(clash, load))
        assert store.load("file") == msgspec.structs.replace(more, started=NOON)
        assert store.stats().signals == 21
        assert store.signals(key_of(store, "twin1")) == [
            one for one in sorted(signals, key=lambda s: s.id) if one.twin == "twin1"
        ]


def check_submit(make: MakeStore) -> None:
    """A submitted signal is durable when its future is done; a bad one fails alone."""
    with opened(make) as store:
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

    with opened(make) as store:
        threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(conflicts) == 20 * 7
        ids = scanned_ids(store)
        assert len(ids) == len(set(ids)) == 8 * 20 + 20 + 20
