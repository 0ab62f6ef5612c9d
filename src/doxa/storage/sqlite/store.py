"""The embedded store: the ledger, and what is kept beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from typing import TypeVar

import msgspec

from doxa.beliefmap.model import Zone
from doxa.domain.identity import Alias
from doxa.domain.signal import Signal
from doxa.storage.accesses import Access
from doxa.storage.corrections import Amendments, Merging, Restored, Retracting, Retraction
from doxa.storage.forgotten import Erased, Forgotten, ForgottenList
from doxa.storage.port import (
    Activation,
    ForecastSet,
    MapVersion,
    PopulationVersion,
    SavedCohort,
    Snapshot,
)
from doxa.storage.rows import row_of
from doxa.storage.settled import Settled
from doxa.storage.sqlite import accesses as access_log
from doxa.storage.sqlite import archive, cohorts, corrections, forget, settings
from doxa.storage.sqlite import purge as purging
from doxa.storage.sqlite import settled as settling
from doxa.storage.sqlite.append import Appender
from doxa.storage.sqlite.connection import translated
from doxa.storage.sqlite.ledger import SqliteLedger
from doxa.storage.sqlite.refusals import find_many
from doxa.storage.sqlite.writer import Job
from doxa.types import Moment

T = TypeVar("T")


class SqliteStore(SqliteLedger):
    """One workspace of a SQLite file; several processes may hold the same file open.

    Parameters
    ----------
    path : Path
        The file; made when it is not there.
    workspace : str
        Which of the file's workspaces; made when it is not there.
    clock : Clock or None
        The clock the workspace must run on; None takes the stored one, or time when new.
    zone : Zone or None
        The zone of local days for this opening; None takes the stored one, or UTC when new.

    Raises
    ------
    StoreError
        When the file is no store of ours, is damaged, or was written by a newer doxa.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from doxa.domain.signal import Signal
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStore(Path(folder.name) / "shop.db")
    >>> store.append([Signal(id="t1", twin="ann", kind="buy", at=5, recorded=6)])
    [Appended(id='t1', seq=1, duplicate=False, retracted=False)]
    >>> [signal.kind for signal in store.signals(store.twin_key("ann"))]
    ['buy']
    >>> store.close()
    >>> folder.cleanup()
    """

    def set_zone(self, zone: Zone) -> None:
        """Change the zone of local days from now on."""
        self._run(lambda connection, _: settings.write_zone(connection, self._workspace, zone))
        self.zone = zone

    def amendments(self) -> Amendments:
        """How far the ledger is amended."""
        with self._readers.reading(steady=False) as connection:
            return corrections.amendments(connection)

    def aliases(self, twins: Sequence[int] | None = None) -> list[Alias]:
        """What was said about who is whom."""
        with self._readers.reading(steady=False) as connection:
            return corrections.aliases(connection, self._workspace, twins)

    def merge(self, merging: Merging) -> Alias | None:
        """Say in one transaction who is whom; None when it is said already."""
        return self._run(
            lambda connection, appender: corrections.merge(
                connection, appender, self._workspace, merging
            )
        )

    def retract(self, id: str, source: str | None, recorded: Moment) -> Retraction:
        """Take a signal back."""
        return self._run(
            lambda connection, _: corrections.retract(
                connection, self._workspace, id, source, recorded
            )
        )

    def retractions(self, twins: Sequence[int] | None = None) -> list[Retraction]:
        """What was taken back."""
        with self._readers.reading(steady=False) as connection:
            return corrections.retractions(connection, self._workspace, twins)

    def restore(
        self,
        signals: Sequence[Signal],
        mergings: Sequence[Merging],
        retracted: Sequence[Retracting],
    ) -> Restored:
        """Add in one transaction what is not there yet."""
        rows = [row_of(signal, self.clock) for signal in signals]
        return self._run(
            lambda connection, appender: corrections.restore(
                connection, appender, self._workspace, rows, mergings, retracted
            )
        )

    def snapshot(self, twin: int) -> Snapshot | None:
        """The newest snapshot of a twin."""
        with self._readers.reading(steady=False) as connection:
            return archive.snapshot(connection, self._workspace, int(twin))

    def snapshots(self, twins: Sequence[int]) -> list[Snapshot]:
        """The newest snapshots of those twins that have one."""
        with self._readers.reading(steady=False) as connection:
            return archive.snapshots(connection, self._workspace, twins)

    def put_snapshots(self, snapshots: Sequence[Snapshot], retractions: int | None = None) -> int:
        """Store snapshots that no later signal or retraction made stale; returns how many."""
        return self._run(
            lambda connection, _: archive.put_snapshots(
                connection, self._workspace, snapshots, retractions
            )
        )

    def maps(self) -> list[MapVersion]:
        """All maps by version."""
        with self._readers.reading() as connection:
            return archive.maps(connection, self._workspace)

    def put_map(self, text: str, fingerprint: str, active_from: Moment) -> MapVersion:
        """Store and activate a map from a moment on."""
        return self._run(
            lambda connection, _: archive.put_map(
                connection, self._workspace, text, fingerprint, active_from
            )
        )

    def populations(self) -> list[PopulationVersion]:
        """All populations by version, bodies included."""
        with self._readers.reading() as connection:
            return archive.populations(connection, self._workspace)

    def put_population(self, population: PopulationVersion) -> PopulationVersion:
        """Store a population; its version is assigned."""
        version = self._run(
            lambda connection, _: archive.put_population(connection, self._workspace, population)
        )
        return msgspec.structs.replace(population, version=version)

    def activate_population(self, version: int, active_from: Moment) -> None:
        """Make a population the one that readings use from a moment on."""
        self._run(
            lambda connection, _: archive.activate(
                connection, self._workspace, version, active_from
            )
        )

    def activations(self) -> list[Activation]:
        """Which population was made active when."""
        with self._readers.reading(steady=False) as connection:
            return archive.activations(connection, self._workspace)

    def put_forecasts(self, forecasts: ForecastSet) -> None:
        """Record a forecast set durably."""
        self._run(
            lambda connection, _: archive.put_forecasts(connection, self._workspace, forecasts)
        )

    def forecast_sets(self, outcome: str | None = None) -> list[ForecastSet]:
        """Recorded sets by `recorded`."""
        with self._readers.reading() as connection:
            return archive.forecast_sets(connection, self._workspace, outcome)

    def put_settled(self, settled: Settled) -> bool:
        """Keep what became of a recorded set; once it is kept it stays."""
        return self._run(
            lambda connection, _: settling.put_settled(connection, self._workspace, settled)
        )

    def settled(self) -> list[Settled]:
        """What became of recorded sets."""
        with self._readers.reading() as connection:
            return settling.settled(connection, self._workspace)

    def log(self, accesses: Sequence[Access]) -> Future[None]:
        """Add rows to the access log without waiting."""
        rows = tuple(accesses)
        return self._writer.post(
            lambda connection, _: access_log.log(connection, self._workspace, rows)
        )

    def accesses(self, twins: Sequence[int]) -> list[Access]:
        """Who read some twins, in the order in which it was logged."""
        with self._readers.reading(steady=False) as connection:
            return access_log.accesses(connection, self._workspace, twins)

    def put_cohort(self, cohort: SavedCohort) -> None:
        """Keep a condition under its name, in place of another of that name."""
        self._run(lambda connection, _: cohorts.put_cohort(connection, self._workspace, cohort))

    def cohorts(self) -> list[SavedCohort]:
        """The saved conditions by name."""
        with self._readers.reading(steady=False) as connection:
            return cohorts.cohorts(connection, self._workspace)

    def drop_cohort(self, name: str) -> bool:
        """Let go of a saved condition; whether there was one."""
        return self._run(
            lambda connection, _: cohorts.drop_cohort(connection, self._workspace, name)
        )

    def forget(self, twin: str, at: Moment) -> Erased:
        """Erase a person; from now on nothing serves them and older signals are refused."""

        def job(connection: sqlite3.Connection, appender: Appender) -> Erased:
            erased = forget.forget(connection, self._workspace, twin, at, self.clock)
            appender.forgot()
            return erased

        return self._run(job)

    def forget_listed(self, given: ForgottenList) -> Erased:
        """Forget again everybody on a list."""

        def job(connection: sqlite3.Connection, appender: Appender) -> Erased:
            erased = forget.forget_listed(connection, self._workspace, given, self.clock)
            appender.forgot()
            return erased

        return self._run(job)

    def purge(self, at: Moment) -> bool:
        """Leave no byte of the forgotten in the file and its log; False when it must wait."""
        with translated(self.path):
            return purging.purge(self.path, at)

    def purge_pending(self) -> bool:
        """Whether somebody's bytes may still be in the file."""
        with self._readers.reading(steady=False) as connection:
            return forget.pending(connection)

    def forgotten(self) -> ForgottenList:
        """Everybody who was forgotten."""
        with self._readers.reading() as connection:
            return forget.listed(connection, self._workspace)

    def forgotten_among(self, twins: Collection[str]) -> dict[str, Forgotten]:
        """Those of some ids that were forgotten."""
        with self._readers.reading() as connection:
            return find_many(connection, self._workspace, twins)

    def _run(self, job: Job[T]) -> T:
        return self._writer.run(job)
