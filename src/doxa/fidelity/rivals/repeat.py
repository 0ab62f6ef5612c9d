"""Rivals for coming back: recency and frequency, and the BG/NBD of Fader, Hardie and Lee (2005)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Target
from doxa.domain.clock import DAY, Clock
from doxa.features.blocks.again import SMALLEST, comes_again
from doxa.features.events import events_of
from doxa.features.rows import FIRST, Bound, joined
from doxa.fidelity.rivals.known import Regression
from doxa.fidelity.rivals.setting import Rung, Setting, calibrated
from doxa.heads.glm import mean_of
from doxa.learning.again import fit_again


@dataclass(frozen=True, slots=True)
class Visits:
    """Distinct days with an occurrence before each row, fit rows first.

    Attributes
    ----------
    count : float64[n]
    first, last : float64[n]
        Days (positions) since the first and the last of them; 0 without any.
    """

    count: Floats
    first: Floats
    last: Floats

    @classmethod
    def of(cls, setting: Setting) -> Visits | None:
        """None where the outcome is not whether something happens in a window."""
        outcome = setting.outcome
        window = outcome.within is not None and outcome.after is None
        if outcome.target not in (Target.HAPPENS, Target.NEVER) or not window:
            return None
        timed = setting.belief_map.clock is Clock.TIME
        rows = joined([setting.fit, setting.score])
        events, group = events_of(outcome, setting.past, rows)
        lowest = Bound(np.full(len(rows), FIRST), np.full(len(rows), FIRST))
        low, high = events.span(group, lowest, rows.seen)
        signals = setting.past.signals
        if not len(events.signal):
            return None
        at = signals.at[events.signal]
        day = (signals.day if timed else signals.at)[events.signal]
        fresh = np.r_[True, (np.diff(day) != 0) | (np.diff(events.group) != 0)]
        days = np.r_[0, np.cumsum(fresh)]
        there, unit = high > low, DAY if timed else 1
        place = np.minimum(low, len(at) - 1), np.maximum(high - 1, 0)
        return cls(
            np.where(there, days[high] - days[low], 0).astype(np.float64),
            *(np.where(there, rows.seen.at - at[one], 0) / unit for one in place),
        )


def rf_logistic(setting: Setting) -> Rung | None:
    """A logistic regression on recency, frequency and time since the first, bent and crossed."""
    visits = Visits.of(setting)
    if visits is None:
        return None
    never = (visits.count == 0).astype(np.float64)
    often, last, first = (np.log1p(each) for each in (visits.count, visits.last, visits.first))
    table = [never, often, last, first, often**2, last**2, first**2, often * last, often * first]
    columns = np.column_stack([*table, last * first])
    n = len(setting.y)
    model = Regression.fitted(columns[:n], setting.y, setting.family, setting.fit.person)
    return Rung("rf_logistic", mean_of(model.eta(columns[n:]), setting.family))


def bg_nbd(setting: Setting) -> Rung | None:
    """The BG/NBD on what is known at the scored rows, calibrated on the fit rows."""
    visits = Visits.of(setting)
    if visits is None or setting.outcome.within is None:
        return None
    n, unit = len(setting.y), DAY if setting.belief_map.clock is Clock.TIME else 1
    met = visits.count > 0
    returns = np.maximum(visits.count - 1, 0)
    last = np.where(returns > 0, visits.first - visits.last, 0.0)
    scored = np.flatnonzero(met[n:]) + n
    if not len(scored):
        return None
    again = fit_again(returns[scored], last[scored], visits.first[scored])
    chance = comes_again(returns, last, visits.first, again, setting.outcome.within / unit)
    if setting.outcome.target is Target.NEVER:
        chance = 1 - chance
    kept = np.clip(chance, SMALLEST, 1 - SMALLEST)
    usual = float(np.log(kept[met] / (1 - kept[met])).min())
    logit = np.where(met, np.log(kept / (1 - kept)), usual)
    forecast = calibrated(logit[:n], setting.y, logit[n:], setting.family)
    names = ("r", "alpha", "a", "b")
    return Rung("bg_nbd", forecast, dict(zip(names, again, strict=True)))
