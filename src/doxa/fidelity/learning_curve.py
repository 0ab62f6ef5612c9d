"""The learning curve: loss by how many forecasts about a person had already been answered.

Beside the twin stands the same twin without the person's own effects (p0), on the same rows.
"""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.fidelity.groups import Grouped, Groups, binned
from doxa.fidelity.resampling import Resamples
from doxa.heads.head import Head

MOST = 4096
"""Steps double up to so many answered forecasts."""


class LearningPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Rows whose person had so many answered forecasts.

    Attributes
    ----------
    answered : such as ``0``, ``1`` or ``2-3``
    base, twin : [estimate, low, high] of the loss
    without : the same of the twin with the person's own effects off; None where it has none
    gain : [estimate, low, high] of without - twin, paired: what own effects take off the loss
    """

    answered: str
    rows: int
    people: int
    base: list[float]
    twin: list[float]
    without: list[float] | None
    gain: list[float] | None


class LearningCurve(msgspec.Struct, frozen=True, kw_only=True):
    """Loss by answered forecasts.

    Attributes
    ----------
    effects : whether the head has effects of single persons
    gain : [estimate, low, high] of without - twin over all rows; None without such effects
    why : where it has none, why
    """

    effects: bool
    points: list[LearningPoint]
    gain: list[float] | None
    why: str = ""


def curve_of(
    answered: Ints,
    base: Floats,
    twin: Floats,
    without: Floats | None,
    resamples: Resamples,
    why: str = "",
) -> LearningCurve:
    """The curve of some scored rows.

    Parameters
    ----------
    answered : int64[n]
        Forecasts about the row's person that had been answered, and were known, before it.
    base, twin, without : float64[n]
        Losses.
    why : str
        Of a head without effects of persons, see `why_none`.

    Examples
    --------
    >>> people = np.repeat(np.arange(20), 2)
    >>> loss = np.linspace(0.2, 0.4, 40)
    >>> curve = curve_of(np.tile([0, 5], 20), loss + 0.1, loss, loss + 0.05, Resamples(people))
    >>> [(point.answered, round(point.gain[0], 3)) for point in curve.points]
    [('0', 0.05), ('4-7', 0.05)]
    """
    groups = by_answered(answered)
    losses = {"base": base, "twin": twin}
    if without is not None:
        losses |= {"without": without, "gain": without - twin}
    found = Grouped(resamples, groups, losses)
    bases, twins = found.mean("base"), found.mean("twin")
    withouts = gains = None
    if without is not None:
        withouts, gains = found.mean("without"), found.mean("gain")
    points = [
        LearningPoint(
            answered=name,
            rows=int(found.rows[place]),
            people=int(found.people[place]),
            base=bases[place],
            twin=twins[place],
            without=withouts[place] if withouts else None,
            gain=gains[place] if gains else None,
        )
        for place, name in enumerate(groups.names)
    ]
    whole = None if without is None else resamples.mean(without - twin).as_list()
    return LearningCurve(effects=without is not None, points=points, gain=whole, why=why)


def why_none(head: Head) -> str:
    """Why a head has no effects of persons; empty where it has, and where nobody asked."""
    if head.errors is not None or head.own is None:
        return ""
    if not head.own.gained:
        return head.own.why
    gained, error = head.own.gained
    return f"fitted people left out gained {gained:.4f} by them, standard error {error:.4f}"


def by_answered(answered: Ints) -> Groups:
    """Rows with 0, 1, 2-3, 4-7, ... answered forecasts.

    Examples
    --------
    >>> by_answered(np.array([0, 1, 3, 9])).names
    ['0', '1', '2-3', '8-15']
    """
    ends = [2**power for power in range(MOST.bit_length())]
    names = ["0", "1", *(f"{end:,}-{2 * end - 1:,}" for end in ends[1:-1]), f"{MOST:,} or more"]
    return binned("answered", answered.astype(np.float64), [float(end) for end in ends], names)
