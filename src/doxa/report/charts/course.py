"""The course: how several forecasters did from one moment to the next."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import (
    ACCENT,
    LETTERS,
    MUTED,
    QUIET,
    axis,
    drawn,
    frame,
    numbers,
    tip,
)
from doxa.report.moment import Clock, When, spell_moment
from doxa.report.number import Format, spell
from doxa.report.table import Column, Table

_OTHERS: tuple[tuple[str, Sequence[int] | str], ...] = ((QUIET, "solid"), (MUTED, [4, 3]))


class Stop(TypedDict):
    """One moment: the value of every line, and the interval of the first."""

    at: When
    values: Sequence[float | None]
    low: NotRequired[float | None]
    high: NotRequired[float | None]


def course(
    stops: Sequence[Stop],
    names: Sequence[str],
    *,
    measure: str = "loss",
    form: Format = "loss",
    clock: Clock = "time",
    title: str = "",
    caption: str = "",
) -> Chart:
    """One line per name over moments in order; the first stands out and has whiskers.

    Parameters
    ----------
    stops
        In order of time.
    names
        Of the lines; at most three.
    measure, form
        What the values are, and how they are spelled.

    Examples
    --------
    >>> chart = course([{"at": "2026-03-01", "values": [0.4, 0.5], "low": 0.3, "high": 0.5}],
    ...                ["twin", "base"])
    >>> chart.label
    'loss over time: 2026-03-01: twin 0.4000, base 0.5000.'
    """
    return Chart(
        option=_option(stops, names, measure, form, clock),
        label=_label(stops, names, measure, form, clock),
        table=_table(stops, names, measure, form, clock),
        title=title,
        caption=caption,
        height=300,
    )


def _option(
    stops: Sequence[Stop], names: Sequence[str], measure: str, form: Format, clock: Clock
) -> Option:
    places = [spell_moment(stop["at"], clock) for stop in stops]
    return frame(
        grid={"left": 74, "right": 26, "top": 40, "bottom": 40, "outerBoundsMode": "none"},
        legend={"top": 4, "left": 70, "textStyle": LETTERS, "data": list(names)},
        xAxis=axis("category", data=places),
        yAxis=axis("value", scale=True, name=measure, nameGap=56, axisLabel=numbers(form)),
        series=[
            _whiskers(stops, form),
            *(_line(stops, name, number, form, clock) for number, name in enumerate(names)),
        ],
    )


def _whiskers(stops: Sequence[Stop], form: Format) -> Option:
    return {
        "type": "custom",
        "renderItem": "whisker-y",
        "silent": True,
        "tooltip": {"show": False},
        "itemStyle": {"color": ACCENT},
        "encode": {"x": 0, "y": [1, 2]},
        "data": [
            [place, drawn(stop.get("low"), form), drawn(stop.get("high"), form)]
            for place, stop in enumerate(stops)
        ],
    }


def _line(stops: Sequence[Stop], name: str, number: int, form: Format, clock: Clock) -> Option:
    colour, dashes = (ACCENT, "solid") if number == 0 else _OTHERS[(number - 1) % len(_OTHERS)]
    return {
        "type": "line",
        "name": name,
        "symbol": "circle",
        "symbolSize": 7 if number == 0 else 5,
        "lineStyle": {"color": colour, "width": 2 if number == 0 else 1.5, "type": dashes},
        "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": f"{name}, {spell_moment(stop['at'], clock)}",
                "value": drawn(_value(stop, number), form),
                "tooltip": tip(spell(_value(stop, number), form)),
            }
            for stop in stops
        ],
    }


def _value(stop: Stop, number: int) -> float | None:
    values = stop["values"]
    return values[number] if number < len(values) else None


def _label(
    stops: Sequence[Stop], names: Sequence[str], measure: str, form: Format, clock: Clock
) -> str:
    told = [
        f"{spell_moment(stop['at'], clock)}: "
        + ", ".join(
            f"{name} {spell(_value(stop, number), form)}" for number, name in enumerate(names)
        )
        for stop in stops
    ]
    return f"{measure} over time: {'; '.join(told)}."


def _table(
    stops: Sequence[Stop], names: Sequence[str], measure: str, form: Format, clock: Clock
) -> Table:
    columns = (
        Column("at", "from"),
        *(
            Column(f"line {number}", name, form, **_ends(number))
            for number, name in enumerate(names)
        ),
    )
    return Table(columns, tuple(_row(stop, names, clock) for stop in stops), caption=measure)


def _ends(number: int) -> dict[str, Any]:
    return {"low": "low", "high": "high"} if number == 0 else {}


def _row(stop: Stop, names: Sequence[str], clock: Clock) -> dict[str, Any]:
    values = {f"line {number}": _value(stop, number) for number in range(len(names))}
    return {
        "at": spell_moment(stop["at"], clock),
        **values,
        "low": stop.get("low"),
        "high": stop.get("high"),
    }
