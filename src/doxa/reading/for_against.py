"""Reading evidence for and against: a Beta opinion that the person's own word bounds."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.bands import EVER, OWN, QUICK
from doxa.reading.beta import beta_credence, beta_uncertainty, bounded
from doxa.reading.conflict import ambivalence, disagreement
from doxa.reading.opinion import Opinions, Status
from doxa.reading.question import Question, Reading, answer, trend
from doxa.reading.status import (
    Flags,
    aged,
    agreement,
    at_least,
    dissolution,
    faded,
    judged,
    side,
    solidity,
    truth_state,
)


def read_for_against(asked: Question) -> Opinions:
    """Opinions from r and s at the node's half-life."""
    sums, prior = asked.sums, asked.prior
    r, s = _heard(asked, OWN)
    now_r, now_s = r * asked.left, s * asked.left
    heard = (sums.own + sums.other)[:, :, OWN].sum(axis=1) * asked.left
    reading = (
        beta_credence(now_r, now_s, prior.base, prior.strength),
        beta_uncertainty(heard, prior.strength),
    )
    heading = trend(asked, _reading(asked, QUICK), _reading(asked, OWN))
    ever_r, ever_s = _heard(asked, EVER)
    firm = solidity(ever_r + ever_s, agreement(ever_r, ever_s), asked.span, asked.half_life)
    status = _status(asked, (r, s), (ever_r, ever_s), firm)
    return answer(
        asked,
        reading,
        truth=truth_state(now_r, now_s, prior.strength),
        status=status,
        change=np.where(asked.terms.turns, np.abs(heading), 0.0),
        ambivalence=ambivalence(r, s),
        disagreement=_disagreement(asked),
        solidity=firm,
        trend=heading,
        support=now_r,
        attack=now_s,
        evidence=now_r + now_s,
        dissolves=dissolution(sums.newest, r + s, asked.half_life),
    )


def _heard(asked: Question, band: int) -> tuple[Floats, Floats]:
    """r and s at the newest evidence in one band, after the self rule."""
    sums = asked.sums
    return bounded(sums.own[:, :, band], sums.other[:, :, band], asked.prior.base)


def _reading(asked: Question, band: int) -> Reading:
    """Credence and uncertainty at the newest evidence in one band."""
    prior, sums = asked.prior, asked.sums
    heard = (sums.own + sums.other)[:, :, band].sum(axis=1)
    credence = beta_credence(*_heard(asked, band), prior.base, prior.strength)
    return credence, beta_uncertainty(heard, prior.strength)


def _status(
    asked: Question, held: tuple[Floats, Floats], ever: tuple[Floats, Floats], firm: Floats
) -> Ints:
    """Judged at the newest evidence, then aged.

    A solid status also needs more margin than one contrary occasion can take, at the newest
    evidence and for as long as it stays (decision 3).
    """
    r, s = held
    n, margin = r + s, np.abs(r - s)
    met = asked.sums.occasions > 0
    both = (n > 0) & at_least(np.minimum(r, s), np.maximum(r, s) / 2)
    contested = both | _turning(asked, r, s)
    turned = side(*ever) * side(r, s) < 0
    solid = at_least(firm, 0.6) & at_least(margin, 1.0)
    status = judged(met, contested, ~at_least(n, 2.0), turned, solid)
    fading, dissolved = faded(n * asked.left, n)
    loose = (status == int(Status.SOLID)) & ~at_least(margin * asked.left, 1.0)
    return aged(status, fading | loose, dissolved)


def _turning(asked: Question, r: Floats, s: Floats) -> Flags:
    """The next shorter band has n >= 2 on the other side, as heard before the self rule."""
    quick = (asked.sums.own + asked.sums.other)[:, :, QUICK]
    other = side(quick[:, 0], quick[:, 1]) * side(r, s) < 0
    return asked.terms.turns & other & at_least(quick.sum(axis=1), 2.0)


def _disagreement(asked: Question) -> Floats:
    """Between sources, each read alone, now."""
    sums, row = asked.sums, asked.sums.row
    alone = sums.each[:, :, OWN] * asked.left[row, None]
    base = asked.column(asked.prior.base)[row]
    strength = asked.column(asked.prior.strength)[row]
    credence = beta_credence(alone[:, 0], alone[:, 1], base, strength)
    uncertainty = beta_uncertainty(alone.sum(axis=1), strength)
    return disagreement(row, credence, uncertainty, len(sums.twin))
