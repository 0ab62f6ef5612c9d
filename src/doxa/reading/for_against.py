"""Reading evidence for and against: a Beta opinion that the person's own word bounds."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.answer import Answer
from doxa.reading.bands import EVER, OWN, QUICK
from doxa.reading.beta import beta_credence, beta_uncertainty, bounded
from doxa.reading.conflict import ambivalence, disagreement
from doxa.reading.question import Question, trend
from doxa.reading.status import Flags, agreement, at_least, side


def read_for_against(asked: Question) -> Answer:
    """Opinions from r and s at the node's half-life.

    The status of a node that falls back on a wider one is judged by its own base rate: what others
    than this node's evidence say does not change it.
    """
    sums, prior = asked.sums, asked.prior
    loud_r, loud_s = sums.heard[0], sums.heard[1]
    r, s = loud_r, loud_s
    stance = prior.stance
    if sums.own is not None and sums.other is not None:
        r, s = bounded(sums.own[:2], sums.other[:2], stance)
    standing = _standing(asked, r, s)
    if sums.own is not None and sums.other is not None and stance is not prior.base:
        r, s = bounded(sums.own[:2], sums.other[:2], prior.base, stance)
    now_r, now_s = r[OWN] * asked.left, s[OWN] * asked.left
    heard = loud_r + loud_s
    looks_r = np.stack((now_r, r[OWN], r[QUICK]))
    looks_s = np.stack((now_s, s[OWN], s[QUICK]))
    credence = beta_credence(looks_r, looks_s, prior.base, prior.strength)
    looks_n = np.stack((heard[OWN] * asked.left, heard[OWN], heard[QUICK]))
    uncertainty = beta_uncertainty(looks_n, prior.strength)
    heading = trend(asked, (credence[2], uncertainty[2]), (credence[1], uncertainty[1]))
    return {
        "credence": credence[0],
        "uncertainty": uncertainty[0],
        "change": np.abs(heading),
        "ambivalence": ambivalence(r[OWN], s[OWN]),
        "disagreement": _disagreement(asked),
        "trend": heading,
        "support": now_r,
        "attack": now_s,
        "evidence": now_r + now_s,
        "base": prior.base,
        **standing,
        "heard_for": loud_r[OWN] * asked.left,
        "heard_against": loud_s[OWN] * asked.left,
    }


def _standing(asked: Question, heard_r: Floats, heard_s: Floats) -> Answer:
    """What decides the status, from r and s by band.

    A solid status also needs more margin than one contrary occasion can take, at the newest
    evidence and for as long as it stays (decision 3).
    """
    r, s = heard_r[OWN], heard_s[OWN]
    n, margin = r + s, np.abs(r - s)
    sides = side(heard_r, heard_s)
    both = (n > 0) & at_least(np.minimum(r, s), np.maximum(r, s) / 2)
    return {
        "held": n,
        "ever": heard_r[EVER] + heard_s[EVER],
        "agreement": agreement(heard_r[EVER], heard_s[EVER]),
        "contested": both | _turning(asked, sides[OWN]),
        "forming": ~at_least(n, 2.0),
        "turned": sides[EVER] * sides[OWN] < 0,
        "unsure": ~at_least(margin, 1.0),
        "shaken": ~at_least(margin * asked.left, 1.0),
    }


def _turning(asked: Question, here: Ints) -> Flags:
    """The next shorter band has n >= 2 on the other side, as heard before the self rule."""
    r, s = asked.sums.heard[0, QUICK], asked.sums.heard[1, QUICK]
    return asked.terms.turns & (side(r, s) * here < 0) & at_least(r + s, 2.0)


def _disagreement(asked: Question) -> Floats | float:
    """Between sources, each read alone, now."""
    sums, row = asked.sums, asked.sums.row
    if row is None:
        return 0.0
    left = asked.left[row]
    r, s = sums.each[0, OWN] * left, sums.each[1, OWN] * left
    base = asked.column(asked.prior.base)[row]
    strength = asked.column(asked.prior.strength)[row]
    credence = beta_credence(r, s, base, strength)
    return disagreement(row, credence, beta_uncertainty(r + s, strength), len(sums.twin))
