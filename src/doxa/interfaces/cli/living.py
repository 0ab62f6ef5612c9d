"""Goals and constraints as text: how far, how strongly, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import cut, plain, table, width
from doxa.interfaces.cli.opinions import when

if TYPE_CHECKING:
    from doxa.domain.clock import Clock
    from doxa.runtime.living.constraints import Constraint
    from doxa.runtime.living.goals import Goal

_CELLS = 10
_NOT_SHOWN = "unmet"


def goal_lines(goals: Sequence[Goal], clock: Clock) -> list[str]:
    """One line per goal that somebody spoke of: progress, motivation, status and why."""
    told = [goal for goal in goals if goal.status.value != _NOT_SHOWN]
    if not told:
        return []
    head = ["", "done", "", "motivation", "status", "due"]
    room = max(16, min(36, width() - 60))
    rows = [head, *(_goal(goal, clock, room) for goal in told)]
    return ["", "goals", *table(rows, "lrlrl")]


def _goal(goal: Goal, clock: Clock, room: int) -> list[str]:
    known = goal.progress is not None
    full = round((goal.progress or 0.0) * _CELLS)
    return [
        cut(plain(goal.name), room),
        f"{goal.progress:.0%}" if known else "",
        "█" * full + "·" * (_CELLS - full) if known else "",
        f"{goal.motivation:.2f}",
        f"{goal.status.value}: {plain(goal.reasons[0])}",
        "" if goal.deadline is None else when(goal.deadline, clock)[:10],
    ]


def constraint_lines(constraints: Sequence[Constraint], clock: Clock) -> list[str]:
    """One line per constraint that binds, or will."""
    told = [each for each in constraints if each.opinion.active or each.standing == "upcoming"]
    if not told:
        return []
    return ["", "constraints", *table([_constraint(each, clock) for each in told], "lrl")]


def _constraint(each: Constraint, clock: Clock) -> list[str]:
    opinion = each.opinion
    begins = "" if opinion.begins is None else f"from {when(opinion.begins, clock)}"
    ends = "" if opinion.ends is None else f"until {when(opinion.ends, clock)}"
    return [
        cut(plain(each.name), max(16, width() - 60)),
        f"{opinion.credence:.2f}",
        "active" if opinion.active else "upcoming",
        " ".join(part for part in (begins, ends) if part),
        "sources disagree" if each.contradicted else "",
    ]
