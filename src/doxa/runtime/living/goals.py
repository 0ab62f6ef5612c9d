"""The goals of one person, with what moves them, read at a moment."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

from doxa.domain.node import Address
from doxa.reading.goals.motivation import Motives, motives
from doxa.reading.goals.progress import rolled_up
from doxa.reading.goals.status import GoalStatus, judged
from doxa.runtime.frozen import Frozen
from doxa.runtime.held import Held
from doxa.runtime.living.family import Family, family_of
from doxa.runtime.living.goal_facts import GoalFacts
from doxa.types import Json, Moment


class Goal(Held, frozen=True, kw_only=True):
    """A goal as it stands at the moment read.

    Attributes
    ----------
    status : GoalStatus
        unmet, active, advancing, stalled, blocked, achieved or abandoned.
    reasons : tuple of str
    progress : float in [0, 1], or None where nothing tells it
    motivation : float
        M = commitment x expectancy x value x gradient x urgency x (1 - blocked).
    commitment, expectancy, value, gradient, urgency, blocked : float
        Its parts, see `motives`.
    part_of : tuple of Address
    formed, milestone, deadline : int or None
        When it formed, when it or a part of it last advanced, when it is due.
    """

    status: GoalStatus
    reasons: tuple[str, ...]
    progress: float | None
    motivation: float
    commitment: float
    expectancy: float
    value: float
    gradient: float
    urgency: float
    blocked: float
    part_of: tuple[Address, ...]
    formed: Moment | None
    milestone: Moment | None
    deadline: Moment | None

    def as_dict(self) -> dict[str, Json]:
        """The goal as plain fields: what is its own under ``goal``."""
        known = set(Held.__struct_fields__)
        own = {name: getattr(self, name) for name in self.__struct_fields__ if name not in known}
        told: dict[str, Json] = msgspec.to_builtins(own)
        return {**Held.as_dict(self), "goal": told | {"part_of": [str(a) for a in self.part_of]}}


def goals(frozen: Frozen) -> tuple[Goal, ...]:
    """What the person wants: single goals, members met, and what those are part of."""
    family = family_of(frozen)
    facts = GoalFacts(frozen, family)
    progress = rolled_up(family.forest, facts.own(None))
    found = motives(family.forest, facts.own(progress), progress)
    milestones = facts.milestones()
    return tuple(
        _goal(frozen, family, facts, found, milestones, place) for place in range(len(family.goals))
    )


def _goal(
    frozen: Frozen,
    family: Family,
    facts: GoalFacts,
    found: Motives,
    milestones: list[Moment | None],
    place: int,
) -> Goal:
    each = family.goals[place]
    progress = _known(found.progress[place])
    status, reasons = judged(facts.judged_by(place, progress, milestones[place]))
    numbers: dict[str, Any] = {
        name: float(getattr(found, name)[place])
        for name in ("commitment", "expectancy", "value", "gradient", "urgency", "blocked")
    }
    still = status not in (GoalStatus.UNMET, GoalStatus.ABANDONED)
    told = {name: getattr(each, name) for name in Held.__struct_fields__}
    return Goal(
        **told,
        **numbers,
        status=status,
        reasons=reasons,
        progress=progress,
        motivation=float(found.motivation[place]) if still else 0.0,
        part_of=tuple(family.goals[above].node for above in family.forest.parents(place)),
        formed=facts.formed[place],
        milestone=milestones[place],
        deadline=facts.deadlines[place],
    )


def _known(value: float | np.floating[Any]) -> float | None:
    return None if math.isnan(value) else float(value)
