"""Constraints: whether they bind now, and for how long yet."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.features.pursuits import Binding


def columns(told: Binding) -> Iterator[tuple[str, Floats]]:
    """``binds``: 1 while active; ``ends soon``: 1 / (1 + days, or positions, left) while it is.

    Both are 0 where it does not bind; the second also where nobody gave an end.
    """
    yield "binds", told.active.astype(np.float64)
    yield "ends soon", np.nan_to_num(1 / (1 + told.left), nan=0.0)
