"""Many people run forward under scenarios: effects, who gains and is hurt, by persona and by node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.scenarios import Scenario
from doxa.beliefmap.scenarios_file import Scenarios, scenarios_given
from doxa.domain.clock import Clock
from doxa.domain.signal import TRAITS
from doxa.errors import InputError, UnknownName
from doxa.features.moments import at_origins
from doxa.features.past import read_past
from doxa.features.traits import segment_traits, trait_of
from doxa.heads.recalibration import TotalReading
from doxa.heads.slope import Slope
from doxa.reading.view import heard
from doxa.runtime.frozen import Asking
from doxa.runtime.identity import all_people, newest_at, people_at
from doxa.runtime.intake.names import given_name
from doxa.runtime.intake.times import asked_moment
from doxa.runtime.readings import read_many
from doxa.runtime.simulating.asked import Request, Wishes, check_visible, request_of
from doxa.runtime.simulating.grounds import Log
from doxa.runtime.simulating.movers import (
    MOST_SILENCED,
    Differing,
    Movers,
    movers_of,
    read_nodes,
)
from doxa.runtime.simulating.noting import Grouping, Notes, halves, most_moved
from doxa.runtime.simulating.reading import totals_for
from doxa.runtime.simulating.results import Group, PersonEffect, Simulation
from doxa.runtime.simulating.running import Chunk, Progress, Stand, Stop, chunks
from doxa.runtime.simulating.telling import arm_of, checked, note, simulation_of, slope_of
from doxa.runtime.wiring import Wiring
from doxa.simulation.numbers import key_of, keys_of, mixed
from doxa.types import Moment

MOVERS = 100
"""Of so many people of a cohort, drawn at random, it is asked which nodes carry an effect."""
MOST_VALUES = 8
"""Of a persona the values of most people are told apart."""


def simulate_many(
    wiring: Wiring,
    given: Scenarios,
    wishes: Wishes,
    *,
    cohort: Iterable[str] | None = None,
    movers: int = MOVERS,
    at: Any = None,
    purpose: str | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Simulation:
    """Run a cohort forward; see `Twins.simulate`."""
    request = request_of(wiring, purpose, wishes)
    if movers < 0:
        raise InputError(f"{movers} people", where="movers", expected="0 or more")
    scenarios = scenarios_given(given, request.map)
    check_visible(scenarios, request.map)
    moment = asked_moment("at", at, wiring.belief_map.clock, wiring.belief_map.zone.default)
    people = None if cohort is None else list(cohort)
    stand, left_out = _stand(wiring, request, people, moment)
    own = None if cohort is None else np.sort(stand.keys)
    log = Log(wiring, request.asked, stand.origin, stand.known_at, own)
    told = {name: checked(each, request, log) for name, each in scenarios.items()}
    names = wiring.store.twin_names(stand.keys.tolist())
    tried = _Tried(stand, request, scenarios, _drawn(names, request.seed, movers), progress)
    counted = [outcome.name for outcome in request.counted]
    groupings = [*_personas(stand, request), *_halves(stand, request)]
    notes = {name: Notes(groupings, frozenset(counted)) for name in scenarios}
    places = [np.zeros(0, dtype=np.int64)]
    for chunk in chunks(stand, request, scenarios, stop=stop, progress=tried.tell):
        note(notes, chunk)
        tried.take(chunk)
        places.append(chunk.place)
    place = np.concatenate(places)
    whole = len(place) == len(stand.keys)
    carried = tried.movers(counted, stop) if whole else {}
    totals = totals_for(request.part, request.counted)
    slopes = {
        name: {what: slope_of(each, what, request) for what in counted}
        for name, each in scenarios.items()
    }
    arms = [
        arm_of(
            told[name],
            notes[name],
            request,
            stand.origin,
            movers=carried.get(name),
            groups=_groups(notes[name], counted, request.map, slopes[name], totals),
            people=_people(notes[name], counted, place, names, slopes[name]),
            totals=totals,
        )
        for name in scenarios
        if len(place)
    ]
    return simulation_of(
        request,
        stand.origin,
        arms,
        twin=None,
        people=len(place),
        of=len(stand.keys),
        left_out=left_out,
        silenced=len(tried.place) if whole else 0,
    )


class _Tried:
    """Some people of whom it is tried what is gone of an effect without a node, after everybody was run.

    Parameters
    ----------
    place : int64[n], ascending
        Where they stand in the cohort.
    progress : callable, optional
        Told how many people were run; who is run again without a node counts again.
    """

    def __init__(
        self,
        stand: Stand,
        request: Request,
        scenarios: Mapping[str, Scenario],
        place: Ints,
        progress: Progress | None,
    ) -> None:
        self.stand = replace(stand, keys=stand.keys[place])
        self.request, self.scenarios, self.place = request, scenarios, place
        self.differing, self.progress = Differing(place), progress
        again = min(len(read_nodes(request)), MOST_SILENCED) * len(place)
        self.done, self.of = 0, len(stand.keys) + again

    def take(self, chunk: Chunk) -> None:
        """Some people in every arm, with nothing silenced."""
        self.differing.take(chunk)

    def tell(self, done: int, _: int) -> None:
        """So many people of the cohort are done."""
        self.done = done
        if self.progress is not None:
            self.progress(done, self.of)

    def movers(self, whats: Sequence[str], stop: Stop | None) -> Movers:
        """The nodes that carry the effects on them."""
        if not len(self.place):
            return {}

        def more(people: int) -> None:
            self.tell(self.done + people, self.of)

        found = movers_of(
            self.stand, self.request, self.scenarios, self.differing.whole(), whats, stop, more
        )
        if stop is None or not stop():
            self.tell(self.of, self.of)
        return found


def _drawn(names: Sequence[str], seed: int, most: int) -> Ints:
    """Where some people stand, drawn at random: who they are depends on ids and seed alone."""
    lot = mixed(mixed(seed, key_of("movers")), keys_of(list(names)))
    return np.sort(np.argsort(lot, kind="stable")[:most])


def _stand(
    wiring: Wiring, request: Request, cohort: Sequence[str] | None, at: Moment | None
) -> tuple[Stand, int]:
    """Whom to run from when, and how many of those asked about may not be read."""
    timed = wiring.belief_map.clock is Clock.TIME
    now = _now(wiring)
    if at is not None and timed and at > now:
        raise InputError("lies in the future", where="at", hint="left out, it is now")
    origin = now if at is None else at
    known_at = origin if timed else None
    met, unmet = (None, 0) if cohort is None else _keys(wiring, cohort, request.asked.purpose)
    identity = people_at(wiring, origin, known_at, met)
    keys = all_people(wiring, identity) if met is None else np.unique(identity.roots(met))
    kept, closed = request.asked.readable(wiring, keys, identity, origin, known_at)
    keys = keys if kept is None else kept
    return Stand(wiring, keys, origin, known_at), unmet + closed


def _now(wiring: Wiring) -> Moment:
    if wiring.belief_map.clock is Clock.TIME:
        return wiring.clock()
    newest = newest_at(wiring)
    return 0 if newest is None else newest + 1


def _keys(wiring: Wiring, cohort: Sequence[str], purpose: str | None) -> tuple[Ints, int]:
    names = [given_name("twin", twin) for twin in dict.fromkeys(cohort)]
    found = wiring.store.twin_keys(names)
    unmet = [name for name, key in zip(names, found, strict=True) if key is None]
    if unmet and purpose is None:
        raise UnknownName(
            "nothing was ever observed of this twin",
            where=unmet[0],
            hint="observe something first",
        )
    return np.array([key for key in found if key is not None], dtype=np.int64), len(unmet)


def _personas(stand: Stand, request: Request) -> list[Grouping]:
    """People by the values of every trait that is a persona and not protected."""
    names = segment_traits(request.map)
    if not names or not request.counted or not len(stand.keys):
        return []
    identity = people_at(stand.wiring, stand.origin, stand.known_at, stand.keys)
    batches = stand.wiring.store.scan(
        kinds=[TRAITS],
        until=stand.origin,
        known_at=stand.known_at,
        twins=stand.keys.tolist(),
        identity=identity,
    )
    told = (heard(batch, request.asked.sight) for batch in batches)
    past = read_past(request.map, told, fields={TRAITS: names})
    asked = msgspec.structs.replace(request.counted[0], within=request.rollout.step)
    rows = at_origins(asked, stand.keys, [stand.origin])
    found = []
    for name in names:
        code = trait_of(past, rows, name)
        found.append(_largest(name, code, past.values(f"trait:{name}")))
    return found


def _largest(name: str, code: Ints, values: Sequence[str]) -> Grouping:
    """A grouping by the commonest values."""
    known, count = np.unique(code[code >= 0], return_counts=True)
    kept = known[np.argsort(-count, kind="stable")][:MOST_VALUES]
    again = np.full(len(values) + 1, -1, dtype=np.int64)
    again[kept] = np.arange(len(kept))
    return Grouping(name, tuple(values[one] for one in kept.tolist()), again[code])


def _halves(stand: Stand, request: Request) -> list[Grouping]:
    """People by the halves who hold a node less and more at the start."""
    if not request.watched or not len(stand.keys):
        return []
    names = stand.wiring.store.twin_names(stand.keys.tolist())
    asked = Asking(stand.origin, stand.known_at)
    read = read_many(stand.wiring, names, request.watched, asked, request.asked.purpose)
    found = [
        halves(name, opinions.credence, read.absent[name]) for name, opinions in read.nodes.items()
    ]
    return [one for one in found if len(np.unique(one.code[one.code >= 0])) > 1]


def _groups(
    notes: Notes,
    counted: Sequence[str],
    belief_map: BeliefMap,
    slopes: Mapping[str, Slope | None],
    totals: Mapping[str, TotalReading],
) -> dict[str, list[Group]]:
    return {
        what: notes.groups(what, belief_map, slopes[what], totals.get(what))
        for what in counted
        if what in notes.parts
    }


def _people(
    notes: Notes,
    counted: Sequence[str],
    place: Ints,
    names: Sequence[str],
    slopes: Mapping[str, Slope | None],
) -> dict[str, list[PersonEffect]]:
    return {
        what: most_moved(notes.whole(what), place, names, slopes[what])
        for what in counted
        if what in notes.parts
    }
