"""Who is whom in columns: rows of the ledger as those of the person they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.domain.clock import BEGINNING, Clock
from doxa.domain.identity import Alias, joins, roots
from doxa.types import Moment, Span

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Identity:
    """Twins that are part of another, as of one moment: columns sorted by alias.

    Attributes
    ----------
    alias, root : int64[a]
        Keys; a root is never an alias. Twins not named stand for themselves.
    offset : int64[a]
        Added to the alias's positions.
    """

    alias: Ints
    root: Ints
    offset: Ints

    @classmethod
    def of(cls, found: Mapping[int, tuple[int, Span]]) -> Identity:
        """From the root and offset of every alias."""
        table = np.array(
            [(alias, *found[alias]) for alias in sorted(found)], dtype=np.int64
        ).reshape(-1, 3)
        return cls(*(column.copy() for column in table.T))

    @property
    def shifts(self) -> bool:
        """Whether positions move."""
        return len(self.offset) > 0 and bool(self.offset.any())

    def roots(self, twin: Ints) -> Ints:
        """The twin that stands for each.

        Examples
        --------
        >>> Identity.of({2: (1, 0), 5: (1, 0)}).roots(np.array([1, 2, 3, 5])).tolist()
        [1, 1, 3, 1]
        """
        if not len(self.alias):
            return twin
        place, known = self._places(twin)
        return np.where(known, self.root[place], twin)

    def keys(self, of: Sequence[int] | Ints) -> list[int]:
        """All twins whose rows are read as those of some people, their roots among them.

        An alias stands for the person it is part of.

        Examples
        --------
        >>> Identity.of({2: (1, 0), 5: (1, 0), 7: (6, 0)}).keys([2, 3])
        [1, 2, 3, 5]
        """
        if not len(self.alias):
            return sorted({int(key) for key in of})
        wanted = np.unique(self.roots(np.asarray(of, dtype=np.int64)))
        parts = self.alias[np.isin(self.root, wanted)]
        return [int(key) for key in np.union1d(wanted, parts)]

    def parts(self, of: Sequence[int] | Ints) -> dict[int, tuple[int, ...]]:
        """The aliases of each of some roots, ascending; roots without any are left out."""
        if not len(self.alias):
            return {}
        chosen = np.isin(self.root, np.asarray(of, dtype=np.int64))
        found: dict[int, list[int]] = {}
        for alias, root in zip(
            self.alias[chosen].tolist(), self.root[chosen].tolist(), strict=True
        ):
            found.setdefault(root, []).append(alias)
        return {root: tuple(aliases) for root, aliases in found.items()}

    def moved(self, twin: Ints, at: Ints) -> Ints:
        """Positions of twins as positions of the person; what is known from the beginning stays."""
        if not self.shifts:
            return at
        place, known = self._places(twin)
        offset = np.where(known & (at != BEGINNING[Clock.POSITION]), self.offset[place], 0)
        low, high = _SMALLEST - np.minimum(offset, 0), _LARGEST - np.maximum(offset, 0)
        return np.clip(at, low, high) + offset

    def within(
        self, columns: SignalColumns, since: Moment | None, until: Moment | None
    ) -> SignalColumns:
        """The rows of a window, once positions have moved."""
        inside = np.ones(len(columns), dtype=bool)
        if since is not None:
            inside &= columns.at >= since
        if until is not None:
            inside &= columns.at <= until
        return columns if inside.all() else columns.take(np.flatnonzero(inside))

    def _places(self, twin: Ints) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        place = np.minimum(np.searchsorted(self.alias, twin), len(self.alias) - 1)
        return place, self.alias[place] == twin


ALONE = Identity.of({})
"""Every twin stands for itself."""


def identity_of(rows: Iterable[Alias], at: Moment | None, known_at: Moment | None) -> Identity:
    """Who is whom as of a moment, as known at another; None = no bound."""
    found = roots(joins(rows, at, known_at))
    return Identity.of(found) if found else ALONE
