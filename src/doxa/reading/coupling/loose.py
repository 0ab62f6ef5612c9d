"""Loose links in columns: a learned field joins thousands of members, of which a twin met a few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.reading.coupling.field import Field, Link


@dataclass(frozen=True, slots=True)
class Loose:
    """The loose links of a field.

    Attributes
    ----------
    slots : dict of (place of the node, member) to number
        Everything that a loose link names.
    left, right : int64[e]
        Slots.
    sign, weight : float64[e]
    """

    slots: dict[tuple[int, tuple[str, ...]], int]
    left: Ints
    right: Ints
    sign: Floats
    weight: Floats

    @classmethod
    def of(cls, field: Field) -> Loose:
        """The loose links of a field, numbered."""
        slots: dict[tuple[int, tuple[str, ...]], int] = {}
        links: list[Link] = [link for link in field.links if link.loose]
        ends = [
            [
                slots.setdefault((field.place[end.node], end.member), len(slots))
                for end in (link.source, link.target)
            ]
            for link in links
        ]
        left, right = np.array(ends, dtype=np.int64).reshape(-1, 2).T
        return cls(
            slots,
            left,
            right,
            np.array([link.sign for link in links], dtype=np.float64),
            np.array([link.weight for link in links], dtype=np.float64),
        )

    def slots_of(self, field: Field, members: Members, node: Ints, member: Ints) -> Ints:
        """The slot of each (place of the node, code of the member), -1 where no loose link names it."""
        names = {place: members.names(field.nodes[place].name) for place in set(node.tolist())}
        return np.array(
            [
                self.slots.get((place, names[place][code] if code < len(names[place]) else ()), -1)
                for place, code in zip(node.tolist(), member.tolist(), strict=True)
            ],
            dtype=np.int64,
        )

    def between(self, slot: Ints) -> tuple[Ints, Ints, Floats, Floats]:
        """The links between some columns, by the slot of each: columns, sign and weight."""
        column = np.full(len(self.slots) + 1, -1)
        column[slot[slot >= 0]] = np.flatnonzero(slot >= 0)
        left, right = column[self.left], column[self.right]
        kept = (left >= 0) & (right >= 0)
        return left[kept], right[kept], self.sign[kept], self.weight[kept]
