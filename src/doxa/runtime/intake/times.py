"""Moments that arrive from outside: text, dates and datetimes, or positions."""

from __future__ import annotations

from datetime import date
from typing import Any

from doxa.domain.clock import AHEAD, BEGINNING, Clock
from doxa.errors import DoxaError, InputError, SignalError
from doxa.storage.bulk.moments import MomentReader, within
from doxa.types import Moment

_LONGEST_SHOWN = 80
_EXPECTED = {
    Clock.TIME: "ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    Clock.POSITION: "a whole number: this map's clock counts positions",
}


def given_moment(
    field: str,
    value: Any,
    clock: Clock,
    zone: str,
    *,
    exact: bool = False,
    error: type[DoxaError] = SignalError,
) -> Moment | None:
    """A moment on a clock; None when it was left out.

    Without an offset, a time is read in the zone; a bare date is noon there.

    Parameters
    ----------
    exact : bool
        Take whole numbers as moments on the time clock too (microseconds since 1970).

    Examples
    --------
    >>> given_moment("at", "1970-01-01T01:00", Clock.TIME, "Europe/Berlin")
    0
    """
    if value is None:
        return None
    if exact and type(value) is int:
        found: Moment | str | None = value if value == BEGINNING[clock] else within(value, clock)
    else:
        found = MomentReader(clock, zone)(value)
    if isinstance(found, int):
        return found
    shown = str(value) if isinstance(value, date) else repr(value)
    if len(shown) > _LONGEST_SHOWN:
        shown = f"{shown[:_LONGEST_SHOWN]}…"
    expected = "a whole number" if field == "order" else _EXPECTED[clock]
    raise error(f"{shown} is {found or 'no time'}", where=field, expected=expected)


def not_ahead(field: str, moment: Moment, now: Moment) -> Moment:
    """The moment, unless it lies more than five minutes in the future."""
    if moment > now + AHEAD:
        raise SignalError(
            "lies more than 5 minutes in the future",
            where=field,
            expected="a time that has come",
            hint="check the zone of the sender's clock",
        )
    return moment


def asked_moment(field: str, value: Any, clock: Clock, zone: str) -> Moment | None:
    """A moment to read at: as `given_moment`, and whole numbers as moments."""
    return given_moment(field, value, clock, zone, exact=True, error=InputError)
