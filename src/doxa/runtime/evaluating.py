"""Running an evaluation file: on a store that holds the data, or on one made for it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from doxa.beliefmap.evaluation import Data, Evaluation
from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.errors import InputError, TooManyRejects
from doxa.fidelity.report import FidelityReport
from doxa.runtime.backfill import backfill, backfill_rows
from doxa.runtime.default_evaluation import default_evaluation
from doxa.runtime.judging import chosen, fidelity
from doxa.runtime.loaders import loader_rows
from doxa.runtime.opening import is_new, open_twins, store_file
from doxa.runtime.twins import Twins

Progress = Callable[[str, int, "int | None"], None]


def evaluate(
    path: Path | None,
    *,
    rows: Sequence[str] | None = None,
    db: str | None = None,
    workspace: str = "default",
    data: Path | None = None,
    shuffles: int = 0,
    progress: Progress,
) -> FidelityReport:
    """Run an evaluation file; without `db`, its `data` are loaded into a store that is thrown away.

    Parameters
    ----------
    path : Path, optional
        Left out, every outcome of the store is scored on the last fifth of its ledger.
    data : Path, optional
        Where the files of its tables lie.
    shuffles : int
        Run the leak tests too, with labels dealt out so many times.
    """
    if path is None:
        return _without_file(db, workspace, rows, shuffles, progress)
    evaluation = load_evaluation(path)
    chosen(evaluation, rows)
    if db is not None:
        with _existing(db, workspace) as twins:
            return _run(twins, evaluation, rows, shuffles, progress)
    if evaluation.data is None:
        raise InputError(
            "names no data", where=str(path), hint="add `data:`, or name a store with --db"
        )
    with (
        tempfile.TemporaryDirectory(prefix="doxa-") as folder,
        open_twins(Path(folder) / "evaluation.db", evaluation.belief_map) as twins,
    ):
        try:
            _load(twins, evaluation.data, data, progress)
        except TooManyRejects as error:  # the file of rejects goes with the store
            named = str(evaluation.data.load or evaluation.data.tables)
            raise TooManyRejects(error.problem, where=named) from error
        return _run(twins, evaluation, rows, shuffles, progress)


def _without_file(
    db: str | None,
    workspace: str,
    rows: Sequence[str] | None,
    shuffles: int,
    progress: Progress,
) -> FidelityReport:
    if db is None:
        raise InputError("nothing to score", expected="an evaluation file, or a store with --db")
    with _existing(db, workspace) as twins:
        evaluation = default_evaluation(twins.wiring)
        chosen(evaluation, rows)
        return _run(twins, evaluation, rows, shuffles, progress)


def _existing(db: str, workspace: str) -> Twins:
    if is_new(store_file(db)):
        raise InputError("there is no store here", where=db, hint="doxa backfill makes one")
    return open_twins(db, workspace=workspace)


def _run(
    twins: Twins,
    evaluation: Evaluation,
    rows: Sequence[str] | None,
    shuffles: int,
    progress: Progress,
) -> FidelityReport:
    return fidelity(
        twins.wiring,
        evaluation,
        rows,
        shuffles=shuffles,
        progress=lambda what, done: progress(what, round(100 * done), 100),
    )


def _load(twins: Twins, data: Data, folder: Path | None, progress: Progress) -> None:
    """Load what an evaluation names as its data: a tables file, or ``rows()`` of a loader."""
    if data.tables is not None:
        backfill(twins.wiring, data.tables, folder=folder, progress=progress)
        return
    backfill_rows(twins.wiring, loader_rows(data), progress=progress)
