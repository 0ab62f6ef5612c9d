"""Numbers above a plot that lead to what is told of a moment elsewhere."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from doxa.report.chart import Option
from doxa.report.moment import Clock, When, place

TALL = 18
"""Height of a row of numbers."""

_A_ROW, _MOST_ROWS = 12, 4


class Flag(TypedDict):
    """A number at a moment that is explained elsewhere; with a value it leads to that point."""

    at: When
    number: int
    value: NotRequired[float]


def rows_of(flags: Sequence[Flag]) -> int:
    """How many rows of numbers stand above the plot.

    Examples
    --------
    >>> rows_of([]), rows_of([{"at": 0, "number": 1}]), rows_of([{"at": 0, "number": 1}] * 13)
    (0, 1, 2)
    """
    return min(_MOST_ROWS, -(-len(flags) // _A_ROW))


def flagged(flags: Sequence[Flag], clock: Clock) -> Option:
    """The series of the numbers: side by side without touching, each with a line to its place.

    Examples
    --------
    >>> flagged([{"at": 5, "number": 3}], "position")["data"]
    [{'name': '3', 'value': [5, None, 3, 1]}]
    """
    rows = rows_of(flags)
    ordered = sorted(flags, key=lambda flag: (place(flag["at"], clock), flag["number"]))
    return {
        "type": "custom",
        "renderItem": "flag",
        "silent": True,
        "tooltip": {"show": False},
        "encode": {"x": 0, "y": 1},
        "z": 4,
        "data": [
            {
                "name": str(flag["number"]),
                "value": [place(flag["at"], clock), flag.get("value"), flag["number"], rows],
            }
            for flag in ordered
        ],
    }
