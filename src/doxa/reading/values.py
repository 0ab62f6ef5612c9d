"""Reading values: a mean shrunk to the prior, held beyond a threshold."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.bands import EVER, OWN, QUICK
from doxa.reading.beta import EPSILON
from doxa.reading.conflict import disagreement
from doxa.reading.normal import normal_credence, normal_mean, normal_uncertainty, own_spread
from doxa.reading.opinion import Opinions
from doxa.reading.prior import Prior
from doxa.reading.question import Question, Reading, answer, trend
from doxa.reading.status import (
    Flags,
    aged,
    at_least,
    dissolution,
    faded,
    judged,
    solidity,
    truth_state,
)


def read_values(asked: Question) -> Opinions:
    """Opinions from n, sum x and sum x^2 at the node's half-life.

    Support and attack are n0 = W (1 - u) / u split by credence, as the field takes them.
    """
    sums, prior = asked.sums, asked.prior
    heard = sums.own + sums.other
    then, ever = heard[:, :, OWN], heard[:, :, EVER]
    now = then * asked.left[:, None]
    reading = _reading(asked, now)
    heading = trend(asked, _reading(asked, heard[:, :, QUICK]), _reading(asked, then))
    always = _reading(asked, ever)[0]
    firm = solidity(ever[:, 0], np.abs(2 * always - 1), asked.span, asked.half_life)
    n = then[:, 0]
    met = sums.occasions > 0
    here = _side(asked, then)
    turned = _side(asked, ever) * here < 0
    status = judged(
        met, _turning(asked, heard, here), ~at_least(n, 2.0), turned, at_least(firm, 0.6)
    )
    split = prior.strength * now[:, 0] / prior.weight
    support, attack = split * reading[0], split * (1 - reading[0])
    return answer(
        asked,
        reading,
        truth=truth_state(support, attack, prior.strength),
        status=aged(status, *faded(now[:, 0], n)),
        change=np.where(asked.terms.turns, np.abs(heading), 0.0),
        disagreement=_disagreement(asked),
        solidity=firm,
        trend=heading,
        support=support,
        attack=attack,
        evidence=now[:, 0],
        dissolves=dissolution(sums.newest, n, asked.half_life),
        mean=normal_mean(now, prior),
        spread=own_spread(now),
        base=normal_credence(np.zeros_like(now), asked.terms.above, prior),
    )


def _reading(asked: Question, sums: Floats) -> Reading:
    credence = normal_credence(sums, asked.terms.above, asked.prior)
    return credence, normal_uncertainty(sums[:, 0], asked.prior.weight)


def _side(asked: Question, sums: Floats) -> Ints:
    """Where the person's own mean lies: 1 beyond the threshold, -1 below, 0 on it."""
    above = asked.terms.above
    shift = sums[:, 1] - above * sums[:, 0]
    size = np.sqrt(sums[:, 0] * sums[:, 2]) + np.abs(above) * sums[:, 0]
    return np.where(np.abs(shift) > EPSILON * size, np.sign(shift), 0.0).astype(np.int64)


def _turning(asked: Question, heard: Floats, here: Ints) -> Flags:
    """The next shorter band has n >= 2 on the other side."""
    quick = heard[:, :, QUICK]
    return asked.terms.turns & at_least(quick[:, 0], 2.0) & (_side(asked, quick) * here < 0)


def _disagreement(asked: Question) -> Floats:
    row = asked.sums.row
    alone = asked.sums.each[:, :, OWN] * asked.left[row, None]
    prior = asked.prior
    some = Prior(
        mean=asked.column(prior.mean)[row],
        spread=asked.column(prior.spread)[row],
        weight=asked.column(prior.weight)[row],
    )
    credence = normal_credence(alone, asked.column(asked.terms.above)[row], some)
    return disagreement(
        row, credence, normal_uncertainty(alone[:, 0], some.weight), len(asked.sums.twin)
    )
