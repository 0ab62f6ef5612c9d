"""The oracle's people: who is whom and what still counts, by plain loops over what was said."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.checks.oracle import Told, read_plainly
from doxa.domain.clock import BEGINNING
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.types import Moment, Span


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody said who is whom: `alias` is part of `into`, or (no `into`) nobody's part."""

    alias: str
    into: str | None
    at: Moment
    recorded: Moment
    offset: Span = 0


class Retracted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody took a signal back."""

    source: str
    id: str
    recorded: Moment


class Lives(msgspec.Struct, frozen=True, kw_only=True):
    """Signals of several twins, and what was said of them afterwards, in the order it was."""

    signals: tuple[Signal, ...]
    merges: tuple[Merged, ...] = ()
    retractions: tuple[Retracted, ...] = ()


def owner(
    merges: Sequence[Merged], twin: str, at: Moment, known_at: Moment | None
) -> tuple[str, Span]:
    """Who a twin is part of in the end, and how far its positions move."""
    moved = 0
    for _ in range(len(merges) + 1):
        said = None
        for merged in merges:
            known = known_at is None or merged.recorded <= known_at
            if merged.alias == twin and merged.at <= at and known:
                said = merged
        if said is None or said.into is None:
            return twin, moved
        twin, moved = said.into, moved + said.offset
    raise AssertionError(f"a circle at {twin}")


def counted(
    lives: Lives, belief_map: BeliefMap, twin: str, now: Moment, known_at: Moment | None = None
) -> list[Signal]:
    """The signals that count for the person a twin is part of, on the person's own clock."""
    person, _ = owner(lives.merges, twin, now, known_at)
    gone = {
        (each.source, each.id)
        for each in lives.retractions
        if known_at is None or each.recorded <= known_at
    }
    found = []
    for signal in lives.signals:
        whose, moved = owner(lives.merges, signal.twin, now, known_at)
        if whose == person and (signal.source, signal.id) not in gone:
            start = BEGINNING[belief_map.clock]
            at = signal.at if signal.at == start else signal.at + moved
            found.append(msgspec.structs.replace(signal, twin=person, at=at))
    return found


def read_people_plainly(
    lives: Lives, belief_map: BeliefMap, twin: str, now: Moment, known_at: Moment | None = None
) -> dict[Address, Told]:
    """Every node the person's signals speak of; see `laws_identity.PeopleReader`."""
    return read_plainly(counted(lives, belief_map, twin, now, known_at), belief_map, now, known_at)


def may_be_said(merges: Sequence[Merged], new: Merged) -> bool:
    """Whether a merge or an unmerge makes sense at every moment from which it holds."""
    moments = [new.at, *(merged.at for merged in merges if merged.at > new.at)]
    apart = True
    for moment in moments:
        said = None
        for merged in merges:
            if merged.alias == new.alias and merged.at <= moment:
                said = merged
        if said is not None and said.into is not None:
            apart = False
            if new.into is not None and (said.into, said.offset) != (new.into, new.offset):
                return False
        if new.into is not None and owner(merges, new.into, moment, None)[0] == new.alias:
            return False
    return new.into is not None or not apart
