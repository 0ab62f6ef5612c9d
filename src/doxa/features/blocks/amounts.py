"""Amounts: how much comes with an occurrence, against what is usual."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.features.norms import RowNorms
from doxa.features.views import View

WORTH = 2.0


def columns(view: View, norms: RowNorms) -> Iterator[tuple[str, Floats]]:
    """ln of own mean amount over the usual one, over all time and lately (0 where none is usual).

    Which columns there are depends on the node alone, never on the rows asked for.
    """
    usual = norms["amount"]
    always = _log_mean(view, len(view.bands) - 1, usual)
    yield "amount", always
    own = view.bands.index(view.node.half_life) if view.node.half_life in view.bands else 0
    if own != len(view.bands) - 1:
        yield "amount lately", _log_mean(view, own, usual) - always


def _log_mean(view: View, place: int, usual: Floats) -> Floats:
    count, total = view.sums[:, 0, place], view.sums[:, 1, place]
    given = np.where(usual > 0, usual, 1.0)
    mean = (total + WORTH * given) / (count + WORTH)
    return np.where(usual > 0, np.log(np.maximum(mean, 1e-3 * given) / given), 0.0)
