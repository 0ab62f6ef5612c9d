"""One person run forward under scenarios, and the nodes that carry what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.scenarios import Scenario
from doxa.domain.clock import Clock
from doxa.errors import InputError, UnknownName
from doxa.runtime.frozen import Frozen
from doxa.runtime.identity import NOBODY
from doxa.runtime.simulating.asked import Request, Wishes, check_visible, request_of
from doxa.runtime.simulating.grounds import Log
from doxa.runtime.simulating.movers import Differing, Movers, movers_of
from doxa.runtime.simulating.noting import Notes
from doxa.runtime.simulating.reading import PathReading, readings_for
from doxa.runtime.simulating.results import Simulation
from doxa.runtime.simulating.running import Chunk, Stand, Stop, chunks, past_of
from doxa.runtime.simulating.telling import arm_of, checked, note, simulation_of
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Ran:
    """One person in all arms.

    Attributes
    ----------
    chunk : Chunk or None
        None = it was stopped.
    """

    stand: Stand
    request: Request
    scenarios: Mapping[str, Scenario]
    chunk: Chunk | None

    def only(self, scenarios: Mapping[str, Scenario]) -> Ran:
        """The same, some of the scenarios alone."""
        chunk = self.chunk
        if chunk is not None:
            chunk = replace(chunk, under={name: chunk.under[name] for name in scenarios})
        return replace(self, scenarios=scenarios, chunk=chunk)


def simulate_one(
    frozen: Frozen, scenarios: Mapping[str, Scenario], wishes: Wishes, stop: Stop | None = None
) -> Simulation:
    """Run one person forward; see `Twin.simulate`."""
    check_visible(scenarios, frozen.belief_map)
    request = request_of(frozen.wiring, frozen.view.purpose, wishes, frozen.known_at)
    log = log_of(frozen, request)
    told = {name: checked(each, request, log) for name, each in scenarios.items()}
    ran = run_one(frozen, request, scenarios, stop)
    arms = []
    if ran.chunk is not None:
        notes = {name: Notes() for name in scenarios}
        note(notes, ran.chunk)
        movers = movers_of_person(ran, [outcome.name for outcome in request.counted], stop)
        readings = readings_of_person(ran)
        arms = [
            arm_of(
                told[name],
                notes[name],
                request,
                ran.stand.origin,
                movers=movers[name],
                readings=readings,
            )
            for name in scenarios
        ]
    return simulation_of(
        request,
        origin_of(frozen),
        arms,
        twin=frozen.twin,
        people=int(bool(arms)),
        of=1,
        silenced=int(bool(arms)),
    )


def readings_of_person(ran: Ran) -> dict[str, PathReading]:
    """How the person's paths are read, as earlier ones of others turned out."""
    stand, request = ran.stand, ran.request
    if not any(outcome.name in request.part.backtested for outcome in request.counted):
        return {}
    past = past_of(stand, request, {}, stand.keys)
    return readings_for(request.part, past, stand.keys, stand.origin, request.counted)


def run_one(
    frozen: Frozen,
    request: Request,
    scenarios: Mapping[str, Scenario],
    stop: Stop | None = None,
) -> Ran:
    """One person in all arms.

    Raises
    ------
    UnknownName
        Nothing was ever observed of the person.
    InputError
        The person does not let the purpose read them.
    """
    if frozen.view.closed:
        raise InputError(
            f"is read for {frozen.view.purpose!r} only with the person's consent, and none is recorded",
            where=frozen.twin,
            hint="a `consent` signal gives it",
        )
    if frozen.key == NOBODY:
        raise UnknownName(
            "nothing was ever observed of this twin",
            where=frozen.twin,
            hint="observe something first",
        )
    stand = stand_of(frozen)
    found = next(iter(chunks(stand, request, scenarios, stop=stop)), None)
    return Ran(stand, request, scenarios, found)


def origin_of(frozen: Frozen) -> Moment:
    """From when the person is run: from the moment read on, on a position clock from the next."""
    return frozen.now + (0 if frozen.belief_map.clock is Clock.TIME else 1)


def stand_of(frozen: Frozen) -> Stand:
    """The person alone, from where they are run."""
    origin = origin_of(frozen)
    known_at = origin if frozen.known_at is None else frozen.known_at
    return Stand(frozen.wiring, np.array([frozen.key], dtype=np.int64), origin, known_at)


def log_of(frozen: Frozen, request: Request) -> Log:
    """The ledger as it was known when the twin was read."""
    return Log(frozen.wiring, request.asked, origin_of(frozen), frozen.known_at)


def movers_of_person(ran: Ran, whats: Sequence[str], stop: Stop | None = None) -> Movers:
    """Per scenario and outcome, the nodes that carry the effect on the person."""
    assert ran.chunk is not None
    told = Differing()
    told.take(ran.chunk)
    return movers_of(ran.stand, ran.request, ran.scenarios, told.whole(), whats, stop)
