"""Pairs: two values of each thing side by side, such as a field alone and beside history."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import (
    ACCENT,
    INK,
    QUIET,
    axis,
    drawn,
    frame,
    layouts,
    numbers,
    tip,
    whiskers,
)
from doxa.report.number import Format, finite, spell, spell_interval
from doxa.report.table import Column, Table

_ROW, _MARGIN, _BAR, _GAP = 48, 96, 14, 4
_LONGEST = 36
_BOTH = (_BAR + _GAP) / 2


class Pair(TypedDict):
    """One thing: its two values, each with the ends of its interval."""

    name: str
    first: float | None
    second: float | None
    first_low: NotRequired[float | None]
    first_high: NotRequired[float | None]
    second_low: NotRequired[float | None]
    second_high: NotRequired[float | None]


def pairs(
    rows: Sequence[Pair],
    *,
    names: tuple[str, str],
    measure: str,
    form: Format = "percent",
    title: str = "",
    caption: str = "",
) -> Chart:
    """Two horizontal bars per row, from the top, with 95 % whiskers.

    Parameters
    ----------
    rows
        In the order they are shown.
    names
        What the first and the second bar of every row are; the second one is highlighted.
    measure, form
        What the values are, and how they are spelled.
    title, caption
        Printed above and under the chart.

    Examples
    --------
    >>> chart = pairs([{"name": "income", "first": 0.02, "second": 0.001}],
    ...     names=("alone", "beside history"), measure="share of the loss removed")
    >>> chart.label
    'share of the loss removed: income alone 2.0\xa0%, beside history 0.1\xa0%.'
    """
    return Chart(
        option=_option(rows, names, measure, form),
        label=_label(rows, names, measure, form),
        table=_table(rows, names, form),
        title=title,
        caption=caption,
        height=_MARGIN + _ROW * len(rows),
    )


def _option(rows: Sequence[Pair], names: tuple[str, str], measure: str, form: Format) -> Option:
    shown = [_short(row["name"]) for row in rows]
    letters = {"color": INK, "overflow": "break", "interval": 0, "hideOverlap": False}
    return frame(
        grid={"left": 8, "right": 24, "top": 34, "bottom": 30, "containLabel": True},
        legend={
            "data": list(names), "left": 8, "top": 0, "selectedMode": False,
            "itemWidth": 14, "itemHeight": 10, "textStyle": {"color": INK, "fontSize": 12},
        },
        xAxis=axis(
            "value", name=measure, nameGap=30, splitNumber=4, min=_start(rows, form),
            axisLabel=numbers(form, showMinLabel=_start(rows, form) == 0),
        ),
        yAxis=axis("category", inverse=True, data=shown),
        series=[
            _bars(rows, "first", names[0], QUIET, form),
            _bars(rows, "second", names[1], ACCENT, form),
            whiskers(_ends(rows, form)),
        ],
        media=layouts(
            {"yAxis": {"axisLabel": {**letters, "width": 224}}},
            {"yAxis": {"axisLabel": {**letters, "width": 96}}},
        ),
    )  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _start(rows: Sequence[Pair], form: Format) -> float:
    # Bars are read by their length, so the axis starts at zero, or just below the lowest value.
    keys = ("first", "second", "first_low", "second_low")
    known = [drawn(_value(row, key), form) for row in rows for key in keys]
    return min([0.0, *(1.1 * value for value in known if value is not None)])


def _bars(rows: Sequence[Pair], which: str, name: str, colour: str, form: Format) -> Option:
    return {
        "type": "bar",
        "name": name,
        "barWidth": _BAR,
        "barGap": f"{100 * _GAP / _BAR:.0f}%",
        "itemStyle": {"color": colour, "borderRadius": [0, 2, 2, 0]},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": row["name"],
                "value": drawn(_value(row, which), form),
                "tooltip": tip(f"{name}: {_spelled(row, which, form)}"),
            }
            for row in rows
        ],
    }


def _ends(rows: Sequence[Pair], form: Format) -> list[list[float | None]]:
    return [
        [
            place,
            drawn(_value(row, f"{which}_low"), form),
            drawn(_value(row, f"{which}_high"), form),
            aside,
        ]
        for place, row in enumerate(rows)
        for which, aside in (("first", -_BOTH), ("second", _BOTH))
    ]


def _value(row: Pair, key: str) -> float | None:
    told: Mapping[str, Any] = row
    return finite(told.get(key))


def _spelled(row: Pair, which: str, form: Format) -> str:
    interval = spell_interval(_value(row, f"{which}_low"), _value(row, f"{which}_high"), form)
    return f"{spell(_value(row, which), form)} {interval}".rstrip()


def _label(rows: Sequence[Pair], names: tuple[str, str], measure: str, form: Format) -> str:
    told = [
        f"{row['name']} {names[0]} {_spelled(row, 'first', form)},"
        f" {names[1]} {_spelled(row, 'second', form)}"
        for row in rows
    ]
    return f"{measure}: {'; '.join(told)}."


def _table(rows: Sequence[Pair], names: tuple[str, str], form: Format) -> Table:
    columns = (
        Column("name", ""),
        Column("first", names[0], form, low="first_low", high="first_high"),
        Column("second", names[1], form, low="second_low", high="second_high"),
    )
    return Table(columns, tuple(dict(row) for row in rows))
