"""Decayed sums of events by group, as of moments: what a person left behind before each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.state.bands import decay
from doxa.state.ranks import running_sums
from doxa.state.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Cut:
    """Moments in time: what is strictly below (at, order) lies before."""

    at: Ints
    order: Ints


def recalled(
    event: Ints, when: Cut, added: Floats, wanted: Ints, seen: Cut, bands: tuple[float, ...]
) -> Floats:
    """Sums of what each group's events added, decayed to the moment that asks.

    Parameters
    ----------
    event : int64[m]
        The group of each event, in any order.
    when : Cut
        When each event was known.
    added : float64[m, C]
    wanted : int64[q]
        The group asked for.
    seen : Cut
        Events strictly before it are in; equal moments do not see each other.
    bands : K half-lives

    Returns
    -------
    float64[q, C, K]
        0 where the group had no event before.

    Examples
    --------
    >>> cut = Cut(np.array([0, 3]), np.array([0, 0]))
    >>> now = Cut(np.array([3, 6]), np.array([0, 0]))
    >>> one = np.ones((2, 1))
    >>> group = np.array([7, 7])
    >>> recalled(group, cut, one, group, now, (3.0,)).ravel().tolist()
    [0.5, 0.75]
    """
    sums = np.zeros((len(wanted), added.shape[1], len(bands)))
    if not len(event):
        return sums
    trail = _Trail.of(event, when)
    at = trail.at
    since = np.maximum(np.diff(at, prepend=at[:1]), 0)
    cells = np.repeat(added[trail.sort][:, :, None], len(bands), axis=2)
    running = running_sums(trail.timeline.starts, cells, decay(since, bands))
    last = trail.before(wanted, seen)
    known = last >= 0
    age = seen.at[known] - at[last[known]]
    sums[known] = running[last[known]] * decay(age, bands)[:, None, :]
    return sums


def newest(event: Ints, when: Cut, wanted: Ints, seen: Cut) -> Ints:
    """The newest event of each group strictly before the moment that asks; -1 = none.

    Examples
    --------
    >>> cut = Cut(np.array([0, 3]), np.array([0, 0]))
    >>> now = Cut(np.array([0, 3, 6]), np.array([0, 0, 0]))
    >>> newest(np.array([7, 7]), cut, np.array([7, 7, 7]), now).tolist()
    [-1, 0, 1]
    """
    if not len(event):
        return np.full(len(wanted), -1)
    trail = _Trail.of(event, when)
    last = trail.before(wanted, seen)
    return np.where(last >= 0, trail.sort[np.maximum(last, 0)], -1)


@dataclass(frozen=True, slots=True)
class _Trail:
    """Events sorted by (group, at, order).

    Attributes
    ----------
    keys : the distinct groups, ascending
    sort : the event at each place
    at : when it was known
    """

    keys: Ints
    sort: Ints
    at: Ints
    timeline: Timeline

    @classmethod
    def of(cls, event: Ints, when: Cut) -> _Trail:
        keys, group = np.unique(event, return_inverse=True)
        sort = np.lexsort((np.arange(len(event)), when.order, when.at, group))
        at = when.at[sort]
        timeline = Timeline.of(group[sort], at, when.order[sort], len(keys))
        return cls(keys, sort.astype(np.int64), at, timeline)

    def before(self, wanted: Ints, seen: Cut) -> Ints:
        """The place of the last event before each moment; -1 = none."""
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        place = np.where(self.keys[place] == wanted, place, -1)
        after = self.timeline.before(place, seen.at, seen.order, strictly=True)
        known = (place >= 0) & (after > self.timeline.starts[np.maximum(place, 0)])
        return np.where(known, after - 1, -1)
