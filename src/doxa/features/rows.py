"""Rows: the moments at which an outcome is asked, for whom, about which member."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints

NONE = -1
FIRST = np.iinfo(np.int64).min
"""An order below every signal's: the bound (t, FIRST) lies before everything at t."""
LAST = np.iinfo(np.int64).max
"""An order above every signal's: the bound (t, LAST) lies after everything at t."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A cut in time for each of n rows: signals with (at, order) below it lie before the cut."""

    at: Ints
    order: Ints

    def take(self, chosen: Ints | NDArray[np.bool_]) -> Bound:
        """The chosen rows."""
        return Bound(self.at[chosen], self.order[chosen])

    def until(self, at: int) -> NDArray[np.bool_]:
        """Which cuts lie at or before the moment `at`, so that nothing at it is before them."""
        return np.asarray((self.at < at) | ((self.at == at) & (self.order == FIRST)))


@dataclass(frozen=True, slots=True)
class Rows:
    """Forecasts to be made, column by column, all of length n.

    Attributes
    ----------
    twin : int[n]
        The store's key of the twin.
    seen : Bound
        What the forecast may read; ``seen.at`` is its origin.
    opens, closes : Bound
        The window in which the outcome is decided.
    member : int[n]
        Member asked for, a code of the outcome's `of` dimension; -1 = no member.
    signal : int[n]
        The trigger, or the signal that is asked about, as a row of the past; -1 = none.
    person : int[n]
        Who it is: the twin, whatever key its signals are read under (`as_known`).
    """

    twin: Ints
    seen: Bound
    opens: Bound
    closes: Bound
    member: Ints
    signal: Ints
    person: Ints

    def __len__(self) -> int:
        return len(self.twin)

    def take(self, chosen: Ints | NDArray[np.bool_]) -> Rows:
        """The chosen rows, by mask or index."""
        return Rows(
            self.twin[chosen],
            self.seen.take(chosen),
            self.opens.take(chosen),
            self.closes.take(chosen),
            self.member[chosen],
            self.signal[chosen],
            self.person[chosen],
        )

    def for_members(self, members: Ints) -> Rows:
        """Each row once per member, members varying fastest."""
        repeated = self.take(np.repeat(np.arange(len(self)), len(members)))
        return replace(repeated, member=np.tile(members, len(self)))

    def for_some_members(self, members: Ints, most: int, rng: np.random.Generator) -> Rows:
        """The same where these are at most so many; else as many of them, or fewer, at random.

        Every pair of a row and a member is drawn with the same chance, none twice.
        """
        size = len(self) * len(members)
        if size <= most:
            return self.for_members(members)
        row, member = np.divmod(np.unique(rng.integers(0, size, most)), len(members))
        return replace(self.take(row), member=members[member])


def joined(parts: list[Rows]) -> Rows:
    """Several sets of rows as one."""

    def bound(name: str) -> Bound:
        cuts = [getattr(part, name) for part in parts]
        return Bound(
            np.concatenate([cut.at for cut in cuts]), np.concatenate([cut.order for cut in cuts])
        )

    return Rows(
        np.concatenate([part.twin for part in parts]),
        bound("seen"),
        bound("opens"),
        bound("closes"),
        np.concatenate([part.member for part in parts]),
        np.concatenate([part.signal for part in parts]),
        np.concatenate([part.person for part in parts]),
    )
