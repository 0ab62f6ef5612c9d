"""What every store offers: the ledger on two clocks and what is said about it afterwards,
snapshots, maps, populations, forecast sets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import msgspec

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.contexts import NO_CONTEXTS, Contexts
from doxa.beliefmap.model import Zone
from doxa.domain.clock import Clock
from doxa.domain.identity import Alias
from doxa.domain.signal import Signal
from doxa.storage.accesses import AccessLog
from doxa.storage.corrections import Amendments, Merging, Restored, Retracting, Retraction
from doxa.storage.forgotten import Erased, Forgotten, ForgottenList
from doxa.storage.identity import ALONE, Identity
from doxa.storage.rows import SignalRows
from doxa.storage.settled import SettledLog
from doxa.types import Moment


class Appended(msgspec.Struct, frozen=True):
    """What became of one signal: its place in the ledger, and whether it was there before.

    A signal that was taken back stays so when it is sent again.
    """

    id: str
    seq: int
    duplicate: bool
    retracted: bool = False


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """How far the load of one input came: chunks and rows that are durable.

    Attributes
    ----------
    fingerprint : str
        Says which input it is; a load goes on where the same fingerprint stopped.
    started : int
        When it began, microseconds since 1970.
    """

    fingerprint: str
    started: Moment
    chunks: int = 0
    rows: int = 0


class BulkAppended(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a bulk append: rows added, rows that were there before."""

    added: int
    duplicates: int


class Snapshot(msgspec.Struct, frozen=True):
    """One person's state folded up to a moment; it is a cache and may be dropped at any time.

    It holds exactly the signals with ``at < until`` of the twin and of its `aliases` (keys,
    ascending); a signal appended below `until`, a retraction, a merge and an unmerge of any of
    them drop it. `newest_recorded` bounds the reads it may serve on the second clock.
    """

    twin: int
    fingerprint: str
    until: Moment
    newest_at: Moment
    newest_recorded: Moment
    last_seq: int
    state: bytes
    aliases: tuple[int, ...] = ()


class MapVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A map that was active from a moment on."""

    version: int
    fingerprint: str
    text: str
    active_from: Moment


class PopulationVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen population: everything learned across people, as one blob.

    `active_from` is when it was last made the active one, None = never.
    """

    version: int
    created: Moment
    map_fingerprint: str
    origin: Moment
    active_from: Moment | None
    body: bytes


class Activation(msgspec.Struct, frozen=True):
    """A population became the one that readings use; going back to an older one is one too."""

    version: int
    active_from: Moment


