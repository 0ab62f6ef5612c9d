"""Own amounts: how much, or how often, a person did within a window's length so far: lifetime or lately."""

from __future__ import annotations

import math

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Target
from doxa.domain.clock import DAY, Clock
from doxa.features.events import Events, events_of
from doxa.features.rows import Rows, joined
from doxa.features.since import first_seen
from doxa.fidelity.rivals.setting import Rung, Setting, calibrated, sampled
from doxa.heads.glm import Family, loss_of
from doxa.state.bands import exposure
from doxa.state.recalled import Cut, recalled

WORTHS = (0.1, 0.5, 1.0, 2.0)
"""How many windows at everybody's rate the prior may weigh; chosen on the fit rows."""
MOST_TO_CHOOSE = 100_000


def own_amount(setting: Setting, name: str, half_lives: tuple[float, ...]) -> Rung | None:
    """What the person's own rate makes of a window, shrunk to everybody's and calibrated.

    rate = (sum + w usual within) / (time + w within), times the window; counts on the log scale.
    The half-life of sum and time, and the worth w, are those that fit the fit rows best. None where
    neither a count nor a sum within a window of one length is asked.
    """
    outcome = setting.outcome
    if outcome.target not in (Target.COUNT, Target.SUM) or outcome.within is None:
        return None
    chosen = sampled(len(setting.y), setting.seed)
    y, n = setting.y[chosen], len(chosen)
    rows = joined([setting.fit.take(chosen), setting.score])
    totals = _totals(setting, rows, half_lives)
    tenure = np.maximum(
        rows.seen.at - first_seen(setting.past).of_twins(rows.twin, rows.seen.at), 1
    )
    few = sampled(n, setting.seed, MOST_TO_CHOOSE)

    def told(place: int, worth: float) -> Floats:
        time = exposure(tenure, half_lives[place])
        usual = totals[:n, place].sum() / time[:n].sum()
        window = float(outcome.within or 1)
        rate = (totals[:, place] + worth * usual * window) / (time + worth * window)
        found: Floats = rate * window
        return np.log(np.maximum(found, 1e-9)) if setting.family is Family.POISSON else found

    def loss(place: int, worth: float) -> float:
        x = told(place, worth)[:n][few]
        return _loss(calibrated(x, y[few], x, setting.family), y[few], setting.family)

    grid = [(place, worth) for place in range(len(half_lives)) for worth in WORTHS]
    place, worth = min(grid, key=lambda pair: loss(*pair))
    x = told(place, worth)
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    kept = "never" if math.isinf(half_lives[place]) else half_lives[place] / unit
    return Rung(
        name,
        calibrated(x[:n], y, x[n:], setting.family),
        {"half_life": kept, "worth": worth},
    )


def _loss(mean: Floats, y: Floats, family: Family) -> float:
    eta = np.log(np.maximum(mean, 1e-9)) if family is Family.POISSON else mean
    return float(loss_of(eta, y, family).mean())


def _totals(setting: Setting, rows: Rows, half_lives: tuple[float, ...]) -> Floats:
    """What each row's person did before its origin, decayed at each half-life: float64[n, K]."""
    events, group = events_of(setting.outcome, setting.past, rows)
    kept = np.arange(len(events.group))
    if setting.outcome.once is not None:
        kept = _first_of_each(events)
    signal = events.signal[kept]
    at, order = setting.past.signals.at[signal], setting.past.signals.order[signal]
    value = np.ones(len(kept)) if setting.outcome.target is Target.COUNT else events.value[kept]
    sums = recalled(
        events.group[kept],
        Cut(at, order),
        value[:, None],
        group,
        Cut(rows.seen.at, rows.seen.order),
        half_lives,
    )
    return np.asarray(sums[:, 0])


def _first_of_each(events: Events) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The first of the events of a group that count as one."""
    _, first = np.unique(np.stack([events.group, events.distinct]), axis=1, return_index=True)
    return np.sort(first)
