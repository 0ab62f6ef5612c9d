"""Reading occurrences: a rate from counts and exposure; silence counts against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats
from doxa.reading.bands import EVER, OWN, QUICK
from doxa.reading.gamma import gamma_credence, gamma_rate, gamma_uncertainty
from doxa.reading.opinion import Opinions
from doxa.reading.question import Question, answer
from doxa.reading.status import aged, at_least, judged, solidity, truth_state
from doxa.state.bands import exposure


@dataclass(frozen=True, slots=True)
class _Look:
    """Count and exposure of each row at one age and band, float64[q] each."""

    count: Floats
    seen: Floats


def read_occurrences(asked: Question) -> Opinions:
    """Opinions from counts at the node's half-life; trust never scales an occurrence.

    Support and attack are n0 = W (1 - u) / u split by credence, as the field takes them.
    """
    prior, half_life = asked.prior, asked.half_life
    now = _look(asked, OWN, asked.age)
    then = _look(asked, OWN, np.zeros_like(asked.age))
    credence, newest = _credence(asked, now), _credence(asked, then)
    reading = (credence, gamma_uncertainty(now.seen, prior.rate))
    base = _credence(asked, _Look(np.zeros_like(credence), np.zeros_like(credence)))
    rate = gamma_rate(now.count, now.seen, prior.shape, prior.rate)
    trend, change = _heading(asked, rate, reading)
    ever = (asked.sums.own + asked.sums.other)[:, 0, EVER]
    met = asked.sums.occasions > 0
    firm = solidity(ever, (ever > 0).astype(np.float64), asked.span, half_life)
    none = np.zeros(len(met), dtype=bool)
    status = judged(met, none, ~at_least(then.count, 3.0), none, at_least(firm, 0.6))
    fading = ~at_least(credence, newest / 2)
    dissolved = at_least(np.minimum(base, newest / 4), credence)
    split = prior.strength * now.seen / prior.rate
    support, attack = split * credence, split * (1 - credence)
    return answer(
        asked,
        reading,
        truth=truth_state(support, attack, prior.strength),
        status=aged(status, fading, dissolved),
        change=change,
        solidity=firm,
        trend=trend,
        support=support,
        attack=attack,
        evidence=now.count,
        rate=rate,
        base=base,
    )


def _look(asked: Question, band: int, age: Floats) -> _Look:
    """Count and exposure some time after the newest evidence."""
    half_life = asked.terms.half_lives[:, band]
    count = (asked.sums.own + asked.sums.other)[:, 0, band] * np.exp2(-age / half_life)
    moment = asked.now - asked.age + age
    return _Look(count, exposure(moment - asked.since, half_life))


def _credence(asked: Question, look: _Look) -> Floats:
    prior = asked.prior
    return gamma_credence(look.count, look.seen, asked.terms.period, prior.shape, prior.rate)


def _heading(
    asked: Question, rate: Floats, reading: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Trend ln(rate_fast / rate_slow) and change between the bands, now."""
    prior, turns = asked.prior, asked.terms.turns
    fast = _look(asked, QUICK, asked.age)
    trend = np.log(gamma_rate(fast.count, fast.seen, prior.shape, prior.rate) / rate)
    sure = (1 - gamma_uncertainty(fast.seen, prior.rate)) * (1 - reading[1])
    change = np.abs(_credence(asked, fast) - reading[0]) * sure
    return np.where(turns, trend, np.nan), np.where(turns, change, 0.0)


def silence_until(asked: Question, level: Floats, *, steps: int = 80) -> Floats:
    """When silence will have brought a credence down to a level; infinity = not in sight.

    Found by bisection: counts and exposure both bend the credence, so there is no closed form.

    Parameters
    ----------
    asked : Question
        About an occurrence node.
    level : float64[q]

    Returns
    -------
    float64[q]
        Moments not before the newest evidence.
    """
    half_life = asked.half_life
    low = np.zeros_like(asked.age)
    high = low + 64 * np.where(np.isinf(half_life), asked.terms.period, half_life)
    sight: NDArray[np.bool_] = _credence(asked, _look(asked, OWN, high)) <= level
    for _ in range(steps):
        middle = (low + high) / 2
        under = _credence(asked, _look(asked, OWN, middle)) <= level
        low, high = np.where(under, low, middle), np.where(under, middle, high)
    return np.where(sight, asked.now - asked.age + high, np.inf)
