"""Own rates: how often this person did it, over a lifetime or lately (one band)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Target
from doxa.domain.clock import DAY, Clock
from doxa.features.events import Events, events_of
from doxa.features.rows import FIRST, Bound, Rows, joined
from doxa.features.since import first_seen
from doxa.fidelity.rivals.setting import Rung, Setting, calibrated, curve, sampled
from doxa.heads.glm import Family, fit_glm, loss_of
from doxa.state.bands import decay, exposure
from doxa.state.ranks import running_sums

WORTHS = (0.3, 0.5, 1.0)
"""How many expected days the item's rate may weigh; chosen on the fit rows."""
DAYS = (30, 45, 60, 75, 90, 120, 180)
"""Half-lives that one_band chooses from, in days."""
POSITIONS = (2, 4, 8, 16, 32, 64)
MOST_TO_CHOOSE = 200_000
MOST_ORIGINS = 1000
"""With more origins than this, the usual rate is one over all of them."""


def lifetime(setting: Setting) -> Rung | None:
    """Distinct days with an occurrence over the time since registration."""
    return _own_rate(setting, "lifetime")


def one_band(setting: Setting) -> Rung | None:
    """The same decayed at one half-life, the best on the fit rows."""
    return _own_rate(setting, "one_band")


def own_log_odds(
    setting: Setting, name: str
) -> tuple[Floats, Floats, Ints, dict[str, float | str]] | None:
    """What a rival of this name has to say before calibration: of some fit rows and the scored ones.

    Returns
    -------
    The logits of both, the places of those fit rows, and what was chosen on them; None where it has
    nothing to say.
    """
    grid: tuple[float, ...] = (math.inf,)
    if name == "one_band":
        unit = DAY if setting.belief_map.clock is Clock.TIME else 1
        steps = DAYS if setting.belief_map.clock is Clock.TIME else POSITIONS
        grid = tuple(float(step * unit) for step in steps)
    return _log_odds(setting, grid)


def _own_rate(setting: Setting, name: str) -> Rung | None:
    found = own_log_odds(setting, name)
    if found is None:
        return None
    fit, score, chosen, settings = found
    return Rung(name, calibrated(fit, setting.y[chosen], score, setting.family), settings)


def _log_odds(
    setting: Setting, half_lives: tuple[float, ...]
) -> tuple[Floats, Floats, Ints, dict[str, float | str]] | None:
    if setting.outcome.target not in (Target.HAPPENS, Target.NEVER) or not setting.outcome.within:
        return None
    chosen = sampled(len(setting.y), setting.seed)
    days = _Days.of(setting, joined([setting.fit.take(chosen), setting.score]))
    y, fitted = setting.y[chosen], np.arange(len(chosen))
    few = sampled(len(y), setting.seed, MOST_TO_CHOOSE)
    half_life, worth = _choose(days.take(few), y[few], half_lives, setting.family)
    fit = days.take(fitted).log_odds(half_life, (worth,))[0]
    score = days.take(np.arange(len(chosen), len(days.rows))).log_odds(half_life, (worth,))[0]
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    kept = "never" if math.isinf(half_life) else half_life / unit
    return fit, score, chosen, {"half_life": kept, "worth": worth}


def _choose(
    days: _Days, y: Floats, half_lives: tuple[float, ...], family: Family
) -> tuple[float, float]:
    """The half-life and the worth of the usual rate that fit a sample of the fit rows best."""
    losses = {
        (half_life, worth): _fitted_loss(odds, y, family)
        for half_life in half_lives
        for worth, odds in zip(WORTHS, days.log_odds(half_life, WORTHS), strict=True)
    }
    return min(losses, key=lambda pair: losses[pair])


def _fitted_loss(x: Floats, y: Floats, family: Family) -> float:
    columns = curve((x - x.mean()) / (x.std() or 1.0))
    beta = fit_glm(columns, y, ridge=np.full(3, 1e-6), family=family)
    return float(loss_of(columns @ beta, y, family).mean())


@dataclass(frozen=True, slots=True)
class _Days:
    """Distinct days before each row's origin, ready to be decayed at any half-life.

    Attributes
    ----------
    starts : int64[groups + 1]
        Where the events of each group begin among `at`, which is sorted by (group, at).
    first : float64[m]
        1 at the first event of a group's day, 0 at its repeats.
    last : int64[n]
        The last event before each row's origin; -1 = none.
    within : int
        The outcome's window.
    """

    rows: Rows
    starts: Ints
    at: Ints
    first: Floats
    last: Ints
    tenure: Ints
    within: int

    @classmethod
    def of(cls, setting: Setting, rows: Rows) -> _Days:
        events, group = events_of(setting.outcome, setting.past, rows)
        lowest = Bound(np.full(len(rows), FIRST), np.full(len(rows), FIRST))
        low, high = events.span(group, lowest, rows.seen)
        signals = setting.past.signals
        timed = setting.belief_map.clock is Clock.TIME
        day = (signals.day if timed else signals.at)[events.signal]
        return cls(
            rows,
            events.timeline.starts,
            signals.at[events.signal],
            _first_of_day(events, day),
            np.where(high > low, high - 1, -1),
            np.maximum(rows.seen.at - _registered(setting, rows), 1),
            setting.outcome.within or 1,
        )

    def take(self, chosen: Ints) -> _Days:
        """The chosen rows, among the same events."""
        return replace(
            self,
            rows=self.rows.take(chosen),
            last=self.last[chosen],
            tenure=self.tenure[chosen],
        )

    def log_odds(self, half_life: float, worths: tuple[float, ...]) -> list[Floats]:
        """logit of P(at least one in the window) at the person's rate, shrunk by each worth."""
        count = self._counts(half_life)
        seen = exposure(self.tenure, half_life)
        usual = _usual(self.rows, count, seen)
        found = []
        for worth in worths:
            rate = (count + worth) / (seen + worth / usual)
            expected = np.clip(rate * self.within, 1e-12, 500.0)
            found.append(np.log(np.expm1(expected)))
        return found

    def _counts(self, half_life: float) -> Floats:
        """Days before each row's origin, decayed: the sum at its last event, aged since then."""
        if not len(self.at):
            return np.zeros(len(self.rows))
        since = np.maximum(np.diff(self.at, prepend=self.at[:1]), 0)
        left = decay(since, (half_life,))
        sums = running_sums(self.starts, self.first[:, None, None], left)[:, 0, 0]
        age = np.where(self.last >= 0, self.rows.seen.at - self.at[self.last], 0)
        return np.where(self.last >= 0, sums[self.last] * decay(age, (half_life,))[:, 0], 0.0)


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


def _first_of_day(events: Events, day: Ints) -> Floats:
    """1 for the first event of each group and day, 0 for its repeats."""
    same = (np.diff(events.group) == 0) & (np.diff(day) == 0)
    return np.asarray(np.r_[np.ones(min(1, len(day))), 1.0 - same])


def _registered(setting: Setting, rows: Rows) -> Ints:
    return first_seen(setting.past).of_twins(rows.twin, rows.seen.at)
