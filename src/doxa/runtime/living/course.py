"""The course of one person's goals, feelings and constraints, every change with its signals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import numpy as np

from doxa.beliefmap.open_nodes import nodes_of
from doxa.domain.node import Address, NodeKind
from doxa.reading.goals.status import GoalStatus
from doxa.runtime.frozen import Frozen
from doxa.runtime.living.constraints import Constraint, constraints
from doxa.runtime.living.feelings import Feeling, feelings
from doxa.runtime.living.goals import Goal, goals
from doxa.runtime.living.named import Named, named
from doxa.runtime.living.past import Past
from doxa.runtime.living.reach import HELD, STANDS, reach_of
from doxa.runtime.living.shifts import Reaches, Shift, shifts
from doxa.runtime.living.tracks import Reading, Track
from doxa.types import Json, Moment

STEPS = 60
"""Moments at equal distances: what silence changes is seen to the nearest of them."""

MOST = 240
"""Moments of signals that are read one by one; of more, evenly chosen ones."""


BUDGET = 1_000_000
"""Signals folded in all for one course: of long histories fewer moments are read."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What one person wanted, felt and was bound by over time.

    Attributes
    ----------
    twin : str
    as_of : int
    clock : str
        time or position.
    signals : tuple of Named
        Those that say anything, oldest first.
    tracks : tuple of Track
        Goals, feelings and constraints that were met, in the order of the map.
    shifts : tuple of Shift
        What changed, each with the signals that made it, oldest first.
    """

    twin: str
    as_of: Moment
    clock: str
    signals: tuple[Named, ...]
    tracks: tuple[Track, ...]
    shifts: tuple[Shift, ...]

    @property
    def nodes(self) -> tuple[Address, ...]:
        """What the course shows."""
        return tuple(track.node for track in self.tracks)

    def of_kind(self, kind: NodeKind) -> tuple[Track, ...]:
        """The tracks of a kind of node."""
        return tuple(track for track in self.tracks if track.kind is kind)

    def as_dict(self) -> dict[str, Json]:
        """The course as plain fields, addresses as text."""
        head: dict[str, Json] = {"twin": self.twin, "as_of": self.as_of, "clock": self.clock}
        tracks: list[Json] = [each.as_dict() for each in self.tracks]
        found: list[Json] = [each.as_dict() for each in self.shifts]
        signals: list[Json] = [each.as_dict() for each in self.signals]
        return {**head, "signals": signals, "tracks": tracks, "shifts": found}


def course(frozen: Frozen, *, steps: int = STEPS) -> Course:
    """The course of a frozen twin; see `Twin.course`."""
    past = Past.of(frozen)
    signals = named(past)
    tracks = _tracks(past, _moments(past, signals, steps))
    above = {track.node: track for track in tracks}
    found = [
        shift
        for track in tracks
        for shift in shifts(track, _reaches(frozen, track, above), signals)
    ]
    return Course(
        twin=frozen.twin,
        as_of=frozen.now,
        clock=frozen.belief_map.clock.value,
        signals=signals,
        tracks=tracks,
        shifts=tuple(sorted(found, key=lambda each: (each.at, each.since))),
    )


def _reaches(frozen: Frozen, track: Track, above: Mapping[Address, Track]) -> Reaches:
    """What a node follows from; a goal that nothing spoke of itself, from what it is part of too."""
    own = reach_of(frozen, track.node, STANDS)
    wholes = set() if track.met else set(_wholes(track, above))
    return Reaches(
        stands=lambda other: other in wholes or own(other),
        held=reach_of(frozen, track.node, HELD),
    )


def _wholes(track: Track, above: Mapping[Address, Track]) -> Iterator[Address]:
    for address in track.part_of:
        yield address
        if address in above:
            yield from _wholes(above[address], above)


Living = Goal | Feeling | Constraint


def _living(frozen: Frozen) -> list[Living]:
    return [*goals(frozen), *feelings(frozen), *constraints(frozen)]


def _moments(past: Past, signals: tuple[Named, ...], steps: int) -> list[Moment]:
    """When to read: at signals, at deadlines and ends, and at equal distances."""
    told = np.unique(np.array([each.at for each in signals], dtype=np.int64))
    if not len(told):
        return [past.frozen.now]
    first, last = int(told[0]), past.frozen.now
    most = min(len(told), MOST, max(steps, BUDGET // len(past.rows)))
    told = told[np.unique(np.linspace(0, len(told) - 1, most).astype(np.int64))]
    even = np.linspace(0, last - first, max(2, steps)).astype(np.int64) + first
    turns = [each for one in _living(past.frozen) for each in _turns(one) if each is not None]
    dated = np.array([each for each in turns if first <= each <= last], dtype=np.int64)
    moments: list[Moment] = np.unique(np.concatenate([even, told, dated])).tolist()
    return moments


def _stands(each: Living) -> bool:
    """Whether anything spoke of it, or of what it is part of."""
    return each.met or (isinstance(each, Goal) and each.status is not GoalStatus.UNMET)


def _turns(each: Living) -> tuple[Moment | None, ...]:
    if isinstance(each, Goal):
        return (each.deadline,)
    return (each.opinion.begins, each.opinion.ends) if isinstance(each, Constraint) else ()


def _tracks(past: Past, moments: list[Moment]) -> tuple[Track, ...]:
    found: dict[Address, list[tuple[Reading, Living]]] = {}
    for moment in moments:
        for each in _living(past.at(moment)):
            if _stands(each):
                found.setdefault(each.node, []).append((_reading(moment, each), each))
    order = {name: place for place, name in enumerate(nodes_of(past.frozen.belief_map))}
    made = [_track(past.frozen, [one for one, _ in read], read[-1][1]) for read in found.values()]
    return tuple(sorted(made, key=lambda track: order.get(track.node.node, len(order))))


def _reading(moment: Moment, each: Living) -> Reading:
    opinion = each.opinion
    told = Reading(
        at=moment,
        status=opinion.status,
        credence=opinion.credence,
        uncertainty=opinion.uncertainty,
        mean=opinion.mean,
    )
    if isinstance(each, Constraint):
        return msgspec.structs.replace(told, status=each.standing)
    if isinstance(each, Feeling):
        return told
    return msgspec.structs.replace(
        told,
        status=each.status.value,
        reasons=each.reasons,
        credence=each.commitment,
        progress=each.progress,
        motivation=each.motivation,
    )


def _track(frozen: Frozen, readings: list[Reading], last: Living) -> Track:
    node = nodes_of(frozen.belief_map)[last.node.node]
    return Track(
        node=last.node,
        kind=last.kind,
        says=last.says,
        met=last.met,
        scale=node.scale if last.kind is NodeKind.FEELING else None,
        part_of=last.part_of if isinstance(last, Goal) else (),
        deadline=last.deadline if isinstance(last, Goal) else None,
        readings=tuple(readings),
    )
