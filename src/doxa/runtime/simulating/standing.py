"""How a node stands now, in a few words: for the reasons of recommendations."""

from __future__ import annotations

from doxa.domain.clock import format_moment
from doxa.domain.node import NodeKind, parse_address
from doxa.runtime.frozen import Frozen
from doxa.runtime.held import Held, held
from doxa.runtime.living.constraints import constraints
from doxa.runtime.living.goals import goals

_GROWS = 0.02


def standing_of(frozen: Frozen, node: str) -> tuple[str, str]:
    """The kind of a node and how it stands: of a goal its status, of a constraint its interval.

    A family stands as its strongest member does.
    """
    kind = frozen.belief_map.nodes[node].kind
    if kind is NodeKind.GOAL:
        return kind.value, _goal(frozen, node)
    if kind is NodeKind.CONSTRAINT:
        return kind.value, _constraint(frozen, node)
    own = [each for each in held(frozen, kind) if each.node.node == node and each.met]
    best = max(own, key=lambda each: each.opinion.credence, default=None)
    return kind.value, "nothing said yet" if best is None else _opinion(best, node)


def _goal(frozen: Frozen, node: str) -> str:
    for goal in goals(frozen):
        if goal.node.node == node:
            reached = "" if goal.progress is None else f", {goal.progress:.0%} reached"
            due = "" if goal.deadline is None else f", due {_when(frozen, goal.deadline)}"
            return f"a goal that is {goal.status}{reached}{due}"
    return "no goal yet"


def _constraint(frozen: Frozen, node: str) -> str:
    for each in constraints(frozen):
        if each.node.node == node:
            moved = ", which moved" if len(each.turns) > 1 else ""
            ends = each.opinion.ends
            until = "" if ends is None else f" until {_when(frozen, ends)}"
            return f"{each.standing}{until}{moved}"
    return "not known"


def _opinion(each: Held, node: str) -> str:
    opinion = each.opinion
    member = "" if str(parse_address(node)) == str(each.node) else f"{each.node}: "
    way = ""
    if opinion.trend is not None and abs(opinion.trend) >= _GROWS:
        way = ", growing" if opinion.trend > 0 else ", weakening"
    return f"{member}credence {opinion.credence:.2f}{way}"


def _when(frozen: Frozen, moment: int) -> str:
    return format_moment(moment, frozen.belief_map.clock)[:10]
