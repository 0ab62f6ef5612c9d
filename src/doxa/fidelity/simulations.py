"""The backtest of simulations: people are run forward from each scored origin, and held against what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation import Bar, Evaluation, EvaluationRow, Selection
from doxa.domain.clock import format_span
from doxa.errors import InputError
from doxa.features.eligibility import eligible
from doxa.features.knowledge import as_known
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.features.plan import outcome_named
from doxa.features.rows import Rows, joined
from doxa.fidelity.draws import fitted_draws
from doxa.fidelity.ladder import BASE, TWIN, Ladder
from doxa.fidelity.laps import Laps
from doxa.fidelity.path_leaks import leaks_of_paths
from doxa.fidelity.report import BarResult, RowReport
from doxa.fidelity.reported import Basis, reported
from doxa.fidelity.rivals.sampler import Known, fit_habit, forward
from doxa.fidelity.rungs import Progress
from doxa.fidelity.series import Series, course_of, series_of, windows_of
from doxa.fidelity.simulated import (
    Lived,
    Settings,
    Simulated,
    Walked,
    ladders_of_paths,
    outcomes_of_paths,
    series_of_paths,
)
from doxa.fidelity.split import NEVER_ENDS, selected, units_of
from doxa.heads.population import SightPart
from doxa.simulation.cast import cast_of
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import rollout

EVERY = "all"
"""A bar on all outcomes of a row is one on each."""
SAMPLER = "sampler"
PATHS = 200
MOST_ORIGINS = 6
"""The sampler and the base rate learn from at most so many windows before the scored ones."""
CHUNK = 256

Chunks: TypeAlias = Iterator[tuple[Ints, Floats]]
"""Chunks of rows, and what their paths came to after every step: int64[T], float64[T, P, S]."""


def run_simulation(
    evaluation: Evaluation,
    row: EvaluationRow,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
    *,
    shuffles: int = 0,
) -> RowReport:
    """Fit what people are run forward by, run them forward, and score where they came to.

    Parameters
    ----------
    past, names : as for `run_row`
    shuffles : int
        Above 0, some people are run forward again without anything that came later.

    Raises
    ------
    InputError
        The map does not say how people are run forward, or nothing is scored.
    """
    laps = Laps()
    plan = past.map.rollout
    if plan is None:
        raise InputError(
            f"row {row.name!r} runs people forward, but the map does not say how",
            expected="rollout: {step: 1d, draws: [outcomes]} in the map",
        )
    outcomes = [outcome_named(past.map, name) for name in row.outcomes]
    asked = _asked(evaluation, row, series_of(outcomes, plan.step), past, names)
    before = min(int(each.rows.seen.at.min()) for each in asked)
    laps.end("rows and labels")
    draws = [outcome_named(past.map, name) for name in plan.draws]
    part, fit, left_out = fitted_draws(evaluation, row, draws, past, before, names, progress)
    laps.end("fit")
    paths = row.paths or PATHS
    walked: dict[str, dict[str, Walked]] = {}
    chosen: dict[str, dict[str, dict[str, float | str]]] = {}
    for each in asked:
        progress(f"rivals of {each.series.name}", 0.0)
        found = _rivals(each, paths, before, evaluation.seed)
        walked[each.series.name] = {name: _gathered(each, paths, run) for name, run, _ in found}
        chosen[each.series.name] = {name: told for name, _, told in found}
    laps.end("rivals")
    for each in asked:
        walked[each.series.name][TWIN] = Walked(each.lived, paths)
    twins = [walked[each.series.name][TWIN] for each in asked]
    _run_forward(asked, twins, part, paths, evaluation.seed, names, progress)
    laps.end("run forward")
    settings = Settings(past.map.clock, plan.step, row.metrics, evaluation.seed, chosen)
    ladders = [
        ladder for each in asked for ladder in ladders_of_paths(walked[each.series.name], settings)
    ]
    courses = [series_of_paths(walked[each.series.name], settings) for each in asked]
    simulated = Simulated(
        paths=paths,
        step=format_span(plan.step, past.map.clock),
        draws=list(plan.draws),
        outcomes=[found for twin in twins for found in outcomes_of_paths(twin, settings)],
        series=[found for found in courses if found is not None],
    )
    laps.end("scores")
    leaks = None
    if shuffles:
        progress("leak test: later signals", 0.0)
        longest = [each.series.longest for each in asked]
        steps = max(each.series.steps[-1] for each in asked)
        leaks = leaks_of_paths(
            asked[0].past, part, asked[0].rows, names, longest, steps=steps, seed=evaluation.seed
        )
        laps.end("leak tests")
    return reported(
        row,
        Basis(
            joined([each.rows for each in fit.values()]),
            asked[0].rows,
            sum(each.unresolved for each in asked),
            left_out,
        ),
        ladders,
        laps,
        columns=sum(len(head.names) for head in part.heads.values()),
        absent=[name for name in row.rivals if name != SAMPLER],
        bars=bars_of_paths(row.bars, ladders),
        simulated=simulated,
        leaks=leaks,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One series and the rows it is scored on.

    Attributes
    ----------
    past : Past
        As known at the rows' origins.
    rows : Rows
        Of the longest outcome; they read that past.
    truth : Past
        All that is known now.
    unresolved : int
        Windows that had not closed when the data end, over all outcomes.
    fit_by : Selection
    """

    series: Series
    past: Past
    rows: Rows
    truth: Past
    lived: Lived
    unresolved: int
    step: int
    fit_by: Selection


