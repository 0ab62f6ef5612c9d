"""How a goal stands, in one word with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class GoalStatus(StrEnum):
    """How a goal stands."""

    UNMET = "unmet"
    ACTIVE = "active"
    ADVANCING = "advancing"
    STALLED = "stalled"
    BLOCKED = "blocked"
    ACHIEVED = "achieved"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the status of one goal is judged by.

    Attributes
    ----------
    wanted : bool
        The person holds it, or a goal it is part of.
    progress : float or None
    broken : bool
        Its `done` is a limit, and it is passed.
    given_up : bool
        The evidence is against it.
    silent : float
        Half-lives since anything was heard of it: evidence or milestone.
    moved : float or None
        The same since its last milestone, or one of its parts'; None without any.
    overdue : bool
        Its deadline has passed.
    blockers : tuple of str
        What stands in the way, likelier than not.
    """

    wanted: bool
    progress: float | None
    broken: bool
    given_up: bool
    silent: float
    moved: float | None
    overdue: bool
    blockers: tuple[str, ...]


PAUSE = 1 / 3
"""Half-lives without a milestone after which a goal stalls."""

SILENCE = 2.0
"""Half-lives without a word after which it counts as given up."""


def judged(facts: Facts) -> tuple[GoalStatus, tuple[str, ...]]:
    """The status of a goal and why; the first that holds.

    *unmet*: nobody spoke of it. *achieved*: progress is 1. *abandoned*: the evidence is against
    it, or nothing was heard of it for two half-lives. *blocked*: something stands in the way,
    likelier than not. *stalled*: overdue, a limit is broken, or no milestone for a third of a
    half-life after the last. *advancing*: a milestone since then. *active*: else.

    Examples
    --------
    >>> facts = Facts(True, 0.5, False, False, 0.1, 0.1, False, ())
    >>> judged(facts)[0].value
    'advancing'
    """
    if not facts.wanted:
        return GoalStatus.UNMET, ("nobody spoke of it",)
    if facts.progress is not None and facts.progress >= 1:
        return GoalStatus.ACHIEVED, ("it is done",)
    given_up = _given_up(facts)
    if given_up:
        return GoalStatus.ABANDONED, given_up
    if facts.blockers:
        return GoalStatus.BLOCKED, tuple(f"{each} is in the way" for each in facts.blockers)
    stalled = _stalled(facts)
    if stalled:
        return GoalStatus.STALLED, stalled
    if facts.moved is not None and facts.progress:
        return GoalStatus.ADVANCING, ("a milestone was reached lately",)
    return GoalStatus.ACTIVE, ("no milestone yet",)


def _given_up(facts: Facts) -> tuple[str, ...]:
    if facts.given_up:
        return ("what was heard speaks against it",)
    return ("nothing was heard of it for long",) if facts.silent > SILENCE else ()


def _stalled(facts: Facts) -> tuple[str, ...]:
    told = ["the deadline has passed"] if facts.overdue else []
    if facts.broken:
        told.append("the limit is broken")
    if facts.moved is not None and facts.moved > PAUSE:
        told.append("no milestone for long")
    return tuple(told)
