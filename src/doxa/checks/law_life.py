"""One history as a machine of the laws lives it: what was said, by plain records, and the stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from doxa.beliefmap.model import BeliefMap, Zone
from doxa.checks.law_maps import LawMap
from doxa.checks.laws import Readings, assert_close
from doxa.checks.oracle import read_plainly
from doxa.checks.oracle_identity import Lives, counted, owner
from doxa.checks.strategies import TWINS
from doxa.checks.views import left_over
from doxa.domain.clock import SECOND, Clock, datetime_of
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.errors import DoxaError, ForgottenTwin
from doxa.runtime.opening import twins_over
from doxa.runtime.twins import Twins
from doxa.storage.port import Store
from doxa.types import Moment

T = TypeVar("T")

START = 1_500_000_000 * SECOND
REMEMBERED = 12


class Home(Protocol):
    """Where a store lives."""

    folder: Path

    def open(self, *, clock: Clock, zone: Zone) -> Store:
        """The store, made now or as it was left; whoever opened it before has closed it."""

    def leave(self) -> None:
        """Leave nothing behind."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody read when it was now.

    Attributes
    ----------
    parts : frozenset of str
        The twins that were one person then.
    """

    at: Moment
    twin: str
    purpose: str | None
    parts: frozenset[str]
    read: Readings


class Life(RuleBasedStateMachine):
    """One history on all stores at once, and how each of them is asked.

    Attributes
    ----------
    homes : sequence of callables
        Each makes a place for a store.
    now : int
        The time, which moves on with everything that is said.
    lives : Lives
        What was said and not erased.
    maps : list of (int, BeliefMap)
        Since when each was in force.
    forgotten : dict of twin to int
        Up to when signals are refused.
    erased : list of Signal
        Some of what was forgotten.
    memories : list of Memory
    touched : str
        The twin that something was last said of.
    """

    homes: Sequence[Callable[[], Home]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.now, self.count, self.turns = START, 0, 0
        self.drawn = LawMap()
        self.lives = Lives(signals=())
        self.maps: list[tuple[Moment, BeliefMap]] = []
        self.forgotten: dict[str, Moment] = {}
        self.erased: list[Signal] = []
        self.memories: list[Memory] = []
        self.touched = TWINS[0]
        self.places: list[Home] = []
        self.twins: list[Twins] = []

    def teardown(self) -> None:
        """Close and leave."""
        for twins in self.twins:
            twins.close()
        for home in self.places:
            home.leave()

    def _check(self, twin: str, now: Moment, known_at: Moment | None, purpose: str | None) -> None:
        belief_map = self._map_at(known_at)
        signals = counted(self.lives, belief_map, twin, now, known_at)
        kept, seen = left_over(signals, belief_map, now, known_at, purpose)
        expected = _plain(read_plainly(kept, seen, now, known_at))
        for twins in self.twins:
            found = told(twins, twin, now, known_at, purpose)
            assert_close(found, expected, "not as the oracle")
        if now == self.now and known_at in (None, now):
            kept_of = Memory(
                at=now, twin=twin, purpose=purpose, parts=self._parts(twin), read=found
            )
            self.memories = [*self.memories, kept_of][-REMEMBERED:]
            self._tick()

    def _map_at(self, known_at: Moment | None) -> BeliefMap:
        if known_at is None:
            return self.maps[-1][1]
        active = [each for since, each in self.maps if since <= known_at]
        return active[-1] if active else self.maps[0][1]

    def _parts(self, twin: str) -> frozenset[str]:
        """The twins that are one person with one, as was said last."""
        last = max([self.now, *(each.at for each in self.lives.merges)])
        root = owner(self.lives.merges, twin, last, None)[0]
        return frozenset(
            each for each in TWINS if owner(self.lives.merges, each, last, None)[0] == root
        )

    def _opened(self, home: Home, given: BeliefMap | None) -> Twins:
        zone = self.maps[-1][1].zone
        store = home.open(clock=Clock.TIME, zone=zone)
        file = home.folder / "life.db"
        return twins_over(
            store, file, given, apply_map=True, clock=lambda: self.now, snapshot_after=1
        )

    def _reopen(self, given: BeliefMap | None) -> None:
        for twins in self.twins:
            twins.close()
        self.twins = [self._opened(home, given) for home in self.places]

    def _every(self, ask: Callable[[Twins], T]) -> T | type[DoxaError]:
        """Ask all stores; they answer, or refuse, alike."""
        answers: list[Any] = []
        for twins in self.twins:
            try:
                answers.append(ask(twins))
            except DoxaError as error:
                answers.append(type(error))
        assert all(each == answers[0] for each in answers), answers
        found: T | type[DoxaError] = answers[0]
        return found

    def _send(self, signal: Signal) -> None:
        done = self._every(lambda twins: observed(twins, signal))
        if self._refuses(signal.twin, signal.at):
            assert done is ForgottenTwin, done
            return
        assert done is False, done
        self._take(signal)

    def _take(self, signal: Signal) -> None:
        self._live(signals=(*self.lives.signals, signal))
        self.touched = signal.twin
        self._tick()

    def _refuses(self, twin: str, at: Moment) -> bool:
        return twin in self.forgotten and at <= self.forgotten[twin]

    def _one(self, pick: st.DataObject) -> Signal:
        return pick.draw(st.sampled_from(self.lives.signals))

    def _name(self) -> str:
        self.count += 1
        return f"s{self.count}"

    def _live(self, **changed: Any) -> None:
        self.lives = msgspec.structs.replace(self.lives, **changed)

    def _tick(self) -> None:
        """No two things are known from the same moment on."""
        self.now += 1


def _plain(told: Mapping[Address, Mapping[str, float | str | None]]) -> Readings:
    """What the oracle told, as opinions are."""
    return {address: dict(each) for address, each in told.items()}


def observed(twins: Twins, signal: Signal) -> bool:
    """Send a signal as anybody would; whether it was there already."""
    return twins.observe(
        signal.twin,
        signal.kind,
        signal.payload,
        at=datetime_of(signal.at),
        source=signal.source,
        session=signal.session,
        device=signal.device,
        id=signal.id,
        order=signal.order,
    ).duplicate


def told(
    twins: Twins,
    twin: str,
    now: Moment | None = None,
    known_at: Moment | None = None,
    purpose: str | None = None,
) -> Readings:
    """Every node that was met, as the facade reads it."""
    when = None if now is None else datetime_of(now)
    known = None if known_at is None else datetime_of(known_at)
    found = twins.twin(twin, when, known, purpose=purpose).opinions()
    return {each.node: each.opinion.as_dict() for each in found if each.met}
