"""Contexts: fields that the signal itself tells, its payload apart.

A rule may read `weekpart` or `daypart` (of the signal's time in the map's zone), `device` or
`session` as a dimension, in `when` and `by`. A field of that name in the payload comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from doxa.beliefmap import values
from doxa.beliefmap.conditions import fields_read
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import BEGINNING, DAY, HOUR, SLOT, Clock, offset_at
from doxa.domain.signal import Signal
from doxa.types import Json, Moment

WEEKPART, DAYPART, DEVICE, SESSION = "weekpart", "daypart", "device", "session"
CALENDAR = (WEEKPART, DAYPART)
CONTEXTS = (*CALENDAR, DEVICE, SESSION)

WEEKPARTS = ("weekday", "weekend")
DAYPARTS = ("night", "morning", "afternoon", "evening")
"""Six hours each, from midnight on."""

_SATURDAY = 5
_PAYLOAD: msgspec.json.Decoder[dict[str, Json]] = msgspec.json.Decoder(dict)
_offset = lru_cache(maxsize=1 << 16)(offset_at)


@dataclass(frozen=True, slots=True)
class Contexts:
    """What a scan of the ledger writes into payloads beside what was sent.

    Attributes
    ----------
    kinds : dict of kind to names
        The contexts that the rules of each kind read; kinds that read none are left out.
    zone : str
        Of weekdays and times of day.
    """

    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = "UTC"

    def spliced(
        self, kind: str, payload: bytes, at: Moment, device: str | None, session: str | None
    ) -> bytes:
        """The payload of a signal, as it lies in the ledger, with the contexts of its kind.

        Examples
        --------
        >>> Contexts({"felt": ("device",)}).spliced("felt", b'{"a":1}', 0, "phone", None)
        b'{"a":1,"device":"phone"}'
        """
        names = self.kinds.get(kind)
        if not names:
            return payload
        whole = _PAYLOAD.decode(payload)
        return msgspec.json.encode(self._joined(names, whole, at, device, session))

    def payload(self, signal: Signal) -> dict[str, Json]:
        """The same for a signal as it was sent."""
        names = self.kinds.get(signal.kind)
        if not names:
            return signal.payload
        return self._joined(names, signal.payload, signal.at, signal.device, signal.session)

    def _joined(
        self,
        names: tuple[str, ...],
        payload: dict[str, Json],
        at: Moment,
        device: str | None,
        session: str | None,
    ) -> dict[str, Json]:
        found = dict(payload)
        for name in names:
            if values.absent(found.get(name)):
                told = {DEVICE: device, SESSION: session}
                found[name] = told[name] if name in told else calendar(name, at, self.zone)
        return found


NO_CONTEXTS = Contexts()
"""Payloads as they were sent."""


@per_map
def contexts_of(belief_map: BeliefMap) -> Contexts:
    """The contexts that the rules of a map read, and the items of its outcomes.

    On a position clock there is no calendar.
    """
    known = CONTEXTS if belief_map.clock is Clock.TIME else (DEVICE, SESSION)
    read = [(rule.kind, name) for rule in belief_map.rules for name in fields_read(rule)]
    for outcome in belief_map.outcomes.values():
        item = outcome.by.get(outcome.of, outcome.of) if outcome.of else ""
        read += [(kind, item) for kind in (outcome.kind, outcome.after) if kind is not None]
    found: dict[str, dict[str, None]] = {}
    for kind, name in read:
        if name in known:
            found.setdefault(kind, {})[name] = None
    return Contexts({kind: tuple(names) for kind, names in found.items()}, belief_map.zone.default)


def calendar(name: str, moment: Moment, zone: str) -> str | None:
    """`weekpart` or `daypart` of a moment in a zone; None where the signal has no time.

    Examples
    --------
    >>> calendar("weekpart", 0, "UTC"), calendar("weekpart", 2 * DAY, "UTC")
    ('weekday', 'weekend')
    >>> calendar("daypart", 7 * HOUR, "UTC"), calendar("daypart", 7 * HOUR, "Asia/Tokyo")
    ('morning', 'afternoon')
    """
    if moment == BEGINNING[Clock.TIME]:
        return None
    day, within = divmod(moment + _offset(moment // SLOT, zone), DAY)
    if name == WEEKPART:
        return WEEKPARTS[(day + 3) % 7 >= _SATURDAY]
    return DAYPARTS[within // (6 * HOUR)]
