"""What people run forward came to, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doxa.fidelity.simulated import Simulated, SimulatedOutcome, SimulatedSeries


def simulated_lines(found: Simulated) -> list[str]:
    """The twin's paths beside what people did, by outcome; then whole courses."""
    head = ["paths", "real", "simulated", "in 50 %", "in 80 %", "95 %", "in 95 %"]
    rows = [[*head, "spread", "95 %", "total", "95 %"], *map(_outcome, found.outcomes)]
    lines = ["", *table(rows, "lrrrrlrrlrl")]
    lines.append(
        "  in 80 %: people whose real value lies in the middle of their paths; spread: sd over people of"
    )
    lines.append("  one path each / of real values; total: simulated / real over everybody, less 1")
    sizes = list(dict.fromkeys(size for each in found.outcomes for size in each.cohorts))
    if sizes:
        sums = [["sums over cohorts of", *sizes]]
        sums += [
            [each.outcome, *(_percent(each, size) for size in sizes)] for each in found.outcomes
        ]
        lines += ["", *table(sums, "l" + "r" * len(sizes))]
        lines.append(
            "  how often in 100 such a sum lies in the middle 80 % of the sums of its paths"
        )
    for series in found.series:
        lines += ["", *_series(series)]
    return lines


def _outcome(found: SimulatedOutcome) -> list[str]:
    inside = {share: f"{100 * told[0]:.1f}" for share, told in found.coverage.items()}
    return [
        found.outcome,
        f"{found.real:.4g}",
        f"{found.simulated:.4g}",
        inside["50"],
        inside["80"],
        _ends([100 * end for end in found.coverage["80"]], 1),
        inside["95"],
        f"{found.spread[0]:.3f}",
        _ends(found.spread, 3),
        f"{100 * found.total[0]:+.1f} %",
        _ends([100 * end for end in found.total], 1),
    ]


def _percent(found: SimulatedOutcome, size: str) -> str:
    return f"{100 * found.cohorts[size]:.1f}" if size in found.cohorts else ""


def _ends(found: Sequence[float], digits: int) -> str:
    return f"[{found[1]:.{digits}f}, {found[2]:.{digits}f}]"


def _series(found: SimulatedSeries) -> list[str]:
    """Whole courses: how steps hang together, and all horizons of one path as one."""
    by = ", ".join(f"{name} {value:.3f}" for name, value in found.autocorrelation.items())
    energy = ", ".join(f"{name} {told[0]:.4g}" for name, told in found.energy.items())
    return [
        f"  {found.name}, all steps of {found.rows:,} rows",
        f"    lag-1 autocorrelation within people: {by}",
        f"    energy score over its horizons: {energy}",
    ]
