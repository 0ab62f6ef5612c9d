"""Own rates: how often this person did it, over a lifetime or lately (one band)."""

from __future__ import annotations

import math

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Target
from doxa.domain.clock import DAY, Clock
from doxa.errors import InputError
from doxa.features.events import Events, events_of
from doxa.features.rows import FIRST, Bound, Rows
from doxa.fidelity.rivals.setting import Rung, Setting, calibrated, curve, sampled
from doxa.heads.glm import Family, fit_glm, loss_of
from doxa.state.bands import exposure

WORTHS = (0.3, 0.5, 1.0)
"""How many expected days the item's rate may weigh; chosen on the fit rows."""
DAYS = (30, 45, 60, 75, 90, 120, 180)
"""Half-lives that one_band chooses from, in days."""
POSITIONS = (2, 4, 8, 16, 32, 64)
CHUNK = 262_144
MOST_TO_CHOOSE = 200_000


def lifetime(setting: Setting) -> Rung:
    """Distinct days with an occurrence over the time since registration."""
    return _own_rate(setting, "lifetime", (math.inf,))


def one_band(setting: Setting) -> Rung:
    """The same decayed at one half-life, the best on the fit rows."""
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    grid = DAYS if setting.belief_map.clock is Clock.TIME else POSITIONS
    return _own_rate(setting, "one_band", tuple(float(step * unit) for step in grid))


def _own_rate(setting: Setting, name: str, half_lives: tuple[float, ...]) -> Rung:
    if setting.outcome.target not in (Target.HAPPENS, Target.NEVER) or not setting.outcome.within:
        raise InputError(f"{name} is not built for outcome {setting.outcome.name!r} yet")
    few = sampled(len(setting.y), setting.seed, MOST_TO_CHOOSE)
    best: tuple[float, float, float] | None = None
    for half_life in half_lives:
        sums = _sums(setting, setting.fit, half_life)
        for worth in WORTHS if len(half_lives) > 1 or len(few) else (0.5,):
            x = _log_odds(setting, setting.fit, sums, worth)
            loss = _fitted_loss(x[few], setting.y[few], setting.family)
            if best is None or loss < best[0]:
                best = (loss, half_life, worth)
    assert best is not None
    _, half_life, worth = best
    fit = _log_odds(setting, setting.fit, _sums(setting, setting.fit, half_life), worth)
    score = _log_odds(setting, setting.score, _sums(setting, setting.score, half_life), worth)
    chosen = sampled(len(setting.y), setting.seed)
    forecast = calibrated(fit[chosen], setting.y[chosen], score, setting.family)
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    return Rung(name, forecast, {"half_life": half_life / unit, "worth": worth})


def _fitted_loss(x: Floats, y: Floats, family: Family) -> float:
    columns = curve((x - x.mean()) / (x.std() or 1.0))
    beta = fit_glm(columns, y, ridge=np.full(3, 1e-6), family=family)
    return float(loss_of(columns @ beta, y, family).mean())


def _log_odds(setting: Setting, rows: Rows, sums: tuple[Floats, Floats], worth: float) -> Floats:
    """logit of P(at least one in the window) at the person's shrunk rate."""
    count, seen = sums
    usual = _usual(rows, count, seen)
    rate = (count + worth) / (seen + worth / usual)
    expected = np.minimum(rate * float(setting.outcome.within or 1), 500.0)
    return np.log(np.expm1(np.maximum(expected, 1e-12)))


def _usual(rows: Rows, count: Floats, seen: Floats) -> Floats:
    """The rate of each row's member at the row's origin, over everybody asked then."""
    key = np.stack([rows.seen.at, rows.member], axis=1)
    if len(np.unique(rows.seen.at)) > 1000:
        key = rows.member[:, None]
    order = np.lexsort(key.T)
    fresh = np.r_[True, (key[order][1:] != key[order][:-1]).any(axis=1)]
    group = np.empty(len(rows), dtype=np.int64)
    group[order] = np.cumsum(fresh) - 1
    total = np.bincount(group, weights=count)
    length = np.bincount(group, weights=seen)
    rate = (total + 1e-3) / np.maximum(length, 1.0)
    found: Floats = rate[group]
    return found


def _sums(setting: Setting, rows: Rows, half_life: float) -> tuple[Floats, Floats]:
    """Decayed distinct days before each origin, and the exposure decayed alike."""
    events, group = events_of(setting.outcome, setting.past, rows)
    first = _first_of_day(events, setting.past.signals.day[events.signal])
    at = setting.past.signals.at[events.signal]
    lowest = Bound(np.full(len(rows), FIRST), np.full(len(rows), FIRST))
    low, high = events.span(group, lowest, rows.seen)
    count = np.zeros(len(rows))
    for start in range(0, len(rows), CHUNK):
        part = slice(start, start + CHUNK)
        count[part] = _decayed(at, first, low[part], high[part], rows.seen.at[part], half_life)
    tenure = rows.seen.at - _registered(setting, rows)
    return count, exposure(np.maximum(tenure, 1), half_life)


def _decayed(at: Ints, counts: Ints, low: Ints, high: Ints, now: Ints, half_life: float) -> Floats:
    size = high - low
    row = np.repeat(np.arange(len(low)), size)
    event = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + low[row]
    weight = counts[event] * np.exp2(-(now[row] - at[event]) / half_life)
    return np.bincount(row, weights=weight, minlength=len(low)).astype(np.float64)


def _first_of_day(events: Events, day: Ints) -> Ints:
    """1 for the first event of each group and day, 0 for its repeats."""
    same = (np.diff(events.group) == 0) & (np.diff(day) == 0)
    first: Ints = np.r_[np.ones(min(1, len(day)), np.int64), 1 - same.astype(np.int64)]
    return first


def _registered(setting: Setting, rows: Rows) -> Ints:
    twins, group = np.unique(setting.past.signals.twin, return_inverse=True)
    since = np.full(len(twins), np.iinfo(np.int64).max)
    np.minimum.at(since, group, setting.past.signals.at)
    found: Ints = since[np.searchsorted(twins, rows.twin)]
    return found
