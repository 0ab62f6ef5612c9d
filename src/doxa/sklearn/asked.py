"""What the rows of a pipeline ask: whom, when, about which member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.clock import Clock
from doxa.errors import InputError
from doxa.runtime.intake.times import asked_moment

_EXPECTED = "two columns, twin and moment; a third one, the member, where the outcome has members"


@dataclass(frozen=True, slots=True)
class AskedRows:
    """The columns of n rows.

    Attributes
    ----------
    twin : list of str
    at : int64[n]
    member : list of str or None
    """

    twin: list[str]
    at: Ints
    member: list[str] | None

    def __len__(self) -> int:
        return len(self.twin)


def asked_rows(X: Any, clock: Clock, zone: str) -> AskedRows:
    """The rows of a table: Arrow, pandas, polars, NumPy, or a list of tuples.

    Moments are text, dates, datetimes or whole numbers (microseconds since 1970, or positions);
    without an offset they are read in the zone.

    Raises
    ------
    InputError
        Names the row that cannot be read.

    Examples
    --------
    >>> found = asked_rows([("h1", "2025-01-01T00:00Z"), ("h2", 5)], Clock.TIME, "UTC")
    >>> found.twin, found.at.tolist()
    (['h1', 'h2'], [1735689600000000, 5])
    """
    columns = columns_of(X)
    if len(columns) not in (2, 3):
        told = f"the rows have {len(columns)} feature(s)"
        raise InputError(told, where="X", expected=_EXPECTED)
    return AskedRows(
        _names(columns[0], "twin"),
        moments_of(columns[1], clock, zone),
        _names(columns[2], "member") if len(columns) == 3 else None,
    )


def columns_of(X: Any) -> list[list[Any]]:
    """The columns of a table as lists."""
    if hasattr(X, "to_pydict"):
        return list(X.to_pydict().values())
    if hasattr(X, "iloc") and hasattr(X, "columns"):
        return [X.iloc[:, place].tolist() for place in range(X.shape[1])]
    if hasattr(X, "get_columns"):
        return [column.to_list() for column in X.get_columns()]
    if hasattr(X, "toarray"):
        raise TypeError("Sparse data was passed for X, but rows of twins and moments are dense.")
    rows = np.asarray(X).tolist() if hasattr(X, "__array__") else list(X)
    if not rows:
        raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
    if not all(isinstance(row, list | tuple) for row in rows):
        raise ValueError(
            f"Expected 2D array, got 1D array instead: {_EXPECTED}. Reshape your data."
        )
    return [list(column) for column in zip(*rows, strict=True)]


def moments_of(column: Sequence[Any], clock: Clock, zone: str) -> Ints:
    """The moments of a column."""
    known: dict[Any, int] = {}
    for row, value in enumerate(column):
        if value not in known:
            known[value] = _moment(value, row, clock, zone)
    return np.array([known[value] for value in column], dtype=np.int64)


def _moment(value: Any, row: int, clock: Clock, zone: str) -> int:
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, np.integer):
        value = int(value)
    if not isinstance(value, int | str | date):
        raise InputError(
            f"{value!r} is no moment", where=f"row {row + 1} of X, column 2", expected=_EXPECTED
        )
    found = asked_moment(f"row {row + 1} of X, column 2", value, clock, zone)
    assert found is not None
    return found


def _names(column: Sequence[Any], what: str) -> list[str]:
    found = []
    for row, value in enumerate(column):
        if not isinstance(value, str | int | np.integer) or not str(value):
            raise InputError(
                f"{value!r} names no {what}",
                where=f"row {row + 1} of X, column {1 if what == 'twin' else 3}",
                expected="text, or a whole number that is read as text",
            )
        found.append(str(value))
    return found
