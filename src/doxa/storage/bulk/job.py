"""One run of a load, phase by phase."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from doxa.beliefmap.model import BeliefMap
from doxa.errors import InputError, TooManyRejects
from doxa.storage.bulk import plan as plans
from doxa.storage.bulk.batch import Rows
from doxa.storage.bulk.checking import Checker
from doxa.storage.bulk.chunks import Chunks
from doxa.storage.bulk.engine import connect
from doxa.storage.bulk.loading import BulkLedger, Loader, Outcome, columns
from doxa.storage.bulk.ordinals import Ordinals
from doxa.storage.bulk.receipt import BackfillReceipt, Options
from doxa.storage.bulk.rejecting import Limit, collect, with_first
from doxa.storage.bulk.sources import Source
from doxa.storage.bulk.staging import Progress, Stage, Tally
from doxa.storage.port import Load

Opener: TypeAlias = Callable[[Any, Path, int], Source]
"""Opens table number n with DuckDB and a folder for what must be kept."""


def fresh_name(store: BulkLedger, name: str) -> str:
    """A name for the progress of a load that the ledger does not know yet."""
    attempt = 1
    while store.load(f"{name} {attempt}") is not None:
        attempt += 1
    return f"{name} {attempt}"


def finished(name: str) -> str:
    """Under what name the ledger remembers that a load is complete."""
    return f"{name} finished"


@dataclass(slots=True)
class _Stopwatch:
    """Seconds per phase."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - start, 3)


@dataclass(slots=True)
class Job:
    """One run of a load."""

    store: BulkLedger
    map: BeliefMap
    names: tuple[str, ...]
    name: str
    path: Path
    progress: Progress
    options: Options
    stopwatch: _Stopwatch = field(default_factory=_Stopwatch)

    def run(self, plan: plans.Plan, opener: Opener) -> BackfillReceipt:
        """Stage, number, load; the folder goes when all is in."""
        if self.store.clock is not self.map.clock:
            raise InputError(
                f"the store runs on the clock {self.store.clock}, the map on {self.map.clock}"
            )
        folder = plans.beside(self.path, "loading")
        with plans.alone(folder):
            plan, resumed = plans.enter(folder, plan, self.options.restart)
            try:
                receipt = self._stages(folder, plan, opener)
            except (InputError, TooManyRejects) as error:
                if not resumed and self.store.load(plan.load) is None:
                    plans.remove(folder)
                rejects = plans.beside(self.path, "rejects.csv")
                if isinstance(error, TooManyRejects) and rejects.exists():
                    raise with_first(error, rejects) from None
                raise
            plans.remove(folder)
        return receipt

    def _stages(
        self,
        folder: Path,
        plan: plans.Plan,
        opener: Opener,
    ) -> BackfillReceipt:
        chunks, rejects = Chunks(folder), plans.beside(self.path, "rejects.csv")
        limit = Limit(self.options.max_rejects)
        checker = Checker(self.map, plan.started, self.options.allow_future)
        with connect(folder / "spill", self.options.memory) as connection:
            try:
                with self.stopwatch.phase("reading"):
                    stage = Stage(chunks, checker, limit, self.options.chunk, rejects)
                    tally = stage.run(
                        self.names, partial(opener, connection, folder), self.progress
                    )
                limit.check(tally.read - tally.staged, tally.read, rejects)
                with self.stopwatch.phase("numbering"):
                    ordinals = Ordinals(connection, chunks)
                    ordinals.prepare(tally.staged)
                with self.stopwatch.phase("loading"):
                    outcome = self._load(chunks, ordinals, plan, tally, limit)
            finally:
                refused = collect(folder, rejects)
        if not refused:
            self._finish(tally.staged, plan)
        return self._receipt(tally, outcome, refused, rejects, checker)

    def _load(
        self, chunks: Chunks, ordinals: Ordinals, plan: plans.Plan, tally: Tally, limit: Limit
    ) -> Outcome:
        loader = Loader(
            self.store, chunks, ordinals, self.names, plan.load, plan.started,
            plans.beside(self.path, "rejects.csv"),
        )  # fmt: skip
        refused = tally.read - tally.staged
        return loader.run(tally.staged, limit, refused, self.progress)

    def _finish(self, rows: int, plan: plans.Plan) -> None:
        load = Load(fingerprint=finished(self.name), started=plan.started, rows=rows)
        self.store.append_rows(columns(Rows(), 0, 0), load)

    def _receipt(
        self, tally: Tally, outcome: Outcome, refused: int, rejects: Path, checker: Checker
    ) -> BackfillReceipt:
        before = refused - (tally.read - tally.staged) - outcome.conflicts - outcome.forgotten
        return BackfillReceipt(
            rows=tally.read,
            appended=outcome.appended,
            duplicates=outcome.duplicates,
            rejected=refused,
            resumed=outcome.resumed - before,
            rejects=str(rejects) if refused else None,
            unknown_kinds={kind: checker.nearest_kind(kind) or "" for kind in sorted(tally.kinds)},
            seconds=self.stopwatch.seconds,
        )
