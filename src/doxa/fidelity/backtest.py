"""The backtest: rows of an evaluation are fitted before, and scored after, on rolling origins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow, Question
from doxa.beliefmap.model import Outcome, Target
from doxa.features.past import Past
from doxa.features.plan import outcome_named, readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.fidelity.choices import run_choice
from doxa.fidelity.effects import run_effect
from doxa.fidelity.findings import Findings, Means, TwinScores, findings_of, joined_scores
from doxa.fidelity.ladder import BASE, TWIN, Ladder, row_losses
from doxa.fidelity.laps import Laps
from doxa.fidelity.leaks import leaks_of
from doxa.fidelity.learning_curve import why_none
from doxa.fidelity.metrics import COVERED
from doxa.fidelity.numbers import score_numbers
from doxa.fidelity.report import RowReport
from doxa.fidelity.reported import Basis, reported
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.fidelity.rungs import Progress, combined, ladders_of, rungs_of
from doxa.fidelity.shares import run_shares
from doxa.fidelity.shuffling import shuffled
from doxa.fidelity.simulations import run_simulation
from doxa.fidelity.split import Split, split_rows, units_of
from doxa.fidelity.times import run_time
from doxa.heads.ends import ends_of, unknown_of, variance_of
from doxa.heads.forecast import Forecasts, forecast, mean_at
from doxa.heads.glm import Family
from doxa.heads.head import Head, family_of
from doxa.learning.popularity import looked_up
from doxa.learning.training import MOST_ROWS, train


def run_row(
    evaluation: Evaluation,
    row: EvaluationRow,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
    *,
    shuffles: int = 0,
) -> RowReport:
    """Fit and score one row of an evaluation.

    Parameters
    ----------
    past : Past
        Read with `fields_for` this row.
    names : callable
        The ids of twins by key.
    shuffles : int
        Run the leak tests too, with labels dealt out so many times.
    """
    if row.asks is Question.SIMULATE:
        return run_simulation(evaluation, row, past, names, progress, shuffles=shuffles)
    outcome = outcome_named(evaluation.belief_map, row.outcomes[0])
    if row.asks is Question.EFFECT:
        return run_effect(evaluation, row, outcome, past, names, progress)
    laps = Laps()
    if row.shuffle_within is not None:
        past = shuffled(past, evaluation.seed)
    if row.asks is Question.SHARES:
        return run_shares(evaluation, row, outcome, past, names, progress, shuffles=shuffles)
    if outcome.target is Target.CHOICE:
        return run_choice(evaluation, row, outcome, past, names, progress, shuffles=shuffles)
    if outcome.target is Target.TIME_TO:
        return run_time(evaluation, row, outcome, past, names, progress, shuffles=shuffles)
    split = split_rows(evaluation, row, outcome, past, names)
    laps.end("rows and labels")
    progress("indexing the past", 0.0)
    views = Views(split.past, readings_of(past.map, outcome))
    laps.end("index")
    items = [past.values(outcome.of)[code] for code in split.members] if outcome.of else []
    found, twins = [], []
    for fit, score in split.pairs:
        head = train(
            split.past.map,
            outcome,
            views,
            split.fit.take(fit),
            items=items,
            known=split.known,
            challenger=row.challenger,
            seed=evaluation.seed,
            progress=progress,
            most=row.most_rows or MOST_ROWS,
        )
        laps.end("fit")
        progress("scoring", 0.0)
        rows = split.score.rows.take(score)
        head = looked_up(head, split.past, rows.seen.at)
        told = forecast(head, views, rows)
        part = split.fit.y[fit], split.score.y[score]
        twins.append((score, _scores(head, views, rows, told, outcome, part, evaluation.seed)))
        laps.end("score")
        setting = _setting(evaluation, row, outcome, split, fit, score)
        rungs, absent = rungs_of(row, setting, progress)
        laps.end("rivals")
        amounts = head.family is not Family.BERNOULLI
        ends = (ends_of(head, views, rows, told, COVERED) if amounts else None) or (None, None)
        found.append((score, [*rungs, Rung(TWIN, told.mean, low=ends[0], high=ends[1])]))
    rungs = combined(found, len(split.score.y))
    setting = _setting(evaluation, row, outcome, split, *_all(split))
    resamples = Resamples(units_of(evaluation, split.past, split.score.rows), seed=evaluation.seed)
    ladders = ladders_of(evaluation, row, setting, split, rungs, resamples)
    laps.end("ladder")
    findings = _findings(outcome, split, setting, rungs, ladders, twins, resamples, why_none(head))
    laps.end("cuts")
    leaks = None
    if shuffles:
        leaks = leaks_of(
            _part(split, fit, score),
            outcome,
            head,
            shuffles=shuffles,
            known=row.base,
            seed=evaluation.seed,
            progress=progress,
        )
        laps.end("leak tests")
    return reported(
        row,
        Basis.of(split),
        ladders,
        laps,
        columns=len(head.names),
        ridge=head.ridge,
        absent=absent,
        findings=findings,
        leaks=leaks,
        challenger=[head.boosted.share, *head.boosted.gained] if head.boosted else None,
    )


def _findings(
    outcome: Outcome,
    split: Split,
    setting: Setting,
    rungs: list[Rung],
    ladders: list[Ladder],
    twins: list[tuple[Ints, TwinScores]],
    resamples: Resamples,
    why: str,
) -> Findings:
    """What the rows say beyond their ladders."""
    y, family = split.score.y, setting.family
    scores = joined_scores(twins, len(y))
    told = {rung.name: rung.forecast for rung in rungs}
    without = scores.without_at(told[TWIN])
    return findings_of(
        outcome,
        split,
        ladders,
        {name: row_losses(y, forecast, family) for name, forecast in told.items()},
        resamples,
        setting.seed,
        without=None if without is None else row_losses(y, without, family),
        why=why,
        means=Means(y, told[TWIN], told[BASE], scores.variance, family is Family.BERNOULLI),
        numbers=scores.numbers,
    )


def _scores(
    head: Head,
    views: Views,
    rows: Rows,
    told: Forecasts,
    outcome: Outcome,
    labels: tuple[Floats, Floats],
    seed: int,
) -> TwinScores:
    """What the twin said of some scored rows beyond a mean.

    Parameters
    ----------
    labels : of the fit rows, and of these
    """
    fitted, y = labels
    without = np.full(len(y), np.nan)
    if told.expected is not None:
        without = mean_at(head, views, rows, told.expected)
    unknown = unknown_of(head, views, rows)
    numbers = score_numbers(head, outcome, told, unknown, y, fitted, seed)
    return TwinScores(without, variance_of(head, told, y), numbers)


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
