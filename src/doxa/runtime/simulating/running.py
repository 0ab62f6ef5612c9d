"""People run forward in arms: their pasts read a slice at a time, every arm on the same paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.scenarios import Scenario
from doxa.domain.clock import Clock
from doxa.domain.signal import TRAITS
from doxa.features.past import Past, read_past
from doxa.learning.population import fields_for_fit
from doxa.runtime.folding.rows import seen_scan
from doxa.runtime.identity import people_at
from doxa.runtime.simulating.asked import Request, traits_named
from doxa.runtime.wiring import Wiring
from doxa.simulation.cast import cast_of
from doxa.simulation.enacting import asked_by
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import Run, rollout
from doxa.types import Moment

SLICE = 2_000
"""So many people's signals are held at once."""

NOTHING = Scenario(name="without")
Stop = Callable[[], bool]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stand:
    """Whom, and from when.

    Attributes
    ----------
    keys : int64[n]
        The store's, of people.
    known_at : int or None
    """

    wiring: Wiring
    keys: Ints
    origin: Moment
    known_at: Moment | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some people in every arm.

    Attributes
    ----------
    place : int64[T]
        Where they stand among the keys.
    without : Run
    under : dict of Run, by scenario
    """

    place: Ints
    without: Run
    under: dict[str, Run]


def chunks(
    stand: Stand,
    request: Request,
    scenarios: Mapping[str, Scenario],
    *,
    silent: Sequence[str] = (),
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> Iterator[Chunk]:
    """All arms of everybody, some people at a time; what is stopped in the middle is left.

    Parameters
    ----------
    silent : nodes of which nothing speaks, in every arm
    """
    done = 0
    for low in range(0, len(stand.keys), SLICE):
        keys = stand.keys[low : low + SLICE]
        past = past_of(stand, request, scenarios, keys)
        place = {int(key): low + number for number, key in enumerate(keys)}
        arms = {
            name: _run(stand, request, scenario, past, keys, silent, stop)
            for name, scenario in scenarios.items()
        }
        without = _run(stand, request, NOTHING, past, keys, silent, stop)
        for base, *others in zip(without, *arms.values(), strict=False):
            here = np.array([place[int(key)] for key in base.twin], dtype=np.int64)
            yield Chunk(here, base, dict(zip(arms, others, strict=True)))
            done += len(here)
            if progress is not None:
                progress(done, len(stand.keys))
        if stop is not None and stop():
            return


def past_of(
    stand: Stand,
    request: Request,
    scenarios: Mapping[str, Scenario],
    keys: Ints,
) -> Past:
    """What happened to some people before the origin, with the fields that drawing and asking read."""
    asked = [asked_by(scenario) for scenario in scenarios.values()]
    fields = fields_for_fit(request.map, [*request.drawn, *request.counted, *asked])
    fields.pop("", None)
    traits = (*fields.get(TRAITS, ()), *traits_named(scenarios))
    fields[TRAITS] = tuple(dict.fromkeys(traits))
    known_at = stand.known_at if request.map.clock is Clock.TIME else None
    batches = seen_scan(
        stand.wiring.store,
        request.map,
        request.asked.sight,
        until=stand.origin,
        known_at=known_at,
        twins=keys.tolist(),
        identity=people_at(stand.wiring, stand.origin, known_at, keys),
    )
    return read_past(request.map, batches, fields=fields)


def _run(
    stand: Stand,
    request: Request,
    scenario: Scenario,
    past: Past,
    keys: Ints,
    silent: Sequence[str],
    stop: Stop | None,
) -> Iterator[Run]:
    names = stand.wiring.store.twin_names(keys.tolist())
    among = [one for change in scenario.changes for one in change.among]
    cast = cast_of(past, request.part, keys, keys_of(names), stand.origin, request.watched, among)
    return rollout(
        cast,
        steps=request.steps,
        paths=request.paths,
        seed=request.seed,
        counted=request.counted,
        watched=request.watched,
        pursued=request.pursued,
        marks=np.array(request.marks),
        scenario=scenario,
        without=silent,
        stop=stop,
    )
