"""The members that a field is laid out over, and its links between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.domain.node import Address
from doxa.reading.coupling.field import Field, Link
from doxa.reading.coupling.loose import Loose

Column = tuple[int, int]
"""A node's place in the field, and the code of its member."""

NEITHER, LEFT, BOTH = 0, 1, 2
"""Which ends of an edge come along with the other."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The members that take part, c of them, and the edges between them.

    Attributes
    ----------
    node, member, part : int64[c]
        Those of one part of the field stand together.
    named : bool[c]
        A declared link names it: it takes part for everybody.
    left, right : int64[e]
        Columns.
    sign, weight : float64[e]
    brings : int64[e]
        NEITHER; LEFT: a twin that has the right end has the left one too; or BOTH.
    """

    node: Ints
    member: Ints
    part: Ints
    named: NDArray[np.bool_]
    left: Ints
    right: Ints
    sign: Floats
    weight: Floats
    brings: Ints


def named_columns(field: Field, members: Members) -> dict[Column, None]:
    """What declared links name, single nodes among it."""
    ends = (end for link in field.firm for end in (link.source, link.target))
    return dict.fromkeys(_column(field, end, members) for end in ends if not _wide(field, end))


def wide_places(field: Field) -> set[int]:
    """Places of the families that some link names as a whole."""
    ends = (end for link in field.firm for end in (link.source, link.target))
    return {field.place[end.node] for end in ends if _wide(field, end)}


def columns_of(field: Field, members: Members, found: Iterable[Column]) -> Columns:
    """Lay out the members a link names and those found, with the same members of joined families."""
    named = named_columns(field, members)
    columns = dict.fromkeys([*named, *found])
    twins = [link for link in field.firm if _wide(field, link.source) and _wide(field, link.target)]
    fresh = list(columns)
    while fresh and twins:
        beside = [other for link in twins for other in _beside(field, link, members, fresh)]
        fresh = [other for other in dict.fromkeys(beside) if other not in columns]
        columns |= dict.fromkeys(fresh)
    parts = [field.parts[node.name] for node in field.nodes]
    columns = dict.fromkeys(sorted(columns, key=lambda column: parts[column[0]]))
    place = {column: number for number, column in enumerate(columns)}
    edges = list(_edges(field, members, place))
    table = np.array(edges, dtype=np.float64).reshape(-1, 5).T
    node, member = np.array(list(columns), dtype=np.int64).reshape(-1, 2).T
    loose = loose_of(field)
    more = loose.between(loose.slots_of(field, members, node, member))
    return Columns(
        node=node,
        member=member,
        part=np.array(parts, dtype=np.int64)[node],
        named=np.array([column in named for column in columns], dtype=bool),
        left=np.append(table[0].astype(np.int64), more[0]),
        right=np.append(table[1].astype(np.int64), more[1]),
        sign=np.append(table[2], more[2]),
        weight=np.append(table[3], more[3]),
        brings=np.append(table[4].astype(np.int64), np.full(len(more[0]), NEITHER)),
    )


@lru_cache(maxsize=64)
def loose_of(field: Field) -> Loose:
    """The loose links of a field, worked out once."""
    return Loose.of(field)


def _wide(field: Field, end: Address) -> bool:
    return not end.member and bool(field.nodes[field.place[end.node]].dimensions)


def _column(field: Field, end: Address, members: Members) -> Column:
    return field.place[end.node], members.code(end.node, end.member)


def _edges(
    field: Field, members: Members, place: dict[Column, int]
) -> Iterator[tuple[int, int, int, float, int]]:
    by_node: dict[int, list[Column]] = {}
    for column in place:
        by_node.setdefault(column[0], []).append(column)
    for link in field.firm:
        for one, other, brings in _ends(field, link, members, by_node):
            if one in place and other in place and one != other:
                yield place[one], place[other], link.sign, link.weight, brings


def _ends(
    field: Field, link: Link, members: Members, by_node: dict[int, list[Column]]
) -> Iterator[tuple[Column, Column, int]]:
    """The two ends of a link for each member it stands for."""
    source, target = link.source, link.target
    if not _wide(field, source) and not _wide(field, target):
        yield _column(field, source, members), _column(field, target, members), NEITHER
    elif _wide(field, source) and _wide(field, target):
        narrow, wide = _by_width(field, link)
        brings = BOTH if _equal(field, narrow, wide) else LEFT
        for column in by_node.get(field.place[wide], []):
            if _is_named(field, column, members):
                yield _projected(field, narrow, column, members), column, brings
    else:
        one, family = (target, source) if _wide(field, source) else (source, target)
        for column in by_node.get(field.place[family.node], []):
            yield _column(field, one, members), column, NEITHER


def _by_width(field: Field, link: Link) -> tuple[str, str]:
    """The families of a link, the one over fewer dimensions first."""
    one, other = link.source.node, link.target.node
    first, second = (len(field.nodes[field.place[end]].dimensions) for end in (one, other))
    return (one, other) if first <= second else (other, one)


def _equal(field: Field, one: str, other: str) -> bool:
    """Whether two families are over the same dimensions, in whatever order."""
    first, second = (field.nodes[field.place[name]].dimensions for name in (one, other))
    return len(first) == len(second)


def _is_named(field: Field, column: Column, members: Members) -> bool:
    """False for a member that nobody met and nobody named: it has a code and nothing else."""
    return column[1] < len(members.names(field.nodes[column[0]].name))


def _projected(field: Field, narrow: str, column: Column, members: Members) -> Column:
    """The member of the narrower family that a member of the wider one belongs to."""
    wide, to = field.nodes[column[0]], field.nodes[field.place[narrow]]
    values = dict(zip(wide.dimensions, members.names(wide.name)[column[1]], strict=True))
    member = tuple(values[dimension] for dimension in to.dimensions)
    return field.place[narrow], members.code(narrow, member)


def _beside(field: Field, link: Link, members: Members, columns: list[Column]) -> Iterator[Column]:
    """What members of one family bring along of the other, where that is one member."""
    narrow, wide = _by_width(field, link)
    equal = _equal(field, narrow, wide)
    for column in columns:
        if not _is_named(field, column, members):
            continue
        if column[0] == field.place[wide]:
            yield _projected(field, narrow, column, members)
        elif equal and column[0] == field.place[narrow]:
            yield _projected(field, wide, column, members)
