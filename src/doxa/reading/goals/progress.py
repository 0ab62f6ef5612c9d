"""How far a goal has come: by its own `done`, else as the mean of its parts."""

from __future__ import annotations

import math

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Done, Node
from doxa.reading.goals.forest import Forest, Own


def reached(done: Done, amounts: Floats, elapsed: float = math.nan) -> float:
    """Progress in [0, 1] by the marks of one goal, oldest first, since it formed.

    ============  ==========================================================================
    happens       1 once it did
    count, sum    reached / needed with ``at_least``; ``at_most`` is a limit: while it is kept,
                  how much of the time to the deadline lies behind; 0 once it is broken
    value         the best value so far / needed with ``at_least`` and ``above``; with
                  ``at_most`` how much of the way down from the first value lies behind
    ============  ==========================================================================

    Parameters
    ----------
    amounts : float64[n]
        1 per occurrence, what is summed, or the values.
    elapsed : in [0, 1]
        Share of the time from forming to the deadline; NaN without one.

    Examples
    --------
    >>> reached(Done(target="count", kind="cooked", at_least=8.0), np.ones(2))
    0.25
    >>> reached(Done(target="sum", kind="spent", field="eur", at_most=50.0), np.array([9.0]), 0.5)
    0.5
    """
    if done.target == "happens":
        return 1.0 if len(amounts) else 0.0
    if done.target == "value":
        return _towards(done, amounts)
    if is_limit(done):
        return 0.0 if broken(done, amounts) else elapsed
    return share(float(amounts.sum()), done.at_least or 0.0)


def is_limit(done: Done) -> bool:
    """Whether a goal is to stay within a limit up to its deadline."""
    return done.at_most is not None and done.target in ("count", "sum")


def broken(done: Done, amounts: Floats) -> bool:
    """Whether the limit of a goal is passed."""
    return done.at_most is not None and float(amounts.sum()) > done.at_most


def _towards(done: Done, values: Floats) -> float:
    if not len(values):
        return 0.0
    if done.at_most is not None:
        best, way = float(values.min()), float(values[0]) - done.at_most
        return 1.0 if best <= done.at_most else (float(values[0]) - best) / way
    best = float(values.max())
    if done.above is not None:
        # only beyond the bound is it reached
        return 1.0 if best > done.above else min(share(best, done.above), _BEFORE)
    return share(best, done.at_least or 0.0)


_BEFORE = float(np.nextafter(1.0, 0.0))


def share(got: float, needed: float) -> float:
    """got / needed within [0, 1]; where nothing is needed, whether that is reached."""
    if got >= needed:
        return 1.0
    return max(got / needed, 0.0) if needed > 0 else 0.0


def believed(credence: float, base: float, above: float) -> float:
    """Progress of ``done: {node, above}``: how much of the way from the base rate lies behind.

    Examples
    --------
    >>> believed(0.7, 0.5, 0.9), believed(0.95, 0.5, 0.9), believed(0.3, 0.5, 0.9)
    (0.4999999999999999, 1.0, 0.0)
    """
    if credence > above:
        return 1.0
    way = above - base
    return min(max((credence - base) / way, 0.0), _BEFORE) if way > 0 else 0.0


def rolled_up(forest: Forest, own: Own) -> Floats:
    """Progress of every goal, float64[g]: its own, else its children's mean by value; NaN unknown.

    Children of which nothing is known do not enter the mean.
    """
    found = own.progress.copy()
    for goal in reversed(forest.order):
        if not math.isnan(found[goal]):
            continue
        parts = [part for part in forest.children(goal) if not math.isnan(found[part])]
        if parts:
            found[goal] = np.average(found[parts], weights=own.value[parts])
    return found


def scale_of(node: Node) -> float:
    """What times are measured in: the goal's half-life, or its period where nothing is forgotten."""
    return float(node.period) if math.isinf(node.half_life) else float(node.half_life)
