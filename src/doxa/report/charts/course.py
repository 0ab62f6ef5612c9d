"""The course: how several forecasters did from one moment to the next."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from msgspec.structs import replace

from doxa.report.chart import Chart
from doxa.report.charts.curve import Step, curve, label
from doxa.report.moment import Clock, When, spell_moment
from doxa.report.number import Format


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
    steps = [_step(stop, clock) for stop in stops]
    made = curve(steps, names, along="", measure=measure, form=form, title=title, caption=caption)
    return replace(made, label=label(steps, names, f"{measure} over time", form))


def _step(stop: Stop, clock: Clock) -> Step:
    return {
        "name": spell_moment(stop["at"], clock),
        "values": stop["values"],
        "low": stop.get("low"),
        "high": stop.get("high"),
    }
