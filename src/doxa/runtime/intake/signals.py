"""From what was given to signals: everything is checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from doxa.beliefmap.claims import checked_claim
from doxa.beliefmap.consent import check_consent
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.rows import evidence_of
from doxa.domain.clock import BEGINNING, Clock
from doxa.domain.content import content_id, number_repeats
from doxa.domain.signal import CLAIM, CONSENT, TRAITS, Signal
from doxa.errors import SignalError
from doxa.runtime.intake.given import Given, given_row
from doxa.runtime.intake.names import given_kind, given_name, optional_name
from doxa.runtime.intake.payloads import given_payload
from doxa.runtime.intake.times import given_moment, not_ahead
from doxa.types import Moment

MOST_SHOWN = 20


class BadRows(SignalError):
    """Rows of one call that cannot be taken; nothing of the call was written.

    Attributes
    ----------
    rows : tuple of (index, SignalError)
        The first twenty of them.
    count : int
        How many there are in all.
    """

    def __init__(self, rows: tuple[tuple[int, SignalError], ...], count: int, total: int) -> None:
        told = "".join(f"\n  rows[{index}] {error}" for index, error in rows)
        more = f"\n  and {count - len(rows)} more" if count > len(rows) else ""
        super().__init__(f"{count} of {total} rows cannot be taken, none was{told}{more}")
        self.rows = rows
        self.count = count


def checked(given: Given, belief_map: BeliefMap, now: Moment) -> Signal:
    """One signal, or a `SignalError` that names the field."""
    kind = given_kind(given.kind, belief_map)
    at, recorded = _moments(given, kind, belief_map, now)
    payload, encoded = given_payload(given.payload)
    if kind == CLAIM:
        payload, encoded = given_payload(checked_claim(payload, belief_map))
    if kind == CONSENT:
        check_consent(belief_map, payload)
    parts: dict[str, Any] = {
        "twin": given_name("twin", given.twin),
        "kind": kind,
        "source": given_name("source", given.source),
        "at": at,
        "order": given_moment("order", given.order, Clock.POSITION, "UTC") or 0,
        "session": optional_name("session", given.session),
        "device": optional_name("device", given.device),
        "cause": optional_name("cause", given.cause),
    }
    id_ = optional_name("id", given.id) or content_id(payload=encoded, **parts)
    signal = Signal(id=id_, recorded=recorded, payload=payload, assumed=given.assumed, **parts)
    evidence_of(belief_map, signal)  # refuses lists that a rule walks and that are too long
    return signal


def checked_rows(
    rows: Iterable[Mapping[str, Any] | Signal], belief_map: BeliefMap, now: Moment
) -> list[Signal]:
    """All signals of one call, or `BadRows`; identical rows without ids are told apart."""
    signals: list[Signal] = []
    derived: list[int] = []
    bad: list[tuple[int, SignalError]] = []
    count = total = 0
    for index, row in enumerate(rows):
        total += 1
        try:
            given = given_row(row)
            if given.at is None and given.kind == TRAITS:
                given.at, given.exact = BEGINNING[belief_map.clock], True
            signals.append(checked(given, belief_map, now))
        except SignalError as error:
            count += 1
            if len(bad) < MOST_SHOWN:
                bad.append((index, error))
        else:
            if given.id is None:
                derived.append(len(signals) - 1)
    if bad:
        raise BadRows(tuple(bad), count, total)
    _number(signals, derived)
    return signals


def _number(signals: list[Signal], derived: list[int]) -> None:
    """Tell identical rows apart: each source has its own ids."""
    names = number_repeats(signals[place].id for place in derived)
    for place, name in zip(derived, names, strict=True):
        if signals[place].id != name:
            signals[place] = msgspec.structs.replace(signals[place], id=name)


def _moments(given: Given, kind: str, belief_map: BeliefMap, now: Moment) -> tuple[Moment, Moment]:
    """`at` and `recorded`; a live signal without a time happened now."""
    clock, zone = belief_map.clock, belief_map.zone.default
    at = given_moment("at", given.at, clock, zone, exact=given.exact)
    if at is None and clock is Clock.POSITION:
        raise SignalError(
            "is missing", where="at", expected="a whole number: this map's clock counts positions"
        )
    recorded = given_moment("recorded", given.recorded, Clock.TIME, zone, exact=given.exact)
    if at is None:
        at = now
    elif clock is Clock.TIME:
        not_ahead("at", at, now)
    return at, now if recorded is None else not_ahead("recorded", recorded, now)
