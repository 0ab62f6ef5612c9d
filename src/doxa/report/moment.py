"""Moments on a page: on the clock of days, spelled in UTC, or places in an order."""

from datetime import UTC, datetime, timedelta
from typing import Literal

When = int | str | datetime
"""Microseconds since 1970 UTC, ISO 8601 text, or a datetime; without a zone it is UTC.

On a position clock, a whole position.
"""

Clock = Literal["time", "position"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_utc(at: When) -> datetime:
    """The moment as an aware datetime in UTC.

    Examples
    --------
    >>> in_utc("2026-03-01T10:00:00+02:00").isoformat(), in_utc(86_400_000_000).isoformat()
    ('2026-03-01T08:00:00+00:00', '1970-01-02T00:00:00+00:00')
    """
    if isinstance(at, int):
        return _EPOCH + timedelta(microseconds=at)
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def place(at: When, clock: Clock = "time") -> int:
    """Where the moment stands on a chart's axis: milliseconds since 1970, or the position.

    Examples
    --------
    >>> place("1970-01-01T00:00:01.500"), place(12, "position")
    (1500, 12)
    """
    if clock == "position" and isinstance(at, int):
        return at
    return (in_utc(at) - _EPOCH) // timedelta(milliseconds=1)


def spell_moment(at: When, clock: Clock = "time") -> str:
    """The moment as a reader sees it: to the minute in UTC, or the position.

    Examples
    --------
    >>> spell_moment("2026-03-01T10:00:00+02:00"), spell_moment("2026-03-01")
    ('2026-03-01 08:00', '2026-03-01')
    """
    if clock == "position" and isinstance(at, int):
        return f"{at:,}"
    moment = in_utc(at)
    whole_day = moment.hour == moment.minute == moment.second == 0
    return f"{moment:%Y-%m-%d}" if whole_day else f"{moment:%Y-%m-%d %H:%M}"
