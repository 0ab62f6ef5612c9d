"""Shares under moved attributes on the fidelity page: every cell, real beside simulated."""

from __future__ import annotations

from typing import Any

from doxa.fidelity.cells import Cell
from doxa.fidelity.ladder import TWIN
from doxa.fidelity.report import RowReport, SharesReport
from doxa.interfaces.pages.ladders import ladder_chart, ladder_table
from doxa.interfaces.pages.rungs import spaced
from doxa.report import Column, Note, Section, Table
from doxa.report.number import spell


def share_sections(row: RowReport, found: SharesReport) -> list[Section]:
    """How options' shares moved with their attributes, as people chose and as the twins did."""
    ladder = row.ladders[0]
    about = spaced(row.outcome)
    return [
        Section("Shares as attributes moved", (Note(_question(row, found)), _table(found))),
        Section(
            "Beside simpler forecasts",
            (ladder_chart(ladder, row.bars, about=about), ladder_table(ladder)),
        ),
    ]


def _question(row: RowReport, found: SharesReport) -> str:
    twin = row.ladders[0].step(TWIN)
    moved = ""
    if twin is not None and "slope" in twin.intervals:
        low, high = (spell(end, "number") for end in twin.intervals["slope"])
        moved = (
            f" Where a simulated share changes by 1, the real one changes by"
            f" {spell(twin.metrics['slope'], 'number')} [{low}, {high}]."
        )
    return (
        f"{spell(row.scored_rows, 'count')} choices of {spaced(row.outcome)} that no fit saw, each simulated"
        f" {spell(found.paths, 'count')} times from what its person had done before.{moved}"
        f" {spell(found.outside, 'count')} of them show what lies outside of what was fitted,"
        f" {spell(found.far, 'count')} far outside."
    )


def _table(found: SharesReport) -> Table:
    columns = (
        Column("attribute", "moved"),
        Column("option", "option"),
        Column("moved", "how"),
        Column("by", "on average by", "number"),
        Column("rows", "choices", "count"),
        Column("real", "real share", "percent"),
        Column("twin", "simulated", "percent", low="low", high="high"),
    )
    return Table(
        columns,
        tuple(_row(cell) for cell in found.cells),
        caption=(
            "How to read it: moved is since the person saw the option last; much is more than the median"
            " of such moves. Brackets hold 95 in 100 paths; the real share should lie inside nearly always."
        ),
    )


def _row(cell: Cell) -> dict[str, Any]:
    return {
        "attribute": spaced(cell.attribute),
        "option": cell.option,
        "moved": cell.moved,
        "by": cell.mean_move,
        "rows": cell.rows,
        "real": cell.real,
        "twin": cell.simulated[TWIN],
        "low": cell.low,
        "high": cell.high,
    }
