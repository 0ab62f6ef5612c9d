"""The reliability curve: do things forecast at 30 % happen 30 % of the time?"""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import ACCENT, QUIET, axis, drawn, frame, numbers, tip, whiskers
from doxa.report.number import finite, spell
from doxa.report.table import Column, Table

_ENDS = (5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0)


class Group(TypedDict):
    """Forecasts of about the same size.

    Their mean, the share that came true, that share's interval and how many they are.
    """

    forecast: float | None
    observed: float | None
    count: int
    low: NotRequired[float | None]
    high: NotRequired[float | None]


def reliability(
    groups: Sequence[Group], *, outcome: str = "it", title: str = "", caption: str = ""
) -> Chart:
    """Observed share against forecast probability, the diagonal, and counts underneath.

    Parameters
    ----------
    groups
        In order of forecast; probabilities and shares in [0, 1].
    outcome
        What was forecast, for the label.
    title, caption
        Printed above and under the chart.

    Examples
    --------
    >>> chart = reliability([{"forecast": 0.1, "observed": 0.12, "count": 900}],
    ...                     outcome="buys within a week")
    >>> chart.label
    'Calibration of forecasts that buys within a week: forecast 10.0\\xa0%, observed 12.0\\xa0%.'
    """
    return Chart(
        option=_option(groups),
        label=_label(groups, outcome),
        table=_table(groups),
        title=title,
        caption=caption,
        height=420,
        half=True,
    )


def _option(groups: Sequence[Group]) -> Option:
    reach = _reach(groups)
    return frame(
        grid=[
            {"left": 80, "right": 26, "top": 14, "bottom": 136, "outerBoundsMode": "none"},
            {"left": 80, "right": 26, "height": 56, "bottom": 46, "outerBoundsMode": "none"},
        ],
        xAxis=[
            _percent(reach, axisLabel={"show": False}),
            _percent(reach, gridIndex=1, name="forecast probability", nameGap=28),
        ],
        yAxis=[
            _percent(reach, name="share that came true", nameGap=54),
            axis("value", gridIndex=1, name="how many", nameGap=54, splitNumber=1),
        ],
        series=[
            _diagonal(reach),
            whiskers(_ends(groups), upright=True, colour=ACCENT),
            _curve(groups),
            _counts(groups),
        ],
    )  # fmt: skip


def _reach(groups: Sequence[Group]) -> float:
    """Where both axes end: rare outcomes would else sit in a corner."""
    known = [
        finite(value)
        for group in groups
        for value in (group["forecast"], group["observed"], group.get("high"))
    ]
    most = max((100 * value for value in known if value is not None), default=100.0)
    return next((end for end in _ENDS if most <= end), 100.0)


def _percent(reach: float, **parts: Any) -> Option:
    # Without containShape=False the bars would push their axis out of line with the curve's.
    ticks = numbers("percent")
    return axis(
        "value", **{"min": 0, "max": reach, "containShape": False, "axisLabel": ticks, **parts}
    )


def _share(value: float | None) -> float | None:
    return drawn(value, "percent")


def _diagonal(reach: float) -> Option:
    return {
        "type": "line",
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": QUIET, "type": [4, 3], "width": 1.5},
        "tooltip": {"show": False},
        "data": [[0, 0], [reach, reach]],
    }


def _ends(groups: Sequence[Group]) -> list[list[float | None]]:
    return [
        [_share(group["forecast"]), _share(group.get("low")), _share(group.get("high"))]
        for group in groups
    ]


def _curve(groups: Sequence[Group]) -> Option:
    return {
        "type": "line",
        "symbol": "circle",
        "symbolSize": 7,
        "lineStyle": {"color": ACCENT, "width": 2},
        "itemStyle": {"color": ACCENT},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": f"forecast {spell(group['forecast'], 'percent')}",
                "value": [_share(group["forecast"]), _share(group["observed"])],
                "tooltip": tip(_told(group)),
            }
            for group in groups
        ],
    }


def _counts(groups: Sequence[Group]) -> Option:
    return {
        "type": "bar",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "barWidth": 10,
        "itemStyle": {"color": QUIET},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": f"forecast {spell(group['forecast'], 'percent')}",
                "value": [_share(group["forecast"]), finite(group["count"])],
                "tooltip": tip(_told(group)),
            }
            for group in groups
        ],
    }


def _told(group: Group) -> str:
    return f"came true {spell(group['observed'], 'percent')} of {spell(group['count'], 'count')}"


def _label(groups: Sequence[Group], outcome: str) -> str:
    pairs = [
        f"forecast {spell(g['forecast'], 'percent')}, observed {spell(g['observed'], 'percent')}"
        for g in groups
    ]
    return f"Calibration of forecasts that {outcome}: {'; '.join(pairs)}."


def _table(groups: Sequence[Group]) -> Table:
    columns = (
        Column("forecast", "forecast", "percent", align="left"),
        Column("observed", "came true", "percent"),
        Column("low", "95 % from", "percent"),
        Column("high", "to", "percent"),
        Column("count", "forecasts", "count"),
    )
    return Table(columns, tuple(dict(group) for group in groups))