def _asked(
    evaluation: Evaluation,
    row: EvaluationRow,
    every: Sequence[Series],
    past: Past,
    names: Callable[[Ints], Sequence[str]],
) -> list[_Asked]:
    """The scored rows of every series, with what came of them, reading what was known then."""
    assert past.map.rollout is not None
    step, until = past.map.rollout.step, evaluation.complete_before or NEVER_ENDS
    found = [_lived(evaluation, row, series, past, names, step, until) for series in every]
    told, seen = as_known(past, joined([rows for rows, _, _ in found]))
    starts = np.cumsum([0, *(len(rows) for rows, _, _ in found)])
    fit_by = row.fit or Selection()
    return [
        _Asked(
            lived.series,
            told,
            seen.take(np.arange(starts[place], starts[place + 1])),
            past,
            lived,
            unresolved,
            step,
            fit_by,
        )
        for place, (_, lived, unresolved) in enumerate(found)
    ]


def _lived(
    evaluation: Evaluation,
    row: EvaluationRow,
    series: Series,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    step: int,
    until: int,
) -> tuple[Rows, Lived, int]:
    """Rows of a series, what came of them, and how many windows had not closed."""
    nobody = np.zeros(0, dtype=np.int64)
    rows = selected(evaluation, series.longest, past, row.score or Selection(), nobody, names)
    y = {}
    for outcome in series.outcomes:
        found = labels_of(outcome, past, windows_of(rows, outcome.within or 0), until)
        y[outcome.name] = np.where(found.resolved, found.y, np.nan)
    kept = ~np.isnan(y[series.outcomes[0].name])
    if not kept.any():
        raise InputError(f"row {row.name!r} scores nothing", hint="look at its selection")
    unresolved = int(sum(np.isnan(each).sum() for each in y.values()))
    rows, y = rows.take(kept), {name: each[kept] for name, each in y.items()}
    course = course_of(series, past, rows, step, until)
    unit = units_of(evaluation, past, rows)
    lived = Lived(series, rows.person, unit, rows.seen.at, y, course)
    return rows, lived, unresolved


