"""Popularity: what everybody lately does with the members of a family, against what they did before.

Tables of it are frozen at their moments and hold no person: one person's forecast reads the newest table
before its origin, and nobody else's signals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Node
from doxa.domain.evidence import Channel
from doxa.features.consents import withholdable, without_withheld
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.past import Past
from doxa.state.bands import decay
from doxa.state.entries import entries_of
from doxa.types import HalfLife

WORTH = 0.5
"""What is usual is worth half a person's day, as it is to a person's own rates."""
TINY = 1e-300


class Popularity(msgspec.Struct, frozen=True):
    """Tables of one family, the earliest first.

    Attributes
    ----------
    bands : list of float
        K + 1 half-lives, ascending.
    members : list of str
        Values of the family's dimension that ten people had met by the last table.
    at : list of int
        The moment of each table: it knows what had happened before it and was recorded by then.
    swings : list of float
        By table, member and band but the last, one after the other: see `swings_of`; 0 for a member that
        fewer than ten people had met by then.

    Examples
    --------
    >>> milk = Popularity([7.0, 21.0], ["milk"], [0, 28], [0.0, 0.8])
    >>> milk.of(np.zeros(4, dtype=np.int64), ["milk"], np.array([-1, 0, 28, 35])).ravel().tolist()
    [0.0, 0.0, 0.8, 0.4]
    """

    bands: list[float]
    members: list[str]
    at: list[int]
    swings: list[float]

    def of(self, member: Ints, names: Sequence[str], at: Ints) -> Floats:
        """What the newest table at or before each moment says of a member, float64[n, K].

        It ages as it lies there: a swing of half-life h counts 2^(-age / h). Before the first table, and
        of a member that no table knows, everything is as it was: 0.

        Parameters
        ----------
        member : int64[n]
            Codes into `names`; -1 = none.
        at : int64[n]
        """
        fast = tuple(self.bands[:-1])
        if not self.at or not self.members:
            return np.zeros((len(member), len(fast)))
        known = {name: place for place, name in enumerate(self.members)}
        own = np.array([known.get(name, -1) for name in names] + [-1], dtype=np.int64)[member]
        moments = np.array(self.at, dtype=np.int64)
        place = np.searchsorted(moments, at, side="right") - 1
        told = (place >= 0) & (own >= 0)
        table = np.array(self.swings).reshape(len(moments), len(self.members), len(fast))
        age = np.where(told, at - moments[place], 0)
        found = table[place, own] * decay(age, fast)
        return np.where(told[:, None], found, 0.0)


def popularity_of(
    past: Past, node: Node, moments: Sequence[int], bands: Sequence[HalfLife]
) -> Popularity:
    """The tables of a family that counts, as its members were known at some moments.

    A day on which a person did it counts once.

    Parameters
    ----------
    past : Past
        Of everybody, as far as the one who asks sees them.
    node : Node
        Of one dimension.
    moments : ascending
    bands : at least two half-lives, ascending
    """
    at = np.array(moments, dtype=np.int64)
    size = len(past.members.names(node.name))
    tables, people = [], np.zeros((0, size))
    for told, asked in _readable(past, node.name, at):
        days = _days(told, node.name)
        tables.append(swings_of(days.sums(asked, tuple(bands), size)))
        people = np.concatenate([people, days.people(asked, size)])
    swings = np.concatenate(tables) if tables else np.zeros((0, size, len(bands) - 1))
    swings[people < FEWEST_PEOPLE] = 0.0
    kept = np.flatnonzero(people[-1] >= FEWEST_PEOPLE) if len(at) else np.zeros(0, np.int64)
    names = [name for (name,) in past.members.names(node.name)]
    return Popularity(
        list(bands), [names[code] for code in kept], at.tolist(), swings[:, kept].ravel().tolist()
    )


def refreshed(
    tables: Mapping[str, Popularity], past: Past, moments: Sequence[int]
) -> dict[str, Popularity]:
    """Tables of the same families at other moments."""
    asked = sorted(set(moments))
    nodes = past.map.nodes
    return {
        name: popularity_of(past, nodes[name], asked, each.bands) for name, each in tables.items()
    }


def swings_of(days: Floats) -> Floats:
    """How a member's share of all that is done in the family moved, float64[t, m, K].

    ln((c_mh + 1/2) / (c_h c_mH / c_H + 1/2)) for each half-life h and the next longer one H: c_mh the days
    of member m, c_h those of all members, decayed alike. 0 where a member comes as it came before; what
    lifts all members alike moves none.

    Parameters
    ----------
    days : float64[t, m, K + 1]

    Examples
    --------
    >>> swings_of(np.array([[[3.0, 10.0], [1.0, 10.0]]])).round(2).tolist()
    [[[0.34], [-0.51]]]
    """
    fast, slow = days[:, :, :-1], days[:, :, 1:]
    share = slow / np.maximum(slow.sum(axis=1, keepdims=True), TINY)
    return np.asarray(np.log((fast + WORTH) / (fast.sum(axis=1, keepdims=True) * share + WORTH)))


def _readable(past: Past, node: str, at: Ints) -> Iterator[tuple[Past, Ints]]:
    """The moments, with the past that people let be read at them."""
    if node not in withholdable(past):
        yield past, at
        return
    for place in range(len(at)):
        yield without_withheld(past, int(at[place])), at[place : place + 1]


class _Days:
    """Days on which people did something: whose, of what, when, and from when on they were known."""

    def __init__(self, twin: Ints, member: Ints, at: Ints, known: Ints) -> None:
        self.twin, self.member, self.at, self.known = twin, member, at, known

    def sums(self, moments: Ints, bands: tuple[HalfLife, ...], size: int) -> Floats:
        """Days of every member decayed to each moment, float64[t, m, K + 1]."""
        first = np.searchsorted(moments, self.known, side="left")
        found = np.zeros((len(moments), size, len(bands)))
        for place, moment in enumerate(moments.tolist()):
            new = np.flatnonzero(first == place)
            left = decay(moment - self.at[new], bands)
            for number in range(len(bands)):
                found[place, :, number] = np.bincount(
                    self.member[new], left[:, number], minlength=size
                )
            if place:
                found[place] += found[place - 1] * decay(moment - moments[place - 1], bands)
        return found

    def people(self, moments: Ints, size: int) -> Floats:
        """How many people had done it by each moment, float64[t, m]."""
        order = np.lexsort((self.known, self.member, self.twin))
        twin, member = self.twin[order], self.member[order]
        fresh = np.r_[True, (np.diff(twin) != 0) | (np.diff(member) != 0)][: len(order)]
        first = np.searchsorted(moments, self.known[order][fresh], side="left")
        found = np.zeros((len(moments) + 1, size))
        np.add.at(found, (first, member[fresh]), 1.0)
        return np.cumsum(found[:-1], axis=0)


def _days(past: Past, node: str) -> _Days:
    """The days of a node, each known from the first signal of it that was.

    A signal is known at a moment when it happened before and was recorded by then.
    """
    signals, evidence = past.signals, past.evidence
    counts = np.array(
        [
            rule.node == node and channel == Channel.COUNT
            for rule, channel in zip(past.map.rules, entries_of(past.map).channel, strict=False)
        ],
        dtype=bool,
    )
    own = len(signals) if past.first_copy is None else past.first_copy
    kept = np.flatnonzero(evidence.rule < len(counts))
    kept = kept[counts[evidence.rule[kept]]]
    kept = kept[(evidence.weight[kept] > 0) & (evidence.row[kept] < own)]
    row, member = evidence.row[kept], evidence.member[kept]
    twin, day, at = signals.twin[row], signals.day[row], signals.at[row]
    known = np.maximum(at + 1, signals.recorded[row])
    order = np.lexsort((at, known, day, member, twin))
    keys = np.stack([twin, member, day], axis=1)[order]
    fresh = np.r_[True, (np.diff(keys, axis=0) != 0).any(axis=1)][: len(order)]
    chosen = order[fresh]
    return _Days(twin[chosen], member[chosen], at[chosen], known[chosen])
