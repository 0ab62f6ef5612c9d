"""A signal as somebody gave it: nothing is checked yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from doxa.domain.signal import DEFAULT_SOURCE, Signal
from doxa.errors import SignalError


class Given(msgspec.Struct, kw_only=True):
    """The parts of a signal as they were given.

    Attributes
    ----------
    exact : bool
        `at` and `recorded` are moments already.
    assumed : bool
        As in `Signal`.
    """

    twin: Any = None
    kind: Any = None
    payload: Any = None
    at: Any = None
    source: Any = DEFAULT_SOURCE
    session: Any = None
    device: Any = None
    id: Any = None
    order: Any = 0
    cause: Any = None
    recorded: Any = None
    exact: bool = False
    assumed: bool = False


KEYS = Given.__struct_fields__[:-2]
"""The keys a row may have."""


def given_row(row: Mapping[str, Any] | Signal) -> Given:
    """A row of `observe_many`: a dict, or a `Signal` that is checked all the same.

    Examples
    --------
    >>> given_row({"twin": "h42", "kind": "visit"}).source
    'default'
    """
    if isinstance(row, Signal):
        return Given(**msgspec.structs.asdict(row), exact=True)
    if not isinstance(row, Mapping):
        raise SignalError("is neither a dict nor a Signal", expected=f"a dict of {', '.join(KEYS)}")
    unknown = next((key for key in row if key not in KEYS), None)
    if unknown is not None:
        raise SignalError(f"has an unknown key {unknown!r}", expected=", ".join(KEYS))
    given = {key: value for key, value in row.items() if value is not None}
    return Given(**given)
