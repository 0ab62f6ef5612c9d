"""Goals, feelings and constraints over time: charts, and every change with its signals."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

from doxa.domain.node import NodeKind
from doxa.interfaces.pages import captions
from doxa.interfaces.pages.captions import caption
from doxa.interfaces.pages.changes import Numbered, changes_table, numbered, signal_words
from doxa.interfaces.pages.lulls import is_still, lulls_of
from doxa.interfaces.pages.rungs import spaced
from doxa.report import Chart, Note, Table, lanes, tracks
from doxa.report.charts import lanes as lane_parts
from doxa.report.charts import tracks as track_parts
from doxa.report.charts.flags import Flag
from doxa.report.charts.frame import ACCENT, BAD, GOOD, MUTED, QUIET, WARN
from doxa.report.charts.moments import Silence, silences_of
from doxa.report.moment import Clock

if TYPE_CHECKING:
    from doxa.domain.node import Address
    from doxa.runtime.living.course import Course
    from doxa.runtime.living.named import Named
    from doxa.runtime.living.tracks import Reading, Track
    from doxa.types import Moment

TONES = {
    "active": QUIET,
    "advancing": ACCENT,
    "achieved": GOOD,
    "stalled": WARN,
    "blocked": BAD,
    "abandoned": MUTED,
    "upcoming": QUIET,
    "held": ACCENT,
    "over": MUTED,
    "closed": MUTED,
}
"""Colours of how goals and constraints stand."""

MOST_LANES = 16
MOST_BREAKS = 60
_SIGNS: tuple[lane_parts.Sign, ...] = ("done", "against")
_STANDING = {"active": BAD, "upcoming": QUIET, "held": BAD, "over": MUTED, "closed": MUTED}


def course_blocks(course: Course, *, half: bool = False) -> list[Chart | Table | Note]:
    """What one person wanted, felt and was bound by over time, and what changed it.

    Parameters
    ----------
    course
        As `Twin.course` gives it.
    half
        Whether charts may share a row with those of another course.
    """
    found = numbered(course)
    silences = _silences(course, found, [track.deadline for track in course.tracks])
    blocks: list[Chart | Table | Note] = [
        *_goals(course, found, silences, half),
        *_feelings(course, found, half),
        *_constraints(course, half),
    ]
    return [*blocks, *changes_table(course, found, half)] if blocks else []


def short(node: Address) -> str:
    """A node in a few words: its name, or its members where it is one of a family.

    Examples
    --------
    >>> from doxa.domain.node import Address
    >>> short(Address("hand_in", ("TMA 1",))), short(Address("is_worried"))
    ('TMA 1', 'is worried')
    """
    return ", ".join(node.member) or spaced(node.node)


def _silences(
    course: Course, found: Sequence[Numbered], due: Iterable[Moment | None] = ()
) -> list[Silence]:
    """Long stretches in which no signal came, nothing changed and nothing was due."""
    moments = [*(signal.at for signal in course.signals), *(each.at for each in found), *due]
    seen = [at for at in moments if at is not None and at <= course.as_of]
    return silences_of([*seen, course.as_of], _clock(course)) if seen else []


def _goals(
    course: Course, found: Sequence[Numbered], silences: Sequence[Silence], half: bool
) -> list[Chart]:
    goals = course.of_kind(NodeKind.GOAL)
    if not goals:
        return []
    tops = [goal for goal in goals if not goal.part_of]
    shown = [*tops, *sorted((g for g in goals if g.part_of), key=_due)][:MOST_LANES]
    left = len(goals) - len(shown)
    once = _told_by_parts(shown, course)
    chart = lanes(
        [_lane(goal, course, once) for goal in shown],
        tones=TONES,
        flags=[{"at": each.at, "number": each.number} for each in found if not each.swing],
        silences=silences,
        clock=_clock(course),
        title="What they want, and how it stands",
        caption=caption(
            captions.LANES,
            captions.meanings(captions.GOALS, shown),
            captions.MARKS,
            captions.ONCE if once else "",
            captions.NUMBERS,
            captions.elsewhere(found, goals),
            captions.SILENCE if silences else "",
            f"{left} more goals are not drawn." if left else "",
        ),
        half=half,
    )
    return [chart, *(_moved(goal, course, found, silences, half) for goal in tops[:3])]


def _told_by_parts(shown: Sequence[Track], course: Course) -> set[tuple[Address, str]]:
    """Goals and signals against them that are drawn at a part already."""
    parts = {goal.node: goal.part_of for goal in shown}
    return {
        (whole, signal.id)
        for signal in course.signals
        for said in signal.says
        if said.way == "against"
        for whole in parts.get(said.node, ())
    }


def _due(goal: Track) -> tuple[bool, Moment, str]:
    return goal.deadline is None, goal.deadline or 0, str(goal.node)


def _lane(
    goal: Track, course: Course, once: Container[tuple[Address, str]] = ()
) -> lane_parts.Lane:
    marks: list[lane_parts.Mark] = []
    if goal.deadline is not None and goal.deadline <= course.as_of:
        marks.append({"at": goal.deadline, "sign": "due", "text": "due"})
    for signal in course.signals:
        ways = {said.way for said in signal.says if said.node == goal.node}
        if (goal.node, signal.id) in once:
            ways -= {"against"}
        marks += [_mark(signal, sign) for sign in _SIGNS if sign in ways]
    return {"name": short(goal.node), "stretches": _stretches(goal, course), "marks": marks}


def _mark(signal: Named, sign: lane_parts.Sign) -> lane_parts.Mark:
    return {"at": signal.at, "sign": sign, "text": signal_words(signal)}


def _stretches(track: Track, course: Course) -> list[lane_parts.Stretch]:
    found: list[lane_parts.Stretch] = []
    for reading in track.readings:
        if not found or found[-1]["status"] != reading.status:
            found.append({"since": reading.at, "until": reading.at, "status": reading.status})
        if len(found) > 1:
            found[-2]["until"] = found[-1]["since"]
    if found:
        found[-1]["until"] = course.as_of
    return [each for each in found if each["status"] in TONES]


def _moved(
    goal: Track,
    course: Course,
    found: Sequence[Numbered],
    silences: Sequence[Silence],
    half: bool,
) -> Chart:
    """Commitment, progress and motivation of one goal under each other."""
    most = max((each.motivation or 0.0 for each in goal.readings), default=0.0)
    name = short(goal.node)
    return tracks(
        [
            {
                "name": "commitment: how surely they want it",
                "ends": (0.0, 1.0),
                "line": _line(goal.readings, "credence"),
                "dots": _spoken(goal, course),
                "flags": _turns(goal, found),
                "steps": True,
            },
            {
                "name": "progress: how much of it is done",
                "ends": (0.0, 1.0),
                "line": _line(goal.readings, "progress"),
                "steps": True,
            },
            {
                "name": "motivation: how strongly it moves them now",
                "ends": (0.0, _round_up(most)),
                "line": _line(goal.readings, "motivation"),
                "steps": True,
            },
        ],
        silences=silences,
        clock=_clock(course),
        title=f"What moves them: {name}",
        caption=caption(
            captions.SPOKEN,
            captions.DONE if any(each.status == "achieved" for each in goal.readings) else "",
            captions.NUMBERS,
            captions.SILENCE if silences else "",
        ),
        half=half,
    )


def _round_up(most: float) -> float:
    """A round end of a scale that holds what is shown."""
    return next(end for end in (0.1, 0.2, 0.4, 0.6, 1.0, 2.0, 5.0, 10.0, most + 1) if end >= most)


def _line(readings: Sequence[Reading], of: str) -> list[track_parts.Reading]:
    return [{"at": each.at, "value": getattr(each, of)} for each in readings]


_Tones = tuple[track_parts.Tone, track_parts.Tone]


def _spoken(track: Track, course: Course, tones: _Tones = ("good", "bad")) -> list[track_parts.Dot]:
    """What was said for and against a node, at the ends of its scale, each in its tone."""
    dots: list[track_parts.Dot] = []
    for signal in course.signals:
        for said in signal.says:
            if said.node == track.node and said.way in ("for", "against"):
                support = said.way == "for"
                dots.append(
                    {
                        "at": signal.at,
                        "value": 1.0 if support else 0.0,
                        "text": signal_words(signal),
                        "tone": tones[0] if support else tones[1],
                    }
                )
    return dots


def _feelings(course: Course, found: Sequence[Numbered], half: bool) -> list[Chart]:
    feelings = course.of_kind(NodeKind.FEELING)
    if not feelings:
        return []
    told = [_felt(feeling, course, found) for feeling in feelings]
    breaks, silences = _breaks(course), _silences(course, found)
    lines = [each for track in told for each in track["line"]]
    chart = tracks(
        told,
        clock=_clock(course),
        breaks=breaks,
        silences=silences,
        title="How they feel",
        caption=caption(
            captions.FELT,
            captions.FELT_OR_NOT if any(each.scale is None for each in feelings) else "",
            captions.LULL if any(each.get("still") for each in lines) else "",
            captions.UNKNOWN if any(each["value"] is None for each in lines) else "",
            captions.SESSIONS if breaks else "",
            captions.NUMBERS,
            captions.SILENCE if silences else "",
        ),
        half=half,
    )
    return [chart]


def _felt(feeling: Track, course: Course, found: Sequence[Numbered]) -> track_parts.Track:
    name = spaced(str(feeling.node))
    flags = _turns(feeling, found)
    if feeling.scale is None:
        line = _line(feeling.readings, "credence")
        dots = _spoken(feeling, course, ("plain", "plain"))
        return {
            "name": f"{name}: how surely it holds",
            "ends": (0.0, 1.0),
            "line": line,
            "dots": dots,
            "flags": flags,
        }
    worst, best = feeling.scale
    said = [
        (signal, said.amount)
        for signal in course.signals
        for said in signal.says
        if said.node == feeling.node and said.way == "value" and said.amount is not None
    ]
    lulls = lulls_of([signal.at for signal, _ in said], course.as_of)
    turned = ", turned over" if worst > best else ""
    return {
        "name": f"{name} (best {best:g} at the top, worst {worst:g}{turned})",
        "ends": (min(worst, best), max(worst, best)),
        "line": [
            {
                "at": each.at,
                "value": each.mean if each.known else None,
                "still": is_still(each.at, lulls),
            }
            for each in feeling.readings
        ],
        "dots": [
            {"at": signal.at, "value": amount, "text": signal_words(signal)}
            for signal, amount in said
        ],
        "flags": flags,
        "usual": _average([each.mean for each in feeling.readings if each.known]),
        "worse_above": worst > best,
    }


def _turns(track: Track, found: Sequence[Numbered]) -> list[Flag]:
    """The numbers of a node's swings, where each of them ended."""
    return [
        {"at": each.at, "value": float(shift.after or 0.0), "number": each.number}
        for each in found
        for shift in each.shifts
        if each.swing and shift.node == track.node
    ]


def _average(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _breaks(course: Course) -> list[Moment]:
    """Where sessions begin; none where there are too many to draw."""
    begun: dict[int, Moment] = {}
    for signal in course.signals:
        if signal.sitting:
            begun.setdefault(signal.sitting, signal.at)
    return list(begun.values()) if len(begun) <= MOST_BREAKS else []


def _constraints(course: Course, half: bool) -> list[Chart]:
    bound = course.of_kind(NodeKind.CONSTRAINT)
    if not bound:
        return []
    chart = lanes(
        [_lane(each, course) for each in bound[:MOST_LANES]],
        tones=_STANDING,
        clock=_clock(course),
        title="What binds them, and when",
        caption=caption(
            "How to read it: one lane per constraint; the colour is how it stood.",
            captions.meanings(captions.CONSTRAINTS, bound[:MOST_LANES]),
        ),
        half=half,
    )
    return [chart]


def _clock(course: Course) -> Clock:
    return "position" if course.clock == "position" else "time"
