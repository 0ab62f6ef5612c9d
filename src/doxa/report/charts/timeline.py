"""The timeline: what was believed of one person about one node, when, and on what evidence."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

from msgspec import Struct

from doxa.report.chart import Chart, Option
from doxa.report.charts.frame import (
    ACCENT,
    BAD,
    GOOD,
    MUTED,
    WARN,
    axis,
    frame,
    tip,
)
from doxa.report.charts.moments import span_of, ticks_of
from doxa.report.moment import Clock, When, place, spell_moment
from doxa.report.number import finite, spell, spell_interval
from doxa.report.table import Column, Table

Stance = Literal["for", "against", "count", "value"]
_COLOURS: dict[Stance, str] = {"for": GOOD, "against": BAD, "count": MUTED, "value": MUTED}
_ROW, _MOST_DOTS = 22, 60


class Point(TypedDict):
    """The opinion at a moment: credence in [0, 1] and, where known, its band."""

    at: When
    credence: float | None
    low: NotRequired[float | None]
    high: NotRequired[float | None]


class Evidence(TypedDict):
    """One piece of evidence: when, for or against, how heavy, and the words behind it."""

    at: When
    stance: Stance
    weight: NotRequired[float | None]
    text: NotRequired[str]


class Change(TypedDict):
    """The moment from which the node has this status."""

    at: When
    status: str


class _Story(Struct, frozen=True):
    points: Sequence[Point]
    evidence: Sequence[Evidence]
    changes: Sequence[Change]
    clock: Clock

    @property
    def stances(self) -> list[Stance]:
        met = {item["stance"] for item in self.evidence}
        return [stance for stance in _COLOURS if stance in met]

    def place(self, item: Point | Evidence | Change) -> int:
        return place(item["at"], self.clock)

    def spell(self, item: Point | Evidence | Change) -> str:
        return spell_moment(item["at"], self.clock)


def timeline(
    points: Sequence[Point],
    *,
    node: str,
    evidence: Sequence[Evidence] = (),
    changes: Sequence[Change] = (),
    clock: Clock = "time",
    title: str = "",
    caption: str = "",
) -> Chart:
    """Credence over time with its band, evidence as ticks underneath, status changes as lines.

    Parameters
    ----------
    points
        In order of time; a missing credence leaves a gap in the line.
    node
        What is believed, for the label.
    evidence
        One tick each, in a row per stance; heavier evidence is a taller tick.
    changes
        A labelled vertical line each.
    clock
        Whether moments are times of day or places in an order.
    title, caption
        Printed above and under the chart.

    Examples
    --------
    >>> chart = timeline([{"at": "2026-03-01", "credence": 0.4},
    ...                   {"at": "2026-03-09", "credence": 0.8}], node="prices are fair")
    >>> chart.label
    'prices are fair: credence 0.400 at 2026-03-01, 0.800 at 2026-03-09; 0 pieces of evidence.'
    """
    story = _Story(points, evidence, changes, clock)
    return Chart(
        option=_option(story),
        label=_label(story, node),
        table=_table(story),
        title=title,
        caption=caption,
        height=290 + _ROW * len(story.stances),
    )


def _option(story: _Story) -> Option:
    stances = story.stances
    rug = _ROW * len(stances)
    kind = "value" if story.clock == "position" else "time"
    ticks = ticks_of(story.clock)
    bare = {"splitLine": {"show": False}, **_span(story)}
    return frame(
        grid=[
            {"left": 62, "right": 26, "top": 16, "bottom": 44 + rug, "outerBoundsMode": "none"},
            {"left": 62, "right": 26, "height": rug, "bottom": 32, "outerBoundsMode": "none"},
        ],
        xAxis=[
            axis(kind, **bare, axisLabel={**ticks, "show": not stances}),
            axis(kind, **bare, gridIndex=1, show=bool(stances), axisLabel=ticks),
        ],
        yAxis=[
            axis("value", min=0, max=1, name="credence", nameGap=38, interval=0.25),
            axis("category", gridIndex=1, inverse=True, data=list(stances)),
        ],
        series=[*_band(story), _line(story), *(_ticks(story, stance) for stance in stances)],
    )


def _span(story: _Story) -> Option:
    parts: tuple[Sequence[Any], ...] = (story.points, story.evidence, story.changes)
    return span_of([item["at"] for part in parts for item in part], story.clock)


def _band(story: _Story) -> list[Option]:
    ends = [(story.place(point), *_ends(point)) for point in story.points]
    base = {
        "type": "line",
        "stack": "band",
        "stackStrategy": "all",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
    }
    return [
        {**base, "data": [[at, low] for at, low, _ in ends]},
        {
            **base,
            "data": [[at, width] for at, _, width in ends],
            "areaStyle": {"color": ACCENT, "opacity": 0.16},
        },
    ]


def _ends(point: Point) -> tuple[float | None, float | None]:
    low, high = finite(point.get("low")), finite(point.get("high"))
    return (None, None) if low is None or high is None else (low, high - low)


def _line(story: _Story) -> Option:
    return {
        "type": "line",
        "symbol": "circle",
        "symbolSize": 5,
        "showAllSymbol": True,
        "lineStyle": {"color": ACCENT, "width": 2},
        "itemStyle": {"color": ACCENT, "opacity": _dots(story)},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": story.spell(point),
                "value": [story.place(point), finite(point["credence"])],
                "tooltip": tip(f"credence {_spelled(point)}"),
            }
            for point in story.points
        ],
        "markLine": _changes(story),
    }


def _dots(story: _Story) -> float:
    # Where dots would run into each other only the line shows; they still answer to the pointer.
    return 1.0 if len(story.points) <= _MOST_DOTS else 0.0


def _changes(story: _Story) -> Option:
    lines = [{"xAxis": story.place(item), "name": item["status"]} for item in story.changes]
    return {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": WARN, "type": [3, 3], "width": 1},
        "label": {
            "formatter": "{b}",
            "color": WARN,
            "position": _aside(story),
            "fontSize": 11,
        },
        "data": lines,
    }


def _aside(story: _Story) -> str:
    """At the end of the lines where the credence is not."""
    known = [value for point in story.points if (value := finite(point["credence"])) is not None]
    return "insideStartTop" if known and sum(known) / len(known) > 0.5 else "insideEndTop"


def _ticks(story: _Story, stance: Stance) -> Option:
    return {
        "type": "scatter",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "symbol": "rect",
        "itemStyle": {"color": _COLOURS[stance], "opacity": 0.85},
        "emphasis": {"disabled": True},
        "data": [
            {
                "name": item.get("text", "") or stance,
                "value": [story.place(item), stance],
                "symbolSize": [3, _tall(item)],
                "tooltip": tip(f"{story.spell(item)}, weight {_weight(item)}"),
            }
            for item in story.evidence
            if item["stance"] == stance
        ],
    }


def _tall(item: Evidence) -> float:
    weight = finite(item.get("weight", 1.0)) or 0.0
    return round(5 + 11 * min(1.0, max(0.0, weight)), 2)


def _weight(item: Evidence) -> str:
    return spell(item.get("weight", 1.0), "number")


def _spelled(point: Point) -> str:
    interval = spell_interval(point.get("low"), point.get("high"), "score")
    return f"{spell(point['credence'], 'score')} {interval}".rstrip()


def _label(story: _Story, node: str) -> str:
    known = [point for point in story.points if finite(point["credence"]) is not None]
    ends = [known[0], known[-1]] if len(known) > 1 else known
    told = [f"{spell(end['credence'], 'score')} at {story.spell(end)}" for end in ends]
    moves = "".join(f"; {item['status']} from {story.spell(item)}" for item in story.changes)
    pieces = f"{len(story.evidence)} pieces of evidence"
    return f"{node}: credence {', '.join(told) or 'unknown'}; {pieces}{moves}."


def _table(story: _Story) -> Table:
    rows: list[dict[str, Any]] = [
        *({**point, "what": "credence"} for point in story.points),
        *({"weight": 1.0, **item, "what": item["stance"]} for item in story.evidence),
        *({**item, "what": "status", "text": item["status"]} for item in story.changes),
    ]
    rows.sort(key=lambda row: place(row["at"], story.clock))
    at = (
        Column("at", "position", "count", align="left")
        if story.clock == "position"
        else Column("at", "when (UTC)", "when")
    )
    columns = (
        at,
        Column("what", "what"),
        Column("credence", "credence", "score", low="low", high="high"),
        Column("weight", "weight", "number"),
        Column("text", "words"),
    )
    return Table(columns, tuple(rows))
