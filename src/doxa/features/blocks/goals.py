"""Goals: whether they formed, how far they have come, how lately they moved, when they are due."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.features.pursuits import Pursuit

AT_ONCE = 1.0
"""A milestone just reached, or a deadline now, counts as this; one a half-life away as half."""


def columns(told: Pursuit) -> Iterator[tuple[str, Floats]]:
    """Each column is 0 where nothing is known.

    ===============  =====================================================================
    formed           1 once the goal formed
    progress         p in [0, 1]
    achieved         1 once p = 1
    moved            1 / (1 + half-lives since the last milestone)
    due              1 / (1 + half-lives to the deadline, or since it passed)
    overdue          1 after the deadline
    pull             1 / (1 + what remains) x due (1/2 without a deadline), 0 once achieved
    ===============  =====================================================================

    References
    ----------
    Goal gradient: Kivetz, Urminsky & Zheng, Journal of Marketing Research 43 (2006).
    """
    formed = told.formed.astype(np.float64)
    progress = np.nan_to_num(told.progress, nan=0.0)
    done = progress >= 1
    near = AT_ONCE / (1 + np.abs(told.due))
    yield "formed", formed
    yield "progress", progress
    yield "achieved", done.astype(np.float64)
    yield "moved", np.nan_to_num(AT_ONCE / (1 + told.since), nan=0.0)
    yield "due", np.nan_to_num(near, nan=0.0)
    yield "overdue", (np.nan_to_num(told.due, nan=1.0) <= 0).astype(np.float64)
    pull = formed * np.nan_to_num(near, nan=0.5) / (2 - progress)
    yield "pull", np.where(done, 0.0, pull)
