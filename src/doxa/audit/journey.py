"""Where context breaks along the way of a person: ids never joined, cold starts, blind departments.

Everything is counted from the ledger's columns; what a break costs in forecasts is scored apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.payloads import Bools
from doxa.domain.clock import BEGINNING, DAY, Clock, format_span
from doxa.domain.signal import BUILT_IN_KINDS
from doxa.features.events import groups_of
from doxa.types import Span

NONE = -1
GAP = {Clock.TIME: 30 * DAY, Clock.POSITION: 30}
"""After so long without a signal a session starts from what nobody remembers."""


class Ids(msgspec.Struct, frozen=True, kw_only=True):
    """How one sort of id stands to people.

    Attributes
    ----------
    name : str
        ``device`` or ``session``.
    signals : int
        That carry one.
    ids : int
    shared : int
        Ids seen under several people: somebody's two halves, or several who share a device.
    sharers : int
        People who share such an id.
    several : int
        People with more than one id.
    """

    name: str
    signals: int
    ids: int
    shared: int
    sharers: int
    several: int

    @property
    def single(self) -> int:
        """Ids seen under one person only."""
        return self.ids - self.shared


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """Which ids of people were ever joined.

    Attributes
    ----------
    ids : int
        That sent anything.
    people : int
        Whom they stand for.
    joined : int
        Ids that were merged into another.
    named_as_device : int
        People that are named as a device of others: most likely their half before logging in.
    """

    ids: int
    people: int
    joined: int
    named_as_device: int


class Starts(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions start from nothing.

    Attributes
    ----------
    sessions : int
        Of one person each; without sessions, local days.
    named : bool
        Whether signals carry sessions at all.
    unmet : int
        Before them nothing was ever seen of the person.
    cold : int
        Before them nothing was seen for longer than `gap`.
    gap : str
        As a map would write it.
    other_device : int
        The person is known, the device is not.
    """

    sessions: int
    named: bool
    unmet: int
    cold: int
    gap: str
    other_device: int

    @property
    def share(self) -> float:
        """Share that starts from nothing: first ever, or after the gap."""
        return (self.unmet + self.cold) / self.sessions if self.sessions else 0.0


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """What one source misses of the people it knows.

    Attributes
    ----------
    signals, people : int
        Its own.
    missed : float
        Share of all signals of its people that other sources sent.
    """

    name: str
    signals: int
    people: int
    missed: float


class Blind(msgspec.Struct, frozen=True, kw_only=True):
    """What one source does not see of another's signals.

    Attributes
    ----------
    reader, sender : str
    people : int
        Known to both.
    missed : float
        Of the signals both sent of these people, the share that the reader does not have.
    """

    reader: str
    sender: str
    people: int
    missed: float


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """What it costs to begin anew at every session, device or source.

    Attributes
    ----------
    outcome, part : str
    rows, people : int
        Scored.
    kept, reset : [estimate, low, high]
        Share of the base rate's loss that the persistent twin removes, and one that is reset.
    lost : [estimate, low, high]
        The difference, paired over people.
    """

    outcome: str
    part: str
    rows: int
    people: int
    kept: list[float]
    reset: list[float]
    lost: list[float]


class JourneyAudit(msgspec.Struct, frozen=True, kw_only=True):
    """Where context breaks, and what each break costs.

    Attributes
    ----------
    ids : tuple of Ids
        Of devices and sessions, where signals carry them.
    departments : tuple of Department
        Sources, most signals first.
    blind : tuple of Blind
        Every pair of sources that know some of the same people.
    breaks : tuple of Break
    clock : str
        ``time`` or ``position``.
    """

    signals: int
    people: int
    joined: Joined
    ids: tuple[Ids, ...]
    starts: Starts
    departments: tuple[Department, ...]
    blind: tuple[Blind, ...]
    breaks: tuple[Break, ...] = ()
    clock: str = Clock.TIME.value

    @property
    def span(self) -> str:
        """What stands for a session where signals carry none."""
        return "position" if self.clock == Clock.POSITION else "day"


def journey_of(
    signals: SignalColumns,
    clock: Clock,
    *,
    ids: int,
    joined: int,
    named_as_device: int = 0,
    gap: Span | None = None,
) -> JourneyAudit:
    """Count where context breaks.

    Parameters
    ----------
    signals : SignalColumns
        All signals, twins being the people they stand for; with devices.
    ids, joined : int
        Ids that sent anything, and those of them that were merged into another.
    named_as_device : int
        See `Joined`.
    gap : int, optional
        Left out, 30 days (positions).
    """
    seen = _Visits.of(signals, clock)
    people = len(np.unique(seen.twin))
    sorts = [("device", seen.device), ("session", seen.session)]
    found = [_ids(name, code, seen.twin) for name, code in sorts if code is not None]
    return JourneyAudit(
        signals=len(seen.twin),
        people=people,
        joined=Joined(
            ids=ids,
            people=len(np.unique(signals.twin)),
            joined=joined,
            named_as_device=named_as_device,
        ),
        ids=tuple(each for each in found if each.ids),
        starts=_starts(seen, clock, GAP[clock] if gap is None else gap),
        departments=_departments(seen),
        blind=_blind(seen),
        clock=clock.value,
    )


