"""Checks of what is said afterwards: who is whom, and what was taken back."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from doxa.beliefmap.model import Zone
from doxa.checks.store_samples import (
    NOON,
    MakeStore,
    key_of,
    make_signal,
    make_snapshot,
    opened,
    raised,
    scanned_ids,
)
from doxa.domain.clock import BEGINNING, DAY, HOUR, Clock
from doxa.domain.identity import Alias
from doxa.domain.signal import TRAITS
from doxa.errors import InputError, SignalConflict, UnknownName
from doxa.storage.corrections import Amendments, Merging, Restored, Retracting
from doxa.storage.identity import identity_of


def check_merges_are_kept(make: MakeStore) -> None:
    """Rows come back in the order they were made; a merge never touches a signal."""
    with opened(make) as store:
        store.append([make_signal("t1"), make_signal("t2", "phone")])
        assert (store.amendments(), store.aliases()) == (Amendments(), [])
        merged = store.merge(merging("phone", "ann", NOON))
        parted = store.merge(merging("phone", "ann", NOON + 5, joined=False))
        again = store.merge(merging("phone", "new", NOON + 7, offset=0))
        assert store.aliases() == [merged, parted, again]
        ann, phone, new = (key_of(store, twin) for twin in ("ann", "phone", "new"))
        assert again == Alias(alias=phone, into=new, at=NOON + 7, recorded=NOON + 7)
        assert store.amendments().aliases > 0
        assert [signal.id for signal in store.signals(phone)] == ["t2"]
        assert store.twin_names([new, ann]) == ["new", "ann"]


def check_merges_that_cannot_be(make: MakeStore) -> None:
    """Circles, second merges and needless unmerges are refused, and leave nothing behind."""
    with opened(make) as store:
        store.append([make_signal("t1")])
        store.merge(merging("b", "ann", NOON))
        store.merge(merging("c", "b", NOON))
        kept = store.amendments(), store.aliases()
        for alias, into, joined, words in (
            ("ann", "ann", True, "'ann' cannot be merged into itself"),
            ("ann", "c", True, "would make a circle"),
            ("b", "other", True, "'b' is merged into 'ann' already"),
            ("ann", "other", False, "'ann' is not merged into anybody"),
            ("stranger", "stranger", False, "'stranger' is not merged"),
        ):
            asked = merging(alias, into, NOON + 1, joined=joined)
            error = raised(InputError, partial(store.merge, asked))
            assert words in str(error), error
        late = merging("b", "other", NOON - 1)
        raised(InputError, lambda: store.merge(late))
        assert store.merge(merging("b", "ann", NOON + 1)) is None
        assert (store.amendments(), store.aliases()) == kept
        assert (store.twin_key("other"), store.twin_key("stranger")) == (None, None)


def check_rows_about_some(make: MakeStore) -> None:
    """Everybody ever linked is found, however far, and nobody else."""
    with opened(make) as store:
        for alias, into in (("a", "b"), ("b", "c"), ("d", "c"), ("x", "y")):
            store.merge(merging(alias, into, NOON))
        store.merge(merging("d", "c", NOON + 1, joined=False))
        keys = {name: key_of(store, name) for name in "abcdxy"}
        for name in "abcd":
            assert len(store.aliases([keys[name]])) == 4
        assert [row.alias for row in store.aliases([keys["y"]])] == [keys["x"]]
        assert store.aliases([10**6]) == store.aliases([]) == []


def check_a_lagging_clock(make: MakeStore) -> None:
    """Rows about the same people are recorded in the order they were made; others do not wait."""
    with opened(make) as store:
        store.merge(merging("a", "b", NOON, recorded=NOON + DAY))
        second = store.merge(merging("b", "c", NOON, recorded=NOON))
        other = store.merge(merging("x", "y", NOON, recorded=NOON))
        assert second is not None
        assert other is not None
        assert (second.recorded, other.recorded) == (NOON + DAY, NOON)


def check_scans_of_people(make: MakeStore) -> None:
    """A scan names the person, finds the rows of all aliases, and keeps the ledger's order."""
    with opened(make) as store:
        for number, twin in enumerate(["phone", "ann", "bob", "web", "phone"]):
            store.append([make_signal(f"t{number}", twin, NOON - number * HOUR)])
        store.merge(merging("web", "phone", NOON))
        store.merge(merging("phone", "ann", NOON))
        identity = identity_of(store.aliases(), NOON, None)
        ann, bob = key_of(store), key_of(store, "bob")
        assert scanned_ids(store, twins=[ann], identity=identity) == ["t0", "t1", "t3", "t4"]
        (columns,) = store.scan(identity=identity)
        assert columns.twin.tolist() == [ann, ann, bob, ann, ann]
        assert scanned_ids(store, twins=[ann]) == ["t1"]
        assert scanned_ids(store, twins=[ann, *range(50, 10_000)], identity=identity) == [
            *("t0", "t1", "t3", "t4")
        ]
        first = store.first_signals(identity=identity)
        assert dict(zip(first.twin.tolist(), first.at.tolist(), strict=True)) == {
            ann: NOON - 4 * HOUR,
            bob: NOON - 2 * HOUR,
        }


