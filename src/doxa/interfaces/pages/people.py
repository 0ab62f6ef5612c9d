"""Whether twins differ as much as people do, and how much there is to know of people at all."""

from __future__ import annotations

from doxa.fidelity.people import People
from doxa.report import Column, Table
from doxa.report.number import spell_interval

_HALVED = " The others are of what the base rate leaves over, by halving each person's outcomes at random."


def people_table(found: People) -> Table:
    """Spread and ceiling, each with what it means."""
    ratio, low, high = found.spread
    interval = spell_interval(low, high, "score")
    rows = [
        {
            "what": "twins differ as much as people do",
            "value": ratio,
            "says": f"{interval}; 1: as much, below it twins are more alike, far above it too bold",
        }
    ]
    if found.ceiling is not None:
        top = found.ceiling
        rows += [
            {
                "what": "one half of a person's outcomes tells the other",
                "value": top.reliability,
                "says": "reliability of a person's mean; 0: there is nothing to know of people",
            },
            {
                "what": "best correlation there can be with people's means",
                "value": top.ceiling,
                "says": "the ceiling: the root of the above",
            },
            {
                "what": "correlation of twins with people's means",
                "value": top.twin,
                "says": "how far the twins get",
            },
        ]
    columns = (
        Column("what", "what"),
        Column("value", "value", "score"),
        Column("says", "what it says"),
    )
    return Table(
        columns,
        tuple(rows),
        caption=(
            "Spread: standard deviation over people of their mean forecasts over that of their mean"
            " outcomes, without what chance adds to the latter."
            + (_HALVED if found.ceiling else "")
        ),
    )
