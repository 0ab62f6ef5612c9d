"""Checks of what is kept beside the ledger: snapshots, maps, populations, forecasts."""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.checks.store_samples import (
    NOON,
    MakeStore,
    key_of,
    make_signal,
    make_snapshot,
    opened,
    raised,
    rows_of,
)
from doxa.domain.clock import DAY
from doxa.errors import InputError, UnknownName
from doxa.storage.accesses import Access
from doxa.storage.blocks import decode_block, encode_block
from doxa.storage.port import ForecastSet, PopulationVersion, SavedCohort
from doxa.storage.settled import Settled


def check_snapshots_fall_with_late_signals(make: MakeStore) -> None:
    """A signal below `until` drops the snapshot, one at it does not; stale ones are refused."""
    with opened(make) as store:
        (first,) = store.append([make_signal("t1")])
        store.append([make_signal("t2", "bob")])
        held = make_snapshot(key_of(store), first.seq)
        assert store.snapshot(held.twin) is None
        assert store.put_snapshots([held]) == 1
        assert store.snapshot(held.twin) == held
        assert store.snapshots([held.twin, held.twin + 1]) == [held]
        store.append([make_signal("t3", at=held.until), make_signal("t4", "bob")])
        assert store.snapshot(held.twin) == held
        assert store.snapshots([held.twin, held.twin + 1]) == [held]
        store.append([make_signal("t1")])
        assert store.snapshot(held.twin) == held
        assert store.snapshots([held.twin, held.twin + 1]) == [held]
        (late,) = store.append([make_signal("t5", at=held.until - 1)])
        assert store.snapshot(held.twin) is None
        assert store.put_snapshots([held]) == 0
        assert store.snapshot(held.twin) is None
        newer = msgspec.structs.replace(held, last_seq=late.seq, state=b"new")
        assert (
            store.put_snapshots([held, newer, make_snapshot(key_of(store, "bob"), late.seq)]) == 2
        )
        assert store.snapshot(held.twin) == newer


def check_snapshots_fall_with_bulk_rows(make: MakeStore) -> None:
    """A bulk append drops snapshots like any other."""
    with opened(make) as store:
        (first,) = store.append([make_signal("t1")])
        store.put_snapshots([make_snapshot(key_of(store), first.seq)])
        store.append_rows(rows_of([make_signal("t2", at=NOON - DAY), make_signal("t3")]))
        assert store.snapshot(key_of(store)) is None


def check_maps(make: MakeStore) -> None:
    """Maps get versions; the newest one again is no new version, an older one is."""
    with opened(make) as store:
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
    with opened(make) as store:
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
        raised(UnknownName, lambda: store.activate_population(3, NOON))


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
            body=encode_block([i], ["x" * 100_000], {}),
        )
        for i in range(3)
    ]
    with opened(make) as store:
        for one in sets:
            store.put_forecasts(one)
        assert store.forecast_sets() == sets[::-1]
        assert store.forecast_sets("buys") == [sets[1]]
        raised(InputError, lambda: store.put_forecasts(sets[0]))


def check_settled(make: MakeStore) -> None:
    """What became of a set is kept once; of a set that is not there nothing is."""
    with opened(make) as store:
        store.append([make_signal("t1"), make_signal("t2", "bob")])
        keys = [key_of(store), key_of(store, "bob")]
        columns = {
            "twin": np.array([0, 1]),
            "probability": np.array([0.25, 0.75]),
            "y": np.array([1.0, np.nan]),
        }
        made = ForecastSet(
            id="f",
            outcome="lapses",
            origin=NOON,
            recorded=NOON - 1,
            population=1,
            label="live",
            body=encode_block(keys, [], columns),
        )
        one = Settled(forecast_set="f", known_at=NOON + DAY, scored=NOON + DAY, body=made.body)
        assert not store.put_settled(one)
        store.put_forecasts(made)
        assert store.put_settled(one)
        assert not store.put_settled(msgspec.structs.replace(one, known_at=NOON))
        assert store.settled() == [one]
        store.forget("ann", NOON)
        (left,) = store.settled()
        block = decode_block(left.body)
        assert block.twins == keys[1:]
        assert np.isnan(block.arrays()["y"]).tolist() == [True]
        store.forget("bob", NOON)
        assert store.settled() == []
        assert store.forecast_sets() == []


def check_nothing_settles_for_the_forgotten(make: MakeStore) -> None:
    """Labels worked out before somebody was forgotten are written without them."""
    with opened(make) as store:
        store.append([make_signal("t1"), make_signal("t2", "bob")])
        keys = [key_of(store), key_of(store, "bob")]
        body = encode_block(keys, [], {"twin": np.array([0, 1]), "y": np.array([1.0, 0.0])})
        made = ForecastSet(
            id="f",
            outcome="lapses",
            origin=NOON,
            recorded=NOON - 1,
            population=1,
            label="live",
            body=body,
        )
        store.put_forecasts(made)
        late = Settled(forecast_set="f", known_at=NOON, scored=NOON, body=body)
        store.forget("ann", NOON)
        assert store.put_settled(late)
        assert decode_block(store.settled()[0].body).twins == keys[1:]


def check_accesses(make: MakeStore) -> None:
    """Accesses come back by twin in the order they were logged; those of nobody are dropped."""
    with opened(make) as store:
        store.append([make_signal("t1"), make_signal("t2", "bob")])
        ann, bob = key_of(store), key_of(store, "bob")
        rows = [
            Access(twin=twin, at=NOON, reader="crm", purpose="care", face=face, nodes=nodes)
            for twin, face, nodes in (
                (ann, "opinions", ("fair", "buys")),
                (bob, "explain", ("fair",)),
                (ann, "traits", ()),
                (max(ann, bob) + 1, "opinions", ()),
            )
        ]
        store.log(rows[:2]).result()
        store.log(rows[2:]).result()
        assert store.accesses([ann]) == [rows[0], rows[2]]
        assert store.accesses([ann, bob]) == rows[:3]
        assert store.accesses([max(ann, bob) + 1]) == []
        store.forget("ann", NOON)
        assert store.accesses([ann, bob]) == [rows[1]]


def check_cohorts(make: MakeStore) -> None:
    """A saved cohort is replaced by name and let go of once."""
    with opened(make) as store:
        assert store.cohorts() == []
        one = SavedCohort(name="b", condition="x < 1", created=NOON)
        other = SavedCohort(name="a", condition="y < 1", created=NOON)
        store.put_cohort(one)
        store.put_cohort(other)
        assert store.cohorts() == [other, one]
        newer = msgspec.structs.replace(one, condition="x < 2", created=NOON + 1)
        store.put_cohort(newer)
        assert store.cohorts() == [other, newer]
        assert store.drop_cohort("b")
        assert not store.drop_cohort("b")
        assert store.cohorts() == [other]
