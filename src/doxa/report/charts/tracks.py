"""Tracks: several measures of one person under each other, on one axis of time."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import (
    ACCENT,
    BAD,
    GOOD,
    INK,
    LINE,
    MUTED,
    WARN,
    axis,
    frame,
    tip,
)
from doxa.report.charts.moments import span_of, ticks_of
from doxa.report.moment import Clock, When, place, spell_moment
from doxa.report.number import Format, finite, spell
from doxa.report.table import Column, Table

Tone = Literal["good", "bad", "plain"]
_COLOURS: dict[Tone, str] = {"good": GOOD, "bad": BAD, "plain": MUTED}
_TALL, _HEAD, _FOOT = 78, 34, 34


class Reading(TypedDict):
    """What was read at a moment; a missing value leaves a gap."""

    at: When
    value: float | None


class Dot(TypedDict):
    """What was said at a moment, as it was said."""

    at: When
    value: float
    text: str
    tone: NotRequired[Tone]


class Flag(TypedDict):
    """A number that stands at a moment of the line and is explained elsewhere."""

    at: When
    value: float
    number: int


class Track(TypedDict):
    """One measure: a line over time, what was said as dots, and numbered turning points.

    `usual` is a level that the line is shaded against: better side green, worse side red.
    """

    name: str
    ends: tuple[float, float]
    line: Sequence[Reading]
    form: NotRequired[Format]
    dots: NotRequired[Sequence[Dot]]
    flags: NotRequired[Sequence[Flag]]
    usual: NotRequired[float | None]
    worse_above: NotRequired[bool]
    steps: NotRequired[bool]


def tracks(
    told: Sequence[Track],
    *,
    clock: Clock = "time",
    breaks: Sequence[When] = (),
    title: str = "",
    caption: str = "",
    half: bool = False,
) -> Chart:
    """Lines over time under each other, each on its own scale.

    Parameters
    ----------
    told
        From top to bottom; `ends` are the ends of a track's scale.
    clock
        Whether moments are times of day or places in an order.
    breaks
        Moments at which something new begins: a thin line through all tracks.
    title, caption
        Printed above and under the chart.

    Examples
    --------
    >>> chart = tracks([{"name": "sad", "ends": (1, 7),
    ...                  "line": [{"at": 0, "value": 2}, {"at": 4, "value": 5}]}], clock="position")
    >>> chart.label
    'sad: 2 at 0, 5 at 4.'
    """
    return Chart(
        option=_option(told, clock, breaks),
        label=" ".join(_label(track, clock) for track in told) or "Nothing was read.",
        table=_table(told, clock),
        title=title,
        caption=caption,
        height=(_TALL + _HEAD) * len(told) + _FOOT,
        half=half,
    )


def _option(told: Sequence[Track], clock: Clock, breaks: Sequence[When]) -> Option:
    kind = "value" if clock == "position" else "time"
    moments = [each["at"] for track in told for each in (*track["line"], *track.get("dots", ()))]
    bare = {"splitLine": {"show": False}, **span_of(moments, clock)}
    tops = [_HEAD + number * (_TALL + _HEAD) for number in range(len(told))]
    last = len(told) - 1
    return frame(
        title=[_heading(track, top) for track, top in zip(told, tops, strict=True)],
        grid=[
            {"left": 46, "right": 18, "top": top, "height": _TALL, "outerBoundsMode": "none"}
            for top in tops
        ],
        xAxis=[
            axis(kind, **bare, gridIndex=n, axisLabel={**ticks_of(clock), "show": n == last})
            for n in range(len(told))
        ],
        yAxis=[
            axis(
                "value",
                gridIndex=number,
                min=min(track["ends"]),
                max=max(track["ends"]),
                interval=abs(track["ends"][1] - track["ends"][0]) / 2,
            )
            for number, track in enumerate(told)
        ],
        series=[one for n, track in enumerate(told) for one in _drawn(n, track, clock, breaks)],
    )


def _heading(track: Track, top: int) -> Option:
    style = {"fontSize": 12, "fontWeight": 600, "color": INK}
    return {"text": track["name"], "left": 44, "top": top - 27, "padding": 0, "textStyle": style}


def _drawn(number: int, track: Track, clock: Clock, breaks: Sequence[When]) -> list[Option]:
    at = {"xAxisIndex": number, "yAxisIndex": number}
    usual = finite(track.get("usual"))
    shades = [] if usual is None else [_shade(track, clock, usual, up) for up in (True, False)]
    parts = [*shades, _line(track, clock, breaks), _dots(track, clock), _flags(track, clock)]
    return [{**part, **at} for part in parts if part]


def _shade(track: Track, clock: Clock, usual: float, up: bool) -> Option:
    """The room between the line and the usual level, on one side of it."""
    far = max if up else min
    return {
        "type": "line",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
        "areaStyle": {
            "color": BAD if up == track.get("worse_above", False) else GOOD,
            "opacity": 0.3,
            "origin": usual,
        },
        "data": [
            [place(each["at"], clock), None if value is None else far(value, usual)]
            for each in track["line"]
            for value in (finite(each["value"]),)
        ],
    }


def _line(track: Track, clock: Clock, breaks: Sequence[When]) -> Option:
    form = track.get("form", "number")
    return {
        "type": "line",
        "symbol": "circle",
        "symbolSize": 4,
        "step": "end" if track.get("steps") else False,
        "lineStyle": {"color": ACCENT, "width": 2},
        "itemStyle": {"color": ACCENT, "opacity": 0},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": spell_moment(each["at"], clock),
                "value": [place(each["at"], clock), finite(each["value"])],
                "tooltip": tip(spell(each["value"], form)),
            }
            for each in track["line"]
        ],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"color": LINE, "type": "solid", "width": 1},
            "data": [{"xAxis": place(at, clock)} for at in breaks],
        },
    }


def _dots(track: Track, clock: Clock) -> Option:
    if not track.get("dots"):
        return {}
    return {
        "type": "scatter",
        "symbolSize": 5,
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": dot["text"],
                "value": [place(dot["at"], clock), dot["value"]],
                "itemStyle": {"color": _COLOURS[dot.get("tone", "plain")], "opacity": 0.7},
                "tooltip": tip(spell_moment(dot["at"], clock)),
            }
            for dot in track.get("dots", ())
        ],
    }


def _flags(track: Track, clock: Clock) -> Option:
    if not track.get("flags"):
        return {}
    return {
        "type": "scatter",
        "symbolSize": 1,
        "silent": True,
        "labelLayout": {"hideOverlap": True},
        "label": {
            "show": True,
            "formatter": "{b}",
            "color": WARN,
            "fontSize": 11,
            "fontWeight": 600,
            "position": "top",
            "distance": 3,
        },
        "data": [
            {"name": str(flag["number"]), "value": [place(flag["at"], clock), flag["value"]]}
            for flag in track.get("flags", ())
        ],
    }


def _label(track: Track, clock: Clock) -> str:
    form = track.get("form", "number")
    known = [each for each in track["line"] if finite(each["value"]) is not None]
    ends = [known[0], known[-1]] if len(known) > 1 else known
    told = [f"{spell(each['value'], form)} at {spell_moment(each['at'], clock)}" for each in ends]
    return f"{track['name']}: {', '.join(told) or 'unknown'}."


def _table(told: Sequence[Track], clock: Clock) -> Table:
    rows: list[dict[str, Any]] = []
    for track in told:
        form = track.get("form", "number")
        rows += [
            {"what": track["name"], "at": each["at"], "value": spell(each["value"], form)}
            for each in track["line"]
        ]
        rows += [
            {"what": track["name"], "at": dot["at"], "said": dot["text"]}
            for dot in track.get("dots", ())
        ]
    rows.sort(key=lambda row: (row["what"], place(row["at"], clock)))
    spelled = tuple({**row, "at": spell_moment(row["at"], clock)} for row in rows)
    columns = (
        Column("what", "what"),
        Column("at", "position" if clock == "position" else "when (UTC)"),
        Column("value", "read", align="right"),
        Column("said", "said"),
    )
    return Table(columns, spelled)
