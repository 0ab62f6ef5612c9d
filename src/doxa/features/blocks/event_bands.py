"""Event bands: the same comparison on the clock of the person's own sessions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.domain.evidence import EvidenceKind
from doxa.features.blocks.bands import log_rate
from doxa.features.norms import RowNorms
from doxa.features.views import View


def columns(view: View, norms: RowNorms) -> Iterator[tuple[str, Floats]]:
    """One column per event band: occurrences against sessions times the usual share of them."""
    for kind, event in view.events.items():
        for place, band in enumerate(event.bands):
            name = f"last {band:g} of {kind}"
            sums = event.sums[:, :, place]
            if view.node.evidence is EvidenceKind.OCCURRENCE:
                yield name, log_rate(sums[:, 0], event.exposure[:, place] * norms[kind])
            elif view.node.evidence is EvidenceKind.VALUE:
                yield name, (sums[:, 1] + 2 * norms["mean"]) / (sums[:, 0] + 2) - norms["mean"]
            else:
                yield name, np.log((sums[:, 0] + 1) / (sums[:, 1] + 1))
