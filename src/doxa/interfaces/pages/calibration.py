"""Calibration: the curve, and what makes up the Brier score."""

from __future__ import annotations

from doxa.fidelity.calibration import Calibration
from doxa.report import Chart, Column, Table, reliability
from doxa.report.number import spell


def calibration_chart(found: Calibration, *, outcome: str, horizon: str = "") -> Chart:
    """Share that came true against what was forecast, in groups of equal size."""
    if horizon:
        title, caption = f"The same at horizon {horizon}", f"Off by {spell(found.error, 'loss')}."
    else:
        title = "When the twin said 30 %, did it happen 30 % of the time?"
        caption = (
            "How to read it: points on the dashed line are forecasts that can be taken at their"
            " word; points above it came true more often than was said, points below less often."
        )
    groups = zip(found.forecast, found.observed, found.count, strict=True)
    return reliability(
        [{"forecast": f, "observed": o, "count": count} for f, o, count in groups],
        outcome=outcome,
        title=title,
        caption=caption,
    )


def calibration_table(found: Calibration) -> Table:
    """The calibration error and Murphy's parts, each with what it means."""
    brier = found.reliability - found.resolution + found.uncertainty + found.within
    chance = "what forecasts that are exactly right would show on so many rows"
    rows = (
        _part("expected calibration error", found.error, "how far forecasts are off, on average"),
        *([_part("by chance alone", found.chance, chance)] if found.chance is not None else []),
        _part("Brier score", brier, "mean squared error: the parts below together"),
        _part("reliability", found.reliability, "lost by being miscalibrated; best 0"),
        _part("resolution", found.resolution, "won by telling people and moments apart"),
        _part("uncertainty", found.uncertainty, "what a constant forecast would score"),
        _part("within groups", found.within, "what forecasts of one group differ by"),
    )
    return Table(
        (Column("part", "part"), Column("value", "value", "loss"), Column("says", "what it says")),
        rows,
        caption="Brier score = reliability - resolution + uncertainty (Murphy, 1973) + within groups.",
    )


def _part(part: str, value: float, says: str) -> dict[str, str | float]:
    return {"part": part, "value": value, "says": says}
