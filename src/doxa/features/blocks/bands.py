"""Bands: how a node's sums at each half-life compare with what is usual."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.domain.clock import Clock, format_span
from doxa.domain.evidence import EvidenceKind
from doxa.features.norms import RowNorms
from doxa.features.views import View

AMOUNT = "amount of evidence"
WORTH = 0.5
"""The prior of a rate is worth so many expected occurrences."""


def columns(view: View, norms: RowNorms, clock: Clock) -> Iterator[tuple[str, Floats]]:
    """One column per band: occurrences as ln((c + 1/2) / (e rate + 1/2)), and so on by kind.

    For/against: ln((r + 1)/(s + 1)); values: (sum x + k mean) / (n + k) - mean, k as the norms
    say; both beside ln(1 + n), which says how much is known.
    """
    for place, band in enumerate(view.bands):
        name = f"band {format_span(band, clock)}"
        yield from _band(view, norms, place, name)


def log_rate(count: Floats, expected: Floats) -> Floats:
    """ln((count + 1/2) / (expected + 1/2)): 0 where a person does as everybody does."""
    return np.log((count + WORTH) / (expected + WORTH))


def _band(view: View, norms: RowNorms, place: int, name: str) -> Iterator[tuple[str, Floats]]:
    sums = view.sums[:, :, place]
    if view.node.evidence is EvidenceKind.OCCURRENCE:
        yield name, log_rate(sums[:, 0], view.exposure[:, place] * norms["rate"])
    elif view.node.evidence is EvidenceKind.VALUE:
        k = norms.worth
        yield name, (sums[:, 1] + k * norms["mean"]) / (sums[:, 0] + k) - norms["mean"]
        yield f"{name}, {AMOUNT}", np.log1p(sums[:, 0])
    else:
        yield name, np.log((sums[:, 0] + 1) / (sums[:, 1] + 1))
        yield f"{name}, {AMOUNT}", np.log1p(sums[:, 0] + sums[:, 1])
