"""Lanes: how several things stood over time, one lane each, with marks of what came in."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.flags import TALL as NUMBERS
from doxa.report.charts.flags import Flag, flagged, rows_of
from doxa.report.charts.frame import BAD, GOOD, INK, LETTERS, MUTED, SURFACE, axis, frame, tip
from doxa.report.charts.moments import Silence, folded, named_silences, span_of, ticks_of
from doxa.report.moment import Clock, When, place, spell_moment
from doxa.report.table import Column, Table

Sign = Literal["due", "done", "against"]
_SYMBOLS: dict[Sign, tuple[str, str, int]] = {
    "due": ("path://M4,0 L6,0 L6,20 L4,20 Z", INK, 21),
    "done": ("circle", GOOD, 8),
    "against": ("path://M0,2 L2,0 L10,8 L18,0 L20,2 L12,10 L20,18 L18,20 L10,12 L2,20 L0,18 L8,10 Z", BAD, 8),
}  # fmt: skip
_TALL, _HEAD, _DISC = 24, 30, 14


class Stretch(TypedDict):
    """From when to when a lane stood how."""

    since: When
    until: When
    status: str


class Mark(TypedDict):
    """What came in, or falls due, at a moment."""

    at: When
    sign: Sign
    text: str


class Lane(TypedDict):
    """One thing over time."""

    name: str
    stretches: Sequence[Stretch]
    marks: NotRequired[Sequence[Mark]]


def lanes(
    told: Sequence[Lane],
    *,
    tones: Mapping[str, str],
    flags: Sequence[Flag] = (),
    silences: Sequence[Silence] = (),
    clock: Clock = "time",
    title: str = "",
    caption: str = "",
    half: bool = False,
) -> Chart:
    """Statuses over time as coloured bars, one lane per thing, with marks on them.

    Parameters
    ----------
    told
        From top to bottom.
    tones
        The colour of each status, in the order of the legend.
    flags
        Numbers over the lanes, to be explained elsewhere.
    silences
        Stretches in which nothing came in: folded to a narrow strip that says so.
    clock
        Whether moments are times of day or places in an order.
    title, caption
        Printed above and under the chart.

    Examples
    --------
    >>> lane = {"name": "essay", "stretches": [{"since": 0, "until": 9, "status": "active"}]}
    >>> lanes([lane], tones={"active": "var(--quiet)"}, clock="position").label
    'essay: active from 0.'
    """
    return Chart(
        option=_option(told, tones, flags, silences, clock),
        label=" ".join(_label(lane, clock) for lane in told) or "Nothing stood in any way.",
        table=_table(told, clock),
        title=title,
        caption=caption,
        height=_HEAD + NUMBERS * rows_of(flags) + _TALL * len(told) + 34,
        half=half,
    )


def _option(
    told: Sequence[Lane],
    tones: Mapping[str, str],
    flags: Sequence[Flag],
    silences: Sequence[Silence],
    clock: Clock,
) -> Option:
    kind = "value" if clock == "position" else "time"
    moments: list[When] = [flag["at"] for flag in flags]
    for lane in told:
        moments += [each[end] for each in lane["stretches"] for end in ("since", "until")]
        moments += [mark["at"] for mark in lane.get("marks", ())]
    met = {each["status"] for lane in told for each in lane["stretches"]}
    letters = {**LETTERS, "hideOverlap": False, "width": 104, "overflow": "truncate"}
    top = _HEAD + NUMBERS * rows_of(flags)
    span = span_of(moments, clock)
    x = {**span, **folded(silences, span, clock)}
    return frame(
        title=[_heading()] if flags else [],
        legend=_legend([status for status in tones if status in met]),
        grid={"left": 116, "right": 24, "top": top, "bottom": 34, "outerBoundsMode": "none"},
        xAxis=axis(kind, **x, splitLine={"show": False}, axisLabel=ticks_of(clock)),
        yAxis=axis(
            "category",
            inverse=True,
            data=[lane["name"] for lane in told],
            axisLabel={**letters, "interval": 0},
        ),
        series=[
            *(_stretches(told, status, tones[status], clock) for status in tones if status in met),
            *(_discs(told, clock), *(_marks(told, sign, clock) for sign in _SYMBOLS)),
            _silent(silences, clock, _TALL * len(told)),
            *([flagged(flags, clock)] if flags else []),
        ],
    )


def _heading() -> Option:
    style = {"fontSize": 12, "fontWeight": "normal", "color": MUTED, "align": "right"}
    return {"text": "change", "left": 52, "top": _HEAD, "padding": 0, "textStyle": style}


def _legend(names: list[str]) -> Option:
    style = {"color": MUTED, "fontSize": 12}
    return {
        "data": [{"name": name, "icon": "rect"} for name in names],
        "top": 0,
        "left": 110,
        "itemWidth": 14,
        "itemHeight": 10,
        "itemGap": 14,
        "textStyle": style,
        "selectedMode": False,
    }


def _stretches(told: Sequence[Lane], status: str, tone: str, clock: Clock) -> Option:
    return {
        "type": "custom",
        "renderItem": "span",
        "name": status,
        "itemStyle": {"color": tone},
        "encode": {"x": [0, 1], "y": 2},
        "data": [
            {
                "name": f"{lane['name']}: {status}",
                "value": [place(each["since"], clock), place(each["until"], clock), number],
                "tooltip": tip(
                    f"{spell_moment(each['since'], clock)} to {spell_moment(each['until'], clock)}"
                ),
            }
            for number, lane in enumerate(told)
            for each in lane["stretches"]
            if each["status"] == status
        ],
    }


Spot = tuple[int, int, Sign]
"""A lane, where on the axis, and what kind of mark."""


def _spots(told: Sequence[Lane], clock: Clock) -> dict[Spot, list[Mark]]:
    """Marks of a kind that fall on one moment of a lane, together."""
    found: dict[Spot, list[Mark]] = {}
    for number, lane in enumerate(told):
        for mark in lane.get("marks", ()):
            found.setdefault((number, place(mark["at"], clock), mark["sign"]), []).append(mark)
    return found


def _discs(told: Sequence[Lane], clock: Clock) -> Option:
    """A light disc under every dot and cross, so that they are seen on any colour."""
    spots = _spots(told, clock)
    return {
        "type": "scatter",
        "symbolSize": _DISC,
        "silent": True,
        "clip": False,
        "itemStyle": {"color": SURFACE, "borderColor": MUTED, "borderWidth": 1},
        "z": 5,
        "data": [
            {"value": [at, number], "symbolOffset": _aside(spots, (number, at, sign))}
            for number, at, sign in spots
            if sign != "due"
        ],
    }


def _aside(spots: Mapping[Spot, Sequence[Mark]], spot: Spot) -> list[int]:
    """A dot and a cross of one moment stand beside each other."""
    number, at, sign = spot
    both = (number, at, "done") in spots and (number, at, "against") in spots
    return [0, 0] if not both or sign == "due" else [-6 if sign == "done" else 6, 0]


def _marks(told: Sequence[Lane], sign: Sign, clock: Clock) -> Option:
    symbol, colour, size = _SYMBOLS[sign]
    spots = _spots(told, clock)
    count = {"position": [12, -6], "fontSize": 10, "fontWeight": 600, "color": INK}
    halo = {"textBorderColor": SURFACE, "textBorderWidth": 2}
    return {
        "type": "scatter",
        "symbol": symbol,
        "symbolSize": [3, size] if sign == "due" else size,
        "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
        "clip": False,
        "z": 4 if sign == "due" else 6,
        "data": [
            {
                "name": "; ".join(mark["text"] for mark in marks),
                "value": [at, number],
                "symbolOffset": _aside(spots, (number, at, sign)),
                "label": {
                    **count,
                    **halo,
                    "show": sign != "due" and len(marks) > 1,
                    "formatter": str(len(marks)),
                },
                "tooltip": tip(spell_moment(marks[0]["at"], clock)),
            }
            for (number, at, of), marks in spots.items()
            if of == sign
        ],
    }


def _silent(silences: Sequence[Silence], clock: Clock, tall: int) -> Option:
    return {"type": "scatter", "data": [], "markArea": named_silences(silences, clock, tall)}


def _label(lane: Lane, clock: Clock) -> str:
    told = [
        f"{each['status']} from {spell_moment(each['since'], clock)}" for each in lane["stretches"]
    ]
    return f"{lane['name']}: {', '.join(told) or 'unknown'}."


def _table(told: Sequence[Lane], clock: Clock) -> Table:
    rows: list[dict[str, Any]] = []
    for lane in told:
        found: list[dict[str, Any]] = [
            {"at": each["since"], "what": each["status"]} for each in lane["stretches"]
        ]
        found += [
            {"at": mark["at"], "what": mark["sign"], "text": mark["text"]}
            for mark in lane.get("marks", ())
        ]
        found.sort(key=lambda row: place(row["at"], clock))
        rows += [
            {**row, "lane": lane["name"], "at": spell_moment(row["at"], clock)} for row in found
        ]
    columns = (
        Column("lane", "what"),
        Column("at", "position" if clock == "position" else "when (UTC)"),
        Column("what", "status or mark"),
        Column("text", "words"),
    )
    return Table(columns, tuple(rows))
