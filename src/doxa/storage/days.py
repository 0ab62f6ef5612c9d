"""Local days of many signals at once, in the zone in force for each person at the time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Zone
from doxa.domain.clock import DAY, SLOT, Clock, offset_at, zone
from doxa.errors import InputError
from doxa.state.order import distinct
from doxa.storage.rows import decode_payload
from doxa.types import Json, Moment, Span

FEW = 64
"""Up to so many moments are looked at one by one: a column costs more than a row, once."""

_SLOTS_PER_DAY = DAY // SLOT
Offsets: TypeAlias = dict[str, dict[int, Span]]
"""Offsets met so far by zone and quarter of an hour; may be shared by many scans."""


@dataclass(frozen=True, slots=True)
class ZoneHistory:
    """The zones people lived in: rows sorted by (twin, at), each in force until the next.

    Attributes
    ----------
    twin, at : int64[h]
    name : int64[h]
        Code into `names`.
    names : tuple of str
        Names of zones; the first is the map's default.
    """

    twin: Ints
    at: Ints
    name: Ints
    names: tuple[str, ...]


def zone_history(
    rows: Iterable[tuple[int, Moment, int, str, bytes]], traits: Zone
) -> ZoneHistory | None:
    """The history of zones from trait signals (twin, at, order, id, payload) in any order.

    None when the zone does not hang on a trait. A null, or a value that names no zone, puts
    the default in force.
    """
    if traits.trait is None:
        return None
    entries = []
    codes = {traits.default: 0}
    for twin, at, order, id_, payload in rows:
        values = decode_payload(payload)
        if traits.trait in values:
            name = _zone_name(values[traits.trait], traits.default)
            entries.append((twin, at, order, id_, name))
    entries.sort()
    return ZoneHistory(
        np.array([entry[0] for entry in entries], dtype=np.int64),
        np.array([entry[1] for entry in entries], dtype=np.int64),
        np.array([codes.setdefault(entry[4], len(codes)) for entry in entries], dtype=np.int64),
        tuple(codes),
    )


@dataclass(slots=True)
class LocalDays:
    """Turns moments into local calendar days; keeps the offsets it met.

    Examples
    --------
    >>> days = LocalDays(Clock.TIME, Zone(default="America/New_York"))
    >>> days.of(np.array([1]), np.array([0]))
    array([-1])
    """

    clock: Clock
    zone: Zone
    history: ZoneHistory | None = None
    offsets: Offsets = field(default_factory=dict)

    def of(self, twin: Ints, at: Ints) -> Ints:
        """The local day of each signal, as days since 1970-01-01; 0 on a position clock."""
        if self.clock is Clock.POSITION:
            return np.zeros(len(at), dtype=np.int64)
        if self.history is None or not len(self.history.twin):
            return self._days(at, self.zone.default)
        codes = zones_in_force(self.history, twin, at)
        days = np.empty(len(at), dtype=np.int64)
        for code in np.unique(codes):
            here = codes == code
            days[here] = self._days(at[here], self.history.names[code])
        return days

    def _days(self, at: Ints, name: str) -> Ints:
        """One offset per UTC day; by the quarter of an hour on days in which it changes."""
        if len(at) <= FEW:
            return np.array([self._day(moment, name) for moment in at.tolist()], dtype=np.int64)
        dates, places = distinct(at // DAY)
        offset = self._offsets(dates * _SLOTS_PER_DAY, name)
        moves = (offset != self._offsets((dates + 1) * _SLOTS_PER_DAY, name))[places]
        offsets = offset[places]
        if moves.any():
            slots, here = np.unique(at[moves] // SLOT, return_inverse=True)
            offsets[moves] = self._offsets(slots, name)[here]
        return (at + offsets) // DAY

    def _day(self, at: Moment, name: str) -> int:
        """The same for one moment: quicker for some dozens."""
        slot = at // DAY * _SLOTS_PER_DAY
        offset = self._offset(slot, name)
        if offset != self._offset(slot + _SLOTS_PER_DAY, name):
            offset = self._offset(at // SLOT, name)
        return (at + offset) // DAY

    def _offset(self, slot: int, name: str) -> Span:
        known = self.offsets.setdefault(name, {})
        if slot not in known:
            known[slot] = offset_at(slot, name)
        return known[slot]

    def _offsets(self, slots: Ints, name: str) -> Ints:
        return np.array([self._offset(slot, name) for slot in slots.tolist()], dtype=np.int64)


def zones_in_force(history: ZoneHistory, twin: Ints, at: Ints) -> Ints:
    """The code of the newest zone at or before each moment; 0 (the default) before the first.

    A binary search over each twin's stretch of the history, for all rows in step.
    """
    start = np.searchsorted(history.twin, twin, side="left")
    low, high = start, np.searchsorted(history.twin, twin, side="right")
    while np.any(low < high):
        middle = (low + high) // 2
        before = (low < high) & (history.at[np.minimum(middle, len(history.at) - 1)] <= at)
        high = np.where((low < high) & ~before, middle, high)
        low = np.where(before, middle + 1, low)
    return np.where(low > start, history.name[low - 1], 0)


def _zone_name(value: Json, default: str) -> str:
    if not isinstance(value, str):
        return default
    try:
        zone(value)
    except InputError:
        return default
    return value
