"""SQLite and memory answer alike, whatever is done to both in whatever order."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from doxa.beliefmap.model import Zone
from doxa.checks.store_correcting import merging
from doxa.checks.store_samples import NOON, make_signal, rows_of
from doxa.domain.clock import HOUR
from doxa.domain.identity import Alias
from doxa.domain.signal import TRAITS, Signal
from doxa.errors import DoxaError
from doxa.storage.corrections import Retraction
from doxa.storage.identity import identity_of
from doxa.storage.memory import MemoryStore
from doxa.storage.port import Snapshot, Store
from doxa.storage.sqlite import SqliteStore

MOMENTS = st.integers(-5, 5).map(lambda hours: NOON + hours * 7 * HOUR)
TWINS = ["ann", "bob", "cy"]
PAYLOADS = st.sampled_from(
    [{}, {"n": 1}, {"n": 1.0}, {"n": True}, {"tz": "Asia/Tokyo"}, {"tz": None}, {"tz": "x"}]
)
SIGNALS = st.builds(
    make_signal,
    st.sampled_from([f"t{i}" for i in range(12)]),
    st.sampled_from(TWINS),
    MOMENTS,
    recorded=MOMENTS,
    kind=st.sampled_from([TRAITS, "visit"]),
    source=st.sampled_from(["web", "till"]),
    order=st.integers(0, 1),
    session=st.sampled_from([None, "s1"]),
    payload=PAYLOADS,
)
BOUND = st.none() | MOMENTS


class Twice(RuleBasedStateMachine):
    """The same calls to both stores."""

    def __init__(self) -> None:
        super().__init__()
        zone = Zone(default="America/New_York", trait="tz")
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "store.db"
        self.stores: list[Store] = [MemoryStore(zone=zone), SqliteStore(self.path, zone=zone)]

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        self.folder.cleanup()

    def both(self, ask: Callable[[Store], Any]) -> Any:
        """Ask both; answers, or refusals, must be the same."""
        one, other = (answer(ask, store) for store in self.stores)
        assert one == other
        return one

    @rule(signals=st.lists(SIGNALS, max_size=4))
    def append(self, signals: list[Signal]) -> None:
        self.both(
            lambda store: [(done.duplicate, done.retracted) for done in store.append(signals)]
        )

    @rule(signals=st.lists(SIGNALS, max_size=6))
    def append_rows(self, signals: list[Signal]) -> None:
        self.both(lambda store: store.append_rows(rows_of(signals)))

    @rule(twin=st.sampled_from(TWINS), until=MOMENTS, back=st.integers(0, 3))
    def put_snapshot(self, twin: str, until: int, back: int) -> None:
        self.both(lambda store: put_snapshot(store, twin, until, back))

    @rule(
        pair=st.permutations(TWINS),
        at=MOMENTS,
        recorded=MOMENTS,
        joined=st.sampled_from([True, True, False]),
    )
    def merge(self, pair: list[str], at: int, recorded: int, joined: bool) -> None:
        asked = merging(*pair[:2], at, recorded=recorded, joined=joined)
        self.both(lambda store: named(store, store.merge(asked)))

    @rule(
        id_=st.sampled_from([f"t{i}" for i in range(12)]),
        source=st.sampled_from([None, "web", "till"]),
        recorded=MOMENTS,
    )
    def retract(self, id_: str, source: str | None, recorded: int) -> None:
        self.both(lambda store: seq_of(store.retract(id_, source, recorded)))

    @rule(at=BOUND, known_at=BOUND, twins=st.none() | st.lists(st.sampled_from(TWINS)))
    def people(self, at: Any, known_at: Any, twins: Any) -> None:
        self.both(lambda store: scanned_people(store, at, known_at, twins))

    @rule(since=BOUND, until=BOUND, known_at=BOUND)
    def signals(self, since: int | None, until: int | None, known_at: int | None) -> None:
        window = {"since": since, "until": until, "known_at": known_at}
        for twin in TWINS:
            self.both(lambda store, name=twin: store.signals(store.twin_key(name) or 0, **window))

    @rule(
        bounds=st.tuples(BOUND, BOUND, BOUND),
        kinds=st.none() | st.lists(st.sampled_from([TRAITS, "visit", "x"]), unique=True),
        twins=st.none() | st.lists(st.sampled_from(TWINS), unique=True),
        rows=st.integers(1, 5),
    )
    def scan(self, bounds: Any, kinds: Any, twins: Any, rows: int) -> None:
        self.both(lambda store: scanned(store, bounds, kinds, twins, rows))

    @precondition(lambda self: self.path.exists())
    @rule()
    def reopen(self) -> None:
        self.stores[1].close()
        self.stores[1] = SqliteStore(self.path)

    @invariant()
    def same_counts(self) -> None:
        self.both(lambda store: (store.stats(), store.kinds()))
        self.both(lambda store: sorted(store.twin_names(store.twins().tolist())))
        self.both(lambda store: [named(store, row) for row in store.aliases()])
        self.both(lambda store: [seq_of(row) for row in store.retractions()])
        for twin in TWINS:
            self.both(lambda store, name=twin: state_of(store, name))


def answer(ask: Callable[[Store], Any], store: Store) -> Any:
    try:
        return ask(store)
    except DoxaError as error:
        return error.as_dict()


def put_snapshot(store: Store, twin: str, until: int, back: int) -> int:
    last_seq = max(store.stats().last_seq - back, 0)
    key = store.twin_key(twin)
    if key is None:
        return 0
    moments = {"until": until, "newest_at": until - 1, "newest_recorded": until}
    state = f"{until} {back}".encode()
    return store.put_snapshots(
        [Snapshot(twin=key, fingerprint="f", last_seq=last_seq, state=state, **moments)]
    )


def state_of(store: Store, twin: str) -> Any:
    found = store.snapshot(store.twin_key(twin) or 0)
    return None if found is None else msgspec.structs.replace(found, twin=0)


def named(store: Store, row: Alias | None) -> Any:
    if row is None:
        return None
    names = store.twin_names([row.alias, row.into])
    return (*names, row.at, row.recorded, row.joined)


def seq_of(row: Retraction) -> Any:
    return row.seq, row.source, row.id, row.recorded, row.duplicate


def scanned_people(store: Store, at: Any, known_at: Any, twins: Any) -> list[Any]:
    identity = identity_of(store.aliases(), at, known_at)
    keys = None if twins is None else [store.twin_key(twin) or 0 for twin in twins]
    found = store.scan(known_at=known_at, twins=keys, ids=True, identity=identity)
    rows = [row for batch in found for row in rows_in(store, batch)]
    first = store.first_signals(known_at, identity)
    names = store.twin_names(first.twin.tolist())
    sources = [first.sources[code] for code in first.source]
    moments = zip(names, sources, first.at.tolist(), first.recorded.tolist(), strict=True)
    return [rows, sorted(moments)]


def scanned(store: Store, bounds: Any, kinds: Any, twins: Any, rows: int) -> list[Any]:
    keys = None if twins is None else [store.twin_key(twin) or 0 for twin in twins]
    since, until, known_at = bounds
    batches = store.scan(
        kinds=kinds, since=since, until=until, known_at=known_at, twins=keys, rows=rows, ids=True
    )
    return [row for batch in batches for row in [len(batch), *rows_in(store, batch)]]


def rows_in(store: Store, batch: Any) -> list[Any]:
    names = store.twin_names(batch.twin.tolist())
    numbers = (batch.at, batch.recorded, batch.order, batch.seq, batch.session, batch.day)
    kinds = [batch.kinds[kind] for kind in batch.kind]
    sources = [batch.sources[source] for source in batch.source]
    columns = (names, *(column.tolist() for column in numbers), kinds, sources)
    return list(zip(*columns, batch.payload, batch.ids, strict=True))


TestTwice = Twice.TestCase
TestTwice.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
