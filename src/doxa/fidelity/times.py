"""The backtest of a time: its head fitted before and scored after, every rival on the same intervals.

The loss of a row is minus the logarithm of the chance that was given to what became of it: to the
interval in which it happened, or to waiting in vain until the window closed. `brier` is the mean of
(P(by t) - it happened by t)^2 over the quarters t of each window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow
from doxa.beliefmap.model import Outcome
from doxa.features.labels import chance_of, lengths_of
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.fidelity.findings import Means, findings_of
from doxa.fidelity.ladder import BASE, TWIN, Ladder, ladder
from doxa.fidelity.laps import Laps
from doxa.fidelity.leaks import (
    Leaks,
    both_tests,
    cells_of,
    change_by_later,
    permuted,
)
from doxa.fidelity.learning_curve import why_none
from doxa.fidelity.metrics import auc, log_losses
from doxa.fidelity.quarters import calibration_at
from doxa.fidelity.report import RowReport
from doxa.fidelity.reported import Basis, reported
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.base import member_means
from doxa.fidelity.rivals.own_rate import own_log_odds
from doxa.fidelity.rivals.persona import persona
from doxa.fidelity.rivals.setting import Rung, Setting, curve
from doxa.fidelity.rungs import Progress, combined
from doxa.fidelity.split import Split, in_subset, split_rows, units_of
from doxa.heads.forecast import forecast
from doxa.heads.glm import Family, logit
from doxa.heads.hazard import Hazard, Spells, fit_hazard
from doxa.heads.head import Head, recipe_of
from doxa.learning.hazards import train_time
from doxa.learning.labelled import Labelled

QUARTERS = (0.25, 0.5, 0.75, 1.0)
RIVALS = ("lifetime", "one_band")
ROWS_OF_SHUFFLES = 10_000


def brier_of_times(by: Callable[[Floats], Floats], waited: Floats, length: Ints) -> Floats:
    """Mean squared error of the chances at each row's quarters of its window, float64[n].

    Parameters
    ----------
    by : callable
        The chance that it has happened within a span of each row's own.
    """
    parts = []
    for share in QUARTERS:
        span = np.asarray(share * length, dtype=np.float64)
        parts.append((by(span) - (waited <= span)) ** 2)
    return np.asarray(np.mean(parts, axis=0))


def brier_of_head(head: Head, views: Views, rows: Labelled) -> Floats:
    """The same of a head, from what the rows may read."""
    assert head.hazard is not None
    hazard, eta = head.hazard, forecast(head, views, rows.rows).eta
    length = lengths_of(rows.rows, views.map.clock)
    return brier_of_times(lambda span: hazard.by(eta, span), rows.y, length)


def run_time(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
    *,
    shuffles: int = 0,
) -> RowReport:
    """Fit and score one row of an evaluation that asks for a time.

    Parameters
    ----------
    past, names, shuffles : as for `run_row`
    """
    laps = Laps()
    split = split_rows(evaluation, row, outcome, past, names)
    laps.end("rows and labels")
    parts = []
    for fit, score in split.pairs:
        part = replace(split, fit=split.fit.take(fit), score=split.score.take(score), parts=())
        parts.append((score, _part(evaluation, row, outcome, part, laps, progress)))
    size = len(split.score.y)
    given, chances, squares = (
        combined([(score, getattr(found, what)) for score, found in parts], size)
        for what in ("given", "chances", "squares")
    )
    resamples = Resamples(units_of(evaluation, split.past, split.score.rows), seed=evaluation.seed)
    ladders = _ladders(evaluation, row, split, given, chances, squares, resamples)
    came = np.isfinite(split.score.y).astype(np.float64)
    told = {rung.name: rung.forecast for rung in chances}
    findings = findings_of(
        outcome,
        split,
        ladders,
        {rung.name: log_losses(np.ones(size), rung.forecast) for rung in given},
        resamples,
        evaluation.seed,
        without=_losses_without(parts, size),
        why=why_none(parts[-1][1].head),
        means=Means(came, told[TWIN], told[BASE], told[TWIN] * (1 - told[TWIN]), yes_or_no=True),
    )
    laps.end("ladder and cuts")
    last = parts[-1][1]
    leaks = None
    if shuffles:
        leaks = _leaks(part, outcome, last.head, shuffles, evaluation.seed, progress)
        laps.end("leak tests")
    findings = msgspec.structs.replace(
        findings,
        calibration_by_horizon=[
            calibration_at(outcome, split, share, [(score, part.by[i]) for score, part in parts])
            for i, share in enumerate(QUARTERS)
        ],
    )
    return reported(
        row,
        Basis.of(split),
        ladders,
        laps,
        columns=len(last.head.names),
        ridge=last.head.ridge,
        absent=last.absent,
        findings=findings,
        leaks=leaks,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What every rung gave to what became of it, to its happening in the window, and its squares.

    Attributes
    ----------
    by : of the twin, the chance at each of `QUARTERS` of the window
    without : the twin's losses with the person's own effects off; None where the head has none
    """

    head: Head
    given: list[Rung]
    chances: list[Rung]
    squares: list[Rung]
    absent: list[str]
    by: list[Floats]
    without: Floats | None


