"""Totals: what a window of the outcome's length brings at this person's own rate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.domain.clock import Clock, format_span
from doxa.features.norms import RowNorms
from doxa.features.views import View

TOTAL = "total, band "
WORTH = 1.0
"""What is usual weighs as much as one window of it."""


def sums(view: View, norms: RowNorms, horizon: float, clock: Clock) -> Iterator[tuple[str, Floats]]:
    """Per band h (S + u h) / (e + h), less the usual u h of a window of length h.

    S is the decayed sum of amounts, e the decayed time, u the usual amount per day (position). A sum
    is the person's rate times the window: these columns speak its language, where ratios do not.
    """
    usual = norms["rate"] * norms["amount"]
    for name, rate in _rates(view, view.sums[:, 1], usual, horizon, clock):
        yield name, (rate - usual) * horizon


def counts(
    view: View, norms: RowNorms, horizon: float, clock: Clock
) -> Iterator[tuple[str, Floats]]:
    """Per band ln((c + u h) / (u (e + h))): 0 where a person does as everybody does."""
    usual = np.maximum(norms["rate"], 1e-12)
    for name, rate in _rates(view, view.sums[:, 0], usual, horizon, clock):
        yield name, np.log(rate / usual)


def _rates(
    view: View, total: Floats, usual: Floats, horizon: float, clock: Clock
) -> Iterator[tuple[str, Floats]]:
    """The rate of each band, shrunk to the usual one by a window's worth of it."""
    prior = WORTH * horizon
    for place, band in enumerate(view.bands):
        rate = (total[:, place] + usual * prior) / (view.exposure[:, place] + prior)
        yield f"{TOTAL}{format_span(band, clock)}", rate
