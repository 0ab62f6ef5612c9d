"""The axis of time of a chart: its ends and its labels, on both clocks."""

from collections.abc import Sequence
from itertools import pairwise

from doxa.report.chart import Option
from doxa.report.charts.frame import INK, LETTERS, LINE, numbers
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


Silence = tuple[When, When]
"""From when to when nothing came in."""

_SHARE, _TIMES, _MARGIN = 1 / 6, 8, 0.02
_UNITS = {"time": (86_400_000, 3_600_000, 60_000), "position": ()}
_ROOM = 80
"""Height in pixels from which on the words fit into a silence, upright."""


def silences_of(moments: Sequence[When], clock: Clock) -> list[Silence]:
    """Stretches without anything that are so long that they would squeeze all the rest.

    A sixth of the whole or more, and eight or more times as long as what lies between two moments
    in the middle case.

    Examples
    --------
    >>> silences_of([0, 1, 2, 4, 90, 91, 93], "position")
    [(4, 90)]
    >>> silences_of([0, 30, 60, 90], "position")
    []
    """
    times = {place(each, clock): each for each in moments}
    places = sorted(times)
    gaps = sorted(after - before for before, after in pairwise(places))
    if len(gaps) < 2:
        return []
    least = max(_SHARE * (places[-1] - places[0]), _TIMES * gaps[(len(gaps) - 1) // 2])
    return [
        (times[before], times[after])
        for before, after in pairwise(places)
        if after - before >= least
    ]


def folded(silences: Sequence[Silence], span: Option, clock: Clock) -> Option:
    """An axis of time on which every silence is as wide as any other, and narrow.

    Examples
    --------
    >>> folded([(4, 90)], {"min": 0, "max": 100}, "position")["breaks"]
    [{'start': 5, 'end': 89, 'gap': '6%'}]
    """
    if not silences:
        return {}
    rest = span["max"] - span["min"]
    rest -= sum(place(after, clock) - place(before, clock) for before, after in silences)
    margin = max(1, round(_MARGIN * max(rest, 0)))
    # Their ends are labels of the axis: whole days where days pass, so that they read as the others.
    unit = next((each for each in _UNITS[clock] if rest > 5 * each), 1)
    strips = [
        (
            -(-(place(before, clock) + margin) // unit) * unit,
            (place(after, clock) - margin) // unit * unit,
        )
        for before, after in silences
    ]
    return {
        "breaks": [
            {"start": start, "end": end, "gap": "6%"} for start, end in strips if start < end
        ],
        "breakArea": {
            "expandOnClick": False,
            "zigzagAmplitude": 0,
            "itemStyle": {"color": LINE, "opacity": 0.7, "borderColor": LINE, "borderWidth": 0},
        },
        "breakLabelLayout": {"moveOverlap": False},
    }


def named_silences(silences: Sequence[Silence], clock: Clock, tall: int) -> Option:
    """The words in every silence of an axis; none where the plot is not tall enough for them.

    Examples
    --------
    >>> named_silences([(4, 90)], "position", 84)["data"]
    [[{'name': 'no signals', 'xAxis': 4}, {'xAxis': 90}]]
    """
    label = {"position": "inside", "rotate": 90, "fontSize": 11, "color": INK}
    return {
        "silent": True,
        "z": 101,  # above the strip
        "itemStyle": {"color": "transparent"},
        "label": {**label, "show": tall >= _ROOM},
        "data": [
            [{"name": "no signals", "xAxis": place(before, clock)}, {"xAxis": place(after, clock)}]
            for before, after in silences
        ],
    }
