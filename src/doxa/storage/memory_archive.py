"""Maps, populations, forecasts and cohorts of a store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

import msgspec

from doxa.errors import InputError, UnknownName
from doxa.storage.accesses import Access
from doxa.storage.blocks import decode_block, without_twins
from doxa.storage.memory_corrections import MemoryCorrections
from doxa.storage.port import (
    Activation,
    ForecastSet,
    MapVersion,
    PopulationVersion,
    SavedCohort,
)
from doxa.storage.settled import Settled
from doxa.types import Moment


class MemoryArchive(MemoryCorrections):
    """What is written once, in versions."""

    def __init__(self) -> None:
        super().__init__()
        self._maps: list[MapVersion] = []
        self._populations: list[PopulationVersion] = []
        self._activations: list[Activation] = []
        self._forecasts: dict[str, ForecastSet] = {}
        self._settled: dict[str, Settled] = {}
        self._cohorts: dict[str, SavedCohort] = {}
        self._accesses: list[Access] = []
        self._anybody_forgotten = False

    def maps(self) -> list[MapVersion]:
        """All maps by version."""
        return list(self._maps)

    def put_map(self, text: str, fingerprint: str, active_from: Moment) -> MapVersion:
        """Store and activate a map from a moment on."""
        if self._maps and (self._maps[-1].text, self._maps[-1].fingerprint) == (text, fingerprint):
            return self._maps[-1]
        version = len(self._maps) + 1
        added = MapVersion(
            version=version, fingerprint=fingerprint, text=text, active_from=active_from
        )
        self._maps.append(added)
        return added

    def populations(self) -> list[PopulationVersion]:
        """All populations by version, bodies included."""
        newest = {made.version: made.active_from for made in self._activations}
        return [
            msgspec.structs.replace(population, active_from=newest.get(population.version))
            for population in self._populations
        ]

    def put_population(self, population: PopulationVersion) -> PopulationVersion:
        """Store a population; its version is assigned."""
        added = msgspec.structs.replace(population, version=len(self._populations) + 1)
        self._populations.append(added)
        if population.active_from is not None:
            self.activate_population(added.version, population.active_from)
        return added

    def activate_population(self, version: int, active_from: Moment) -> None:
        """Make a population the one that readings use from a moment on."""
        if not 1 <= version <= len(self._populations):
            raise UnknownName(f"there is no population {version}", hint="fit one first")
        self._activations.append(Activation(version, active_from))

    def activations(self) -> list[Activation]:
        """Which population was made active when."""
        return list(self._activations)

    def put_forecasts(self, forecasts: ForecastSet) -> None:
        """Record a forecast set, without those who were forgotten meanwhile."""
        if forecasts.id in self._forecasts:
            raise InputError(
                f"forecast set {forecasts.id!r} is recorded already",
                hint="recorded forecasts are never changed",
            )
        body = self._of_those_left(forecasts.body)
        self._forecasts[forecasts.id] = msgspec.structs.replace(forecasts, body=body)

    def _of_those_left(self, body: bytes) -> bytes:
        if not self._anybody_forgotten:
            return body
        gone = frozenset(decode_block(body).twins).difference(self._twins.values())
        return without_twins(body, gone)[0]

    def forecast_sets(self, outcome: str | None = None) -> list[ForecastSet]:
        """Recorded sets by `recorded`."""
        found = [one for one in self._forecasts.values() if outcome in (None, one.outcome)]
        return sorted(found, key=lambda one: (one.recorded, one.id))

    def put_settled(self, settled: Settled) -> bool:
        """Keep what became of a recorded set; once it is kept it stays."""
        body = self._of_those_left(settled.body)
        known = settled.forecast_set in self._forecasts
        if not known or settled.forecast_set in self._settled or not decode_block(body).twins:
            return False
        self._settled[settled.forecast_set] = msgspec.structs.replace(settled, body=body)
        return True

    def settled(self) -> list[Settled]:
        """What became of recorded sets."""
        return sorted(self._settled.values(), key=lambda one: (one.known_at, one.forecast_set))

    def log(self, accesses: Sequence[Access]) -> Future[None]:
        """Add rows to the access log; the future is done already."""
        with self._lock:
            known = set(self._twins.values())
            self._accesses += [one for one in accesses if one.twin in known]
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def accesses(self, twins: Sequence[int]) -> list[Access]:
        """Who read some twins, in the order in which it was logged."""
        wanted = {int(twin) for twin in twins}
        return [one for one in self._accesses if one.twin in wanted]

    def put_cohort(self, cohort: SavedCohort) -> None:
        """Keep a condition under its name, in place of another of that name."""
        self._cohorts[cohort.name] = cohort

    def cohorts(self) -> list[SavedCohort]:
        """The saved conditions by name."""
        return [self._cohorts[name] for name in sorted(self._cohorts)]

    def drop_cohort(self, name: str) -> bool:
        """Let go of a saved condition; whether there was one."""
        return self._cohorts.pop(name, None) is not None
