"""Own rates: how often this person did it, over a lifetime or lately (one band).

Where a trigger asks, how often the person did everything there is a rule for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Target
from doxa.domain.clock import DAY, Clock
from doxa.features.events import events_of
from doxa.features.rows import Rows, joined
from doxa.features.since import first_seen
from doxa.fidelity.rivals.days import Days
from doxa.fidelity.rivals.own_amount import own_amount
from doxa.fidelity.rivals.own_counts import own_counts
from doxa.fidelity.rivals.setting import Rung, Setting, calibrated, curve, sampled
from doxa.heads.glm import Family, fit_glm, loss_of
from doxa.state.bands import exposure

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
    return _log_odds(setting, _grid(setting, name))


def _grid(setting: Setting, name: str) -> tuple[float, ...]:
    """The half-lives that a rival of this name chooses from."""
    if name != "one_band":
        return (math.inf,)
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    steps = DAYS if setting.belief_map.clock is Clock.TIME else POSITIONS
    return tuple(float(step * unit) for step in steps)


def _own_rate(setting: Setting, name: str) -> Rung | None:
    if setting.outcome.after is not None:
        return own_counts(setting, name, _grid(setting, name))
    if setting.outcome.target in (Target.COUNT, Target.SUM):
        return own_amount(setting, name, _grid(setting, name))
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
    rates = _Rates.of(setting, joined([setting.fit.take(chosen), setting.score]))
    y, fitted = setting.y[chosen], np.arange(len(chosen))
    few = sampled(len(y), setting.seed, MOST_TO_CHOOSE)
    half_life, worth = _choose(rates.take(few), y[few], half_lives, setting.family)
    fit = rates.take(fitted).log_odds(half_life, (worth,))[0]
    score = rates.take(np.arange(len(chosen), len(rates.rows))).log_odds(half_life, (worth,))[0]
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    kept = "never" if math.isinf(half_life) else half_life / unit
    return fit, score, chosen, {"half_life": kept, "worth": worth}


def _choose(
    rates: _Rates, y: Floats, half_lives: tuple[float, ...], family: Family
) -> tuple[float, float]:
    """The half-life and the worth of the usual rate that fit a sample of the fit rows best."""
    losses = {
        (half_life, worth): _fitted_loss(odds, y, family)
        for half_life in half_lives
        for worth, odds in zip(WORTHS, rates.log_odds(half_life, WORTHS), strict=True)
    }
    return min(losses, key=lambda pair: losses[pair])


def _fitted_loss(x: Floats, y: Floats, family: Family) -> float:
    columns = curve((x - x.mean()) / (x.std() or 1.0))
    beta = fit_glm(columns, y, ridge=np.full(3, 1e-6), family=family)
    return float(loss_of(columns @ beta, y, family).mean())


@dataclass(frozen=True, slots=True)
class _Rates:
    """Days before each row's origin, and the time in which they could have come.

    Attributes
    ----------
    within : int
        The outcome's window.
    """

    rows: Rows
    days: Days
    tenure: Ints
    within: int

    @classmethod
    def of(cls, setting: Setting, rows: Rows) -> _Rates:
        events, group = events_of(setting.outcome, setting.past, rows)
        return cls(
            rows,
            Days.of(setting.past, rows, events, group),
            np.maximum(rows.seen.at - _registered(setting, rows), 1),
            setting.outcome.within or 1,
        )

    def take(self, chosen: Ints) -> _Rates:
        """The chosen rows, among the same events."""
        rows = self.rows.take(chosen)
        return replace(self, rows=rows, days=self.days.take(chosen), tenure=self.tenure[chosen])

    def log_odds(self, half_life: float, worths: tuple[float, ...]) -> list[Floats]:
        """logit of P(at least one in the window) at the person's rate, shrunk by each worth."""
        count = self.days.counts(half_life)
        seen = exposure(self.tenure, half_life)
        usual = _usual(self.rows, count, seen)
        found = []
        for worth in worths:
            rate = (count + worth) / (seen + worth / usual)
            expected = np.clip(rate * self.within, 1e-12, 500.0)
            found.append(np.log(np.expm1(expected)))
        return found


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


def _registered(setting: Setting, rows: Rows) -> Ints:
    return first_seen(setting.past).of_twins(rows.twin, rows.seen.at)
