"""Shares under moved attributes as lines of text: every cell, what was taken and what was simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import plain, table

if TYPE_CHECKING:
    from doxa.fidelity.ladder import Ladder
    from doxa.fidelity.report import SharesReport

MOST = 40
"""Cells printed, those with most menus; JSON has all."""


def share_lines(found: SharesReport, ladder: Ladder) -> list[str]:
    """What is said of shares by a row of an evaluation."""
    twin = ladder.step("twin")
    low, high = twin.intervals["slope"] if twin else (float("nan"), float("nan"))
    cells = sorted(found.cells, key=lambda cell: -cell.rows)[:MOST]
    shown = [cell for cell in found.cells if cell in cells]
    rows = [["moved", "option", "how", "by", "menus", "real", "twin", "95 %"]]
    rows += [
        [
            plain(cell.attribute),
            plain(cell.option),
            cell.moved,
            f"{cell.mean_move:+.3g}",
            f"{cell.rows:,}",
            f"{cell.real:.3f}",
            f"{cell.simulated['twin']:.3f}",
            f"{cell.low:.3f}-{cell.high:.3f}",
        ]
        for cell in shown
    ]
    inside = sum(cell.low <= cell.real <= cell.high for cell in found.cells)
    return [
        "",
        *table(rows, "lllrrrrl"),
        f"  slope of real on simulated changes of shares, 95 %: {low:.2f} to {high:.2f}",
        f"  the real share lies within what {found.paths} paths say in {inside} of {len(found.cells)} cells",
        f"  {found.outside:,} of the menus show what lies outside of what was fitted, {found.far:,} far outside",
    ]
