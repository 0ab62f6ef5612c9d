"""History into the ledger: tables staged, judged, loaded, and gone on with after a kill."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.tables import Tables
from doxa.storage.bulk import plan as plans
from doxa.storage.bulk.engine import require
from doxa.storage.bulk.fingerprint import fingerprint, identity, marks
from doxa.storage.bulk.job import Job, finished, fresh_name
from doxa.storage.bulk.layout import layouts
from doxa.storage.bulk.loading import BulkLedger
from doxa.storage.bulk.receipt import DEFAULTS, BackfillReceipt, Options
from doxa.storage.bulk.sources import GivenSource, Source, source_of
from doxa.storage.bulk.staging import Progress
from doxa.storage.port import Load
from doxa.types import Moment


def backfill(
    store: BulkLedger,
    map: BeliefMap,
    tables: Tables,
    *,
    now: Moment,
    beside: Path,
    progress: Progress | None = None,
    options: Options = DEFAULTS,
) -> BackfillReceipt:
    """Load tables into the ledger; run twice it loads once, killed it goes on.

    Parameters
    ----------
    now : int
        Microseconds since 1970; what lies more than five minutes later is refused.
    beside : Path
        The store's file: ``<beside>.loading`` is worked in and removed at the end,
        ``<beside>.rejects.csv`` names the rows that were refused.
    progress : callable
        Called with the phase, rows done and rows in all (None when not known yet).

    Raises
    ------
    InputError
        When a file or column is not there, or a file changed since an interrupted load.
    TooManyRejects
        When more rows are bad than `options.max_rejects` allows, or all of a table.
    """
    require()
    found = layouts(tables)
    mark = identity(found, map, [options.allow_future, options.chunk])
    files = marks(found)
    name = fingerprint(mark, files)
    known = None if options.restart else store.load(finished(name))
    if known is not None and not plans.beside(beside, "loading").exists():
        return _loaded_before(known)
    plan = plans.Plan(identity=mark, load=fresh_name(store, name), files=files, started=now)
    names = tuple(layout.name for layout in found)
    job = Job(store, map, names, name, beside, progress or _silent, options)

    def opener(connection: Any, folder: Path, number: int) -> Source:
        return source_of(connection, found[number], map, folder / f"query{number}.source")

    return job.run(plan, opener)


def backfill_rows(
    store: BulkLedger,
    map: BeliefMap,
    rows: Iterable[Mapping[str, Any]],
    *,
    now: Moment,
    beside: Path,
    progress: Progress | None = None,
    options: Options = DEFAULTS,
) -> BackfillReceipt:
    """Load rows given as the dicts of `observe_many`; judged and numbered as those of a file.

    An interrupted load of rows begins anew: Python's rows can be read once.
    """
    require()
    plan = plans.Plan(identity="rows", load=fresh_name(store, "rows"), files=[], started=now)
    fresh = msgspec.structs.replace(options, restart=True)
    job = Job(store, map, ("rows",), plan.identity, beside, progress or _silent, fresh)
    return job.run(plan, lambda connection, folder, number: GivenSource(rows, map))


def _silent(phase: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def _loaded_before(load: Load) -> BackfillReceipt:
    return BackfillReceipt(
        rows=load.rows, appended=0, duplicates=load.rows, rejected=0, resumed=0, rejects=None,
        unknown_kinds={}, seconds={},
    )  # fmt: skip
