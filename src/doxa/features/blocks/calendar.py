"""Calendar: the weekday and hour of the moment, where the window is too short to hold them all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import DAY, SLOT, offset_at

THURSDAY = 3
"""1970-01-01 was a Thursday; Monday = 0."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def columns(at: Ints, zone_name: str) -> Iterator[tuple[str, Floats]]:
    """One column per weekday, and the hour as a point on a circle, in local time."""
    if len(at) > 1 and (at == at[0]).all():
        for name, column in columns(at[:1], zone_name):
            yield name, np.broadcast_to(column, at.shape)
        return
    local = at + offsets(at, zone_name)
    weekday = (local // DAY + THURSDAY) % 7
    for number, name in enumerate(DAYS):
        yield name, (weekday == number).astype(np.float64)
    turn = 2 * np.pi * ((local % DAY) / DAY)
    yield "hour, sine", np.sin(turn)
    yield "hour, cosine", np.cos(turn)


def offsets(at: Ints, zone_name: str) -> Ints:
    """How far local time is ahead of UTC at some moments, int64[n]."""
    slots, place = np.unique(at // SLOT, return_inverse=True)
    return np.array([offset_at(slot, zone_name) for slot in slots.tolist()], dtype=np.int64)[place]