def _losses_without(parts: Sequence[tuple[Ints, _Part]], size: int) -> Floats | None:
    """The twin's losses without own effects, of all parts; None where a part has no such effects."""
    whole = np.empty(size)
    for score, found in parts:
        if found.without is None:
            return None
        whole[score] = found.without
    return whole


def _part(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    split: Split,
    laps: Laps,
    progress: Progress,
) -> _Part:
    head = _trained(split, outcome, evaluation.seed, progress)
    laps.end("fit")
    assert head.hazard is not None
    clock = split.past.map.clock
    views = Views(split.past, recipe_of(head, split.past.map).readings)
    seen = forecast(head, views, split.score.rows)
    eta = seen.eta
    laps.end("score")
    ends = head.hazard.ends
    fit = Spells.of(ends, split.fit.y, lengths_of(split.fit.rows, clock))
    length = lengths_of(split.score.rows, clock)
    became = Spells.of(ends, split.score.y, length)
    told, absent = _rivals(evaluation, row, outcome, split, ends, fit, progress)
    told.append((TWIN, head.hazard, eta, {}))
    laps.end("rivals")
    given, chances, squares = [], [], []
    for name, hazard, own, chosen in told:

        def by(span: Floats, hazard: Hazard = hazard, own: Floats = own) -> Floats:
            return hazard.by(own, span)

        given.append(Rung(name, np.exp(-hazard.losses(own, became)), chosen))
        chances.append(Rung(name, by(length.astype(np.float64))))
        squares.append(Rung(name, brier_of_times(by, split.score.y, length)))
    quarters = [head.hazard.by(eta, np.asarray(share * length)) for share in QUARTERS]
    without = None if seen.expected is None else head.hazard.losses(seen.expected, became)
    return _Part(head, given, chances, squares, absent, quarters, without)


def _trained(split: Split, outcome: Outcome, seed: int, progress: Progress) -> Head:
    items = [split.past.values(outcome.of)[code] for code in split.members] if outcome.of else []
    return train_time(
        split.past.map,
        outcome,
        Views(split.past, readings_of(split.past.map, outcome)),
        split.fit,
        items=items,
        known=split.known,
        seed=seed,
        progress=progress,
    )


Told = tuple[str, Hazard, Floats, dict[str, float | str]]
"""A rung by name: its hazard, the linear predictors of the scored rows, and what it chose."""


def _rivals(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    split: Split,
    ends: list[int],
    spells: Spells,
    progress: Progress,
) -> tuple[list[Told], list[str]]:
    """The base rate, the persona, and own rates: each as a column that the intervals are fitted to."""
    setting = Setting(
        belief_map=split.past.map,
        outcome=chance_of(outcome),
        family=Family.BERNOULLI,
        past=split.past,
        fit=split.fit.rows,
        y=np.isfinite(split.fit.y).astype(np.float64),
        score=split.score.rows,
        seed=evaluation.seed,
        known=row.base,
    )
    fit, score = setting.fit.member, setting.score.member
    usual = logit(member_means(fit, setting.y, fit)), logit(member_means(fit, setting.y, score))
    found = [_by_column("base", ends, spells, usual, {})]
    progress("rival persona", 0.0)
    static, both = persona(setting), persona(replace(setting, score=setting.fit))
    if static and both:
        columns = logit(both.forecast), logit(static.forecast)
        found.append(_by_column("persona", ends, spells, columns, static.chosen))
    absent = []
    for name in row.rivals:
        own = own_log_odds(setting, name) if name in RIVALS else None
        if own is None:
            absent.append(name)
        else:
            columns = own[0], own[1]
            found.append(_by_column(name, ends, spells.take(own[2]), columns, own[3]))
    return found, absent


