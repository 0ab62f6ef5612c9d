"""Where a history may be cut: no occasion has evidence on both sides, whatever comes later."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Zone
from doxa.domain.clock import DAY, HOUR, SLOT, local_day, moment_of, zone
from doxa.types import Moment

OPEN = 48 * HOUR
"""A day's occasions stay open for so long after it ended."""

_AROUND = 6 * HOUR
_TRIES = 5
_FIRST_DAY = date(1970, 1, 1)


def boundary(at: Ints, where: Zone, now: Moment) -> Moment | None:
    """The newest moment at least 48 h ago that parts local days; None when there is none.

    Occasions never span local days, so every occasion lies on one side. Where a person's zone may
    change, days of one side can only be told from the other's across two days without a signal.

    Parameters
    ----------
    at : int64[n]
        When the twin's signals occurred, in any order.
    where : Zone
    now : int

    Examples
    --------
    >>> boundary(np.array([0]), Zone(), 10 * DAY) == 8 * DAY
    True
    """
    latest = now - OPEN
    if where.trait is not None:
        return _quiet(np.sort(at), latest)
    day = local_day(latest, where.default)
    found = (midnight(each, where.default) for each in range(day, day - _TRIES, -1))
    return next((moment for moment in found if moment is not None and moment <= latest), None)


def midnight(day: int, zone_name: str) -> Moment | None:
    """When a local day begins; None where the clocks go back over it, and days repeat.

    Examples
    --------
    >>> midnight(1, "America/New_York") == DAY + 5 * HOUR
    True
    """
    begins = datetime.combine(_FIRST_DAY + timedelta(days=day), time(), zone(zone_name))
    start = -(-moment_of(begins) // SLOT) * SLOT
    after = range(start, start + _AROUND, SLOT)
    before = range(start - _AROUND, start, SLOT)
    parted = all(local_day(each, zone_name) >= day for each in after) and all(
        local_day(each + SLOT - 1, zone_name) < day for each in before
    )
    return start if parted else None


def _quiet(at: Ints, latest: Moment) -> Moment | None:
    """The newest UTC midnight up to `latest` before which nothing occurred for two days."""
    before = at[at <= latest]
    if not len(before):
        return None
    following = np.append(before[1:], latest)
    cut = following // DAY * DAY
    fits = np.flatnonzero(before < cut - OPEN)
    return int(cut[fits[-1]]) if len(fits) else None
