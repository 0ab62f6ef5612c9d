"""Lanes: how several things stood over time, one lane each, with marks of what came in."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import BAD, GOOD, INK, LETTERS, MUTED, SURFACE, WARN, axis, frame, tip
from doxa.report.charts.moments import span_of, ticks_of
from doxa.report.moment import Clock, When, place, spell_moment
from doxa.report.table import Column, Table

Sign = Literal["due", "done", "against"]
_SYMBOLS: dict[Sign, tuple[str, str, int]] = {
    "due": ("path://M4,0 L6,0 L6,20 L4,20 Z", INK, 16),
    "done": ("circle", GOOD, 10),
    "against": ("path://M0,2 L2,0 L10,8 L18,0 L20,2 L12,10 L20,18 L18,20 L10,12 L2,20 L0,18 L8,10 Z", BAD, 9),
}  # fmt: skip
_TALL = 24


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


class Flag(TypedDict):
    """A number at a moment that is explained elsewhere."""

    at: When
    number: int


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
        option=_option(told, tones, flags, clock),
        label=" ".join(_label(lane, clock) for lane in told) or "Nothing stood in any way.",
        table=_table(told, clock),
        title=title,
        caption=caption,
        height=30 + _TALL * (len(told) + bool(flags)) + 34,
        half=half,
    )


def _option(
    told: Sequence[Lane], tones: Mapping[str, str], flags: Sequence[Flag], clock: Clock
) -> Option:
    kind = "value" if clock == "position" else "time"
    moments: list[When] = [flag["at"] for flag in flags]
    for lane in told:
        moments += [each[end] for each in lane["stretches"] for end in ("since", "until")]
        moments += [mark["at"] for mark in lane.get("marks", ())]
    names = [*(["change"] if flags else []), *(lane["name"] for lane in told)]
    row = len(names) - len(told)
    met = {each["status"] for lane in told for each in lane["stretches"]}
    letters = {**LETTERS, "hideOverlap": False, "width": 104, "overflow": "truncate"}
    return frame(
        legend=_legend([status for status in tones if status in met]),
        grid={"left": 116, "right": 18, "top": 30, "bottom": 34, "outerBoundsMode": "none"},
        xAxis=axis(
            kind, **span_of(moments, clock), splitLine={"show": False}, axisLabel=ticks_of(clock)
        ),
        yAxis=axis("category", inverse=True, data=names, axisLabel={**letters, "interval": 0}),
        series=[
            *(
                _stretches(told, row, status, tones[status], clock)
                for status in tones
                if status in met
            ),
            *(_marks(told, row, sign, clock) for sign in _SYMBOLS),
            _flags(flags, clock),
        ],
    )


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


def _stretches(told: Sequence[Lane], row: int, status: str, tone: str, clock: Clock) -> Option:
    return {
        "type": "custom",
        "renderItem": "span",
        "name": status,
        "itemStyle": {"color": tone},
        "encode": {"x": [0, 1], "y": 2},
        "data": [
            {
                "name": f"{lane['name']}: {status}",
                "value": [place(each["since"], clock), place(each["until"], clock), row + number],
                "tooltip": tip(
                    f"{spell_moment(each['since'], clock)} to {spell_moment(each['until'], clock)}"
                ),
            }
            for number, lane in enumerate(told)
            for each in lane["stretches"]
            if each["status"] == status
        ],
    }


def _marks(told: Sequence[Lane], row: int, sign: Sign, clock: Clock) -> Option:
    symbol, colour, size = _SYMBOLS[sign]
    return {
        "type": "scatter",
        "symbol": symbol,
        "symbolSize": [3, size] if sign == "due" else size,
        "itemStyle": {"color": colour, "borderColor": SURFACE, "borderWidth": int(sign == "done")},
        "emphasis": {"disabled": True},
        "z": 5,
        "data": [
            {
                "name": mark["text"],
                "value": [place(mark["at"], clock), row + number],
                "tooltip": tip(spell_moment(mark["at"], clock)),
            }
            for number, lane in enumerate(told)
            for mark in lane.get("marks", ())
            if mark["sign"] == sign
        ],
    }


def _flags(flags: Sequence[Flag], clock: Clock) -> Option:
    label = {"show": True, "formatter": "{b}", "color": WARN, "fontSize": 11, "fontWeight": 600}
    return {
        "type": "scatter",
        "symbolSize": 1,
        "silent": True,
        "labelLayout": {"hideOverlap": True},
        "label": {**label, "position": "inside"},
        "data": [
            {"name": str(flag["number"]), "value": [place(flag["at"], clock), 0]} for flag in flags
        ],
    }


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
