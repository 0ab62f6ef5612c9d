"""What is said when a tables file and the tables themselves do not fit."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from doxa.errors import InputError


def missing_column(column: str, part: str, columns: Iterable[str], where: str) -> InputError:
    """The error for a column that the table does not have, with the nearest that it has."""
    known = list(columns)
    lower = {name.lower(): name for name in known}
    near = [lower[name] for name in get_close_matches(column.lower(), lower, 3, 0.5)]
    shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
    return InputError(
        f"there is no column {column!r} ({part})",
        where=where,
        expected=f"one of {shown}" if known else "",
        hint=f"did you mean {' or '.join(map(repr, near))}?" if near else "",
    )
