"""Saying who is whom, and taking signals back: both afterwards, and without rewriting a signal."""

from __future__ import annotations

from typing import Any

import msgspec

from doxa.domain.clock import BEGINNING, Clock, format_moment
from doxa.errors import InputError
from doxa.runtime.identity import person_at
from doxa.runtime.intake.names import given_name
from doxa.runtime.intake.times import given_moment, not_ahead
from doxa.runtime.observing import moment_now
from doxa.runtime.wiring import Wiring
from doxa.storage.corrections import Merging
from doxa.types import Json, Moment, Span

LARGEST_OFFSET = 1 << 53


class MergeReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Who is whom was said, durably.

    Attributes
    ----------
    alias : str
        The twin that became part of another, or is somebody of its own again.
    twin : str
        The twin that stands for it now.
    at : int
        From when on, on the map's clock.
    joined : bool
        Merged, or unmerged.
    duplicate : bool
        It was said before; nothing was written.
    """

    alias: str
    twin: str
    at: Moment
    joined: bool
    duplicate: bool

    def as_dict(self, clock: Clock) -> dict[str, Json]:
        """The receipt as plain fields."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        return {**told, "at": format_moment(self.at, clock)}


class RetractReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A signal was taken back, durably.

    Attributes
    ----------
    id, source : str
    twin : str
        Whose signal it was, by the id it was sent with.
    duplicate : bool
        It was taken back before; nothing was written.
    """

    id: str
    source: str
    twin: str
    duplicate: bool

    def as_dict(self) -> dict[str, Json]:
        """The receipt as plain fields."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        return told


def merge(
    wiring: Wiring,
    alias: Any,
    into: Any,
    *,
    at: Any = None,
    offset: Any = None,
    recorded: Any = None,
    now: Any = None,
) -> MergeReceipt:
    """Make one twin part of another; see `Twins.merge`."""
    moment, known = _moments(wiring, at, recorded, now)
    asked = Merging(
        alias=given_name("alias", alias),
        into=given_name("into", into),
        at=moment,
        recorded=known,
        offset=_offset(wiring, offset),
    )
    return _receipt(wiring, asked)


def unmerge(
    wiring: Wiring, alias: Any, *, at: Any = None, recorded: Any = None, now: Any = None
) -> MergeReceipt:
    """Make a merged twin somebody of its own again; see `Twins.unmerge`."""
    moment, known = _moments(wiring, at, recorded, now)
    name = given_name("alias", alias)
    return _receipt(wiring, Merging(alias=name, into=name, at=moment, recorded=known, joined=False))


def retract(
    wiring: Wiring, id: Any, source: Any = None, *, recorded: Any = None, now: Any = None
) -> RetractReceipt:
    """Take one signal back; see `Twins.retract`."""
    name = given_name("id", id)
    of = None if source is None else given_name("source", source)
    known = _recorded(wiring, recorded, moment_now(wiring, now))
    found = wiring.store.retract(name, of, known)
    return RetractReceipt(
        id=name,
        source=found.source,
        twin=wiring.store.twin_names([found.twin])[0],
        duplicate=found.duplicate,
    )


def _receipt(wiring: Wiring, asked: Merging) -> MergeReceipt:
    row = wiring.store.merge(asked)
    key = wiring.store.twin_key(asked.alias)
    assert key is not None
    root = person_at(wiring, key, None, None).key
    return MergeReceipt(
        alias=asked.alias,
        twin=wiring.store.twin_names([root])[0],
        at=asked.at if row is None else row.at,
        joined=asked.joined,
        duplicate=row is None,
    )


def _moments(wiring: Wiring, at: Any, recorded: Any, now: Any) -> tuple[Moment, Moment]:
    """From when on it holds, and when the store learned of it."""
    clock, zone = wiring.belief_map.clock, wiring.belief_map.zone.default
    present = moment_now(wiring, now)
    known = _recorded(wiring, recorded, present)
    if clock is Clock.POSITION:
        if at is not None:
            raise InputError(
                "who is whom holds at every position",
                where="at",
                hint="leave it out: on a position clock only `known_at` tells before from after",
            )
        return BEGINNING[clock], known
    moment = given_moment("at", at, clock, zone, error=InputError)
    return (present if moment is None else not_ahead("at", moment, present)), known


def _recorded(wiring: Wiring, recorded: Any, present: Moment) -> Moment:
    zone = wiring.belief_map.zone.default
    known = given_moment("recorded", recorded, Clock.TIME, zone, error=InputError)
    return present if known is None else not_ahead("recorded", known, present)


def _offset(wiring: Wiring, offset: Any) -> Span:
    if wiring.belief_map.clock is Clock.TIME:
        if offset is not None:
            raise InputError(
                "is for maps whose clock counts positions", where="offset", hint="leave it out"
            )
        return 0
    if type(offset) is not int or abs(offset) > LARGEST_OFFSET:
        raise InputError(
            "is missing" if offset is None else f"{offset!r} is no offset",
            where="offset",
            expected="a whole number: what is added to the alias's positions to get the person's",
        )
    return offset
