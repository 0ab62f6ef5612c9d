"""The curve: how several forecasters did from one named step to the next."""

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
    whiskers,
)
from doxa.report.number import Format, spell
from doxa.report.table import Column, Table

_OTHERS: tuple[tuple[str, Sequence[int] | str], ...] = ((QUIET, "solid"), (MUTED, [4, 3]))


class Step(TypedDict):
    """One step: the value of every line, and the interval of the first."""

    name: str
    values: Sequence[float | None]
    low: NotRequired[float | None]
    high: NotRequired[float | None]


def curve(
    steps: Sequence[Step],
    names: Sequence[str],
    *,
    along: str,
    measure: str = "loss",
    form: Format = "loss",
    zero: bool = False,
    title: str = "",
    caption: str = "",
    half: bool = False,
) -> Chart:
    """One line per name over steps in order; the first stands out and has whiskers.

    Parameters
    ----------
    steps
        From left to right.
    names
        Of the lines; at most three. One line alone has no legend.
    along
        What the steps are.
    measure, form
        What the values are, and how they are spelled.
    zero
        Whether a line is drawn at 0: of a skill, where nothing is gained.
    half
        Whether the chart may share a row with another.

    Examples
    --------
    >>> chart = curve([{"name": "0", "values": [0.4, 0.5]}], ["twin", "base"], along="signals known")
    >>> chart.label
    'loss by signals known: 0: twin 0.4000, base 0.5000.'
    """
    return Chart(
        option=_option(steps, names, along, measure, form, zero),
        label=label(steps, names, f"{measure} by {along}", form),
        table=_table(steps, names, along, measure, form),
        title=title,
        caption=caption,
        height=300,
        half=half,
    )


def _option(
    steps: Sequence[Step], names: Sequence[str], along: str, measure: str, form: Format, zero: bool
) -> Option:
    several = len(names) > 1
    top = 40 if several else 18
    bottom = 56 if along else 40
    ends = [[step.get("low"), step.get("high")] for step in steps]
    return frame(
        grid={"left": 74, "right": 26, "top": top, "bottom": bottom, "outerBoundsMode": "none"},
        legend={
            "show": several,
            "top": 4,
            "left": 70,
            "textStyle": LETTERS,
            "data": list(names),
        },
        xAxis=axis("category", data=[step["name"] for step in steps], name=along, nameGap=32),
        yAxis=axis("value", scale=not zero, name=measure, nameGap=56, axisLabel=numbers(form)),
        series=[
            whiskers(
                [[place, *(drawn(end, form) for end in own)] for place, own in enumerate(ends)],
                upright=True,
                colour=ACCENT,
            ),
            *(_line(steps, name, number, form, zero) for number, name in enumerate(names)),
        ],
    )


def _line(steps: Sequence[Step], name: str, number: int, form: Format, zero: bool) -> Option:
    colour, dashes = (ACCENT, "solid") if number == 0 else _OTHERS[(number - 1) % len(_OTHERS)]
    line: dict[str, Any] = {
        "type": "line",
        "name": name,
        "symbol": "circle",
        "symbolSize": 7 if number == 0 else 5,
        "lineStyle": {"color": colour, "width": 2 if number == 0 else 1.5, "type": dashes},
        "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": f"{name}, {step['name']}",
                "value": drawn(value_of(step, number), form),
                "tooltip": tip(spell(value_of(step, number), form)),
            }
            for step in steps
        ],
    }
    if zero and number == 0:
        line["markLine"] = {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": MUTED, "type": "solid", "width": 1},
            "label": {"show": False},
            "data": [{"yAxis": 0}],
        }
    return line


def value_of(step: Step, number: int) -> float | None:
    """The value of a line at a step; None where there is none."""
    values = step["values"]
    return values[number] if number < len(values) else None


def label(steps: Sequence[Step], names: Sequence[str], what: str, form: Format) -> str:
    """All values in one sentence."""
    told = [
        f"{step['name']}: "
        + ", ".join(
            f"{name} {spell(value_of(step, number), form)}" for number, name in enumerate(names)
        )
        for step in steps
    ]
    return f"{what}: {'; '.join(told)}."


def _table(
    steps: Sequence[Step], names: Sequence[str], along: str, measure: str, form: Format
) -> Table:
    columns = (
        Column("at", along or "from"),
        *(
            Column(f"line {number}", name, form, **_ends(number))
            for number, name in enumerate(names)
        ),
    )
    return Table(columns, tuple(_row(step, names) for step in steps), caption=measure)


def _ends(number: int) -> dict[str, Any]:
    return {"low": "low", "high": "high"} if number == 0 else {}


def _row(step: Step, names: Sequence[str]) -> dict[str, Any]:
    values = {f"line {number}": value_of(step, number) for number in range(len(names))}
    return {"at": step["name"], **values, "low": step.get("low"), "high": step.get("high")}
