"""Together: how often several named members of a family come, all counted as one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import Clock, format_span
from doxa.features.blocks.bands import log_rate
from doxa.features.norms import RowNorms
from doxa.features.views import View

TOGETHER = "together, "
"""What the names of these columns begin with, behind that of their node."""


def columns(
    view: View, norms: RowNorms, owner: Ints, size: int, clock: Clock
) -> Iterator[tuple[str, Floats]]:
    """Per band and event band ln((sum c + 1/2) / (sum e rate + 1/2)), sums over a row's members.

    A mean of logarithms drowns what a person buys of a long list in what they do not.

    Parameters
    ----------
    view, norms : of every member that a row names, one after the other
    owner : int64[m]
        The row of each.
    size : int
        Number of rows; one without members stands at 0.
    """

    def added(each: Floats) -> Floats:
        return np.bincount(owner, each, minlength=size).astype(np.float64)

    for place, band in enumerate(view.bands):
        usual = added(view.exposure[:, place] * norms["rate"])
        yield (
            f"{TOGETHER}band {format_span(band, clock)}",
            log_rate(added(view.sums[:, 0, place]), usual),
        )
    for kind, event in view.events.items():
        for place, band in enumerate(event.bands):
            usual = added(event.exposure[:, place] * norms[kind])
            yield (
                f"{TOGETHER}last {band:g} of {kind}",
                log_rate(added(event.sums[:, 0, place]), usual),
            )
