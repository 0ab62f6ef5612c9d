"""What every store offers: the ledger on two clocks, snapshots, maps, populations, forecast sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from doxa.beliefmap.columns import SignalColumns
from doxa.beliefmap.model import Zone
from doxa.domain.clock import Clock
from doxa.domain.signal import Signal
from doxa.types import Moment


class Appended(msgspec.Struct, frozen=True):
    """What became of one signal: its place in the ledger, and whether it was there before."""

    id: str
    seq: int
    duplicate: bool


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One twin's state folded up to a moment; it is a cache and may be dropped at any time.

    It holds exactly the twin's signals with ``at < until``; a signal appended below `until`
    drops it. `newest_recorded` bounds the reads it may serve on the second clock.
    """

    twin: int
    fingerprint: str
    until: Moment
    newest_at: Moment
    newest_recorded: Moment
    last_seq: int
    state: bytes


class MapVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A map that was active from a moment on."""

    version: int
    fingerprint: str
    text: str
    active_from: Moment


class PopulationVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen population: everything learned across people, as one blob."""

    version: int
    created: Moment
    map_fingerprint: str
    origin: Moment
    active_from: Moment | None
    body: bytes


class ForecastSet(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded run over a cohort; blocks hold columns of forecasts."""

    id: str
    outcome: str
    origin: Moment
    recorded: Moment
    population: int
    label: str
    body: bytes


class Store(Protocol):
    """One workspace of one store. Calls return when what they wrote is durable."""

    clock: Clock
    zone: Zone

    def append(self, signals: Sequence[Signal]) -> list[Appended]:
        """Add signals; equal id and content is a no-op, other content a `SignalConflict`."""

    def twin_key(self, twin: str) -> int | None:
        """The integer key of a twin, None when it was never met."""

    def twin_names(self, keys: Sequence[int]) -> list[str]:
        """The ids of twins by key."""

    def signals(
        self,
        twin: int,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        known_at: Moment | None = None,
    ) -> list[Signal]:
        """One twin's signals with ``since <= at <= until`` by (at, order, id)."""

    def scan(
        self,
        *,
        kinds: Sequence[str] | None = None,
        until: Moment | None = None,
        known_at: Moment | None = None,
        twins: Sequence[int] | None = None,
        rows: int = 200_000,
    ) -> Iterator[SignalColumns]:
        """The ledger in column batches, in ledger order; codes are the same over all batches."""

    def snapshot(self, twin: int) -> Snapshot | None:
        """The newest snapshot of a twin."""

    def put_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Store snapshots unless a signal below their `until` arrived since `last_seq`."""

    def maps(self) -> list[MapVersion]:
        """All maps by version."""

    def put_map(self, text: str, fingerprint: str, active_from: Moment) -> MapVersion:
        """Store and activate a map from a moment on."""

    def populations(self) -> list[PopulationVersion]:
        """All populations by version, bodies included."""

    def put_population(self, population: PopulationVersion) -> PopulationVersion:
        """Store a population; its version is assigned."""

    def activate_population(self, version: int, active_from: Moment) -> None:
        """Make a population the one that readings use from a moment on."""

    def put_forecasts(self, forecasts: ForecastSet) -> None:
        """Record a forecast set durably."""

    def forecast_sets(self, outcome: str | None = None) -> list[ForecastSet]:
        """Recorded sets by `recorded`."""

    def close(self) -> None:
        """Write what is pending and let go of the file."""
