"""The backtest: rows of an evaluation are fitted before, and scored after, on rolling origins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.conditions import fields_of
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow, Question, Selection, Subset
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.beliefmap.payloads import Bools
from doxa.domain.signal import TRAITS
from doxa.errors import InputError
from doxa.features.eligibility import fields_asked
from doxa.features.knowledge import as_known
from doxa.features.labels import labels_of
from doxa.features.moments import fields_needed
from doxa.features.past import Past
from doxa.features.plan import outcome_named, readings_of
from doxa.features.rows import NONE, Rows, joined
from doxa.features.traits import trait_of
from doxa.features.views import Views
from doxa.fidelity.ladder import TWIN, Ladder, ladder
from doxa.fidelity.metrics import murphy, reliability
from doxa.fidelity.report import BarResult, Calibration, Origins, RowReport
from doxa.fidelity.rivals.base import base
from doxa.fidelity.rivals.own_rate import lifetime, one_band
from doxa.fidelity.rivals.persona import persona
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.heads.glm import Family
from doxa.heads.head import Head, family_of, forecast
from doxa.learning.selection import in_parts, select_rows, top_members
from doxa.learning.training import Labelled, train

RIVALS: dict[str, Callable[[Setting], Rung]] = {"lifetime": lifetime, "one_band": one_band}
NEVER_ENDS = np.iinfo(np.int64).max
Progress = Callable[[str, float], None]


def fields_for(belief_map: BeliefMap, rows: Iterable[EvaluationRow]) -> dict[str, tuple[str, ...]]:
    """The payload fields that some rows of an evaluation need, by kind."""
    found: dict[str, tuple[str, ...]] = {TRAITS: belief_map.personas}
    for row in rows:
        for name in row.outcomes:
            outcome = outcome_named(belief_map, name)
            for needed in (fields_needed(outcome), fields_asked(outcome), _selected(row, outcome)):
                for kind, names in needed.items():
                    found[kind] = tuple(dict.fromkeys((*found.get(kind, ()), *names)))
    return found


def _selected(row: EvaluationRow, outcome: Outcome) -> dict[str, tuple[str, ...]]:
    kind = outcome.after or outcome.kind
    found: dict[str, tuple[str, ...]] = {}
    for selection in (row.fit, row.score):
        if selection is None:
            continue
        per = (selection.nth.per,) if selection.nth and selection.nth.per else ()
        found[kind] = (*found.get(kind, ()), *fields_of(selection.when), *per)
        found[TRAITS] = (*found.get(TRAITS, ()), *selection.traits)
    for subset in row.subsets.values():
        traits = (*subset.traits, *((subset.has,) if subset.has else ()))
        found[TRAITS] = (*found.get(TRAITS, ()), *traits)
    return found


@dataclass(slots=True)
class _Clock:
    """Seconds per phase of a row."""

    started: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def lap(self, phase: str) -> None:
        now = time.perf_counter()
        self.seconds[phase] = round(self.seconds.get(phase, 0.0) + now - self.started, 3)
        self.started = now


@dataclass(frozen=True, slots=True)
class _Split:
    """Fit rows with labels, scored rows with labels, and what was left aside."""

    fit: Labelled
    score: Labelled
    members: Ints
    unresolved: int
    left_out: int


def run_row(
    evaluation: Evaluation,
    row: EvaluationRow,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
) -> tuple[RowReport, Head]:
    """Fit and score one row of an evaluation.

    Parameters
    ----------
    past : Past
        Read with `fields_for` this row.
    names : callable
        The ids of twins by key.

    Raises
    ------
    InputError
        The row asks something that this version does not do yet.
    """
    outcome = _supported(evaluation, row)
    clock = _Clock()
    split = _split(evaluation, row, outcome, past, names)
    clock.lap("rows and labels")
    progress("indexing the past", 0.0)
    told, fit, score = _told(past, split)
    views = Views(told, readings_of(past.map, outcome))
    clock.lap("index")
    items = [past.values(outcome.of)[code] for code in split.members] if outcome.of else []
    head = train(
        past.map,
        outcome,
        views,
        Labelled(fit, split.fit.y),
        items=items,
        seed=evaluation.seed,
        progress=progress,
    )
    clock.lap("fit")
    progress("scoring", 0.0)
    twin = Rung(TWIN, forecast(head, views, score).mean)
    clock.lap("score")
    rungs, setting, absent = _rivals(evaluation, row, outcome, past, split, progress)
    clock.lap("rivals")
    ladders = _ladders(evaluation, row, setting, split, [*rungs, twin])
    report = RowReport(
        name=row.name,
        outcome=outcome.name,
        fit_rows=len(split.fit.y),
        fit_people=len(np.unique(split.fit.rows.twin)),
        scored_rows=len(split.score.y),
        unresolved=split.unresolved,
        left_out=split.left_out,
        not_built=absent,
        ladders=ladders,
        calibration=_calibration(split.score.y, twin.forecast, setting.family),
        bars=_bars(row, ladders),
        ridge=head.ridge,
        columns=len(head.names),
        seconds=clock.seconds,
        fit_origins=_origins(split.fit.rows),
        score_origins=_origins(split.score.rows),
    )
    clock.lap("ladder")
    return report, head


def _origins(rows: Rows) -> Origins | None:
    if not len(rows):
        return None
    moments = np.unique(rows.seen.at)
    return Origins(first=int(moments[0]), last=int(moments[-1]), count=len(moments))


def _supported(evaluation: Evaluation, row: EvaluationRow) -> Outcome:
    if row.asks is not Question.FORECAST or row.folds or row.shuffle_within:
        raise InputError(
            f"row {row.name!r} asks for {_what(row)}, which this version does not do yet",
            expected="a forecast with fit and score",
        )
    if row.fit is None or row.score is None:
        raise InputError(f"row {row.name!r} has no fit or score", expected="both")
    return outcome_named(evaluation.belief_map, row.outcomes[0])


def _what(row: EvaluationRow) -> str:
    if row.asks is not Question.FORECAST:
        return row.asks.value
    return "folds" if row.folds else "a shuffled order"


def _split(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
) -> _Split:
    fit_by, score_by = row.fit or Selection(), row.score or Selection()
    first = fit_by.begin.moment if fit_by.begin else NEVER_ENDS
    members = top_members(outcome, past, first)
    until = evaluation.complete_before or NEVER_ENDS
    fit = _labelled(evaluation, outcome, past, fit_by, members, until, names)
    score = _labelled(evaluation, outcome, past, score_by, members, until, names)
    left_out = 0
    if score_by.people is None and len(score[0].y):
        known = fit[0].rows.closes.at <= int(score[0].rows.seen.at.min())
        left_out = int((~known).sum())
        fit = (fit[0].take(known), fit[1])
    if not len(score[0].y):
        raise InputError(f"row {row.name!r} scores nothing", hint="look at its selection")
    return _Split(fit[0], score[0], members, score[1], left_out)


def _labelled(
    evaluation: Evaluation,
    outcome: Outcome,
    past: Past,
    selection: Selection,
    members: Ints,
    until: int,
    names: Callable[[Ints], Sequence[str]],
) -> tuple[Labelled, int]:
    """Resolved rows with their labels, and how many were not resolved."""
    rows = select_rows(outcome, past, selection, members)
    if selection.people is not None:
        twins, place = np.unique(units_of(evaluation, past, rows), return_inverse=True)
        chosen = in_parts(_unit_names(evaluation, past, twins, names), selection.people)
        rows = rows.take(chosen[place])
    found = labels_of(outcome, past, rows, until)
    decided = found.resolved & ~np.isnan(found.y)
    labelled = Labelled(rows.take(decided), found.y[decided])
    return labelled, int((~found.resolved).sum())


def units_of(evaluation: Evaluation, past: Past, rows: Rows) -> Ints:
    """Who is split and resampled together: the twin, or the twins with one value of a trait."""
    if evaluation.unit == "twin":
        return rows.twin
    trait = past.map.groups.get(evaluation.unit, evaluation.unit)
    return trait_of(past, rows, trait)


def _unit_names(
    evaluation: Evaluation, past: Past, units: Ints, names: Callable[[Ints], Sequence[str]]
) -> Sequence[str]:
    if evaluation.unit == "twin":
        return names(units)
    known = past.values(f"trait:{past.map.groups.get(evaluation.unit, evaluation.unit)}")
    return [known[unit] if unit >= 0 else "" for unit in units.tolist()]


def _told(past: Past, split: _Split) -> tuple[Past, Rows, Rows]:
    """What the features may be computed from, for fit and scored rows, as known then."""
    both = joined([split.fit.rows, split.score.rows])
    told, rows = as_known(past, both)
    if rows is both:
        return past, split.fit.rows, split.score.rows
    count = len(split.fit.y)
    return told, rows.take(np.arange(count)), rows.take(np.arange(count, len(rows)))


def _rivals(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    past: Past,
    split: _Split,
    progress: Progress,
) -> tuple[list[Rung], Setting, list[str]]:
    setting = Setting(
        belief_map=past.map,
        outcome=outcome,
        family=family_of(outcome, past.map),
        past=past,
        fit=split.fit.rows,
        y=split.fit.y,
        score=split.score.rows,
        seed=evaluation.seed,
    )
    rungs = [base(setting)]
    progress("rival persona", 0.0)
    static = persona(setting)
    rungs += [static] if static else []
    absent = []
    for number, name in enumerate(row.rivals):
        progress(f"rival {name}", (number + 1) / (len(row.rivals) + 1))
        if name not in RIVALS:
            absent.append(name)
            continue
        rungs.append(RIVALS[name](setting))
    return rungs, setting, absent


def _ladders(
    evaluation: Evaluation, row: EvaluationRow, setting: Setting, split: _Split, rungs: list[Rung]
) -> list[Ladder]:
    everybody = np.ones(len(split.score.y), dtype=bool)
    found = [_ladder(evaluation, row, setting, split, rungs, "all", everybody)]
    for name, subset in row.subsets.items():
        chosen = in_subset(setting.past, split.score.rows, subset)
        if not chosen.any():
            continue
        fitted = in_subset(setting.past, split.fit.rows, subset)
        own = _own_base(setting, fitted, chosen) if fitted.any() else rungs[0].forecast[chosen]
        parts = [replace(rung, forecast=rung.forecast[chosen]) for rung in rungs]
        parts[0] = replace(parts[0], forecast=own)
        found.append(_ladder(evaluation, row, setting, split, parts, name, chosen))
    return found


def _own_base(setting: Setting, fitted: Bools, chosen: Bools) -> Floats:
    """A subset is held against its own base rate, from its own fit rows."""
    part = replace(
        setting,
        fit=setting.fit.take(fitted),
        y=setting.y[fitted],
        score=setting.score.take(chosen),
    )
    return base(part).forecast


def _ladder(
    evaluation: Evaluation,
    row: EvaluationRow,
    setting: Setting,
    split: _Split,
    rungs: list[Rung],
    name: str,
    chosen: Bools,
) -> Ladder:
    rows = split.score.rows.take(chosen)
    return ladder(
        name,
        rungs,
        split.score.y[chosen],
        units_of(evaluation, setting.past, rows),
        rows.twin,
        setting.family,
        row.metrics,
        evaluation.seed,
    )


def in_subset(past: Past, rows: Rows, subset: Subset) -> Bools:
    """Rows of people who have a trait, or one of its values, at the origin."""
    chosen = np.ones(len(rows), dtype=bool)
    if subset.has is not None:
        chosen &= trait_of(past, rows, subset.has) != NONE
    for name, values in subset.traits.items():
        wanted = [past.coder(f"trait:{name}")(value) for value in values]
        chosen &= np.isin(trait_of(past, rows, name), wanted)
    return chosen


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


def _bars(row: EvaluationRow, ladders: list[Ladder]) -> list[BarResult]:
    found = []
    for bar in row.bars:
        of = next((one for one in ladders if one.subset == bar.subset), None)
        twin = of.step(TWIN) if of else None
        value = twin.metrics.get(bar.metric, float("nan")) if twin else float("nan")
        found.append(
            BarResult(
                subset=bar.subset,
                metric=bar.metric,
                low=bar.low,
                high=bar.high,
                value=value,
                reached=bar.reached(value),
            )
        )
    return found
