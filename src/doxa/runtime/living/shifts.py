"""What changed in the course of one node, and by which signals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from doxa.domain.node import Address, NodeKind
from doxa.reading.swings import swings
from doxa.runtime.delta import MOVED
from doxa.runtime.living.named import Named
from doxa.runtime.living.reach import Reach
from doxa.runtime.living.tracks import Reading, Track
from doxa.types import Json, Moment

SWING = 1 / 4
"""Share of its scale by which the mean of a feeling has to rise or fall to have changed."""

_SAME = 1e-9


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one node, between two readings or over a swing, with the signals between.

    Attributes
    ----------
    node : Address
    what : str
        formed; rose or fell; else the status it now has.
    of : str
        What changed: status, progress, commitment, credence or mean.
    since, at : int
        The signals came after the one and by the other.
    before, after : str, float or None
        A status, or a number; None before it formed.
    reasons : tuple of str
        Of a status of a goal.
    signals : tuple of Named
        Those that speak of it, oldest first; none where time alone changed it.
    """

    node: Address
    what: str
    of: str
    since: Moment | None
    at: Moment
    before: str | float | None
    after: str | float | None
    reasons: tuple[str, ...]
    signals: tuple[Named, ...]

    def as_dict(self) -> dict[str, Json]:
        """The change as plain fields; its signals by id."""
        told = {name: getattr(self, name) for name in self.__struct_fields__}
        ids: list[Json] = [each.id for each in self.signals]
        plain: dict[str, Json] = msgspec.to_builtins(
            {**told, "node": str(self.node), "signals": ()}
        )
        return {**plain, "signals": ids}


class Reaches(NamedTuple):
    """What a node follows from: where it stands, and how far it is held."""

    stands: Reach
    held: Reach


def shifts(track: Track, reaches: Reaches, signals: Sequence[Named]) -> Iterator[Shift]:
    """Every change of a track, oldest first by what changed.

    Statuses of goals and constraints, and progress, change from one reading to the next; the
    commitment to a goal and a credence in swings of a tenth, the mean of a feeling in swings of a
    quarter of its scale. No swing reaches over a stretch in which too little is known: what changed
    across it is a change of its own.
    """
    stands = _about(reaches.stands, signals)
    for shift in (*_formed(track), *_steps(track)):
        yield _made_by(shift, stands)
    held = _about(reaches.held, signals)
    for shift in _swings(track):
        yield _made_by(shift, [each for each in held if _pushes(each, track.node, shift.what)])


def _about(reaches: Reach, signals: Sequence[Named]) -> list[Named]:
    return [each for each in signals if any(reaches(said.node) for said in each.says)]


def _pushes(each: Named, node: Address, what: str) -> bool:
    """Whether a signal can have made a node rise or fall: not what speaks for it a fall."""
    own = {said.way for said in each.says if said.node == node} - {"done"}
    against = {"rose": "against", "fell": "for"}[what]
    return own != {against} and (bool(own) or all(said.node != node for said in each.says))


def _made_by(shift: Shift, signals: Sequence[Named]) -> Shift:
    between = (each for each in signals if _within(each.at, shift))
    return msgspec.structs.replace(shift, signals=tuple(between))


def _within(at: Moment, shift: Shift) -> bool:
    return (shift.since is None or shift.since < at) and at <= shift.at


def _formed(track: Track) -> Iterator[Shift]:
    first = track.readings[0]
    yield _shift(track, "formed", "status", None, first, None, first.status)


def _steps(track: Track) -> Iterator[Shift]:
    if track.kind is NodeKind.FEELING:
        return
    for before, after in pairwise(track.readings):
        if before.status != after.status:
            yield _shift(track, after.status, "status", before, after, before.status, after.status)
        had, has = before.progress, after.progress
        if had is not None and has is not None and abs(has - had) > _SAME and _told(before, after):
            yield _shift(track, _way(had, has), "progress", before, after, had, has)


def _told(before: Reading, after: Reading) -> bool:
    """A goal that is achieved says so once."""
    return before.status == after.status or after.status != "achieved"


def _swings(track: Track) -> Iterator[Shift]:
    if not track.met:
        return
    last: tuple[Reading, float] | None = None
    of, courses, least = _courses(track)
    for course in courses:
        if last is not None and abs(course[0][1] - last[1]) >= least:
            yield _swing(track, of, last, course[0])
        for start, end in swings([value for _, value in course], least):
            yield _swing(track, of, course[start], course[end])
        last = course[-1]


_Course = list[tuple[Reading, float]]


def _swing(
    track: Track, of: str, start: tuple[Reading, float], end: tuple[Reading, float]
) -> Shift:
    return _shift(track, _way(start[1], end[1]), of, start[0], end[0], start[1], end[1])


def _courses(track: Track) -> tuple[str, list[_Course], float]:
    """What swings, from where to where it is known without a gap, and by how much it has to."""
    if track.scale is None:
        name = "commitment" if track.kind is NodeKind.GOAL else "credence"
        return name, [[(each, each.credence) for each in track.readings]], MOVED
    found: list[_Course] = [[]]
    for each in track.readings:
        if each.known and each.mean is not None:
            found[-1].append((each, each.mean))
        elif found[-1]:
            found.append([])
    return "mean", [each for each in found if each], SWING * abs(track.scale[1] - track.scale[0])


def _way(before: float, after: float) -> str:
    return "rose" if after > before else "fell"


def _shift(
    track: Track,
    what: str,
    of: str,
    before: Reading | None,
    after: Reading,
    had: str | float | None,
    has: str | float | None,
) -> Shift:
    return Shift(
        node=track.node,
        what=what,
        of=of,
        since=None if before is None else before.at,
        at=after.at,
        before=had,
        after=has,
        reasons=after.reasons if of == "status" else (),
        signals=(),
    )
