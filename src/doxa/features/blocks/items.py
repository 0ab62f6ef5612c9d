"""Items: how often the outcome happens for the member asked, whoever the person is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints

WORTH = 20.0
"""The overall rate is worth so many rows of an item."""
FOLDS = 5


class ItemRates(msgspec.Struct, frozen=True):
    """Rates of an outcome by member, and over all."""

    members: list[str]
    rates: list[float]
    overall: float

    def of(self, member: Ints, names: Sequence[str]) -> Floats:
        """ln(rate / (1 - rate)) of each row's member; the overall rate for one never seen."""
        known = dict(zip(self.members, self.rates, strict=True))
        by_code = np.array([known.get(name, self.overall) for name in names] + [self.overall])
        rate = np.clip(by_code[member], 1e-6, 1 - 1e-6)
        return np.asarray(np.log(rate / (1 - rate)))


def item_rates(y: Floats, member: Ints, names: Sequence[str]) -> ItemRates:
    """Shrunk rates from labelled rows."""
    overall, rates = _rates(y, member, len(names))
    seen = np.unique(member[member >= 0]).tolist()
    return ItemRates([names[code] for code in seen], [float(rates[code]) for code in seen], overall)


def cross_fitted(y: Floats, member: Ints, twin: Ints, size: int) -> Floats:
    """The column for the fit rows: each person's comes from the rows of people in other folds.

    A rate that had seen the row's own label would look better on fit rows than it is.
    """
    _, person = np.unique(twin, return_inverse=True)
    fold = person % FOLDS
    column = np.zeros(len(y))
    for part in range(FOLDS):
        own = fold == part
        overall, rates = _rates(y[~own], member[~own], size)
        rate = np.clip(np.append(rates, overall)[member[own]], 1e-6, 1 - 1e-6)
        column[own] = np.log(rate / (1 - rate))
    return column


def _rates(y: Floats, member: Ints, size: int) -> tuple[float, Floats]:
    overall = float(y.mean()) if len(y) else 0.5
    kept = member >= 0
    count = np.bincount(member[kept], minlength=size)
    total = np.bincount(member[kept], weights=y[kept], minlength=size)
    return overall, (total + WORTH * overall) / (count + WORTH)
