"""Reading occurrences: a rate from counts and exposure; silence counts against it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.answer import Answer
from doxa.reading.bands import EVER, OWN, QUICK
from doxa.reading.gamma import gamma_credence, gamma_rate, gamma_uncertainty
from doxa.reading.question import Question
from doxa.reading.status import at_least
from doxa.state.bands import exposure


def read_occurrences(asked: Question) -> Answer:
    """Opinions from counts at the node's half-life; trust never scales an occurrence.

    Support and attack are n0 = W (1 - u) / u split by credence, as the field takes them.
    """
    prior, sums, since = asked.prior, asked.sums, asked.since
    half_lives = np.stack((asked.half_life, asked.half_life, asked.quick))
    ages = np.stack((asked.age, np.zeros_like(asked.age), asked.age))
    bands = np.stack((sums.heard[0, OWN], sums.heard[0, OWN], sums.heard[0, QUICK]))
    count, seen = _looks(asked, bands, since, half_lives, ages)
    nothing = np.zeros((1, len(asked.age)))
    credence, newest, quick, base = gamma_credence(
        np.concatenate((count, nothing)),
        np.concatenate((seen, nothing)),
        asked.terms.period,
        prior.shape,
        prior.rate,
    )
    rates = gamma_rate(count, seen, prior.shape, prior.rate)
    uncertainty = gamma_uncertainty(seen, prior.rate)
    sure = (1 - uncertainty[_QUICK]) * (1 - uncertainty[_NOW])
    ever = sums.heard[0, EVER]
    split = prior.strength * seen[_NOW] / prior.rate
    return {
        "credence": credence,
        "uncertainty": uncertainty[_NOW],
        "change": np.abs(quick - credence) * sure,
        "trend": np.log(rates[_QUICK] / rates[_NOW]),
        "support": split * credence,
        "attack": split * (1 - credence),
        "evidence": count[_NOW],
        "rate": rates[_NOW],
        "base": base,
        "ever": ever,
        "agreement": ever > 0,
        "forming": ~at_least(count[_THEN], 3.0),
        "fading": ~at_least(credence, newest / 2),
        "dissolved": at_least(np.minimum(base, newest / 4), credence),
    }


_NOW, _THEN, _QUICK = 0, 1, 2
"""The looks: the node's own band now and at the newest evidence, the next shorter one now."""


def _looks(
    asked: Question, count: Floats, since: Ints, half_lives: Floats, ages: Floats
) -> tuple[Floats, Floats]:
    """Counts and exposures some time after the newest evidence, float64[..., q] each."""
    left = count * np.exp2(-ages / half_lives)
    moments = asked.now - asked.age + ages
    return left, exposure(moments - since, half_lives)


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
    since = asked.since

    def credence(age: Floats) -> Floats:
        count, seen = _looks(asked, asked.sums.heard[0, OWN], since, half_life, age)
        prior = asked.prior
        return gamma_credence(count, seen, asked.terms.period, prior.shape, prior.rate)

    low = np.zeros_like(asked.age)
    high = low + 64 * np.where(np.isinf(half_life), asked.terms.period, half_life)
    sight: NDArray[np.bool_] = credence(high) <= level
    for _ in range(steps):
        middle = (low + high) / 2
        under = credence(middle) <= level
        low, high = np.where(under, low, middle), np.where(under, middle, high)
    return np.where(sight, asked.now - asked.age + high, np.inf)
