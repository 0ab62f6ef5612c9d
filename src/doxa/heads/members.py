"""Members: how one member's forecast differs from the head's in what columns weigh."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints


class MemberSlopes(msgspec.Struct, frozen=True):
    """Deviations of members, pooled towards none: eta += a_m + sum_j d_mj phi_j.

    Attributes
    ----------
    columns : places of the c columns that members may weigh in their own way
    members : names of the m members; any other weighs them as the head does
    intercepts : m numbers a
    slopes : m rows of c numbers d
    """

    columns: list[int]
    members: list[str]
    intercepts: list[float]
    slopes: list[list[float]]

    def of(self, member: Ints, names: Sequence[str]) -> tuple[Floats, Floats]:
        """Intercept, and weights of the columns, that rows have beyond the head's.

        Parameters
        ----------
        member : int64[n]
            Codes into `names`; -1 = no member.

        Returns
        -------
        float64[n], float64[n, c]

        Examples
        --------
        >>> slopes = MemberSlopes([1], ["milk"], [0.5], [[2.0]])
        >>> a, d = slopes.of(np.array([0, 1]), ["tea", "milk"])
        >>> a.tolist(), d.tolist()
        ([0.0, 0.5], [[0.0], [2.0]])
        """
        place = {name: number for number, name in enumerate(self.members)}
        nowhere = len(self.members)
        by_code = np.array([place.get(name, nowhere) for name in names] + [nowhere])
        rows = by_code[member]
        intercepts = np.append(self.intercepts, 0.0)
        slopes = np.array([*self.slopes, [0.0] * len(self.columns)])
        return intercepts[rows], slopes[rows]
