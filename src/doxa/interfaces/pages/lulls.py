"""Stretches in which nobody spoke of a feeling, so that what is read of it only drifts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doxa.types import Moment

_SHARE, _TIMES = 1 / 40, 8


def lulls_of(told: Sequence[Moment], until: Moment) -> list[tuple[Moment, Moment]]:
    """From when to when nothing was told, where that is long for this person.

    Long is eight times what lies between two answers in the middle case, and at least a fortieth
    of the whole.

    Examples
    --------
    >>> lulls_of([0, 1, 2, 4, 90], until=91)
    [(4, 90)]
    """
    moments = sorted({*told, until}) if told else []
    gaps = sorted(after - before for before, after in pairwise(moments))
    if len(gaps) < 2:
        return []
    least = max(_SHARE * (moments[-1] - moments[0]), _TIMES * gaps[(len(gaps) - 1) // 2])
    return [pair for pair in pairwise(moments) if pair[1] - pair[0] >= least]


def is_still(at: Moment, lulls: Sequence[tuple[Moment, Moment]]) -> bool:
    """Whether a moment lies within one of them.

    Examples
    --------
    >>> is_still(4, [(4, 90)]), is_still(5, [(4, 90)])
    (False, True)
    """
    return any(since < at < until for since, until in lulls)
