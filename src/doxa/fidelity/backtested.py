"""How simulated people turned out before: run forward from origins before a fit's end, and held against what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.eligibility import eligible
from doxa.features.knowledge import as_known
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.since import first_seen
from doxa.features.views import Views
from doxa.fidelity import totals
from doxa.fidelity.paths import pit_of_paths
from doxa.fidelity.series import COUNTED, Series, series_of, windows_of
from doxa.heads.forecast import forecast
from doxa.heads.population import SightPart
from doxa.heads.recalibration import Backtested, TotalReading
from doxa.learning.recalibration import FEWEST_ORIGINS, blend, recalibrated
from doxa.learning.totals import FEWEST_ORIGINS as FEWEST_SUMS
from doxa.simulation.cast import cast_of
from doxa.simulation.drawable import undrawn
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import rollout

PEOPLE, PATHS, ORIGINS = 200, 40, 4
MOST_STEPS = 120
"""Outcomes with a longer window are read as they are drawn."""

Progress = Callable[[str, float], None]


def backtested(
    past: Past, part: SightPart, origin: int, *, seed: int = 1, progress: Progress
) -> dict[str, Backtested]:
    """By outcome that is counted on paths, how it turned out; nothing where history is too short.

    Two hundred people, drawn at random, are run forward along forty paths each from up to four origins,
    half the longest window apart. Labels are known before `origin`.

    Parameters
    ----------
    past : Past
        With the fields of `fields_for_fit` of all outcomes.
    part : SightPart
        Its heads are the ones that draw.
    """
    plan = past.map.rollout
    if plan is None or undrawn(past.map) or any(name not in part.fitted for name in plan.draws):
        return {}
    asked = series_of(_counted(past, part, plan.step), plan.step)
    if not asked:
        return {}
    steps = max(series.steps[-1] for series in asked)
    origins = _origins(past, origin, steps * plan.step)
    if len(origins) < FEWEST_ORIGINS:
        return {}
    sums = totals.totals_before(
        past,
        part,
        asked,
        _apart(past, origin, steps * plan.step),
        origin,
        seed=seed,
        progress=progress,
    )
    rng = np.random.Generator(np.random.Philox(seed))
    twins = np.unique(past.signals.twin[~past.signals.inert])
    twins = np.sort(rng.permutation(twins)[:PEOPLE])
    found: dict[str, list[_Seen]] = {}
    for number, at in enumerate(origins):
        progress("running people forward from before", number / len(origins))
        for name, seen in _from(past, part, asked, twins, at, origin, steps, seed):
            found.setdefault(name, []).append(seen)
    return {
        name: _read(parts, horizon, sums.get(name, TotalReading()), rng)
        for series in asked
        for name, horizon in zip(
            (outcome.name for outcome in series.outcomes), series.steps, strict=True
        )
        if (parts := found.get(name))
    }


def _counted(past: Past, part: SightPart, step: int) -> list[Outcome]:
    """Outcomes that are forecast too, and whose window is longer than a step."""
    return [
        outcome
        for outcome in past.map.outcomes.values()
        if outcome.target in COUNTED
        and outcome.name in part.heads
        and outcome.after is None
        and outcome.of is None
        and outcome.within is not None
        and step < outcome.within <= MOST_STEPS * step
    ]


def _origins(
    past: Past, end: int, length: int, every: int | None = None, most: int = ORIGINS
) -> list[int]:
    """The last origins whose windows close before the end, after a third of the history."""
    start = int(first_seen(past).first.min(initial=end))
    earliest = start + (end - start) // 3
    every = every or max(length // 2, 1)
    found = [end - length - number * every for number in range(most)]
    return [at for at in found if at >= earliest]


def _apart(past: Past, end: int, length: int) -> list[int]:
    """Origins of sums: a window apart where history holds enough of them, else half a window."""
    found = _origins(past, end, length, length, totals.ORIGINS)
    return found if len(found) >= FEWEST_SUMS else _origins(past, end, length)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Of one outcome and origin: whose, what paths and the direct head said, and what came.

    Attributes
    ----------
    direct : float64[n]
        NaN where no head forecasts the outcome.
    """

    person: Ints
    origin: int
    drawn: Floats
    direct: Floats
    y: Floats


def _from(
    past: Past,
    part: SightPart,
    asked: Sequence[Series],
    twins: Ints,
    at: int,
    end: int,
    steps: int,
    seed: int,
) -> list[tuple[str, _Seen]]:
    """Everybody from one origin, by outcome."""
    rows = at_origins(asked[0].longest, twins, [at])
    told, seen = as_known(past, rows)
    keys = keys_of([str(twin) for twin in rows.person.tolist()])
    cast = cast_of(told, part, seen.twin, keys, at)
    counted = [series.longest for series in asked]
    runs = list(rollout(cast, steps=steps, paths=PATHS, seed=seed, counted=counted))
    found = []
    for series in asked:
        courses = np.concatenate([run.outcomes[series.name] for run in runs])
        for outcome, horizon in zip(series.outcomes, series.steps, strict=True):
            window = windows_of(rows, outcome.within or 0)
            label = labels_of(outcome, past, window, end)
            kept = np.flatnonzero(
                eligible(outcome, past, window) & label.resolved & ~np.isnan(label.y)
            )
            direct = _direct(part, told, outcome, windows_of(seen, outcome.within or 0))
            told_of = _Seen(
                rows.person[kept], at, courses[kept, :, horizon - 1], direct[kept], label.y[kept]
            )
            found.append((outcome.name, told_of))
    return found


def _direct(part: SightPart, past: Past, outcome: Outcome, rows: Rows) -> Floats:
    head = part.heads.get(outcome.name)
    if head is None:
        return np.full(len(rows), np.nan)
    return forecast(head, Views(past, readings_of(past.map, outcome)), rows).mean


def _read(
    parts: Sequence[_Seen], horizon: int, total: TotalReading, rng: np.random.Generator
) -> Backtested:
    person = np.concatenate([part.person for part in parts])
    origin = np.repeat([part.origin for part in parts], [len(part.y) for part in parts])
    drawn, direct, y = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("drawn", "direct", "y")
    )
    known = ~np.isnan(direct).any() and len(y) > 0
    return Backtested(
        steps=horizon,
        recalibration=recalibrated(pit_of_paths(drawn, y, rng), person, origin),
        blend=blend(drawn.mean(axis=1), direct, y, person, origin) if known else 0.0,
        total=total,
    )
