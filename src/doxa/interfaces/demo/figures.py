"""What the demo found, and what it must reach."""

from __future__ import annotations

import msgspec

from doxa.fidelity.ladder import Ladder
from doxa.fidelity.report import FidelityReport

RUNGS = ("base", "persona", "lifetime", "one_band", "twin")
HEADLINE = "demographics"

RIVALS = {
    "all": {"base": 0.2396, "persona": 0.2299, "lifetime": 0.1984, "one_band": 0.1967},
    HEADLINE: {"base": 0.3444, "persona": 0.3417, "lifetime": 0.2987, "one_band": 0.2967},
}
"""What each rival reached when somebody set out to make it good; a weaker rival is not fair."""
SLACK = 0.005
MOST_SECONDS = 180.0
MOST_GIBIBYTES = 4.0


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The one line that ``doxa demo --json`` ends with."""

    logloss: dict[str, float]
    with_demographics: dict[str, float]
    households: int
    signals: int
    seconds: dict[str, float]
    peak_gib: float


def losses(report: FidelityReport, subset: str) -> dict[str, float]:
    """The log-loss of each rung on one subset."""
    ladder = report.rows[0].ladder(subset)
    return {name: round(_loss(ladder, name), 5) for name in RUNGS if ladder}


def _loss(ladder: Ladder, name: str) -> float:
    step = ladder.step(name)
    return step.loss[0] if step else float("nan")


def shortcomings(figures: Figures) -> list[str]:
    """What the demo promised and did not reach; empty when all is well."""
    found = []
    for subset, known in RIVALS.items():
        own = figures.logloss if subset == "all" else figures.with_demographics
        for name, figure in known.items():
            if not own[name] <= figure * (1 + SLACK):
                found.append(f"{name} on {subset}: {own[name]} is worse than {figure} by over .5 %")
    if figures.seconds["total"] > MOST_SECONDS:
        found.append(f"it took {figures.seconds['total']:.0f} s, more than {MOST_SECONDS:.0f} s")
    if figures.peak_gib > MOST_GIBIBYTES:
        found.append(f"it took {figures.peak_gib:.1f} GiB, more than {MOST_GIBIBYTES:.0f} GiB")
    return found
