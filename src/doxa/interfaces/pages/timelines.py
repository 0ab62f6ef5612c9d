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
"""Pieces of evidence that are drawn; the newest of more."""
_SHORTEST = 0.04
_MOVING, _LEAVING = ("contested", "reversed"), ("fading", "dissolved")


def timeline_chart(found: NodeTimeline) -> Chart:
    """One node over time: credence and what is open, evidence, statuses that lasted.

    Parameters
    ----------
    found
        As `Twin.timeline` gives it.
    """
    pieces = found.evidence[-MOST_PIECES:]
    name = str(found.node)
    return timeline(
        [_point(point) for point in found.points],
        node=found.says or name,
        evidence=[_piece(piece) for piece in pieces],
        changes=_lasting(found),
        clock=found.clock,
        title=f"{found.says or name} ({name})" if found.says else name,
        caption=_caption(found, len(pieces)),
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
    """Statuses that lasted: shorter ones would write over each other."""
    if not found.points:
        return []
    end = found.points[-1].at
    least = _SHORTEST * (end - found.points[0].at)
    ends = [turn.at for turn in found.turns[1:]] + [end]
    told: list[charts.Change] = []
    for turn, until in zip(found.turns, ends, strict=True):
        new = not told or told[-1]["status"] != turn.status
        if new and until - turn.at >= least:
            told.append({"at": turn.at, "status": turn.status})
    return told


def _caption(found: NodeTimeline, drawn: int) -> str:
    told = (
        "How to read it: the line is how probable this was for the person, as read at each moment,"
        " the band what the evidence left open, and each tick underneath one piece of evidence."
    )
    if drawn < len(found.evidence):
        return f"{told} The newest {drawn} of {len(found.evidence):,} pieces are drawn."
    return told
