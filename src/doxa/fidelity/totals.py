"""What everybody together came to, run forward from before a fit's end: simulated beside real sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.eligibility import eligible
from doxa.features.knowledge import as_known
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.fidelity.rungs import Progress
from doxa.fidelity.series import Series, windows_of
from doxa.heads.population import SightPart
from doxa.heads.recalibration import TotalReading
from doxa.learning.totals import FEWEST_ORIGINS, FEWEST_PEOPLE, total_reading
from doxa.simulation.cast import cast_of
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import rollout

PEOPLE, PATHS, ORIGINS = 1_000, 8, 6
"""Sums ask for many people and few paths: what is common shows only where the luck of each is small."""


@dataclass(slots=True)
class _Sums:
    """Of one outcome, by origin.

    Attributes
    ----------
    own : sums over people of the variance of their paths
    whole : variance over paths of the sum
    """

    real: list[float] = field(default_factory=list)
    simulated: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)

    def add(self, y: Floats, drawn: Floats) -> None:
        """Some people at one origin: float64[n], float64[n, P]."""
        self.real.append(float(y.sum()))
        self.simulated.append(float(drawn.mean(axis=1).sum()))
        self.own.append(float(drawn.var(axis=1, ddof=1).sum()))
        self.whole.append(float(drawn.sum(axis=0).var(ddof=1)))

    def reading(self, people: int) -> TotalReading:
        """How sums are read, of what they came to."""
        real, simulated, own, whole = map(
            np.array, (self.real, self.simulated, self.own, self.whole)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            own, whole = own / simulated**2, whole / simulated**2
        # Coefficients are drawn alike at every origin: what they move together is one number.
        together = max(0.0, float(np.nanmean(whole - own)))
        return total_reading(real, simulated, own * (1 + 1 / PATHS) + together, people)


def totals_before(
    past: Past,
    part: SightPart,
    asked: Sequence[Series],
    origins: Sequence[int],
    end: int,
    *,
    seed: int,
    progress: Progress,
) -> dict[str, TotalReading]:
    """By outcome, how sums over people are read; nothing where people or origins are few.

    Parameters
    ----------
    asked : outcomes counted on paths
    origins : the windows of all close before `end`
    end : int
        Labels are known before this moment.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    twins = np.unique(past.signals.twin[~past.signals.inert])
    if len(twins) < FEWEST_PEOPLE or len(origins) < FEWEST_ORIGINS:
        return {}
    twins = np.sort(rng.permutation(twins)[:PEOPLE])
    found: dict[str, _Sums] = {}
    for number, at in enumerate(origins):
        progress("sums of people run forward from before", number / len(origins))
        for name, y, drawn in _from(past, part, asked, twins, at, end, seed):
            found.setdefault(name, _Sums()).add(y, drawn)
    return {name: sums.reading(len(twins)) for name, sums in found.items()}


def _from(
    past: Past,
    part: SightPart,
    asked: Sequence[Series],
    twins: Ints,
    at: int,
    end: int,
    seed: int,
) -> list[tuple[str, Floats, Floats]]:
    """By outcome what came of people from one origin, and what their paths came to."""
    rows = at_origins(asked[0].longest, twins, [at])
    told, seen = as_known(past, rows)
    keys = keys_of([str(twin) for twin in rows.person.tolist()])
    cast = cast_of(told, part, seen.twin, keys, at)
    marks = np.unique([steps for series in asked for steps in series.steps])
    counted = [series.longest for series in asked]
    runs = list(
        rollout(cast, steps=int(marks[-1]), paths=PATHS, seed=seed, counted=counted, marks=marks)
    )
    found = []
    for series in asked:
        courses = np.concatenate([run.outcomes[series.name] for run in runs])
        for outcome, horizon in zip(series.outcomes, series.steps, strict=True):
            window = windows_of(rows, outcome.within or 0)
            label = labels_of(outcome, past, window, end)
            kept = eligible(outcome, past, window) & label.resolved & ~np.isnan(label.y)
            place = int(np.searchsorted(marks, horizon))
            found.append((outcome.name, label.y[kept], courses[kept, :, place]))
    return found