def _run_forward(
    asked: Sequence[_Asked],
    twins: Sequence[Walked],
    part: SightPart,
    paths: int,
    seed: int,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
) -> None:
    """Run everybody forward from each origin, and gather what they came to."""
    every = joined([each.rows for each in asked])
    origins = np.unique(every.seen.at)
    steps = max(each.series.steps[-1] for each in asked)
    counted = [each.series.longest for each in asked]
    for number, origin in enumerate(origins.tolist()):
        keys, first = np.unique(every.twin[every.seen.at == origin], return_index=True)
        person = every.person[every.seen.at == origin][first]
        cast = cast_of(asked[0].past, part, keys, keys_of(list(names(person))), origin)

        def tell(done: float, number: int = number) -> None:
            progress("running people forward", (number + done) / len(origins))

        for run in rollout(
            cast, steps=steps, paths=paths, seed=seed, counted=counted, progress=tell
        ):
            for each, walked in zip(asked, twins, strict=True):
                at, place = _places(each.rows, origin, run.twin)
                size = each.series.steps[-1]
                walked.take(at, run.outcomes[each.series.name][place, :, :size])


def _places(rows: Rows, origin: int, twins: Ints) -> tuple[Ints, Ints]:
    """Which rows are about some twins at an origin, and which of the twins each is about."""
    here = np.flatnonzero((rows.seen.at == origin) & np.isin(rows.twin, twins))
    order = np.argsort(twins)
    return here, order[np.searchsorted(twins, rows.twin[here], sorter=order)]


def _gathered(asked: _Asked, paths: int, chunks: Chunks) -> Walked:
    walked = Walked(asked.lived, paths)
    for rows, courses in chunks:
        walked.take(rows, courses)
    return walked


def _rivals(
    asked: _Asked, paths: int, before: int, seed: int
) -> list[tuple[str, Chunks, dict[str, float | str]]]:
    """The base rate and the sampler, from windows that closed before anything is scored."""
    rows = _earlier(asked, before)
    if not len(rows):
        return []
    size = asked.series.steps[-1]
    courses = course_of(asked.series, asked.truth, rows, asked.step, before)
    told, seen = as_known(asked.truth, rows)
    habit = fit_habit(asked.series, told, seen, courses, asked.step)
    known = Known.of(asked.series, asked.past, asked.rows, asked.step)
    return [
        (BASE, _of_anybody(courses, len(asked.rows), paths, seed), {}),
        (SAMPLER, forward(asked.series, habit, known, paths, size, seed=seed), habit.told()),
    ]


def _earlier(asked: _Asked, before: int) -> Rows:
    """Everybody at the ends of the last windows of the fit selection, a window apart."""
    longest = asked.series.longest
    length = asked.series.steps[-1] * asked.step
    end = before
    if asked.fit_by.end is not None:
        end = min(end, asked.fit_by.end.last + 1)
    begin = asked.fit_by.begin.moment if asked.fit_by.begin else asked.truth.signals.at.min()
    origins = [end - length * number for number in range(1, MOST_ORIGINS + 1)]
    origins = [at for at in origins if at >= begin]
    rows = at_origins(longest, np.unique(asked.truth.signals.twin), origins)
    return rows.take(eligible(longest, asked.truth, rows))


def _of_anybody(courses: Floats, rows: int, paths: int, seed: int) -> Chunks:
    """Paths that are what somebody went through in an earlier window, whoever is asked."""
    rng = np.random.Generator(np.random.Philox(seed))
    for low in range(0, rows, CHUNK):
        part = np.arange(low, min(low + CHUNK, rows))
        yield part, courses[rng.integers(0, len(courses), (len(part), paths))]


def bars_of_paths(bars: Sequence[Bar], ladders: Sequence[Ladder]) -> list[BarResult]:
    """What the twin reached on every bar; one on ``all`` is one on each outcome."""
    found = []
    for bar in bars:
        for ladder in ladders:
            if bar.subset in (EVERY, ladder.subset):
                own = ladder.step(TWIN)
                value = own.metrics.get(bar.metric, float("nan")) if own else float("nan")
                found.append(
                    BarResult.of(msgspec.structs.replace(bar, subset=ladder.subset), value)
                )
    return found
