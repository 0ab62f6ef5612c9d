"""Effects of actions as lines of text: what was simulated, what chance found, and what either rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import table

if TYPE_CHECKING:
    from doxa.domain.ground import Grounds
    from doxa.fidelity.experiment import ActionEffect
    from doxa.heads.slope import Slope


def interval(found: Sequence[float]) -> str:
    """An effect with the ends of its interval."""
    estimate, low, high = found
    return f"{estimate:+.4f} [{low:+.4f}, {high:+.4f}]"


def label_lines(found: Grounds) -> list[str]:
    """What an effect rests on, and what would identify it."""
    return [f"    {found.ground}: {found.rests_on}", f"    {found.identified_by}"]


def effect_lines(found: Sequence[ActionEffect]) -> list[str]:
    """What is said of actions by a row of an evaluation."""
    lines = []
    for each in found:
        inside = "inside" if each.inside else "OUTSIDE"
        how = f" by {each.contrast.replace('_', ' ')}" if each.contrast else ""
        lines += [
            "",
            f"  {each.action}: simulated {interval(each.simulated)}"
            f" (slope {each.slope:.2f} applied), {inside} what chance found",
            f"    real {interval(each.real)}{how}; {each.treated:,} units against {each.control:,}",
            *label_lines(each.label),
            f"    with the twin as covariate {interval(each.adjusted)}; standard error times "
            + ", ".join(f"{ratio:.3f} by {name}" for name, ratio in each.ratios.items()),
        ]
        lines += _targeting(each) if each.qini else []
        lines += [f"    {name}: {interval(lead)}" for name, lead in each.leads.items()]
        if each.gained:
            lines.append("    the uplift head stands beside the forecast")
    return lines


def slope_lines(found: Sequence[Slope]) -> list[str]:
    """How far simulated effects of each kind of action hold, from experiments in the ledger.

    Examples
    --------
    >>> from doxa.heads.slope import Slope
    >>> slope_lines([Slope(kind="letter", outcome="votes", slope=0.9, error=0.1, experiments=[])])
    ['effects of letter on votes: real = 0.90 +- 0.10 times simulated, by 0 experiments']
    """
    return [
        f"effects of {each.kind} on {each.outcome}: real = {each.slope:.2f} +- {each.error:.2f}"
        f" times simulated, by {_counted(len(each.experiments))}"
        for each in found
    ]


def _counted(count: int) -> str:
    return "1 experiment" if count == 1 else f"{count} experiments"


def _targeting(found: ActionEffect) -> list[str]:
    rows = [["", "Qini", "95 %", f"value, {found.share:.0%} treated", "95 %"]]
    for name, area in found.qini.items():
        value = found.policies[name]
        rows.append([name, f"{area[0]:.4f}", _ends(area), f"{value[0]:.4f}", _ends(value)])
    return ["  " + line for line in table(rows, "lrlrl")]


def _ends(found: Sequence[float]) -> str:
    return f"{found[1]:.4f} to {found[2]:.4f}"
