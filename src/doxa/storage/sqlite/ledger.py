"""The ledger of one workspace in a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.contexts import NO_CONTEXTS, Contexts
from doxa.beliefmap.model import Zone
from doxa.domain.clock import Clock
from doxa.domain.signal import Signal
from doxa.errors import UnknownName
from doxa.storage.days import Offsets
from doxa.storage.first_signals import of_people
from doxa.storage.identity import ALONE, Identity
from doxa.storage.port import Appended, BulkAppended, FirstSignals, Load, StoreStats
from doxa.storage.rows import SignalRows, row_of
from doxa.storage.sqlite import bulk, schema, settings, summary
from doxa.storage.sqlite.connection import connect, translated
from doxa.storage.sqlite.readers import Readers
from doxa.storage.sqlite.scan import KnownNames, Selection, read_columns, read_signals
from doxa.storage.sqlite.writer import Writer
from doxa.types import Moment


class SqliteLedger:
    """Signals of one workspace: appended by one thread, read by any number."""

    def __init__(
        self,
        path: Path,
        *,
        workspace: str = "default",
        clock: Clock | None = None,
        zone: Zone | None = None,
    ) -> None:
        self.path = path
        schema.prepare(path)
        with translated(path):
            connection = connect(path)
            try:
                self._workspace = settings.enter(connection, workspace, clock, zone)
                self.clock = settings.read_clock(connection, self._workspace, clock, path)
                self.zone = zone or settings.read_zone(connection, self._workspace)
            except BaseException:
                connection.close()
                raise
        self._writer = Writer(connection, self._workspace, path)
        self._readers = Readers(path)
        self._offsets: Offsets = {}
        self._names = KnownNames(self._workspace)

    def append(self, signals: Sequence[Signal]) -> list[Appended]:
        """Add signals; returns when they are durable."""
        return self._writer.append([row_of(signal, self.clock) for signal in signals])

    def submit(self, signals: Sequence[Signal]) -> Future[list[Appended]]:
        """Add signals; the future is done when they are durable."""
        return self._writer.submit([row_of(signal, self.clock) for signal in signals])

    def append_rows(self, rows: SignalRows, load: Load | None = None) -> BulkAppended:
        """Add many rows and the progress of their load in one transaction."""
        return self._writer.run(bulk.job(rows.rows(self.clock), load, self._workspace))

    def load(self, fingerprint: str) -> Load | None:
        """How far the load of an input came."""
        with self._readers.reading() as connection:
            return bulk.find_load(connection, self._workspace, fingerprint)

    def twin_key(self, twin: str) -> int | None:
        """The integer key of a twin, None when it was never met."""
        with self._readers.reading(steady=False) as connection:
            found = connection.execute(
                "SELECT key FROM twins WHERE workspace = ? AND id = ?", (self._workspace, twin)
            ).fetchone()
        return None if found is None else int(found[0])

    def twin_keys(self, twins: Sequence[str]) -> list[int | None]:
        """The integer keys of twins, None for those never met."""
        with self._readers.reading() as connection:
            known = summary.twin_keys(connection, self._workspace, twins)
        return [known.get(twin) for twin in twins]

    def twin_names(self, keys: Sequence[int]) -> list[str]:
        """The ids of twins by key."""
        with self._readers.reading() as connection:
            known = summary.twin_names(connection, self._workspace, keys)
        try:
            return [known[int(key)] for key in keys]
        except KeyError as error:
            raise UnknownName(f"no twin has the key {error.args[0]}") from None

    def twins(self) -> Ints:
        """The keys of all twins, ascending."""
        with self._readers.reading() as connection:
            found = connection.execute(
                "SELECT key FROM twins WHERE workspace = ? ORDER BY key", (self._workspace,)
            ).fetchall()
        return np.array([key for (key,) in found], dtype=np.int64)

    def signals(
        self,
        twin: int,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        known_at: Moment | None = None,
    ) -> list[Signal]:
        """One twin's signals by (at, order, id)."""
        selection = Selection(since=since, until=until, known_at=known_at)
        with self._readers.reading() as connection:
            return read_signals(connection, self._workspace, int(twin), selection)

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
        selection = Selection(
            kinds=kinds,
            since=since,
            until=until,
            known_at=known_at,
            twins=None if twins is None else identity.keys(twins),
            retractions=retractions,
        )
        with self._readers.reading() as connection:
            yield from read_columns(
                connection,
                self._names.read(connection),
                selection,
                clock=self.clock,
                zone=self.zone,
                offsets=self._offsets,
                rows=rows,
                ids=ids,
                devices=devices,
                identity=identity,
                contexts=contexts,
            )

    def first_signals(
        self, known_at: Moment | None = None, identity: Identity = ALONE
    ) -> FirstSignals:
        """When each person was first heard of by each source."""
        with self._readers.reading() as connection:
            found = summary.first_signals(connection, self._workspace, known_at)
        return of_people(found, identity)

    def newest(self, twin: int) -> Moment | None:
        """The newest `at` of a twin."""
        with self._readers.reading() as connection:
            found = connection.execute(
                "SELECT max(occurred_at) FROM signals WHERE workspace = ? AND twin = ?",
                (self._workspace, int(twin)),
            ).fetchone()
        return None if found[0] is None else int(found[0])

    def kinds(self) -> dict[str, int]:
        """Kinds met so far and how many signals of each."""
        with self._readers.reading() as connection:
            return summary.kinds(connection, self._workspace)

    def stats(self) -> StoreStats:
        """The ledger in a few numbers."""
        with self._readers.reading() as connection:
            return summary.stats(connection, self._workspace)

    def steady(self) -> AbstractContextManager[None]:
        """What this thread reads within is of one moment of the ledger, and of all beside it."""
        return self._readers.steady()

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        self._writer.close()
        self._readers.close()
