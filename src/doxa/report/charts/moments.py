"""The axis of time of a chart: its ends and its labels, on both clocks."""

from collections.abc import Sequence

from doxa.report.chart import Option
from doxa.report.charts.frame import LETTERS, numbers
from doxa.report.moment import Clock, When, place

_DATES: Option = {
    **LETTERS,
    "formatter": {
        "year": "{yyyy}",
        "month": "{MMM} {yyyy}",
        "day": "{d} {MMM}",
        "hour": "{HH}:{mm}",
        "minute": "{HH}:{mm}",
        "second": "{HH}:{mm}:{ss}",
        "millisecond": "{HH}:{mm}:{ss}.{SSS}",
    },
}
_PAD = {"time": 43_200_000, "position": 1}


def ticks_of(clock: Clock) -> Option:
    """The labels of an axis of time.

    Examples
    --------
    >>> ticks_of("time")["formatter"]["year"]
    '{yyyy}'
    """
    return numbers("number") if clock == "position" else _DATES


def span_of(moments: Sequence[When], clock: Clock) -> Option:
    """Where an axis of time begins and ends.

    Examples
    --------
    >>> span_of([3, 9], "position"), span_of([], "time")
    ({'min': 3, 'max': 9}, {})
    """
    places = [place(each, clock) for each in moments]
    if not places:
        return {}
    pad = _PAD[clock] if min(places) == max(places) else 0
    return {"min": min(places) - pad, "max": max(places) + pad}
