"""Calibration of times, on the way through their windows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.domain.clock import format_span
from doxa.features.labels import lengths_of
from doxa.fidelity.calibration import Calibration, HorizonCalibration
from doxa.fidelity.split import Split


def calibration_at(
    outcome: Outcome, split: Split, share: float, parts: Sequence[tuple[Ints, Floats]]
) -> HorizonCalibration:
    """Whether the chances that it has happened by a share of each row's window came true.

    Parameters
    ----------
    parts : scored rows, and the twin's chance at each
    """
    clock, y = split.past.map.clock, split.score.y
    chance = np.empty(len(y))
    for score, found in parts:
        chance[score] = found
    came = (y <= share * lengths_of(split.score.rows, clock)).astype(np.float64)
    name = f"{100 * share:.0f} % of the window"
    if outcome.until is None and outcome.within is not None:
        name = format_span(share * outcome.within, clock)
    return HorizonCalibration(
        horizon=f"by {name}", rows=len(chance), calibration=Calibration.of(came, chance)
    )
