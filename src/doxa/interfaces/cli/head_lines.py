"""The heads of a population as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import table

if TYPE_CHECKING:
    from doxa.runtime.fitting import FittedHead


def head_lines(heads: Sequence[FittedHead]) -> list[str]:
    """What every head was fitted on, how its coefficients are penalised, and its calibration."""
    from doxa.learning.choosing import ALIKE

    rows = [["outcome", "rows", "people", "columns", "penalty", "calibration"]]
    rows += [
        [
            head.outcome,
            f"{head.rows:,}",
            f"{head.people:,}",
            str(head.columns),
            "all alike" if head.ridge >= ALIKE else f"{float(f'{head.ridge:.2g}'):,.0f}",
            f"{head.calibration_slope:.3f}",
        ]
        for head in heads
    ]
    return table(rows, "lrrrrr")
