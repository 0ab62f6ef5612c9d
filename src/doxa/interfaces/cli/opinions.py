"""Opinions as text: bars, percentages, how long ago."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import cut, plain, table

if TYPE_CHECKING:
    from doxa.reading.opinion import Opinion
    from doxa.runtime.delta import Change

BAR = 10


def bar(opinion: Opinion, cells: int = BAR) -> str:
    """Belief, then what nothing is known about, then disbelief: together one bar.

    The first part is b = credence - base * uncertainty, the second the uncertainty.
    """
    known = max(0.0, opinion.credence - opinion.base * opinion.uncertainty)
    full = round(known * cells)
    open_ = min(cells - full, round((known + opinion.uncertainty) * cells) - full)
    return "█" * full + "▒" * open_ + "·" * (cells - full - open_)


def change_lines(changes: Sequence[Change]) -> list[str]:
    """One line per node: credence, uncertainty and status, before and after."""
    rows = [
        [
            cut(plain(str(change.node)), 34),
            f"{change.before.credence:.2f} -> {change.after.credence:.2f}",
            f"±{change.before.uncertainty:.2f} -> ±{change.after.uncertainty:.2f}",
            _turn(change.before.status, change.after.status),
        ]
        for change in changes
    ]
    return table(rows)


def _turn(before: str, after: str) -> str:
    return after if before == after else f"{before} -> {after}"
