"""For and against: the person's own word, the cap, and the Beta opinion."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats

CAP = 50.0
"""N: no amount of evidence weighs more than this, so that no belief freezes."""

EPSILON = 1e-9
"""Comparisons that decide anything hold within this relative error, so that engines agree."""


def bounded(
    own: Floats, other: Floats, base: float | Floats, stance: float | Floats | None = None
) -> tuple[Floats, Floats]:
    """Support and attack after the self rule: a person's own word bounds what others say against it.

    With D = a s_self - (1 - a) r_self > 0 (the person says no), others' support counts at most
    [a (s_self + s_other) - (1 - a) r_self] / (2 (1 - a)); mirrored for D < 0. Agreeing evidence
    counts in full.

    Parameters
    ----------
    own, other : float64[2, ..., q]
        r and s of the person and of all others, after trust.
    base : a, one or float64[q]
        Bounds are counted from it.
    stance : a, one or float64[q], optional
        The base rate by which D tells what the person says, where it is another than `base`: then
        a bound may be negative, and nothing of the others counts.

    Returns
    -------
    float64[..., q], float64[..., q]
        r and s, uncapped.

    Examples
    --------
    >>> r, s = bounded(np.array([[0.0], [1.0]]), np.array([[40.0], [0.0]]), 0.5)
    >>> r.tolist(), s.tolist()
    ([0.5], [1.0])
    """
    a = np.asarray(base, dtype=np.float64)
    yes, no = (1 - a) * own[0], a * own[1]
    most_r = _ratio(a * (own[1] + other[1]) - yes, 2 * (1 - a))
    most_s = _ratio((1 - a) * (own[0] + other[0]) - no, 2 * a)
    if stance is not None and stance is not base:
        said = np.asarray(stance, dtype=np.float64)
        yes, no = (1 - said) * own[0], said * own[1]
        most_r, most_s = np.maximum(most_r, 0.0), np.maximum(most_s, 0.0)
    slack = EPSILON * (no + yes)
    r = np.where(no - yes > slack, np.minimum(other[0], most_r), other[0])
    s = np.where(yes - no > slack, np.minimum(other[1], most_s), other[1])
    return own[0] + r, own[1] + s


def _ratio(above: Floats, below: Floats) -> Floats:
    bound: Floats = np.where(below > 0, above / np.where(below > 0, below, 1.0), np.inf)
    return bound


def capped(n: Floats) -> Floats:
    """How much n pieces of evidence weigh: n N / (n + N)."""
    return n * CAP / (n + CAP)


def beta_credence(r: Floats, s: Floats, base: float | Floats, strength: float | Floats) -> Floats:
    """P(holds) = (r + a W) / (n + W), r and s capped together.

    Examples
    --------
    >>> beta_credence(np.array([0.0, 2.0]), np.array([0.0, 0.0]), 0.3, 2.0).round(3).tolist()
    [0.3, 0.643]
    """
    scale = CAP / (r + s + CAP)
    return (r * scale + base * strength) / ((r + s) * scale + strength)


def beta_uncertainty(n: Floats, strength: float | Floats) -> Floats:
    """How little evidence there is: W / (n + W), n capped; n from before the self rule."""
    return np.asarray(strength / (capped(n) + strength))
