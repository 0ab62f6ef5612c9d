"""The backtest of a choice: its head fitted before and scored after, every rival on the same menus.

The loss of a menu is minus the logarithm of the probability that was given to what was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow
from doxa.beliefmap.model import Outcome
from doxa.features.menus import as_offered
from doxa.features.past import Past
from doxa.fidelity.calibration import Calibration
from doxa.fidelity.choice_leaks import leaks_of_choice
from doxa.fidelity.findings import findings_of
from doxa.fidelity.ladder import TWIN, Ladder, ladder
from doxa.fidelity.laps import Laps
from doxa.fidelity.metrics import log_losses
from doxa.fidelity.report import RowReport
from doxa.fidelity.reported import Basis, reported
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.choices import (
    Offers,
    base_of_choice,
    loyalty_logit,
    persona_of_choice,
    plain_logit,
)
from doxa.fidelity.rivals.hierarchical import hierarchical_logit
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.fidelity.rungs import Progress, combined, rivals_of
from doxa.fidelity.split import Split, in_subset, parts_by_end, split_rows, units_of
from doxa.heads.choice import ChoiceHead, forecast_choice
from doxa.heads.glm import Family
from doxa.heads.tastes import OWN
from doxa.learning.choices import train_choice, with_levels
from doxa.learning.labelled import Labelled

METRICS = ("log_loss",)
"""What is said of a choice."""
REMEMBERING = "loyalty_logit"
"""The rung that stands for remembering the person at all: every report has it."""
RIVALS: dict[str, Callable[[Offers], Rung | None]] = {
    "plain_logit": plain_logit,
    "loyalty_logit": loyalty_logit,
    "hierarchical_logit": hierarchical_logit,
}


def run_choice(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
    *,
    shuffles: int = 0,
) -> RowReport:
    """Fit and score one row of an evaluation that asks for a choice.

    Parameters
    ----------
    past, names, shuffles : as for `run_row`
    """
    laps = Laps()
    split = split_rows(evaluation, row, outcome, past, names)
    outcome = with_levels(outcome, past, split.fit.rows, split.fit.y)
    split = replace(
        split, fit=offered(outcome, past, split.fit), score=offered(outcome, past, split.score)
    )
    laps.end("rows and labels")
    parts = []
    for fit, score in split.pairs:
        found = _part(evaluation, row, outcome, split, fit, score, laps, progress)
        parts.append((score, found))
    rungs = combined([(score, found.rungs) for score, found in parts], len(split.score.y))
    resamples = Resamples(units_of(evaluation, split.past, split.score.rows), seed=evaluation.seed)
    ladders = _ladders(evaluation, row, split, rungs, resamples)
    without = np.empty(len(split.score.y))
    for score, found in parts:
        without[score] = found.without
    sure = np.ones(len(without))
    findings = findings_of(
        outcome,
        split,
        ladders,
        {rung.name: log_losses(sure, rung.forecast) for rung in rungs},
        resamples,
        evaluation.seed,
        without=log_losses(sure, without),
    )
    laps.end("ladder and cuts")
    fit, score = split.pairs[-1]
    head, absent = parts[-1][1].head, parts[-1][1].absent
    leaks = None
    if shuffles:
        own = replace(split, fit=split.fit.take(fit), score=split.score.take(score), parts=())
        leaks = leaks_of_choice(
            own, outcome, head, shuffles=shuffles, seed=evaluation.seed, progress=progress
        )
        laps.end("leak tests")
    taken = np.concatenate([found.taken for _, found in parts])
    told = np.concatenate([found.told for _, found in parts])
    return reported(
        row,
        Basis.of(split),
        ladders,
        laps,
        columns=len(head.names),
        ridge=head.ridges.get(OWN, 0.0),
        absent=absent,
        findings=msgspec.structs.replace(findings, calibration=Calibration.of(taken, told)),
        leaks=leaks,
    )


def offered(outcome: Outcome, past: Past, part: Labelled) -> Labelled:
    """Rows whose label is an option of their menu."""
    option = as_offered(outcome, past, part.y.astype(np.int64))
    return replace(part, y=option.astype(np.float64))


@dataclass(frozen=True, slots=True)
class _Part:
    """What every rung gave to what was taken, and the twin to every option: taken or not, told.

    Attributes
    ----------
    without : of the twin with what the person chose before left out, by menu
    """

    head: ChoiceHead
    rungs: list[Rung]
    absent: list[str]
    taken: Floats
    told: Floats
    without: Floats


def _part(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    split: Split,
    fit: Ints,
    score: Ints,
    laps: Laps,
    progress: Progress,
) -> _Part:
    past, fitted, scored = split.past, split.fit.take(fit), split.score.take(score)
    head = train_choice(
        past.map, outcome, past, fitted.rows, fitted.y, seed=evaluation.seed, progress=progress
    )
    laps.end("fit")
    progress("scoring", 0.0)
    found = forecast_choice(head, past, scored.rows)
    place = found.menus.place_of(scored.y.astype(np.int64))
    taken = np.zeros(len(found.menus))
    taken[place] = 1.0
    laps.end("score")
    setting = setting_of(evaluation, outcome, past, fitted, scored)
    rungs, absent = rungs_of_choice(row, Offers.of(setting), progress)
    rungs.append(Rung(TWIN, found.mean))
    laps.end("rivals")
    given = [replace(rung, forecast=rung.forecast[place]) for rung in rungs]
    return _Part(head, given, absent, taken, found.mean, found.without[place])


def setting_of(
    evaluation: Evaluation, outcome: Outcome, past: Past, fit: Labelled, score: Labelled
) -> Setting:
    """The question as rivals see it."""
    return Setting(
        belief_map=past.map,
        outcome=outcome,
        family=Family.BERNOULLI,
        past=past,
        fit=fit.rows,
        y=fit.y,
        score=score.rows,
        seed=evaluation.seed,
    )


def rungs_of_choice(
    row: EvaluationRow, offers: Offers, progress: Progress
) -> tuple[list[Rung], list[str]]:
    """The rungs below the twin, and the rivals asked for that are not built for a choice."""
    rungs = [base_of_choice(offers)]
    static = persona_of_choice(offers)
    rungs += [static] if static else []
    found, absent = rivals_of(row, RIVALS, offers, progress)
    if REMEMBERING not in row.rivals:
        rung = loyalty_logit(offers)
        found += [rung] if rung else []
    return rungs + found, absent


def _ladders(
    evaluation: Evaluation,
    row: EvaluationRow,
    split: Split,
    rungs: list[Rung],
    resamples: Resamples,
) -> list[Ladder]:
    """One ladder over all menus, and one per subset that has any."""
    found = []
    parts = [("all", np.ones(len(split.score.y), dtype=bool))]
    for name, subset in row.subsets.items():
        chosen = in_subset(split.past, split.score.rows, subset)
        parts += [(name, chosen)] if chosen.any() else []
    for name, chosen in [*parts, *parts_by_end(evaluation, row, split.score.rows)]:
        rows, y = split.score.rows.take(chosen), split.score.y[chosen]
        made = ladder(
            name,
            [rung.take(chosen) for rung in rungs],
            np.ones(len(y)),
            units_of(evaluation, split.past, rows),
            rows.person,
            Family.BERNOULLI,
            [metric for metric in row.metrics if metric in METRICS],
            evaluation.seed,
            resamples if chosen.all() else None,
        )
        commonest = float(np.unique(y, return_counts=True)[1].max() / len(y))
        found.append(msgspec.structs.replace(made, mean=commonest, choice=True))
    return found
