"""Which rows of (twin, node, member) take part in a field, and which edges join them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.reading.coupling.columns import (
    BOTH,
    NEITHER,
    Columns,
    columns_of,
    loose_of,
    wide_places,
)
from doxa.reading.coupling.field import Field
from doxa.reading.coupling.mode import Joins, Natives, posterior_mode
from doxa.state.order import distinct_rows


@dataclass(frozen=True, slots=True)
class Places:
    """Rows of (twin, node, member), none twice: int64[n] each.

    Attributes
    ----------
    twin
        From 0 on.
    node
        Place in the field's nodes.
    member
    """

    twin: Ints
    node: Ints
    member: Ints


@dataclass(frozen=True, slots=True)
class Coupled:
    """The q rows of a field, by twin, and how they are joined.

    Attributes
    ----------
    twin, node, member : int64[q]
    group : int64[q], ascending
        Equal for the rows of one part of the field of one twin.
    leads : bool[q]
        False for rows that were asked for but that neither evidence nor a link by name puts into
        the field: they follow their neighbours, and move nobody.
    asked : int64[n]
        The row of each place that was asked for.
    joins : Joins
    """

    twin: Ints
    node: Ints
    member: Ints
    group: Ints
    leads: NDArray[np.bool_]
    asked: Ints
    joins: Joins

    def settled(self, natives: Natives) -> Floats:
        """Log odds of all rows at the mode, float64[q]; natives are those of these rows."""
        if self.leads.all():
            return posterior_mode(natives, self.joins)
        both = self.leads[self.joins.left] & self.leads[self.joins.right]
        x = posterior_mode(natives, self.joins.take(both))
        return posterior_mode(natives, self.joins, fixed=np.where(self.leads, x, np.nan))


def coupled_rows(
    field: Field,
    members: Members,
    twins: int,
    met: Places,
    asked: Places,
    unseen: NDArray[np.bool_] | None = None,
) -> Coupled:
    """Lay out a field for some twins.

    Nodes and members that a declared link names take part for everybody, met or not; members of
    a family that a link names as a whole, and ends of loose links, only where the twin met them.
    A member that is joined to the same member of another family brings that one along.

    Parameters
    ----------
    twins : number of twins
    met : Places
        What the twins met; members that take no part are passed over.
    asked : Places
        What is wanted, met or not.
    unseen : bool[twins, nodes of the field], optional
        Of whom which nodes may not be read: they take no part.
    """
    known = _taking_part(field, members, met)
    node = np.concatenate([known.node, asked.node])
    member = np.concatenate([known.member, asked.member])
    first = np.sort(distinct_rows(node, member)[0])
    distinct = dict.fromkeys(zip(node[first].tolist(), member[first].tolist(), strict=True))
    columns = columns_of(field, members, distinct)
    there = np.zeros((twins, len(columns.node)), dtype=bool)
    there[:, columns.named] = True
    code = _Codes(columns)
    there[known.twin, code.of(known.node, known.member)] = True
    _bring_along(there, columns)
    if unseen is not None:
        there &= ~unseen[:, columns.node]
    leads, place = there.copy(), code.of(asked.node, asked.member)
    there[asked.twin, place] = True
    twin, column = np.nonzero(there)
    number = np.full(there.shape, -1)
    number[twin, column] = np.arange(len(twin))
    return Coupled(
        twin=twin,
        node=columns.node[column],
        member=columns.member[column],
        group=twin * (columns.part.max(initial=0) + 1) + columns.part[column],
        leads=leads[twin, column],
        asked=number[asked.twin, place],
        joins=_joins(columns, number),
    )


class _Codes:
    """Finds the column of a (node, member)."""

    def __init__(self, columns: Columns) -> None:
        key = columns.node << 32 | columns.member
        self.order = np.argsort(key)
        self.keys = key[self.order]

    def of(self, node: Ints, member: Ints) -> Ints:
        return self.order[np.searchsorted(self.keys, node << 32 | member)]


def _taking_part(field: Field, members: Members, met: Places) -> Places:
    """What was met of families named as a whole, and of the ends of loose links."""
    wide = np.array(sorted(wide_places(field)), dtype=np.int64)
    chosen = np.isin(met.node, wide)
    loose = loose_of(field)
    if loose.slots:
        keys, of = np.unique(met.node << 32 | met.member, return_inverse=True)
        slot = loose.slots_of(field, members, keys >> 32, keys & ((1 << 32) - 1))
        chosen |= slot[of] >= 0
    return Places(met.twin[chosen], met.node[chosen], met.member[chosen])


def _bring_along(there: NDArray[np.bool_], columns: Columns) -> None:
    """Add the same members of joined families, until nothing is added."""
    edges = np.flatnonzero(columns.brings != NEITHER).tolist()
    found = -1
    while edges and found != there.sum():
        found = there.sum()
        for edge in edges:
            left, right = columns.left[edge], columns.right[edge]
            there[:, left] |= there[:, right]
            if columns.brings[edge] == BOTH:
                there[:, right] |= there[:, left]


def _joins(columns: Columns, number: Ints) -> Joins:
    """The edges whose ends one twin has both, twin by twin."""
    left, right = number[:, columns.left], number[:, columns.right]
    twin, edge = np.nonzero((left >= 0) & (right >= 0))
    return Joins(left[twin, edge], right[twin, edge], columns.sign[edge], columns.weight[edge])
