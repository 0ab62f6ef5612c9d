"""Tracks: several measures of one person under each other, on one axis of time."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.flags import TALL as NUMBERS
from doxa.report.charts.flags import Flag, flagged, rows_of
from doxa.report.charts.frame import (
    ACCENT,
    BAD,
    GOOD,
    INK,
    LETTERS,
    LINE,
    MUTED,
    SURFACE,
    axis,
    frame,
    tip,
)
from doxa.report.charts.moments import Silence, folded, named_silences, span_of, ticks_of
from doxa.report.moment import Clock, When, place, spell_moment
from doxa.report.number import Format, finite, spell
from doxa.report.table import Column, Table

Tone = Literal["good", "bad", "plain"]
_COLOURS: dict[Tone, str] = {"good": GOOD, "bad": BAD, "plain": MUTED}
_TALL, _HEAD, _FOOT = 84, 32, 34
_ROOM = 0.08
"""Share of a scale left free beyond its ends, so that what lies on them is seen whole."""


class Reading(TypedDict):
    """What was read at a moment; a missing value leaves a gap.

    `still`: nothing had come in for long, and the line is dashed there.
    """

    at: When
    value: float | None
    still: NotRequired[bool]


class Dot(TypedDict):
    """What was said at a moment, as it was said."""

    at: When
    value: float
    text: str
    tone: NotRequired[Tone]


class Track(TypedDict):
    """One measure: a line over time, what was said as dots, and numbered turning points.

    `usual` is a level that the line is shaded against: better side green, worse side red. Better is
    always drawn higher: where more is worse, the scale is turned over.
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
    silences: Sequence[Silence] = (),
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
    silences
        Stretches in which nothing came in: folded to a narrow strip that says so.
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
        option=_option(told, clock, breaks, silences),
        label=" ".join(_label(track, clock) for track in told) or "Nothing was read.",
        table=_table(told, clock),
        title=title,
        caption=caption,
        height=sum(_head(track) + _TALL for track in told) + _FOOT,
        half=half,
    )


def _head(track: Track) -> int:
    """How much stands above the plot of a track: its name, and room for numbers of turns."""
    return _HEAD + (NUMBERS * max(1, rows_of(track["flags"])) if "flags" in track else 0)


def _option(
    told: Sequence[Track], clock: Clock, breaks: Sequence[When], silences: Sequence[Silence]
) -> Option:
    kind = "value" if clock == "position" else "time"
    moments = [each["at"] for track in told for each in (*track["line"], *track.get("dots", ()))]
    span = span_of(moments, clock)
    bare = {"splitLine": {"show": False}, **span, **folded(silences, span, clock)}
    tops = [
        sum(_head(each) + _TALL for each in told[:number]) + _head(track)
        for number, track in enumerate(told)
    ]
    last = len(told) - 1
    return frame(
        title=[_heading(track, top) for track, top in zip(told, tops, strict=True)],
        grid=[
            {"left": 46, "right": 24, "top": top, "height": _TALL, "outerBoundsMode": "none"}
            for top in tops
        ],
        xAxis=[
            axis(kind, **bare, gridIndex=n, axisLabel={**ticks_of(clock), "show": n == last})
            for n in range(len(told))
        ],
        yAxis=[_scale(number, track) for number, track in enumerate(told)],
        series=[
            one for n, track in enumerate(told) for one in _drawn(n, track, clock, breaks, silences)
        ],
    )


def _heading(track: Track, top: int) -> Option:
    style = {"fontSize": 12, "fontWeight": 600, "color": INK}
    up = top - _head(track) + 12
    return {"text": track["name"], "left": 44, "top": up, "padding": 0, "textStyle": style}


def _scale(number: int, track: Track) -> Option:
    low, high = sorted(track["ends"])
    room = _ROOM * (high - low)
    ticks = [low, _middle(low, high), high]
    return axis(
        "value",
        gridIndex=number,
        min=low - room,
        max=high + room,
        inverse=track.get("worse_above", False),
        axisTick={"show": False, "customValues": ticks},
        axisLabel={**LETTERS, "customValues": ticks},
    )


def _middle(low: float, high: float) -> float:
    """The label between the ends: 0 where it lies between, a whole number between whole ones."""
    if low < 0 < high:
        return 0.0
    middle = (low + high) / 2
    whole = low == int(low) and high == int(high) and high - low > 1
    return float(int(middle)) if whole else middle


def _drawn(
    number: int, track: Track, clock: Clock, breaks: Sequence[When], silences: Sequence[Silence]
) -> list[Option]:
    at = {"xAxisIndex": number, "yAxisIndex": number}
    usual = finite(track.get("usual"))
    shades = [] if usual is None else [_shade(track, clock, usual, up) for up in (True, False)]
    line = {**_line(track, clock, breaks), "markArea": named_silences(silences, clock, _TALL)}
    parts = [*shades, _lull(track, clock), line, _dots(track, clock)]
    flags = track.get("flags", ())
    parts += [flagged(flags, clock)] if flags else []
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
            "opacity": 0.22,
            "origin": usual,
        },
        "data": [
            [place(each["at"], clock), None if value is None else far(value, usual)]
            for each in track["line"]
            for value in (_moving(each),)
        ],
    }


def _moving(reading: Reading) -> float | None:
    return None if reading.get("still") else finite(reading["value"])


def _lull(track: Track, clock: Clock) -> Option:
    """The line where nothing had come in for long, and to the readings around it."""
    line = track["line"]
    still = [bool(each.get("still")) for each in line]
    if not any(still):
        return {}
    beside = [any(still[max(0, n - 1) : n + 2]) for n in range(len(line))]
    return {
        "type": "line",
        "symbol": "none",
        "silent": True,
        "tooltip": {"show": False},
        "lineStyle": {"color": ACCENT, "width": 1, "type": [3, 3]},
        "data": [
            [place(each["at"], clock), finite(each["value"]) if drawn else None]
            for each, drawn in zip(line, beside, strict=True)
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
                "value": [place(each["at"], clock), _moving(each)],
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
    together: dict[tuple[int, float, Tone], list[Dot]] = {}
    for dot in track.get("dots", ()):
        key = (place(dot["at"], clock), dot["value"], dot.get("tone", "plain"))
        together.setdefault(key, []).append(dot)
    count = {"position": "right", "distance": 2, "fontSize": 10, "fontWeight": 600, "color": INK}
    return {
        "type": "scatter",
        "clip": False,
        "emphasis": {"disabled": True},
        "z": 5,
        "data": [
            {
                "name": "; ".join(dot["text"] for dot in dots),
                "value": [at, value],
                "symbolSize": 6 if len(dots) == 1 else 8,
                "itemStyle": {
                    "color": _COLOURS[tone],
                    "opacity": 0.9,
                    "borderColor": SURFACE,
                    "borderWidth": 1,
                },
                "label": {**count, "show": len(dots) > 1, "formatter": str(len(dots))},
                "tooltip": tip(spell_moment(dots[0]["at"], clock)),
            }
            for (at, value, tone), dots in together.items()
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