def check_days_of_people(make: MakeStore) -> None:
    """What one alias told of its zone holds for all of them."""
    zone = Zone(default="UTC", trait="tz")
    with opened(make, zone=zone) as store:
        tokyo = {"kind": TRAITS, "payload": {"tz": "Asia/Tokyo"}}
        store.append([make_signal("t1", "phone", NOON - DAY, **tokyo)])
        store.append([make_signal("t2", "ann", NOON + 6 * HOUR)])
        store.merge(merging("phone", "ann", NOON))
        identity = identity_of(store.aliases(), NOON, None)
        ann, day = [key_of(store)], NOON // DAY
        (alone,) = store.scan(twins=ann)
        (joined,) = store.scan(twins=ann, identity=identity, since=NOON)
        assert (alone.day.tolist(), joined.day.tolist()) == ([day], [day + 1])


def check_positions_move(make: MakeStore) -> None:
    """On a position clock the offset is added, before the window; the beginning stays."""
    start = BEGINNING[Clock.POSITION]
    with opened(make, clock=Clock.POSITION) as store:
        places = [("t1", "ann", 5), ("t2", "b", 1), ("t3", "b", start), ("t4", "b", 2**63 - 1)]
        for id_, twin, at in places:
            store.append([make_signal(id_, twin, at, recorded=NOON)])
        store.merge(merging("b", "ann", start, offset=3, recorded=NOON))
        identity = identity_of(store.aliases(), None, None)
        (columns,) = store.scan(identity=identity)
        assert columns.at.tolist() == [5, 4, start, 2**63 - 1]
        window = {"since": 4, "until": 4, "identity": identity}
        assert scanned_ids(store, **window) == ["t2"]
        first = store.first_signals(identity=identity)
        assert first.at.tolist() == [start]


def check_retractions(make: MakeStore) -> None:
    """A signal taken back counts no longer, before that it does; sent again it stays so."""
    with opened(make) as store:
        one, two = make_signal("t1"), make_signal("t2", at=NOON - 1)
        appended = store.append([one, two, make_signal("t3", "bob")])
        found = store.retract("t2", None, NOON + DAY)
        assert not found.duplicate
        assert (found.seq, found.source, found.id) == (appended[1].seq, "default", "t2")
        assert store.retractions() == [found]
        assert store.retractions([key_of(store, "bob")]) == []
        again = store.retract("t2", "default", NOON + 2 * DAY)
        assert again == msgspec.structs.replace(found, duplicate=True)
        assert store.amendments() == Amendments(0, found.place)
        assert scanned_ids(store) == ["t1", "t3"]
        assert scanned_ids(store, known_at=NOON + DAY) == ["t1", "t3"]
        assert scanned_ids(store, known_at=NOON + DAY - 1) == ["t1", "t2", "t3"]
        assert scanned_ids(store, retractions=found.place - 1) == ["t1", "t2", "t3"]
        assert [signal.id for signal in store.signals(key_of(store))] == ["t2", "t1"]
        assert sorted(store.first_signals().at.tolist()) == [NOON, NOON]
        sent = store.append([one, two])
        assert [(each.duplicate, each.retracted) for each in sent] == [(True, False), (True, True)]


def check_unknown_retractions(make: MakeStore) -> None:
    """An id that nobody sent, or several did, is refused by name."""
    with opened(make) as store:
        store.append([make_signal("t1", source="till"), make_signal("t1", source="web", order=1)])
        for id_, source, words in (
            ("t2", None, "there is no signal 't2'"),
            ("t1", "mail", "of the source 'mail'"),
            ("t1", None, "several sources have a signal 't1'"),
        ):
            ask = (id_, source, NOON)
            error = raised(UnknownName, partial(store.retract, *ask))
            assert words in str(error), error
        assert not store.retract("t1", "web", NOON).duplicate
        assert [one.source for one in store.retractions()] == ["web"]


