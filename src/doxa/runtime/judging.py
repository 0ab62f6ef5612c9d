"""Fidelity from a store: each row of an evaluation fitted before and scored after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.contexts import contexts_of
from doxa.beliefmap.evaluation import Bar, Evaluation, EvaluationRow
from doxa.beliefmap.names import listed, nearest
from doxa.errors import InputError, PopulationError, UnknownName
from doxa.features.past import read_past
from doxa.fidelity.backtest import run_row
from doxa.fidelity.fields import fields_for
from doxa.fidelity.ladder import TWIN
from doxa.fidelity.report import BarResult, FidelityReport, RowReport
from doxa.runtime.identity import all_people, people_at
from doxa.runtime.wiring import Wiring

Progress = Callable[[str, float], None]


def fidelity(
    wiring: Wiring,
    evaluation: Evaluation,
    rows: Sequence[str] | None = None,
    *,
    shuffles: int = 0,
    progress: Progress | None = None,
) -> FidelityReport:
    """Run the rows of an evaluation on the store's ledger; see `Twins.fidelity`.

    Rows that cannot be asked are left out and said so, unless they were named or stand alone.
    People are those known now: who was merged since counts as one person all along.
    """
    tell = progress or _silence
    asked = chosen(evaluation, rows)
    stats = wiring.store.stats()
    identity = people_at(wiring, None, None)
    if not stats.signals:
        raise InputError("there is nothing to score: the ledger is empty", hint="load history")
    past = read_past(
        evaluation.belief_map,
        wiring.store.scan(identity=identity, contexts=contexts_of(evaluation.belief_map)),
        fields=fields_for(evaluation.belief_map, asked, evaluation.unit),
        progress=lambda done: tell("reading the ledger", done / stats.signals),
    )

    def names(keys: Ints) -> Sequence[str]:
        return wiring.store.twin_names(keys.tolist())

    reports, skipped = [], {}
    for row in asked:
        try:
            reports.append(run_row(evaluation, row, past, names, tell, shuffles=shuffles))
        except (InputError, PopulationError) as error:
            if rows or len(asked) == 1:
                raise
            skipped[row.name] = str(error)
    return FidelityReport(
        skipped=skipped,
        product=evaluation.belief_map.product,
        people=len(all_people(wiring, identity)),
        signals=stats.signals,
        variants=evaluation.compared,
        variants_at_least=evaluation.compared_at_least,
        rows=reports,
        # A bar on the mean over all rows says nothing about some of them.
        bars=[
            _over_rows(bar, reports)
            for bar in evaluation.bars
            if len(asked) == len(evaluation.rows)
        ],
        clock=evaluation.belief_map.clock.value,
    )


def _silence(what: str, done: float) -> None:
    pass


def chosen(evaluation: Evaluation, names: Sequence[str] | None) -> list[EvaluationRow]:
    """The rows of those names, all when there are none; `UnknownName` for one that is not there."""
    if not names:
        return list(evaluation.rows.values())
    for name in names:
        if name not in evaluation.rows:
            raise UnknownName(
                f"the evaluation has no row {name!r}",
                expected=f"one of {listed(evaluation.rows)}",
                hint=nearest(name, evaluation.rows),
            )
    return [evaluation.rows[name] for name in names]


def _over_rows(bar: Bar, reports: Sequence[RowReport]) -> BarResult:
    """A bar on the mean over all rows."""
    values = []
    for report in reports:
        ladder = report.ladder("all")
        twin = ladder.step(TWIN) if ladder else None
        values.append(twin.metrics.get(bar.metric, float("nan")) if twin else float("nan"))
    value = float(np.mean(values)) if values else float("nan")
    return BarResult.of(bar, value)
