"""Tables of rows that are kept one by one: columns of numbers beside lists of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from doxa.beliefmap.columns import Ints


class Table(Protocol):
    """A frozen record of columns, all of one length."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __len__(self) -> int:
        """How many rows there are."""


T = TypeVar("T", bound=Table)


def taken(table: T, rows: Ints) -> T:
    """Some of the rows."""
    if not len(table) and not len(rows):
        return table
    picked = rows.tolist()
    columns: dict[str, Any] = {}
    for each in fields(table):
        column = getattr(table, each.name)
        columns[each.name] = (
            [column[place] for place in picked] if isinstance(column, list) else column[rows]
        )
    return type(table)(**columns)


def together(parts: Sequence[T]) -> T:
    """The rows of several tables, one after the other; at least one."""
    told = [part for part in parts if len(part)]
    if len(told) < 2:
        return told[0] if told else parts[0]
    columns: dict[str, Any] = {}
    for each in fields(told[0]):
        pieces = [getattr(part, each.name) for part in told]
        if isinstance(pieces[0], list):
            columns[each.name] = [text for piece in pieces for text in piece]
        else:
            columns[each.name] = np.concatenate(pieces)
    return type(told[0])(**columns)
