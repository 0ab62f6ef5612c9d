"""Evidence of one node that is told along a walk, and who writes it into the sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.state.bands import decay
from doxa.types import HalfLife

Growth: TypeAlias = dict[tuple[HalfLife, ...], Floats]


def ascends(row: Ints) -> bool:
    """Whether every number is larger than the one before, so that none stands there twice."""
    return bool((np.diff(row) > 0).all())


@dataclass(frozen=True, slots=True)
class Told:
    """Evidence of one node, m pieces.

    Attributes
    ----------
    row : int64[m]
        Rows of the walk.
    at : int64[m]
    session : int64[m]
        Which session of the step it is said in.
    member, channel : int64[m]
    weight, value, trust : float64[m]
    once : bool[m]
        Whether those of one session count as one.
    """

    row: Ints
    at: Ints
    session: Ints
    member: Ints
    channel: Ints
    weight: Floats
    value: Floats
    trust: Floats
    once: Bools
    growth: Growth = field(default_factory=dict)
    alone: bool | None = None

    def is_alone(self) -> bool:
        """Whether no row stands there twice."""
        return ascends(self.row) if self.alone is None else self.alone

    def grown(self, now: int, bands: tuple[HalfLife, ...]) -> Floats:
        """How much more than 1 each must weigh now to weigh 1 at its moment, float64[m, K]."""
        if bands not in self.growth:
            self.growth[bands] = 1 / decay(self.at - now, bands)
        return self.growth[bands]

    def take(self, chosen: Ints) -> Told:
        """Some of the pieces."""
        return Told(
            self.row[chosen],
            self.at[chosen],
            self.session[chosen],
            self.member[chosen],
            self.channel[chosen],
            self.weight[chosen],
            self.value[chosen],
            self.trust[chosen],
            self.once[chosen],
            alone=self.alone or None,
        )

    def key(self) -> Ints:
        """A number per row and member, int64[m]."""
        width = int(self.member.max(initial=0)) + 1
        return np.asarray(self.row * width + self.member)

    def _occasions(self) -> Ints:
        """A number per row, member and session."""
        return np.asarray(self.key() * (int(self.session.max(initial=0)) + 1) + self.session)

    def together(self) -> tuple[Told, Floats]:
        """The first piece of every occasion, and the weight of all of its pieces."""
        if self.is_alone():
            return self, self.weight
        _, first, where = np.unique(self._occasions(), return_index=True, return_inverse=True)
        total: Floats = np.bincount(where, self.weight, minlength=len(first)).astype(np.float64)
        return self.take(first), total

    def largest(self) -> tuple[Ints, Floats]:
        """The pieces that count, and how much: of those that count as one the largest weight."""
        if self.is_alone():
            return np.arange(len(self.row)), self.weight
        alone = np.flatnonzero(~self.once)
        shared = np.flatnonzero(self.once)
        _, first, where = np.unique(
            self._occasions()[shared], return_index=True, return_inverse=True
        )
        level = np.zeros(len(first))
        np.maximum.at(level, where, self.weight[shared])
        return (
            np.concatenate([alone, shared[first]]),
            np.concatenate([self.weight[alone], level]),
        )


class Hand(Protocol):
    """Who writes evidence down, in rows and at places that stand there once each."""

    def add(
        self, sums: Floats, slot: int, row: Ints, place: Ints, mass: Floats, grown: Floats
    ) -> None:
        """Add mass times what it has grown by, float64[m, K], to one slot of the sums."""
        ...

    def meet(self, met: Bools, first: Ints, last: Ints, row: Ints, place: Ints, at: Ints) -> None:
        """Take note that there was evidence at some moments."""
        ...


class ByColumn:
    """Writes with NumPy, one band at a time."""

    def add(
        self, sums: Floats, slot: int, row: Ints, place: Ints, mass: Floats, grown: Floats
    ) -> None:
        """See `Hand`."""
        for band in range(len(sums)):
            sums[band, slot, row, place] += mass * grown[:, band]

    def meet(self, met: Bools, first: Ints, last: Ints, row: Ints, place: Ints, at: Ints) -> None:
        """See `Hand`."""
        new = ~met[row, place]
        first[row[new], place[new]] = at[new]
        met[row, place] = True
        last[row, place] = np.maximum(last[row, place], at)
