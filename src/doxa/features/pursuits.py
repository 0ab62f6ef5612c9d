"""Goals and constraints as rows see them, by what marks told of each: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.marking import FOREVER
from doxa.beliefmap.model import Done, Node
from doxa.beliefmap.payloads import Bools
from doxa.domain.clock import DAY, Clock
from doxa.reading.goals.progress import is_limit, scale_of

NEVER = np.iinfo(np.int64).max
"""When what never happened did."""


@dataclass(frozen=True, slots=True)
class Pursuit:
    """A goal as n rows see it.

    Attributes
    ----------
    formed : bool[n]
    progress : float64[n]
        In [0, 1]; NaN where nothing tells it.
    since : float64[n]
        Half-lives since the last milestone; NaN without any.
    due : float64[n]
        Half-lives to the deadline, negative when past; NaN without one.
    """

    formed: Bools
    progress: Floats
    since: Floats
    due: Floats


@dataclass(frozen=True, slots=True)
class Binding:
    """A constraint as n rows see it.

    Attributes
    ----------
    active : bool[n]
    left : float64[n]
        Days (positions) until it ends where it is active; NaN where it is not, or has no end.
    """

    active: Bools
    left: Floats


@dataclass(frozen=True, slots=True)
class Reached:
    """What was done towards a goal of n rows since it formed.

    Attributes
    ----------
    some : bool[n]
        Whether anything was; of the others the rest means nothing.
    total : float64[n]
    first : float64[n]
        The value that came first.
    best : float64[n]
        The largest value, of a goal that wants little the least.
    last : int64[n]
        When the newest came.
    """

    some: Bools
    total: Floats
    first: Floats
    best: Floats
    last: Ints

    def take(self, chosen: Ints) -> Reached:
        """Some of the rows."""
        return Reached(
            self.some[chosen],
            self.total[chosen],
            self.first[chosen],
            self.best[chosen],
            self.last[chosen],
        )

    @classmethod
    def none(cls, size: int) -> Reached:
        """Nothing yet."""
        zeros = np.zeros(size)
        never = np.full(size, NEVER)
        return cls(np.zeros(size, dtype=bool), zeros, zeros.copy(), zeros.copy(), never)


@dataclass(frozen=True, slots=True)
class Begun:
    """How a goal of n people stands by itself.

    Attributes
    ----------
    own, own_same : int64[n]
        When it formed of its own, and which fields that compares.
    start, same : int64[n]
        When it formed, of its own or with goals around it, and the same of that.
    told, due : int64[n]
        When a deadline was given last, and the deadline.
    """

    own: Ints
    own_same: Ints
    start: Ints
    same: Ints
    told: Ints
    due: Ints
    reached: Reached

    def take(self, chosen: Ints) -> Begun:
        """Some of the people."""
        return Begun(
            self.own[chosen],
            self.own_same[chosen],
            self.start[chosen],
            self.same[chosen],
            self.told[chosen],
            self.due[chosen],
            self.reached.take(chosen),
        )


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said last of a constraint of n people.

    Attributes
    ----------
    at : int64[n]
        When it was said.
    opens : bool[n]
        Whether it binds by that.
    begins, ends : int64[n]
    """

    at: Ints
    opens: Bools
    begins: Ints
    ends: Ints

    def take(self, chosen: Ints) -> Spoken:
        """Some of the people."""
        return Spoken(self.at[chosen], self.opens[chosen], self.begins[chosen], self.ends[chosen])


def is_counted(node: Node) -> bool:
    """Whether signals say how far a goal has come."""
    return node.done is not None and node.done.kind is not None


def better(done: Done) -> np.ufunc:
    """Of two values the one nearer to what is wanted."""
    return np.minimum if done.at_most is not None else np.maximum


def pursued(node: Node, now: Ints, start: Ints, due: Ints, reached: Reached | None) -> Pursuit:
    """A goal by itself at some moments.

    Parameters
    ----------
    start : int64[n]
        When it formed; what lies ahead has not.
    due : int64[n]
        The deadline.
    reached : what was done since; None where nothing says so
    """
    formed, scale = start < NEVER, scale_of(node)
    length = np.maximum(due - start, 1)
    elapsed = np.where(due == NEVER, np.nan, np.clip((now - start) / length, 0, 1))
    progress, last = np.full(len(now), np.nan), np.full(len(now), NEVER)
    if node.done is not None and reached is not None:
        progress = _progress(node.done, reached, elapsed)
        last = np.where(reached.some & (not is_limit(node.done)), reached.last, NEVER)
    since = np.where(formed & (last < NEVER), (now - last) / scale, np.nan)
    remains = np.where(due < NEVER, (due - now) / scale, np.nan)
    return Pursuit(formed, np.where(formed, progress, np.nan), since, remains)


def bound(said: Spoken, now: Ints, clock: Clock) -> Binding:
    """A constraint at some moments, by what was said of it last."""
    active = said.opens & (said.begins <= now) & (now < said.ends)
    unit = float(DAY) if clock is Clock.TIME else 1.0
    left = np.where(active & (said.ends < FOREVER), said.ends - now, np.nan) / unit
    return Binding(active, left)


def _progress(done: Done, reached: Reached, elapsed: Floats) -> Floats:
    """Progress by what was done, as `doxa.reading.goals.progress.reached` reads it."""
    if done.target == "happens":
        return reached.some.astype(np.float64)
    if done.target == "value":
        return np.where(reached.some, _towards(done, reached), 0.0)
    if done.at_most is not None:
        return np.where(reached.total > done.at_most, 0.0, elapsed)
    return _share(reached.total, done.at_least or 0.0)


def _towards(done: Done, reached: Reached) -> Floats:
    best = reached.best
    if done.at_most is not None:
        way = np.maximum(reached.first - done.at_most, 1e-300)
        return np.where(best <= done.at_most, 1.0, (reached.first - best) / way)
    if done.above is not None:
        before = np.minimum(_share(best, done.above), float(np.nextafter(1.0, 0.0)))
        return np.where(best > done.above, 1.0, before)
    return _share(best, done.at_least or 0.0)


def _share(got: Floats, needed: float) -> Floats:
    if needed <= 0:
        return (got >= needed).astype(np.float64)
    return np.clip(got / needed, 0.0, 1.0)
