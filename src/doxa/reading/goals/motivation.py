"""What moves a person towards a goal now: expectancy, value, nearness, time, and what is in the way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.reading.goals.forest import Forest, Own

UNKNOWN = 0.5
"""Expectancy where nothing is known of the person's capability."""

OPEN_ENDED = 1.0
"""A goal without a deadline is as far off as one due in a half-life."""


@dataclass(frozen=True, slots=True)
class Motives:
    """The parts of the motivation of g goals, and their product; float64[g] each.

    Attributes
    ----------
    commitment, value, expectancy, progress, blocked
        Passed down or up the forest where a goal has none of its own.
    gradient : in [1/2, 1]
        1 / (1 + what remains).
    urgency : in (0, 1]
        1 / (1 + half-lives to the deadline, or since it passed).
    motivation : float64[g]
    """

    commitment: Floats
    value: Floats
    expectancy: Floats
    progress: Floats
    blocked: Floats
    gradient: Floats
    urgency: Floats
    motivation: Floats


def motives(forest: Forest, own: Own, progress: Floats) -> Motives:
    """Motivation of every goal: M = c E V G T (1 - B), 0 once it is achieved.

    - c, commitment: the credence of the goal, else that of the goal it is part of (the surest),
      else that of its surest part; what comes up from a part is not passed down to the others.
    - E, expectancy: what is believed of the person's capability, else the parent's, else 1/2.
    - V, value: declared for a goal that is part of nothing; else the sum over its parents of
      V_parent v / (v + sum over its siblings of v_s (1 - p_s)): as the siblings get done, more of
      the parent's value hangs on what is left. Parents already achieved pass nothing on.
    - G, goal gradient: 1 / (1 + (1 - p)), from 1/2 at the start to 1 at the end.
    - T, time: 1 / (1 + D / half_life), D to the deadline, or since it passed; without one 1/2.
    - B, what is in the way: own and the parents' as 1 - product of (1 - B).

    Parameters
    ----------
    progress : float64[g]
        Of `rolled_up`; NaN counts as 0.

    References
    ----------
    Temporal motivation theory, M = E V / (1 + G D): Steel & Koenig, Academy of Management Review
    31 (2006). Goal gradient: Kivetz, Urminsky & Zheng, Journal of Marketing Research 43 (2006).
    """
    p = np.nan_to_num(progress, nan=0.0)
    commitment, expectancy = own.commitment.copy(), own.expectancy.copy()
    value, blocked = own.value.copy(), own.blocked.copy()
    deadline = own.deadline.copy()
    for goal in forest.order:
        parents = forest.parents(goal)
        commitment[goal] = _own_or(commitment[goal], commitment[parents])
        expectancy[goal] = _own_or(expectancy[goal], expectancy[parents])
        if parents:
            value[goal] = sum(_share(forest, own.value, p, goal, above, value) for above in parents)
        for above in parents:
            blocked[goal] = 1 - (1 - blocked[goal]) * (1 - blocked[above])
        if math.isnan(deadline[goal]):
            known = [float(deadline[a]) for a in parents if not math.isnan(deadline[a])]
            deadline[goal] = min(known) if known else math.nan
    for goal in reversed(forest.order):
        commitment[goal] = _own_or(commitment[goal], commitment[forest.children(goal)])
    commitment = np.nan_to_num(commitment, nan=0.0)
    expectancy = np.nan_to_num(expectancy, nan=UNKNOWN)
    gradient = 1 / (2 - p)
    urgency = 1 / (1 + np.where(np.isnan(deadline), OPEN_ENDED, np.abs(deadline)))
    whole = commitment * expectancy * value * gradient * urgency * (1 - blocked)
    return Motives(
        commitment=commitment,
        value=value,
        expectancy=expectancy,
        progress=progress,
        blocked=blocked,
        gradient=gradient,
        urgency=urgency,
        motivation=np.where(p >= 1, 0.0, whole),
    )


def _own_or(own: float, passed: Floats) -> float:
    """What a goal has of its own, else the most of what is passed to it; NaN where that is nothing."""
    known = passed[~np.isnan(passed)]
    return float(known.max()) if math.isnan(own) and len(known) else own


def _share(
    forest: Forest, declared: Floats, p: Floats, goal: int, above: int, value: Floats
) -> float:
    """What of a parent's value hangs on one of its parts."""
    if p[above] >= 1:
        return 0.0
    left = sum(declared[each] * (1 - p[each]) for each in forest.children(above) if each != goal)
    return float(value[above] * declared[goal] / (declared[goal] + left))
