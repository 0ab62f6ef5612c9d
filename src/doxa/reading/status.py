"""Status and truth state: judged at the newest evidence, then only aged; never stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.beta import EPSILON
from doxa.reading.opinion import Status, Truth

Flags = NDArray[np.bool_]


def at_least(value: Floats, bound: float | Floats) -> Flags:
    """value >= bound, within a relative error that no engine exceeds."""
    slack: float | Floats = (
        EPSILON * np.abs(bound) if isinstance(bound, np.ndarray) else EPSILON * abs(bound)
    )
    return np.asarray(value >= bound - slack)


def side(r: Floats, s: Floats) -> Ints:
    """Which of support and attack is larger: 1, -1, or 0 where they are equal."""
    return signs(r - s, EPSILON * (r + s))


def signs(value: Floats, slack: Floats) -> Ints:
    """1 above a slack, -1 below its negative, 0 between."""
    return (value > slack).astype(np.int64) - (value < -slack)


def truth_state(r: Floats, s: Floats, strength: float | Floats) -> Ints:
    """Supported if r / (r + W) >= 1/3, one full occasion; attacked likewise: codes of `Truth`.

    Examples
    --------
    >>> truth_state(np.array([1.0, 0.9]), np.array([3.0, 0.0]), 2.0).tolist()
    [3, 0]
    """
    supported = at_least(r / (r + strength), 1 / 3)
    attacked = at_least(s / (s + strength), 1 / 3)
    return supported * int(Truth.TRUE) + attacked * int(Truth.FALSE)


def solidity(n: Floats, agreement: Floats, span: Floats, half_life: Floats) -> Floats:
    """Much, consistent evidence, spread over time: n / (n + 5) * agreement * span / (span + h).

    Parameters
    ----------
    n : float64[q]
        Undecayed weight of evidence.
    agreement : float64[q]
        abs(r - s) / (r + s), undecayed.
    span : float64[q]
        From the first evidence to the newest.
    """
    return n / (n + 5) * agreement * (span / (span + half_life))


def agreement(r: Floats, s: Floats) -> Floats:
    """How much of the evidence agrees: abs(r - s) / (r + s), 0 without any."""
    total = r + s
    return np.abs(r - s) / np.where(total > 0, total, 1.0)


def judged(met: Flags, contested: Flags, forming: Flags, turned: Flags, solid: Flags) -> Ints:
    """The status at the newest evidence: the first of these that holds, else held.

    Contested, forming, reversed (`turned`), solid: each bool[q].
    """
    code = np.full(len(met), int(Status.HELD))
    ladder = (
        (solid, Status.SOLID),
        (turned, Status.REVERSED),
        (forming, Status.FORMING),
        (contested, Status.CONTESTED),
        (~met, Status.UNMET),
    )
    for holds, status in ladder:
        code[holds] = int(status)
    return code


def aged(status: Ints, fading: Flags, dissolved: Flags) -> Ints:
    """What silence makes of a status: fading, then dissolved; nothing stays unmet."""
    code = status.copy()
    code[fading] = int(Status.FADING)
    code[dissolved] = int(Status.DISSOLVED)
    code[status == int(Status.UNMET)] = int(Status.UNMET)
    return code


def faded(n: Floats, n_newest: Floats) -> tuple[Flags, Flags]:
    """Fading below min(1, n(L) / 2), dissolved below min(.25, n(L) / 4)."""
    fading = ~at_least(n, np.minimum(1.0, n_newest / 2))
    return fading, ~at_least(n, np.minimum(0.25, n_newest / 4))


def dissolution(newest: Ints, n_newest: Floats, half_life: float | Floats) -> Floats:
    """When evidence will be dissolved: L + h log2(n(L) / min(.25, n(L) / 4)); infinity = never.

    Examples
    --------
    >>> dissolution(np.array([100]), np.array([4.0]), 10.0).tolist()
    [140.0]
    """
    some = n_newest > 0
    n = np.where(some, n_newest, 1.0)
    when = newest + half_life * np.log2(n / np.minimum(0.25, n / 4))
    return np.where(some, when, np.inf)
