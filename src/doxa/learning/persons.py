"""Rows of people put together by who was assigned, and when."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints


class Persons:
    """Whose rows are whose: one person per assignment.

    Parameters
    ----------
    person, signal : int64[n]
        Who each row is of, and the signal that put them into an arm.

    Attributes
    ----------
    first : int64[m]
        A row of each.
    who : int64[m]
    keys : int64[...]
        Distinct people.

    Examples
    --------
    >>> people = Persons(np.array([4, 4, 9]), np.array([0, 0, 7]))
    >>> people.mean(np.array([1.0, 2.0, 5.0])).tolist(), people.who.tolist()
    ([1.5, 5.0], [4, 9])
    """

    def __init__(self, person: Ints, signal: Ints) -> None:
        pairs = np.stack([person, signal], axis=1)
        known, self.first, place = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
        self._place = place.ravel()
        self.who = known[:, 0]
        self.keys = np.unique(self.who)
        self._count = np.bincount(self._place)

    def mean(self, value: Floats) -> Floats:
        """The mean of each person's values."""
        return np.asarray(np.bincount(self._place, value) / self._count)
