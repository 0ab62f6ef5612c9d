"""Reading values: a mean shrunk to the prior, held beyond a threshold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.answer import Answer
from doxa.reading.bands import EVER, OWN, QUICK
from doxa.reading.beta import EPSILON
from doxa.reading.conflict import disagreement
from doxa.reading.normal import normal_credence, normal_mean, normal_uncertainty, own_spread
from doxa.reading.prior import Prior
from doxa.reading.question import Question, trend
from doxa.reading.status import at_least, signs


def read_values(asked: Question) -> Answer:
    """Opinions from n, sum x and sum x^2 at the node's half-life.

    Support and attack are n0 = W (1 - u) / u split by credence, as the field takes them.
    """
    sums, prior = asked.sums, asked.prior
    heard = sums.heard
    now = heard[:, OWN] * asked.left
    looks = np.concatenate((heard, now[:, None], np.zeros_like(now)[:, None]), axis=1)
    credence = normal_credence(looks[0], looks[1], asked.terms.above, prior)
    uncertainty = normal_uncertainty(looks[0], prior.weight)
    heading = trend(asked, (credence[QUICK], uncertainty[QUICK]), (credence[OWN], uncertainty[OWN]))
    split = prior.strength * now[0] / prior.weight
    n, sides, ever = heard[0], _sides(asked), credence[EVER]
    if prior.still is not prior.mean:
        own = replace(prior, mean=prior.still)
        ever = normal_credence(n[EVER], heard[1, EVER], asked.terms.above, own)
    return {
        "credence": credence[_NOW],
        "uncertainty": uncertainty[_NOW],
        "change": np.abs(heading),
        "disagreement": _disagreement(asked),
        "trend": heading,
        "support": split * credence[_NOW],
        "attack": split * (1 - credence[_NOW]),
        "evidence": now[0],
        "mean": normal_mean(now[0], now[1], prior),
        "spread": own_spread(now[0], now[1], now[2]),
        "base": credence[_NEVER],
        "held": n[OWN],
        "ever": n[EVER],
        "agreement": np.abs(2 * ever - 1),
        "contested": asked.terms.turns & at_least(n[QUICK], 2.0) & (sides[QUICK] * sides[OWN] < 0),
        "forming": ~at_least(n[OWN], 2.0),
        "turned": sides[EVER] * sides[OWN] < 0,
    }


_NOW, _NEVER = 3, 4
"""After the three bands at the newest evidence: the node's own now, and no values at all."""


def _sides(asked: Question) -> Ints:
    """Where the person's own mean lies by band: 1 beyond the threshold, -1 below, 0 on it."""
    n, total, squares = asked.sums.heard
    above = asked.terms.above
    size = np.sqrt(n * squares) + np.abs(above) * n
    return signs(total - above * n, EPSILON * size)


def _disagreement(asked: Question) -> Floats | float:
    """Between sources, each read alone, now."""
    row = asked.sums.row
    if row is None:
        return 0.0
    n, total = asked.sums.each[:2, OWN] * asked.left[row]
    prior = asked.prior
    some = Prior(
        mean=asked.column(prior.mean)[row],
        spread=asked.column(prior.spread)[row],
        weight=asked.column(prior.weight)[row],
    )
    credence = normal_credence(n, total, asked.column(asked.terms.above)[row], some)
    return disagreement(row, credence, normal_uncertainty(n, some.weight), len(asked.sums.twin))
