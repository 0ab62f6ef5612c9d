"""The histogram: how many people, forecasts or gaps fall between two values."""

from collections.abc import Sequence
from typing import TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import ACCENT, INK, QUIET, axis, drawn, frame, numbers, tip
from doxa.report.number import Format, finite, spell
from doxa.report.table import Column, Table

_EVEN = 1e-6


class Bin(TypedDict):
    """How many values lie in [low, high)."""

    low: float
    high: float
    count: float | None


class Mark(TypedDict):
    """A value worth a line of its own, and what it is called."""

    at: float
    name: str


def histogram(
    bins: Sequence[Bin],
    *,
    measure: str,
    form: Format = "number",
    of: str = "people",
    marks: Sequence[Mark] = (),
    even: float | None = None,
    title: str = "",
    caption: str = "",
) -> Chart:
    """Bars over a number line; bins of unequal width are drawn as counts per unit.

    Parameters
    ----------
    bins
        From low to high; a bin whose count is missing is left open.
    measure, form
        What the number line is, and how its values are spelled.
    of
        What is counted.
    marks
        Vertical lines: a median, a limit, this twin.
    even
        A count drawn as a dashed line: what every bin would hold, were all alike.
    title, caption
        Printed above and under the chart.

    Examples
    --------
    >>> histogram([{"low": 0, "high": 1, "count": 12}], measure="skill").label
    'Distribution of skill over 12 people, from 0 to 1.'
    """
    return Chart(
        option=_option(bins, measure, form, of, marks, even),
        label=_label(bins, measure, form, of),
        table=_table(bins, form, of),
        title=title,
        caption=caption,
        height=300,
        half=True,
    )


def _option(
    bins: Sequence[Bin],
    measure: str,
    form: Format,
    of: str,
    marks: Sequence[Mark],
    even: float | None,
) -> Option:
    scale = "" if _even(bins) else f" per unit of {measure}"
    return frame(
        grid={"left": 74, "right": 22, "top": 30, "bottom": 48, "outerBoundsMode": "none"},
        xAxis=_ruler(measure, form),
        yAxis=axis("value", name=of + scale, nameGap=50, splitNumber=4),
        series=[_bars(bins, form), _marks(marks, form), *([_even_line(even)] if even else [])],
    )


def _ruler(measure: str, form: Format) -> Option:
    bare = {"splitLine": {"show": False}, "axisLabel": numbers(form)}
    return axis("value", name=measure, nameGap=30, scale=True, **bare)


def _even(bins: Sequence[Bin]) -> bool:
    widths = [item["high"] - item["low"] for item in bins]
    return not widths or max(widths) - min(widths) <= _EVEN * max(widths)


def _bars(bins: Sequence[Bin], form: Format) -> Option:
    even = _even(bins)
    return {
        "type": "custom",
        "renderItem": "bin",
        "itemStyle": {"color": QUIET},
        "encode": {"x": [0, 1], "y": 2},
        "data": [
            {
                "name": _span(item, form),
                "value": _corners(item, form, even),
                "tooltip": tip(spell(item["count"], "count")),
            }
            for item in bins
        ],
    }


def _corners(item: Bin, form: Format, even: bool) -> list[float | None]:
    return [drawn(item["low"], form), drawn(item["high"], form), _height(item, even)]


def _height(item: Bin, even: bool) -> float | None:
    count = finite(item["count"])
    return count if even or count is None else count / (item["high"] - item["low"])


def _marks(marks: Sequence[Mark], form: Format) -> Option:
    lines = [{"xAxis": drawn(mark["at"], form), "name": mark["name"]} for mark in marks]
    label = {"formatter": "{b}", "color": INK, "position": "end", "distance": 4}
    style = {"color": ACCENT, "type": "solid", "width": 2}
    return {
        "type": "line",
        "data": [],
        "markLine": {
            "silent": True, "symbol": "none", "lineStyle": style, "label": label, "data": lines,
        },
    }  # fmt: skip


def _even_line(count: float) -> Option:
    return {
        "type": "line",
        "data": [],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": INK, "type": [4, 3], "width": 1.5},
            "label": {"show": False},
            "data": [{"yAxis": count}],
        },
    }


def _span(item: Bin, form: Format) -> str:
    return f"{spell(item['low'], form)} to {spell(item['high'], form)}"


def _label(bins: Sequence[Bin], measure: str, form: Format, of: str) -> str:
    if not bins:
        return f"Distribution of {measure}: nothing to show."
    total = sum(finite(item["count"]) or 0 for item in bins)
    reach = f"from {spell(bins[0]['low'], form)} to {spell(bins[-1]['high'], form)}"
    return f"Distribution of {measure} over {spell(total, 'count')} {of}, {reach}."


def _table(bins: Sequence[Bin], form: Format, of: str) -> Table:
    columns = (
        Column("low", "from", form, align="left"),
        Column("high", "to", form),
        Column("count", of, "count"),
    )
    return Table(columns, tuple(dict(item) for item in bins))