class ForecastSet(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded run over a cohort; `body` is columns, as `blocks.encode_block` writes them."""

    id: str
    outcome: str
    origin: Moment
    recorded: Moment
    population: int
    label: str
    body: bytes


class SavedCohort(msgspec.Struct, frozen=True, kw_only=True):
    """A condition kept by name; whom it holds for is worked out when it is asked."""

    name: str
    condition: str
    created: Moment


class StoreStats(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger in a few numbers; moments are None while it is empty."""

    twins: int
    signals: int
    last_seq: int
    oldest_at: Moment | None
    newest_at: Moment | None
    newest_recorded: Moment | None


@dataclass(frozen=True, slots=True)
class FirstSignals:
    """When each twin was first heard of by each source: columns of equal length.

    Attributes
    ----------
    twin, at, recorded : int64[n]
        `recorded` is the earliest recording of any signal of that twin and source.
    source : int64[n]
        Codes into `sources`.
    """

    twin: Ints
    source: Ints
    at: Ints
    recorded: Ints
    sources: tuple[str, ...]


class Ledger(Protocol):
    """The signals of one workspace: append only, on two clocks."""

    clock: Clock
    zone: Zone

    def append(self, signals: Sequence[Signal]) -> list[Appended]:
        """Add signals; equal id and content is a no-op, other content a `SignalConflict`."""

    def submit(self, signals: Sequence[Signal]) -> Future[list[Appended]]:
        """The same without waiting: the future is done when the signals are durable."""

    def append_rows(self, rows: SignalRows, load: Load | None = None) -> BulkAppended:
        """Add many rows, and how far their load came, in one transaction."""

    def load(self, fingerprint: str) -> Load | None:
        """How far the load of an input came, None when it never began."""

    def twin_key(self, twin: str) -> int | None:
        """The integer key of a twin, None when it was never met."""

    def twin_keys(self, twins: Sequence[str]) -> list[int | None]:
        """The integer keys of twins, None for those never met."""

    def twin_names(self, keys: Sequence[int]) -> list[str]:
        """The ids of twins by key."""

    def twins(self) -> Ints:
        """The keys of all twins, ascending."""

    def signals(
        self,
        twin: int,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        known_at: Moment | None = None,
    ) -> list[Signal]:
        """One twin's own signals with ``since <= at <= until`` by (at, order, id), as they were
        sent: those of its aliases are not among them, those taken back are."""

    def scan(
        self,
        *,
        kinds: Sequence[str] | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        known_at: Moment | None = None,
        twins: Sequence[int] | None = None,
        rows: int = 200_000,
        ids: bool = False,
        devices: bool = False,
        identity: Identity = ALONE,
        retractions: int | None = None,
        contexts: Contexts = NO_CONTEXTS,
    ) -> Iterator[SignalColumns]:
        """The signals that count, in column batches and ledger order, `contexts` written in.

        All batches show one moment of the ledger, and codes are the same over all of them.

        Parameters
        ----------
        twins : sequence of int, optional
            Keys of people: the rows of their aliases are among theirs.
        ids, devices : bool
            Bring these columns, too.
        identity : Identity
            Who is whom: the column `twin` names the person.
        retractions : int, optional
            Only retractions up to this place take signals out; left out, all known by `known_at`.
        """

    def first_signals(
        self, known_at: Moment | None = None, identity: Identity = ALONE
    ) -> FirstSignals:
        """When each person was first heard of by each source, by (twin, source)."""

    def newest(self, twin: int) -> Moment | None:
        """The newest `at` of a twin."""

    def kinds(self) -> dict[str, int]:
        """Kinds met so far and how many signals of each."""

    def stats(self) -> StoreStats:
        """The ledger in a few numbers."""

    def steady(self) -> AbstractContextManager[None]:
        """What this thread reads within is of one moment of the store; scans end within, too."""


class Corrections(Protocol):
    """What is said about the ledger afterwards; no signal is ever rewritten."""

    def amendments(self) -> Amendments:
        """How far it is amended; compare it to know whether anything was said since."""

    def aliases(self, twins: Sequence[int] | None = None) -> list[Alias]:
        """All that was said about who is whom, in the order it was; or about some twins.

        Of some twins it is every row about anybody ever linked to them, however far.
        """

    def merge(self, merging: Merging) -> Alias | None:
        """Add one row, if it can be; None when it is said already.

        Drops the snapshots of everybody concerned.
        """

    def retract(self, id: str, source: str | None, recorded: Moment) -> Retraction:
        """Take a signal back; once it is, taking it back again changes nothing.

        Parameters
        ----------
        source : str or None
            None: the only source that has this id.

        Raises
        ------
        UnknownName
            No signal has this id, or several sources have.
        """

    def retractions(self, twins: Sequence[int] | None = None) -> list[Retraction]:
        """What was taken back, in the order it was: all of it, or of some twins' own signals."""

    def restore(
        self,
        signals: Sequence[Signal],
        mergings: Sequence[Merging],
        retracted: Sequence[Retracting],
    ) -> Restored:
        """Add what is not there yet of signals and what was said of them, all or nothing.

        Merges keep the moments at which they were recorded, and their order.
        """


class Snapshots(Protocol):
    """The cache of states: dropping any of it changes no reading."""

    def snapshot(self, twin: int) -> Snapshot | None:
        """The newest snapshot of a twin."""

    def snapshots(self, twins: Sequence[int]) -> list[Snapshot]:
        """The newest snapshots of those twins that have one."""

    def put_snapshots(self, snapshots: Sequence[Snapshot], retractions: int | None = None) -> int:
        """Store snapshots unless a signal below their `until` arrived since `last_seq`.

        Snapshots of twins that are not there any more are left out. Returns how many were stored.

        Parameters
        ----------
        retractions : int, optional
            The newest retraction (its place) when the rows were read: if there is a newer one,
            nothing is stored.
        """


class Archive(Protocol):
    """Maps, populations, recorded forecasts (written once, in versions) and saved cohorts."""

    def maps(self) -> list[MapVersion]:
        """All maps by version."""

    def put_map(self, text: str, fingerprint: str, active_from: Moment) -> MapVersion:
        """Store and activate a map from a moment on; the newest map again changes nothing."""

    def populations(self) -> list[PopulationVersion]:
        """All populations by version, bodies included."""

    def put_population(self, population: PopulationVersion) -> PopulationVersion:
        """Store a population; its version is assigned."""

    def activate_population(self, version: int, active_from: Moment) -> None:
        """Make a population the one that readings use from a moment on."""

    def activations(self) -> list[Activation]:
        """Which population was made active when, in the order it was done."""

    def put_forecasts(self, forecasts: ForecastSet) -> None:
        """Record a forecast set durably; an id is given once.

        Forecasts of people who were forgotten meanwhile are left out.
        """

    def forecast_sets(self, outcome: str | None = None) -> list[ForecastSet]:
        """Recorded sets by `recorded`."""

    def put_cohort(self, cohort: SavedCohort) -> None:
        """Keep a condition under its name, in place of another of that name."""

    def cohorts(self) -> list[SavedCohort]:
        """The saved conditions by name."""

    def drop_cohort(self, name: str) -> bool:
        """Let go of a saved condition; whether there was one."""


class Erasure(Protocol):
    """Taking one person out: first so that nothing serves them, then so that no byte is left."""

    def forget(self, twin: str, at: Moment) -> Erased:
        """Erase a person and note the mark of their id; returns when nothing serves them.

        From then on signals of theirs that occurred up to `at` are refused with `ForgottenTwin`;
        later ones begin a new twin. Nothing that was read before can be written back.
        """

    def forget_listed(self, given: ForgottenList) -> Erased:
        """Forget again everybody on a list: what they sent since stays.

        Raises
        ------
        InputError
            Somebody was forgotten here already, with another key.
        """

    def purge(self, at: Moment) -> bool:
        """Leave no byte of the forgotten in any file; False when it must wait for a reader."""

    def purge_pending(self) -> bool:
        """Whether somebody was forgotten whose bytes may still be there."""

    def forgotten(self) -> ForgottenList:
        """Everybody who was forgotten, by (forgotten_at, mark)."""

    def forgotten_among(self, twins: Collection[str]) -> dict[str, Forgotten]:
        """Those of some ids that were forgotten."""


class Store(Ledger, Corrections, Snapshots, Archive, SettledLog, Erasure, AccessLog, Protocol):
    """One workspace of one store. Calls return when what they wrote is durable."""

    def set_zone(self, zone: Zone) -> None:
        """Change the zone of local days from now on."""

    def close(self) -> None:
        """Write what is pending and let go of the file."""
