"""Timelines of one twin as charts, and which of its nodes tell most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doxa.report import Chart, timeline
from doxa.report.charts import timeline as charts
from doxa.report.number import spell

if TYPE_CHECKING:
    from doxa.runtime.held import Held
    from doxa.runtime.timeline import NodeTimeline, Piece, Point

MOST_PIECES = 300
"""Pieces of evidence that are drawn one by one; of more, near ones are drawn together."""
_PARTS = 120
_SHORTEST = 0.04
_MOVING, _LEAVING = ("contested", "reversed"), ("fading", "dissolved")


def timeline_chart(found: NodeTimeline) -> Chart:
    """One node over time: credence and what is open, evidence, statuses that lasted.

    Parameters
    ----------
    found
        As `Twin.timeline` gives it.
    """
    together = len(found.evidence) > MOST_PIECES
    name = str(found.node)
    return timeline(
        [_point(point) for point in found.points],
        node=found.says or name,
        evidence=_together(found) if together else [_piece(piece) for piece in found.evidence],
        changes=_lasting(found),
        clock=found.clock,
        title=f"{found.says or name} ({name})" if found.says else name,
        caption=_caption(found, together),
    )


def telling(nodes: Sequence[Held], count: int = 3) -> list[Held]:
    """The nodes that tell most: one in conflict, one on its way out, one firm; then the next.

    Nodes weigh by how much evidence moved them how far from what holds before any.
    """
    met = sorted((each for each in nodes if each.met), key=_weight, reverse=True)
    chosen: list[Held] = []
    for statuses in (_MOVING, _LEAVING, ("solid", "held")):
        some = [each for each in met if each.opinion.status in statuses]
        chosen += [each for each in some if not _alike(each, chosen)][:1] or some[:1]
    chosen += [each for each in met if each not in chosen]
    return chosen[:count]


def _alike(each: Held, chosen: Sequence[Held]) -> bool:
    return each.node.node in {other.node.node for other in chosen}


def _weight(each: Held) -> tuple[float, str]:
    opinion = each.opinion
    known = opinion.occasions * (1 - opinion.uncertainty)
    return known * (0.05 + abs(opinion.credence - opinion.base)), str(each.node)


def _point(point: Point) -> charts.Point:
    return {"at": point.at, "credence": point.credence, "low": point.low, "high": point.high}


def _piece(piece: Piece) -> charts.Evidence:
    value = "" if piece.value is None else f", {spell(piece.value, 'number')}"
    text = f"{piece.kind} ({piece.source}){value if piece.channel == 'value' else ''}"
    return {"at": piece.at, "stance": piece.channel, "weight": piece.weight, "text": text}


def _lasting(found: NodeTimeline) -> list[charts.Change]:
    """Statuses that lasted, and the last one: more would write over each other."""
    if not found.points:
        return []
    end = found.points[-1].at
    least = _SHORTEST * (end - found.points[0].at)
    told: list[charts.Change] = []
    ends = [turn.at for turn in found.turns[1:]]
    for turn, until in zip(found.turns, [*ends, end], strict=False):
        new = not told or told[-1]["status"] != turn.status
        if new and (until - turn.at >= least or until == end):
            told.append({"at": turn.at, "status": turn.status})
    return told


def _together(found: NodeTimeline) -> list[charts.Evidence]:
    """One tick for all pieces of one kind in each of many equal spans, their weights added."""
    start, end = found.evidence[0].at, found.evidence[-1].at
    span = max(1, (end - start) // _PARTS)
    parts: dict[tuple[int, str], list[Piece]] = {}
    for piece in found.evidence:
        parts.setdefault(((piece.at - start) // span, piece.channel), []).append(piece)
    return [
        {
            "at": pieces[-1].at,
            "stance": pieces[-1].channel,
            "weight": sum(piece.weight for piece in pieces),
            "text": f"{len(pieces):,} pieces",
        }
        for pieces in parts.values()
    ]


def _caption(found: NodeTimeline, together: bool) -> str:
    tick = "each tick underneath one piece of evidence"
    if together:
        tick = f"ticks underneath stand for {len(found.evidence):,} pieces of evidence, near ones drawn together"
    return (
        "How to read it: the line is how probable this was for the person, as read at each moment,"
        f" the band what the evidence left open, and {tick}."
    )