def _by_column(
    name: str,
    ends: list[int],
    spells: Spells,
    columns: tuple[Floats, Floats],
    chosen: dict[str, float | str],
) -> Told:
    """Levels of the intervals beside a calibrated column: its slope and square."""
    centre, scale = float(columns[0].mean()), max(float(columns[0].std()), 1e-9)
    fit, score = (curve((each - centre) / scale)[:, 1:] for each in columns)
    levels, beta = fit_hazard(fit, spells, ridge=np.full(2, 1e-3))
    hazard = Hazard(ends=ends, levels=levels.tolist(), slopes=[1.0] * len(ends))
    return name, hazard, score @ beta, chosen


def _ladders(
    evaluation: Evaluation,
    row: EvaluationRow,
    split: Split,
    given: list[Rung],
    chances: list[Rung],
    squares: list[Rung],
    resamples: Resamples,
) -> list[Ladder]:
    """One ladder over all rows, and one per subset that has any."""
    found = []
    came = np.isfinite(split.score.y).astype(np.float64)
    for name, subset in (("all", None), *row.subsets.items()):
        chosen = np.ones(len(came), dtype=bool)
        if subset is not None:
            chosen = in_subset(split.past, split.score.rows, subset)
        if not chosen.any():
            continue
        rows: Rows = split.score.rows.take(chosen)
        made = ladder(
            name,
            [rung.take(chosen) for rung in given],
            np.ones(len(rows)),
            units_of(evaluation, split.past, rows),
            rows.person,
            Family.BERNOULLI,
            [],
            evaluation.seed,
            resamples if subset is None else None,
        )
        steps = []
        for step, chance, square in zip(made.steps, chances, squares, strict=True):
            metrics = {
                "log_loss": step.loss[0],
                "brier": float(square.forecast[chosen].mean()),
                "auc": auc(came[chosen], chance.forecast[chosen]),
            }
            asked = {key: metrics[key] for key in row.metrics if key in metrics}
            steps.append(msgspec.structs.replace(step, metrics=asked))
        mean = float(came[chosen].mean())
        found.append(msgspec.structs.replace(made, steps=steps, mean=mean))
    return found


def _leaks(
    split: Split, outcome: Outcome, head: Head, shuffles: int, seed: int, progress: Progress
) -> Leaks:
    """Both leak tests on (a sample of) the rows; see `leaks_of`."""

    def skill(small: Split, rng: np.random.Generator) -> float:
        return _skill_of_dealt(small, outcome, rng, seed)

    def change(earlier: Rows, moment: int) -> float:
        return change_by_later(head, split.past, earlier, moment)

    return both_tests(
        split,
        skill,
        change,
        shuffles=shuffles,
        most=ROWS_OF_SHUFFLES,
        seed=seed,
        tell=progress,
    )


def _skill_of_dealt(split: Split, outcome: Outcome, rng: np.random.Generator, seed: int) -> float:
    """Skill of a head refitted on dealt labels over its own forecasts without people's differences."""
    past = split.past
    dealt = [
        replace(part, y=permuted(cells_of(outcome, past, part.rows), part.y, rng))
        for part in (split.fit, split.score)
    ]
    head = _trained(replace(split, fit=dealt[0]), outcome, seed, _silence)
    assert head.hazard is not None
    views = Views(past, recipe_of(head, past.map).readings)
    eta = forecast(head, views, split.score.rows).eta
    length = lengths_of(split.score.rows, past.map.clock)
    became = Spells.of(head.hazard.ends, dealt[1].y, length)
    cell = cells_of(outcome, past, split.score.rows)
    mean = np.bincount(cell, eta) / np.maximum(np.bincount(cell), 1)
    own = head.hazard.losses(eta, became).mean()
    return float(1 - own / head.hazard.losses(mean[cell], became).mean())


def _silence(what: str, done: float) -> None:
    pass
