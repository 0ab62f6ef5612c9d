"""Items: how often the outcome happens for the member asked, whoever the person is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints

WORTH = 20.0
"""The overall rate is worth so many rows of an item."""
FOLDS = 5
HALF = 0.5
"""A yes and a no that nobody gave, half a row each: no rate is ever 0 or 1."""


class ItemRates(msgspec.Struct, frozen=True):
    """Rates of an outcome by member, and over all."""

    members: list[str]
    rates: list[float]
    overall: float

    def of(self, member: Ints, names: Sequence[str]) -> Floats:
        """Mean outcome of each row's member; the overall one for a member never seen."""
        known = dict(zip(self.members, self.rates, strict=True))
        by_code = np.array([known.get(name, self.overall) for name in names] + [self.overall])
        return np.asarray(by_code[member])


def item_rates(
    y: Floats, member: Ints, names: Sequence[str], kept: Ints, half: float = HALF
) -> ItemRates:
    """Shrunk mean outcomes from labelled rows, by name for the members `kept`."""
    overall, rates = _rates(y, member, len(names), half)
    seen = np.intersect1d(kept, member).tolist()
    return ItemRates([names[code] for code in seen], [float(rates[code]) for code in seen], overall)


def cross_fitted(y: Floats, member: Ints, person: Ints, size: int, half: float = HALF) -> Floats:
    """The means for the fit rows: each person's come from the rows of people in other folds.

    A rate that had seen the row's own label would look better on fit rows than it is.
    """
    _, place = np.unique(person, return_inverse=True)
    fold = place % FOLDS
    column = np.zeros(len(y))
    for part in range(FOLDS):
        own = fold == part
        overall, rates = _rates(y[~own], member[~own], size, half)
        column[own] = np.append(rates, overall)[member[own]]
    return column


def overall_mean(y: Floats, half: float = HALF) -> float:
    """The mean outcome, with a yes and a no that nobody gave added, `half` a row each.

    Examples
    --------
    >>> overall_mean(np.zeros(4)), overall_mean(np.array([10.0, 20.0]), half=0.0)
    (0.1, 15.0)
    """
    return float((y.sum() + half) / max(len(y) + 2 * half, 1.0))


def _rates(y: Floats, member: Ints, size: int, half: float) -> tuple[float, Floats]:
    overall = overall_mean(y, half)
    kept = member >= 0
    count = np.bincount(member[kept], minlength=size)
    total = np.bincount(member[kept], weights=y[kept], minlength=size)
    return overall, (total + WORTH * overall) / (count + WORTH)
