"""Own rates: how often this person did it, over a lifetime or lately (one band)."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Target
from doxa.domain.clock import DAY, Clock
from doxa.features.events import Events, events_of
from doxa.features.rows import FIRST, Bound, Rows
from doxa.features.since import first_seen
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
MOST_ORIGINS = 1000
"""With more origins than this, the usual rate is one over all of them."""


def lifetime(setting: Setting) -> Rung | None:
    """Distinct days with an occurrence over the time since registration."""
    return _own_rate(setting, "lifetime", (math.inf,))


def one_band(setting: Setting) -> Rung | None:
    """The same decayed at one half-life, the best on the fit rows."""
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    grid = DAYS if setting.belief_map.clock is Clock.TIME else POSITIONS
    return _own_rate(setting, "one_band", tuple(float(step * unit) for step in grid))


def _own_rate(setting: Setting, name: str, half_lives: tuple[float, ...]) -> Rung | None:
    if setting.outcome.target not in (Target.HAPPENS, Target.NEVER) or not setting.outcome.within:
        return None
    half_life, worth = _choose(setting, half_lives)
    chosen = sampled(len(setting.y), setting.seed)
    fit = _Days.of(setting, setting.fit.take(chosen)).log_odds(half_life, worth)
    score = _Days.of(setting, setting.score).log_odds(half_life, worth)
    forecast = calibrated(fit, setting.y[chosen], score, setting.family)
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    kept = "never" if math.isinf(half_life) else half_life / unit
    return Rung(name, forecast, {"half_life": kept, "worth": worth})


def _choose(setting: Setting, half_lives: tuple[float, ...]) -> tuple[float, float]:
    """The half-life and the worth of the usual rate that fit a sample of the fit rows best."""
    few = sampled(len(setting.y), setting.seed, MOST_TO_CHOOSE)
    days, y = _Days.of(setting, setting.fit.take(few)), setting.y[few]
    return min(
        itertools.product(half_lives, WORTHS),
        key=lambda pair: _fitted_loss(days.log_odds(*pair), y, setting.family),
    )


def _fitted_loss(x: Floats, y: Floats, family: Family) -> float:
    columns = curve((x - x.mean()) / (x.std() or 1.0))
    beta = fit_glm(columns, y, ridge=np.full(3, 1e-6), family=family)
    return float(loss_of(columns @ beta, y, family).mean())


@dataclass(frozen=True, slots=True)
class _Days:
    """Distinct days before each row's origin, ready to be decayed at any half-life.

    Attributes
    ----------
    low, high : int64[n]
        Each row's events among `at`; `first` is 1 at the first event of its day.
    within : int
        The outcome's window.
    """

    rows: Rows
    at: Ints
    first: Ints
    low: Ints
    high: Ints
    tenure: Ints
    within: int

    @classmethod
    def of(cls, setting: Setting, rows: Rows) -> _Days:
        events, group = events_of(setting.outcome, setting.past, rows)
        lowest = Bound(np.full(len(rows), FIRST), np.full(len(rows), FIRST))
        low, high = events.span(group, lowest, rows.seen)
        return cls(
            rows,
            setting.past.signals.at[events.signal],
            _first_of_day(events, setting.past.signals.day[events.signal]),
            low,
            high,
            np.maximum(rows.seen.at - _registered(setting, rows), 1),
            setting.outcome.within or 1,
        )

    def log_odds(self, half_life: float, worth: float) -> Floats:
        """logit of P(at least one in the window) at the person's shrunk rate."""
        count = self._counts(half_life)
        seen = exposure(self.tenure, half_life)
        rate = (count + worth) / (seen + worth / _usual(self.rows, count, seen))
        expected = np.clip(rate * self.within, 1e-12, 500.0)
        return np.log(np.expm1(expected))

    def _counts(self, half_life: float) -> Floats:
        count = np.zeros(len(self.rows))
        for start in range(0, len(count), CHUNK):
            part = slice(start, start + CHUNK)
            now = self.rows.seen.at[part]
            count[part] = _decayed(
                self.at, self.first, self.low[part], self.high[part], now, half_life
            )
        return count


def _usual(rows: Rows, count: Floats, seen: Floats) -> Floats:
    """The rate of each row's member at the row's origin, over everybody asked then."""
    origins, when = np.unique(rows.seen.at, return_inverse=True)
    if len(origins) > MOST_ORIGINS:
        when = np.zeros(len(rows), dtype=np.int64)
    _, group = np.unique(when * (int(rows.member.max()) + 2) + rows.member, return_inverse=True)
    total = np.bincount(group, weights=count)
    length = np.bincount(group, weights=seen)
    rate = (total + 1e-3) / np.maximum(length, 1.0)
    found: Floats = rate[group]
    return found


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
    return first_seen(setting.past).of_twins(rows.twin, rows.seen.at)
