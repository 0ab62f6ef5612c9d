"""The ladder: what each rung of knowledge about people costs in log-loss."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import (
    ACCENT,
    BAD,
    INK,
    MUTED,
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

_ROW, _MARGIN = 40, 74
_LONGEST = 36


class Rung(TypedDict):
    """One forecaster: its name, its score, the interval's ends and whether it is the twin."""

    name: str
    value: float | None
    low: NotRequired[float | None]
    high: NotRequired[float | None]
    twin: NotRequired[bool]


def ladder(
    rungs: Sequence[Rung],
    *,
    measure: str = "log-loss",
    form: Format = "loss",
    bar: float | None = None,
    title: str = "",
    caption: str = "",
) -> Chart:
    """Horizontal bars from zero, one per rung from the top, with 95 % whiskers.

    Parameters
    ----------
    rungs
        In the order they are shown; the twin's bar is highlighted.
    measure, form
        What the values are, and how they are spelled.
    bar
        A value to be reached, drawn as a dashed line.
    title, caption
        Printed above and under the chart.

    Examples
    --------
    >>> chart = ladder([{"name": "persona", "value": 0.2299},
    ...                 {"name": "twin", "value": 0.1943, "low": 0.192, "high": 0.1966,
    ...                  "twin": True}], bar=0.1955)
    >>> chart.label
    'log-loss by rung: persona 0.2299; twin 0.1943 [0.1920, 0.1966]; bar to reach 0.1955.'
    """
    return Chart(
        option=_option(rungs, measure, form, finite(bar)),
        label=_label(rungs, measure, form, finite(bar)),
        table=_table(rungs, measure, form),
        title=title,
        caption=caption,
        height=_MARGIN + _ROW * len(rungs),
    )


def _option(rungs: Sequence[Rung], measure: str, form: Format, bar: float | None) -> Option:
    spelled = [_spelled(rung, form) for rung in rungs]
    values = [spell(rung["value"], form) for rung in rungs]
    return frame(
        grid={"left": 8, "right": 8, "top": 26, "bottom": 28, "containLabel": True},
        xAxis=_ruler(rungs, measure, form),
        yAxis=[
            axis("category", inverse=True, data=_labels(rungs, [_short(r["name"]) for r in rungs])),
            axis("category", inverse=True, position="right", data=_labels(rungs, spelled)),
        ],
        series=[_bars(rungs, form, bar), whiskers(_ends(rungs, form))],
        media=layouts(_columns(224, _labels(rungs, spelled)), _columns(96, _labels(rungs, values))),
    )


def _ruler(rungs: Sequence[Rung], measure: str, form: Format) -> Option:
    ticks = numbers(form)
    return axis(
        "value", name=measure, nameGap=30, splitNumber=4, min=_start(rungs), axisLabel=ticks
    )


def _start(rungs: Sequence[Rung]) -> float | None:
    # Bars are read by their length, so the axis starts at zero unless a value is negative.
    known = [finite(x) for rung in rungs for x in (rung["value"], rung.get("low"))]
    return None if any(value is not None and value < 0 for value in known) else 0.0


def _columns(width: int, right: list[Option]) -> Option:
    names = {"width": width, "overflow": "break", "interval": 0, "hideOverlap": False}
    return {
        "yAxis": [
            {"axisLabel": names},
            {"data": right, "axisLabel": {"interval": 0, "hideOverlap": False}},
        ]
    }


def _labels(rungs: Sequence[Rung], texts: Sequence[str]) -> list[Option]:
    return [
        {"value": text, "textStyle": _letters(rung)}
        for rung, text in zip(rungs, texts, strict=True)
    ]


def _short(name: str) -> str:
    # The tooltip and the table have the whole name; beside a bar it must leave the others room.
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _letters(rung: Rung) -> Option:
    return {"color": ACCENT if rung.get("twin") else INK}


def _bars(rungs: Sequence[Rung], form: Format, bar: float | None) -> Option:
    series: dict[str, Any] = {
        "type": "bar",
        "barWidth": 16,
        "itemStyle": {"borderRadius": [0, 2, 2, 0]},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": rung["name"],
                "value": drawn(rung["value"], form),
                "itemStyle": {"color": ACCENT if rung.get("twin") else QUIET},
                "tooltip": tip(_spelled(rung, form)),
            }
            for rung in rungs
        ],
    }
    if bar is not None:
        series["markLine"] = _bar_line(bar, form)
    return series


def _bar_line(bar: float, form: Format) -> Option:
    return {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": BAD, "type": [4, 3], "width": 1.5},
        "label": {"formatter": f"bar {spell(bar, form)}", "color": MUTED, "position": "start"},
        "data": [{"xAxis": drawn(bar, form)}],
    }


def _ends(rungs: Sequence[Rung], form: Format) -> list[list[float | None]]:
    return [
        [row, drawn(rung.get("low"), form), drawn(rung.get("high"), form)]
        for row, rung in enumerate(rungs)
    ]


def _spelled(rung: Rung, form: Format) -> str:
    interval = spell_interval(rung.get("low"), rung.get("high"), form)
    return f"{spell(rung['value'], form)} {interval}".rstrip()


def _label(rungs: Sequence[Rung], measure: str, form: Format, bar: float | None) -> str:
    parts = [f"{rung['name']} {_spelled(rung, form)}" for rung in rungs]
    if bar is not None:
        parts.append(f"bar to reach {spell(bar, form)}")
    return f"{measure} by rung: {'; '.join(parts)}."


def _table(rungs: Sequence[Rung], measure: str, form: Format) -> Table:
    columns = (
        Column("name", "rung"),
        Column("value", measure, form),
        Column("low", "95 % from", form),
        Column("high", "to", form),
    )
    return Table(columns, tuple(dict(rung) for rung in rungs), strong="twin")
