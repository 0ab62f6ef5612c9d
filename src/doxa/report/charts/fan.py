"""The fan: where something may go over time, under one course of the world and under another."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import (
    ACCENT,
    INK,
    LETTERS,
    MUTED,
    QUIET,
    axis,
    drawn,
    frame,
    numbers,
    tip,
)
from doxa.report.charts.moments import span_of, ticks_of
from doxa.report.moment import Clock, When, place, spell_moment
from doxa.report.number import Format, finite, spell, spell_interval
from doxa.report.table import Column, Table

_LOOKS: tuple[tuple[str, Sequence[int] | str, float, float], ...] = (
    (ACCENT, "solid", 0.18, 2.5),
    (MUTED, [5, 4], 0.16, 1.5),
)
"""Colour, dashes, how dense the band is and how wide the line, of the first fan and of others."""


class Spread(TypedDict):
    """One moment of a fan: its middle, and the ends between which most paths lie."""

    at: When
    low: float | None
    middle: float | None
    high: float | None


class Fan(TypedDict):
    """What one course of the world is called, and where it leads, in order of time."""

    name: str
    spreads: Sequence[Spread]


class Mark(TypedDict):
    """Something that is done at a moment."""

    at: When
    name: NotRequired[str]


def fan(
    fans: Sequence[Fan],
    *,
    measure: str,
    form: Format = "number",
    marks: Sequence[Mark] = (),
    clock: Clock = "time",
    title: str = "",
    caption: str = "",
    half: bool = False,
) -> Chart:
    """A line in a band for each course of the world; the first stands out.

    Parameters
    ----------
    fans
        At most two can be told apart: under the scenario, and without it.
    measure, form
        What the values are, and how they are spelled.
    marks
        What is done when: an upright line each.

    Examples
    --------
    >>> chart = fan([{"name": "coupon", "spreads": [
    ...     {"at": "2026-03-08", "low": 1, "middle": 2, "high": 4}]}], measure="visits")
    >>> chart.label
    'visits: coupon 2 [1, 4] at 2026-03-08.'
    """
    return Chart(
        option=_option(fans, measure, form, marks, clock),
        label=_label(fans, measure, form, clock),
        table=_table(fans, measure, form, clock),
        title=title,
        caption=caption,
        height=300,
        half=half,
    )


def _option(
    fans: Sequence[Fan], measure: str, form: Format, marks: Sequence[Mark], clock: Clock
) -> Option:
    moments = [spread["at"] for each in fans for spread in each["spreads"]]
    kind = "value" if clock == "position" else "time"
    return frame(
        grid={"left": 74, "right": 26, "top": 44, "bottom": 40, "outerBoundsMode": "none"},
        legend={
            "show": len(fans) > 1,
            "top": 4,
            "left": 66,
            "selectedMode": False,
            "textStyle": LETTERS,
            "data": [{"name": each["name"]} for each in fans],
        },
        xAxis=axis(
            kind, splitLine={"show": False}, axisLabel=ticks_of(clock), **span_of(moments, clock)
        ),
        yAxis=axis("value", scale=True, name=measure, nameGap=56, axisLabel=numbers(form)),
        series=[
            *(
                part
                for number, each in enumerate(fans)
                for part in _band(each, number, form, clock)
            ),
            *(_line(each, number, form, clock, marks) for number, each in enumerate(fans)),
        ],
    )


def _look(number: int) -> tuple[str, Sequence[int] | str, float, float]:
    return _LOOKS[min(number, len(_LOOKS) - 1)]


def _band(each: Fan, number: int, form: Format, clock: Clock) -> list[Option]:
    colour, _, dense, _ = _look(number)
    base = {
        "type": "line",
        "stack": f"band {number}",
        "stackStrategy": "all",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
        "z": 1,
    }
    ends = [(place(spread["at"], clock), *_ends(spread, form)) for spread in each["spreads"]]
    return [
        {**base, "data": [[at, low] for at, low, _ in ends]},
        {
            **base,
            "data": [[at, width] for at, _, width in ends],
            "areaStyle": {"color": colour, "opacity": dense},
        },
    ]


def _ends(spread: Spread, form: Format) -> tuple[float | None, float | None]:
    low, high = drawn(spread["low"], form), drawn(spread["high"], form)
    return (None, None) if low is None or high is None else (low, high - low)


def _line(each: Fan, number: int, form: Format, clock: Clock, marks: Sequence[Mark]) -> Option:
    colour, dashes, _, wide = _look(number)
    line: dict[str, Any] = {
        "type": "line",
        "name": each["name"],
        "symbol": "circle",
        "symbolSize": 7,
        "showAllSymbol": True,
        "lineStyle": {"color": colour, "width": wide, "type": dashes},
        # Invisible dots that answer to the pointer.
        "itemStyle": {"color": colour, "opacity": 0},
        "emphasis": {"itemStyle": {"opacity": 1}},
        "z": 3 if number == 0 else 2,
        "data": [
            {
                "name": f"{each['name']}, {spell_moment(spread['at'], clock)}",
                "value": [place(spread["at"], clock), drawn(spread["middle"], form)],
                "tooltip": tip(_spelled(spread, form)),
            }
            for spread in each["spreads"]
        ],
    }
    if number == 0 and marks:
        line["markLine"] = _marked(marks, clock)
    return line


def _marked(marks: Sequence[Mark], clock: Clock) -> Option:
    return {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": QUIET, "type": [3, 3], "width": 1},
        "label": {"formatter": "{b}", "color": INK, "position": "insideEndTop", "fontSize": 11},
        "data": [
            {"xAxis": place(mark["at"], clock), "name": mark.get("name", "")} for mark in marks
        ],
    }


def _spelled(spread: Spread, form: Format) -> str:
    ends = spell_interval(spread["low"], spread["high"], form)
    return f"{spell(spread['middle'], form)} {ends}".rstrip()


def _label(fans: Sequence[Fan], measure: str, form: Format, clock: Clock) -> str:
    told = []
    for each in fans:
        known = [spread for spread in each["spreads"] if finite(spread["middle"]) is not None]
        if known:
            last = known[-1]
            when = spell_moment(last["at"], clock)
            told.append(f"{each['name']} {_spelled(last, form)} at {when}")
    return f"{measure}: {'; '.join(told) or 'nothing known'}."


def _table(fans: Sequence[Fan], measure: str, form: Format, clock: Clock) -> Table:
    at = (
        Column("at", "position", "count", align="left")
        if clock == "position"
        else Column("at", "when (UTC)", "when")
    )
    columns = tuple(
        Column(f"{number} middle", each["name"], form, low=f"{number} low", high=f"{number} high")
        for number, each in enumerate(fans)
    )
    rows: dict[int, dict[str, Any]] = {}
    for number, each in enumerate(fans):
        for spread in each["spreads"]:
            row = rows.setdefault(place(spread["at"], clock), {"at": spread["at"]})
            row |= {f"{number} {key}": spread[key] for key in ("low", "middle", "high")}
    return Table((at, *columns), tuple(rows[key] for key in sorted(rows)), caption=measure)