@dataclass(frozen=True, slots=True)
class _Visits:
    """Dated signals that people's own doings are, by person and time; all int64[n]."""

    twin: Ints
    at: Ints
    session: Ints
    day: Ints
    source: Ints
    device: Ints | None
    sources: tuple[str, ...]

    @classmethod
    def of(cls, signals: SignalColumns, clock: Clock) -> _Visits:
        quiet = [code for code, kind in enumerate(signals.kinds) if kind in BUILT_IN_KINDS]
        dated = ~signals.inert & (signals.at > BEGINNING[clock])
        kept = np.flatnonzero(dated & ~np.isin(signals.kind, quiet))
        kept = kept[np.lexsort((signals.order[kept], signals.at[kept], signals.twin[kept]))]
        return cls(
            signals.twin[kept],
            signals.at[kept],
            signals.session[kept],
            (signals.at if clock is Clock.POSITION else signals.day)[kept],
            signals.source[kept],
            None if signals.device is None else signals.device[kept],
            signals.sources,
        )


def _ids(name: str, code: Ints, twin: Ints) -> Ids:
    carried = np.flatnonzero(code != NONE)
    pairs = np.unique(np.stack([code[carried], twin[carried]], axis=1), axis=0)
    values, under = np.unique(pairs[:, 0], return_counts=True)
    shared = np.isin(pairs[:, 0], values[under > 1])
    _, has = np.unique(pairs[:, 1], return_counts=True)
    return Ids(
        name=name,
        signals=len(carried),
        ids=len(values),
        shared=int((under > 1).sum()),
        sharers=len(np.unique(pairs[shared, 1])),
        several=int((has > 1).sum()),
    )


def _starts(seen: _Visits, clock: Clock, gap: Span) -> Starts:
    twin, at, session = seen.twin, seen.at, seen.session
    begins = _first_of_each([twin, session, np.where(session == NONE, seen.day, 0)])
    same = np.zeros(len(twin), dtype=bool)
    same[1:] = twin[1:] == twin[:-1]
    since = np.where(same, np.diff(at, prepend=at[:1]), 0)
    other = 0
    if seen.device is not None:
        fresh = _first_of_each([twin, seen.device]) & (seen.device != NONE)
        other = int((begins & same & fresh).sum())
    return Starts(
        sessions=int(begins.sum()),
        named=bool((session != NONE).any()),
        unmet=int((begins & ~same).sum()),
        cold=int((begins & same & (since > gap)).sum()),
        gap=format_span(gap, clock) + (" positions" if clock is Clock.POSITION else ""),
        other_device=other,
    )


def _first_of_each(key: Sequence[Ints]) -> Bools:
    """Which rows are the first with their key."""
    code, _ = groups_of(key, [part[:0] for part in key])
    first = np.zeros(len(code), dtype=bool)
    first[np.unique(code, return_index=True)[1]] = True
    return first


def _counts(seen: _Visits) -> Ints:
    """Signals of each person from each source, int64[people, sources]."""
    _, person = np.unique(seen.twin, return_inverse=True)
    sources = len(seen.sources)
    size = (int(person.max(initial=-1)) + 1) * sources
    flat = np.bincount(person * sources + seen.source, minlength=size)
    return flat.reshape(-1, sources).astype(np.int64)


def _departments(seen: _Visits) -> tuple[Department, ...]:
    count = _counts(seen)
    found = []
    for code in _by_size(count):
        known = count[:, code] > 0
        every = int(count[known].sum())
        found.append(
            Department(
                name=seen.sources[code],
                signals=int(count[:, code].sum()),
                people=int(known.sum()),
                missed=1 - float(count[:, code].sum()) / every if every else 0.0,
            )
        )
    return tuple(found)


def _blind(seen: _Visits) -> tuple[Blind, ...]:
    count = _counts(seen)
    found = []
    for reader in _by_size(count):
        for sender in _by_size(count):
            both = (count[:, reader] > 0) & (count[:, sender] > 0)
            if reader == sender or not both.any():
                continue
            own, other = int(count[both, reader].sum()), int(count[both, sender].sum())
            found.append(
                Blind(
                    reader=seen.sources[reader],
                    sender=seen.sources[sender],
                    people=int(both.sum()),
                    missed=other / (own + other),
                )
            )
    return tuple(found)


def _by_size(count: Ints) -> Sequence[int]:
    """Sources that sent anything, most signals first."""
    total = count.sum(axis=0)
    order: list[int] = np.argsort(-total, kind="stable").tolist()
    return [code for code in order if total[code]]
