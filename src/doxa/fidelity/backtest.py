"""The backtest: rows of an evaluation are fitted before, and scored after, on rolling origins."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow, Question
from doxa.beliefmap.model import Outcome
from doxa.errors import InputError
from doxa.features.past import Past
from doxa.features.plan import outcome_named, readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.fidelity.ladder import TWIN
from doxa.fidelity.leaks import leaks_of
from doxa.fidelity.metrics import COVERED, murphy, reliability
from doxa.fidelity.report import Calibration, Origins, RowReport
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.fidelity.rungs import Progress, bars_of, combined, ladders_of, rungs_of
from doxa.fidelity.shuffling import shuffled
from doxa.fidelity.split import Split, split_rows
from doxa.heads.glm import Family
from doxa.heads.head import Head, family_of, forecast, interval
from doxa.learning.training import train


@dataclass(slots=True)
class _Clock:
    """Seconds per phase of a row."""

    started: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def lap(self, phase: str) -> None:
        now = time.perf_counter()
        self.seconds[phase] = round(self.seconds.get(phase, 0.0) + now - self.started, 3)
        self.started = now


def run_row(
    evaluation: Evaluation,
    row: EvaluationRow,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
    *,
    shuffles: int = 0,
) -> tuple[RowReport, Head]:
    """Fit and score one row of an evaluation.

    Parameters
    ----------
    past : Past
        Read with `fields_for` this row.
    names : callable
        The ids of twins by key.
    shuffles : int
        Run the leak tests too, with labels dealt out so many times.

    Raises
    ------
    InputError
        The row asks something that this version does not do yet.
    """
    outcome = _supported(evaluation, row)
    clock = _Clock()
    if row.shuffle_within is not None:
        past = shuffled(past, evaluation.seed)
    split = split_rows(evaluation, row, outcome, past, names)
    clock.lap("rows and labels")
    progress("indexing the past", 0.0)
    views = Views(split.past, readings_of(past.map, outcome))
    clock.lap("index")
    items = [past.values(outcome.of)[code] for code in split.members] if outcome.of else []
    found = []
    for fit, score in split.pairs:
        head = train(
            split.past.map,
            outcome,
            views,
            split.fit.take(fit),
            items=items,
            known=split.known,
            seed=evaluation.seed,
            progress=progress,
        )
        clock.lap("fit")
        progress("scoring", 0.0)
        told = forecast(head, views, split.score.rows.take(score))
        clock.lap("score")
        setting = _setting(evaluation, row, outcome, split, fit, score)
        rungs, absent = rungs_of(row, setting, progress)
        clock.lap("rivals")
        ends = interval(head, outcome, told, COVERED) or (None, None)
        found.append((score, [*rungs, Rung(TWIN, told.mean, low=ends[0], high=ends[1])]))
    rungs = combined(found, len(split.score.y))
    setting = _setting(evaluation, row, outcome, split, *_all(split))
    ladders = ladders_of(evaluation, row, setting, split, rungs)
    leaks = None
    if shuffles:
        clock.lap("ladder")
        leaks = leaks_of(
            _part(split, fit, score),
            outcome,
            head,
            shuffles=shuffles,
            known=row.base,
            seed=evaluation.seed,
            progress=progress,
        )
        clock.lap("leak tests")
    report = RowReport(
        name=row.name,
        outcome=outcome.name,
        fit_rows=len(split.fit.y),
        fit_people=len(np.unique(split.fit.rows.person)),
        scored_rows=len(split.score.y),
        unresolved=split.unresolved,
        left_out=split.left_out,
        not_built=absent,
        ladders=ladders,
        calibration=_calibration(split.score.y, rungs[-1].forecast, setting.family),
        bars=bars_of(row, ladders),
        ridge=head.ridge,
        columns=len(head.names),
        seconds=clock.seconds,
        fit_origins=_origins(split.fit.rows),
        score_origins=_origins(split.score.rows),
        leaks=leaks,
    )
    clock.lap("ladder")
    return report, head


def _setting(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    split: Split,
    fit: Ints,
    score: Ints,
) -> Setting:
    return Setting(
        belief_map=split.past.map,
        outcome=outcome,
        family=family_of(outcome, split.past.map),
        past=split.past,
        fit=split.fit.rows.take(fit),
        y=split.fit.y[fit],
        score=split.score.rows.take(score),
        seed=evaluation.seed,
        known=row.base,
    )


def _part(split: Split, fit: Ints, score: Ints) -> Split:
    """The rows of one pair of a split."""
    return replace(split, fit=split.fit.take(fit), score=split.score.take(score), parts=())


def _all(split: Split) -> tuple[Ints, Ints]:
    return np.arange(len(split.fit.y)), np.arange(len(split.score.y))


def _origins(rows: Rows) -> Origins | None:
    if not len(rows):
        return None
    moments = np.unique(rows.seen.at)
    return Origins(first=int(moments[0]), last=int(moments[-1]), count=len(moments))


def _supported(evaluation: Evaluation, row: EvaluationRow) -> Outcome:
    if row.asks is not Question.FORECAST:
        raise InputError(
            f"row {row.name!r} asks for {row.asks.value}, which this version does not do yet",
            expected="a forecast",
        )
    return outcome_named(evaluation.belief_map, row.outcomes[0])


def _calibration(y: Floats, p: Floats, family: Family) -> Calibration | None:
    if family is not Family.BERNOULLI:
        return None
    curve = reliability(y, p)
    parts = murphy(y, p)
    return Calibration(
        forecast=curve.forecast.tolist(),
        observed=curve.observed.tolist(),
        count=curve.count.tolist(),
        error=curve.error,
        reliability=parts.reliability,
        resolution=parts.resolution,
        uncertainty=parts.uncertainty,
    )
