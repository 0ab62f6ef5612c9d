"""Checks of forgetting: nothing of the person is left, the others are as before, a resend is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

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
from doxa.domain.clock import DAY, MINUTE, Clock
from doxa.domain.signal import Signal
from doxa.errors import ForgottenTwin, InputError
from doxa.storage.blocks import decode_block, encode_block
from doxa.storage.corrections import Merging
from doxa.storage.port import ForecastSet, Snapshot, Store
from doxa.storage.rows import decode_payload

LATER = NOON + DAY


def check_forget_erases_one_person(make: MakeStore) -> None:
    """Signals, snapshot, id and forecasts of one go; those of the others stay as they are."""
    with opened(make) as store:
        store.append(_signals("ann", 3) + _signals("bob", 2))
        ann, bob = key_of(store), key_of(store, "bob")
        store.put_snapshots([_snapshot(ann), _snapshot(bob)])
        store.put_forecasts(_forecasts("both", [ann, bob]))
        store.put_forecasts(_forecasts("one", [ann]))
        others = _read(store, "bob")
        counts = store.forget("ann", LATER).counts
        assert counts == {"signals": 3, "snapshots": 1, "twins": 1, "forecasts": 4}
        assert store.twin_key("ann") is None
        assert store.twins().tolist() == [bob]
        assert (store.signals(ann), store.snapshot(ann)) == ([], None)
        assert _read(store, "bob") == others
        assert store.stats().twins == 1
        (left,) = store.forecast_sets()
        block = decode_block(left.body)
        assert (left.id, block.twins) == ("both", [bob])
        assert block.arrays()["twin"].tolist() == [0, 0]
        assert block.arrays()["probability"].tolist() == [0.75, 0.875]


def check_forgotten_signals_are_refused(make: MakeStore) -> None:
    """What occurred up to the moment is refused however it comes; what occurs later is a new twin."""
    with opened(make) as store:
        old = _signals("ann", 3)
        store.append([*old, *_signals("bob", 1)])
        key = key_of(store)
        store.forget("ann", LATER)
        error = refused(ForgottenTwin, store, [old[0]])
        assert "forgotten" in str(error)
        assert "ann" not in str(error).replace(old[0].id, "")
        refused(ForgottenTwin, store, [make_signal("n1", "bob", LATER + 1), old[1]])
        raised(ForgottenTwin, lambda: store.append_rows(rows_of(old)))
        raised(ForgottenTwin, lambda: store.submit([old[2]]).result())
        assert store.twin_key("ann") is None
        assert scanned_ids(store) == ["bob-0"]
        store.append([make_signal("n2", at=LATER + 1), make_signal("n3", "cy", at=LATER)])
        assert key_of(store) not in (key, key_of(store, "bob"))
        refused(ForgottenTwin, store, [make_signal("n4", at=LATER)])
        assert scanned_ids(store) == ["bob-0", "n2", "n3"]


def check_forget_twice_and_nobody(make: MakeStore) -> None:
    """Somebody never met is noted too; the later of two times counts."""
    with opened(make) as store:
        assert store.forget("ann", NOON).counts == {}
        refused(ForgottenTwin, store, [make_signal("t1", at=NOON)])
        store.append([make_signal("t2", at=NOON + 5)])
        assert store.forget("ann", LATER).counts == {"signals": 1, "twins": 1, "sources": 1}
        refused(ForgottenTwin, store, [make_signal("t3", at=LATER)])
        (entry,) = store.forgotten().twins
        assert (entry.forgotten_at, entry.until) == (LATER, LATER)


def check_forget_takes_aliases_along(make: MakeStore) -> None:
    """Everybody who is the same person goes, by whatever id they are named; others stay."""
    with opened(make) as store:
        store.append(
            [*_signals("ann", 2), *_signals("tab", 2), *_signals("tv", 1), *_signals("bob", 2)]
        )
        for alias, into in (("tab", "ann"), ("tv", "tab"), ("cy", "bob")):
            assert store.merge(_merging(alias, into)) is not None
        store.retract("tab-0", None, NOON)
        kept = store.retract("bob-0", None, NOON)
        counts = store.forget("tab", LATER).counts
        assert counts == {"signals": 5, "twins": 3, "aliases": 2, "retractions": 1}
        assert [store.twin_key(name) for name in ("ann", "tab", "tv")] == [None] * 3
        assert len(store.aliases()) == 1
        assert store.retractions() == [kept]
        for name in ("ann", "tab", "tv"):
            refused(ForgottenTwin, store, _signals(name, 1))
        raised(ForgottenTwin, lambda: store.merge(_merging("tab", "bob")))
        later = msgspec.structs.replace(_merging("new", "bob"), recorded=LATER + 1)
        amended = store.amendments()
        store.merge(later)
        assert store.amendments().aliases > amended.aliases
        assert scanned_ids(store) == ["bob-1"]


def check_somebody_parted_stays(make: MakeStore) -> None:
    """Who was merged once and is somebody of their own again is not forgotten with the other."""
    with opened(make) as store:
        store.append([*_signals("ann", 1), *_signals("tab", 1)])
        store.merge(_merging("tab", "ann"))
        store.merge(msgspec.structs.replace(_merging("tab", "tab"), joined=False, recorded=LATER))
        store.forget("ann", LATER)
        assert scanned_ids(store) == ["tab-0"]
        assert store.aliases() == []


def check_forget_what_lies_ahead(make: MakeStore) -> None:
    """What a fast clock dated a little ahead is refused too; on a position clock, all that was held."""
    with opened(make) as store:
        store.append([ahead := make_signal("t1", at=NOON + 3 * MINUTE)])
        store.forget("ann", NOON)
        refused(ForgottenTwin, store, [ahead])
        store.append([make_signal("t2", at=NOON + 3 * MINUTE + 1)])
    with opened(make, clock=Clock.POSITION) as store:
        store.append([at_seven := make_signal("t1", "cy", at=7, recorded=NOON)])
        store.forget("cy", LATER)
        refused(ForgottenTwin, store, [at_seven])
        store.append([make_signal("t2", "cy", at=8, recorded=NOON)])
        store.forget("dan", LATER)
        store.append([make_signal("t3", "dan", at=1, recorded=NOON)])


def check_nothing_comes_back_after_forget(make: MakeStore) -> None:
    """A snapshot or forecasts made of the person before, written after, are left out."""
    with opened(make) as store:
        (*_, last) = store.append(_signals("ann", 2) + _signals("bob", 2))
        ann, bob = key_of(store), key_of(store, "bob")
        late = [_snapshot(ann, last.seq), _snapshot(bob, last.seq)]
        store.forget("ann", LATER)
        assert store.put_snapshots(late) == 1
        assert store.snapshot(ann) is None
        store.put_forecasts(_forecasts("late", [ann, bob]))
        (only,) = store.forecast_sets()
        assert decode_block(only.body).twins == [bob]


def check_numbers_are_not_given_twice(make: MakeStore) -> None:
    """Neither the place in the ledger nor the key of a forgotten twin is used again."""
    with opened(make) as store:
        *_, last = store.append(_signals("bob", 1) + _signals("ann", 2))
        key = key_of(store)
        store.forget("ann", LATER)
        (fresh,) = store.append([make_signal("t9", "cy")])
        assert fresh.seq > last.seq
        assert key_of(store, "cy") > key


def check_purge(make: MakeStore) -> None:
    """Purging ends what forgetting began, and says so."""
    with opened(make) as store:
        store.append(_signals("ann", 2))
        assert not store.purge_pending()
        store.forget("ann", LATER)
        assert store.purge_pending()
        assert store.purge(LATER + 5)
        assert not store.purge_pending()
        (entry,) = store.forgotten().twins
        assert entry.purged_at == LATER + 5


def check_forget_listed(make: MakeStore) -> None:
    """A list forgets again in a store that never heard of it; what came since stays."""
    with opened(make) as store:
        store.append(_signals("ann", 2) + _signals("bob", 1))
        store.forget("ann", LATER)
        given = store.forgotten()
        assert store.forget_listed(given).counts == {}
        store.append([make_signal("n1", at=LATER + 5)])
        assert store.forget_listed(given).counts == {}
        assert scanned_ids(store) == ["bob-0", "n1"]
        other = msgspec.structs.replace(given, key="00" * 32)
        raised(InputError, lambda: store.forget_listed(other))
    again = msgspec.structs.replace(
        given, twins=tuple(msgspec.structs.replace(one, purged_at=None) for one in given.twins)
    )
    with opened(make) as store:
        store.append([*_signals("ann", 2), *_signals("bob", 1), make_signal("n1", at=LATER + 5)])
        assert store.forget_listed(again).counts["signals"] == 2
        assert scanned_ids(store) == ["bob-0", "n1"]
        refused(ForgottenTwin, store, _signals("ann", 1))
        assert store.forgotten() == again


def _signals(twin: str, count: int) -> list[Signal]:
    return [
        make_signal(f"{twin}-{number}", twin, NOON + number, payload={"of": twin})
        for number in range(count)
    ]


def _merging(alias: str, into: str) -> Merging:
    return Merging(alias=alias, into=into, at=NOON, recorded=NOON)


def _snapshot(twin: int, last_seq: int = 9) -> Snapshot:
    return Snapshot(
        twin=twin,
        fingerprint="f",
        until=NOON + DAY,
        newest_at=NOON,
        newest_recorded=NOON,
        last_seq=last_seq,
        state=b"state",
    )


def _forecasts(name: str, twins: list[int]) -> ForecastSet:
    """Two forecasts of each twin, the first twin's 0.25 and 0.5, the second's 0.75 and 0.875."""
    columns = {
        "twin": np.repeat(np.arange(len(twins)), 2),
        "probability": np.array([0.25, 0.5, 0.75, 0.875])[: 2 * len(twins)],
    }
    return ForecastSet(
        id=name,
        outcome="lapses",
        origin=NOON,
        recorded=NOON,
        population=1,
        label="live",
        body=encode_block(twins, [], columns),
    )


def _read(store: Store, twin: str) -> Any:
    key = key_of(store, twin)
    scanned = [
        (batch.seq.tolist(), batch.at.tolist(), list(map(decode_payload, batch.payload)))
        for batch in store.scan(twins=[key])
    ]
    return key, store.signals(key), store.snapshot(key), scanned