def check_restore(make: MakeStore) -> None:
    """What is not there yet is added with its moments; anything that does not fit undoes all."""
    signals = [make_signal("t1"), make_signal("t2", "phone")]
    said = [
        merging("phone", "ann", NOON, recorded=NOON + 1),
        merging("phone", "ann", NOON + 2, joined=False),
        merging("phone", "ann", NOON + 4),
    ]
    gone = [Retracting(source="default", id="t2", recorded=NOON + 9)]
    with opened(make) as store:
        first = store.restore(signals, said[:2], gone)
        assert first == Restored(signals=2, mergings=2, retractions=1)
        kept = store.aliases(), store.retractions()
        assert [row.recorded - NOON for row in kept[0]] == [1, 2]
        assert [row.recorded - NOON for row in kept[1]] == [9]
        again = store.restore([*signals, make_signal("t3")], said, gone)
        assert again == Restored(signals=1, mergings=1, retractions=0)
        none = store.restore(signals, said, gone)
        assert none == Restored(signals=0, mergings=0, retractions=0)
        more = [make_signal("t9", "new")]
        circle = [merging("ann", "phone", NOON + 9)]
        raised(InputError, lambda: store.restore(more, circle, []))
        other = [Retracting(source="default", id="none", recorded=NOON)]
        raised(UnknownName, lambda: store.restore(more, [merging("x", "y", NOON)], other))
        clash = [make_signal("t1", at=NOON + 1)]
        raised(SignalConflict, lambda: store.restore([*more, *clash], [], []))
        assert (store.stats().signals, store.twin_key("new"), store.twin_key("x")) == (
            3,
            None,
            None,
        )
        assert len(store.aliases()) == 3


def check_snapshots_fall(make: MakeStore) -> None:
    """Merges, unmerges, retractions and signals of an alias drop what they touch, nothing else."""
    with opened(make) as store:
        names = ("ann", "phone", "web", "bob")
        for name in names:
            store.append([make_signal(f"of {name}", name)])
        keys = {name: key_of(store, name) for name in names}
        last_seq = store.stats().last_seq

        def put() -> None:
            alone = [make_snapshot(keys[name], last_seq) for name in ("phone", "web", "bob")]
            joined = make_snapshot(keys["ann"], last_seq, aliases=(keys["phone"], keys["web"]))
            assert store.put_snapshots([*alone, joined]) == 4
            assert store.snapshot(keys["ann"]) == joined

        def held() -> set[str]:
            return {name for name in names if store.snapshot(keys[name]) is not None}

        put()
        store.merge(merging("phone", "ann", NOON))
        assert held() == {"web", "bob"}
        store.merge(merging("web", "phone", NOON))
        assert held() == {"bob"}
        put()
        store.append([make_signal("late", "web", NOON + DAY)])
        assert held() == set(names)
        store.append([make_signal("early", "web", NOON - DAY)])
        assert held() == {"bob"}
        last_seq = store.stats().last_seq
        put()
        store.retract("late", None, NOON)
        assert held() == set(names)
        store.retract("early", None, NOON)
        assert held() == {"bob"}
        put()
        store.merge(merging("phone", "ann", NOON + 1, joined=False))
        assert held() == {"bob"}


def check_stale_snapshots_are_refused(make: MakeStore) -> None:
    """What was read before an alias's late signal, or before a retraction, is not stored."""
    with opened(make) as store:
        *_, last = store.append([make_signal("t1"), make_signal("t2", "phone")])
        ann, phone = key_of(store), key_of(store, "phone")
        store.append([make_signal("t3", "phone", NOON - 1)])
        old = make_snapshot(ann, last.seq, aliases=(phone,))
        assert store.put_snapshots([old]) == 0
        seen = store.amendments().retractions
        store.retract("t3", None, NOON)
        newer = msgspec.structs.replace(old, last_seq=last.seq + 1)
        assert store.put_snapshots([newer], seen) == 0
        assert store.put_snapshots([newer], store.amendments().retractions) == 1
        assert store.put_snapshots([old], store.amendments().retractions) == 1


def merging(alias: str, into: str, at: int, **more: Any) -> Merging:
    """A merge that is recorded when it holds from, unless told otherwise."""
    return Merging(alias=alias, into=into, at=at, **{"recorded": at, **more})
