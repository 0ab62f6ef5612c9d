"""Who is whom: which twins are one person, as of a moment and as known at another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from doxa.errors import InputError
from doxa.types import Moment, Span

T = TypeVar("T")


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """One row of who is whom: said once and never changed; a later row may say otherwise.

    From `at` on, the twin `alias` is part of `into`, or (`joined` false) is somebody of its own
    again. Of several rows about one moment, the last one made holds.

    Attributes
    ----------
    alias, into : int
        Keys of twins. A row that parts them names what they were parted from.
    at : int
        From when on it holds, on the map's clock.
    recorded : int
        When the store learned of it, microseconds since 1970.
    offset : int
        Added to the alias's positions on a position clock; 0 on the time clock.
    """

    alias: int
    into: int
    at: Moment
    recorded: Moment
    joined: bool = True
    offset: Span = 0


def joins(rows: Iterable[Alias], at: Moment | None, known_at: Moment | None) -> dict[int, Alias]:
    """The row in force for every twin that is part of another; None = no bound.

    Parameters
    ----------
    rows : iterable of Alias
        In the order they were made.

    Examples
    --------
    >>> merged = Alias(alias=2, into=1, at=10, recorded=11)
    >>> parted = Alias(alias=2, into=1, at=20, recorded=21, joined=False)
    >>> [len(joins([merged, parted], at, None)) for at in (9, 10, 19, 20)]
    [0, 1, 1, 0]
    >>> [len(joins([merged, parted], 30, known)) for known in (10, 20, 21)]
    [0, 1, 0]
    """
    last = {
        row.alias: row
        for row in rows
        if (at is None or row.at <= at) and (known_at is None or row.recorded <= known_at)
    }
    return {alias: row for alias, row in last.items() if row.joined}


def root(joined: Mapping[int, Alias], twin: int) -> tuple[int, Span]:
    """The twin that stands for the whole person, and what is added to positions on the way.

    Examples
    --------
    >>> chain = [Alias(alias=3, into=2, at=0, recorded=0, offset=5),
    ...     Alias(alias=2, into=1, at=0, recorded=0, offset=10)]
    >>> root(joins(chain, None, None), 3)
    (1, 15)
    """
    offset = 0
    while twin in joined:
        offset += joined[twin].offset
        twin = joined[twin].into
    return twin, offset


def roots(joined: Mapping[int, Alias]) -> dict[int, tuple[int, Span]]:
    """The root of every twin that is part of another."""
    return {twin: root(joined, twin) for twin in joined}


def person(rows: Iterable[Alias], twin: int) -> tuple[int, ...]:
    """All twins that are one person with a twin, as was said last: ascending, itself among them.

    Examples
    --------
    >>> rows = [Alias(alias=3, into=2, at=0, recorded=0), Alias(alias=2, into=1, at=0, recorded=0)]
    >>> person(rows, 2), person(rows, 7)
    ((1, 2, 3), (7,))
    """
    found = roots(joins(rows, None, None))
    stands = found[twin][0] if twin in found else twin
    return tuple(
        sorted({stands, twin, *(part for part, (whole, _) in found.items() if whole == stands)})
    )


def unsaid(rows: Sequence[T], wanted: Sequence[T]) -> list[T]:
    """Those of some rows that are not among others yet, each as often as it is wanted.

    Examples
    --------
    >>> unsaid(["merged"], ["merged", "parted", "merged"])
    ['parted', 'merged']
    """
    left = list(rows)
    found = []
    for row in wanted:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return found


def settled(rows: Sequence[Alias], row: Alias, name: Callable[[int], str]) -> Alias | None:
    """A new row as it may be added to others; None when it is said already.

    Rows about the same people stand in the order they were recorded: a row recorded by a clock
    that lags is given the moment of the one before it.

    Parameters
    ----------
    rows : sequence of Alias
        All rows about the people concerned, in the order they were made.
    name : callable
        The id of a twin by key, for what is said in errors.

    Raises
    ------
    InputError
        A twin would be part of itself, of two others, or would be parted though it stands alone.
    """
    moments = sorted({row.at, *(other.at for other in rows if other.at > row.at)})
    states = [joins(rows, moment, None) for moment in moments]
    found = [state[row.alias] for state in states if row.alias in state]
    if row.joined:
        _check_merge(row, states, found, name)
        if len(found) == len(states):
            return None
    elif not found:
        raise InputError(
            f"{name(row.alias)!r} is not merged into anybody",
            where="unmerge",
            expected="a twin that was merged",
        )
    else:
        row = msgspec.structs.replace(row, into=found[0].into)
    recorded = max([row.recorded, *(other.recorded for other in rows)])
    return msgspec.structs.replace(row, recorded=recorded)


def _check_merge(
    row: Alias, states: list[dict[int, Alias]], found: list[Alias], name: Callable[[int], str]
) -> None:
    alias, into = name(row.alias), name(row.into)
    if row.alias == row.into:
        raise InputError(f"{alias!r} cannot be merged into itself", where="merge")
    for other in found:
        if (other.into, other.offset) != (row.into, row.offset):
            more = f" with the offset {other.offset}" if other.into == row.into else ""
            raise InputError(
                f"{alias!r} is merged into {name(other.into)!r}{more} already",
                where="merge",
                hint=f"unmerge {alias!r} first, or merge {name(other.into)!r} instead",
            )
    for state in states:
        if root(state, row.into)[0] == row.alias:
            raise InputError(
                f"{into!r} is part of {alias!r}: merging {alias!r} into it would make a circle",
                where="merge",
                hint=f"unmerge {into!r} first",
            )
