"""Looking up again what everybody lately does, for the active population."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from doxa.beliefmap.fingerprint import fingerprint
from doxa.domain.view import EVERYTHING, Sight
from doxa.errors import PopulationError
from doxa.heads.head import Head
from doxa.heads.population import Population, decode, encode
from doxa.learning.popularity import looked_up
from doxa.runtime.identity import newest_at
from doxa.runtime.populations.frozen_version import active_version
from doxa.runtime.populations.pasts import past_of
from doxa.runtime.populations.people import MOST_SIGNALS, People, people_read
from doxa.runtime.wiring import Wiring
from doxa.types import Moment

MOST_TABLES = 26
"""So many moments are kept: backtests read those before the newest."""
Progress = Callable[[str, float], None]


class RefreshReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody lately does was looked up again, and stored as a population version.

    Attributes
    ----------
    version : int
        The active population; a new one where anything was looked up.
    before : int
        The one that was active.
    at : int
        What happened before this moment was read.
    outcomes : list of str
        Whose forecasts read it; where there are none, nothing is stored.
    """

    version: int
    before: int
    at: Moment
    outcomes: list[str]


def refresh(wiring: Wiring, *, seed: int = 1, progress: Progress | None = None) -> RefreshReceipt:
    """Store the active population again, with the newest table of what everybody does.

    Coefficients, base rates and calibration stay what they are.

    Raises
    ------
    PopulationError
        Nothing is fitted, or it was fitted under another map.
    """
    active, newest = active_version(wiring), newest_at(wiring)
    if active is None or newest is None:
        raise PopulationError("there is no population to refresh", hint="run doxa fit")
    if active.map_fingerprint != fingerprint(wiring.belief_map):
        raise PopulationError(
            f"population {active.version} was fitted under another map", hint="run doxa fit"
        )
    population, at = decode(active.body), newest + 1
    outcomes = sorted(
        {
            name
            for heads in _heads(population).values()
            for name, each in heads.items()
            if each.popularity
        }
    )
    if not outcomes:
        return RefreshReceipt(version=active.version, before=active.version, at=at, outcomes=[])
    people = people_read(wiring, seed=seed, most_signals=MOST_SIGNALS)
    found = {
        sight: _refreshed(wiring, sight, heads, at, people, progress or _silence)
        for sight, heads in _heads(population).items()
    }
    fresh = msgspec.structs.replace(
        population,
        heads=found[EVERYTHING],
        sights=[
            msgspec.structs.replace(part, heads=found[part.sight]) for part in population.sights
        ],
    )
    now = wiring.clock()
    stored = wiring.store.put_population(
        msgspec.structs.replace(active, version=0, created=now, active_from=now, body=encode(fresh))
    )
    return RefreshReceipt(version=stored.version, before=active.version, at=at, outcomes=outcomes)


def _heads(population: Population) -> dict[Sight, dict[str, Head]]:
    return {EVERYTHING: population.heads, **{part.sight: part.heads for part in population.sights}}


def _refreshed(
    wiring: Wiring,
    sight: Sight,
    heads: dict[str, Head],
    at: Moment,
    people: People,
    tell: Progress,
) -> dict[str, Head]:
    """The heads of a sight, by what it sees."""
    if not any(head.popularity for head in heads.values()):
        return heads
    past = past_of(wiring, wiring.belief_map, [], people, tell, sight=sight)
    return {name: looked_up(head, past, _moments(head, at)) for name, head in heads.items()}


def _moments(head: Head, at: Moment) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The newest of the moments that a head knows, and one more."""
    known = {moment for each in head.popularity.values() for moment in each.at}
    return np.array([*sorted(known - {at})[1 - MOST_TABLES :], at], dtype=np.int64)


def _silence(what: str, done: float) -> None:
    pass
