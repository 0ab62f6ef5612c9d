"""From notes of runs to a `Simulation`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.scenario_words import said
from doxa.beliefmap.scenarios import Put, Scenario, Send
from doxa.domain.ground import Grounds, weakest
from doxa.heads.recalibration import TotalReading
from doxa.heads.slope import Slope, slope_for
from doxa.runtime.simulating.asked import Request
from doxa.runtime.simulating.grounds import Log, grounds_of_change
from doxa.runtime.simulating.noting import AS_DRAWN, SHARES, Notes, effect_of, track_of
from doxa.runtime.simulating.outside import outside_of, range_of
from doxa.runtime.simulating.reading import PathReading, bands_of_means
from doxa.runtime.simulating.results import Arm, Group, Mover, PersonEffect, Simulation, Told
from doxa.runtime.simulating.running import Chunk
from doxa.simulation.arms import Bands, bands
from doxa.simulation.rollout import Run
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Checked:
    """A scenario with what is said of each of its changes before anybody is run."""

    scenario: Scenario
    changes: list[Told]

    @property
    def grounds(self) -> Grounds | None:
        """The weakest of its changes; None of one that changes nothing."""
        return weakest(change.grounds for change in self.changes)


def checked(scenario: Scenario, request: Request, log: Log) -> Checked:
    """Every change with its grounds and its overlap.

    Raises
    ------
    InputError
        Something is put so far outside of what was seen that nothing says what would follow.
    """
    return Checked(
        scenario,
        [
            Told(
                says=said(change, request.map.clock),
                grounds=grounds_of_change(
                    change, log, range_of(change, request.part) if isinstance(change, Put) else None
                ),
                outside=outside_of(change, request.part, request.map),
            )
            for change in scenario.changes
        ],
    )


def values_of(run: Run) -> dict[str, Floats]:
    """Everything a run noted, by outcome and node, float64[T, P, S] each."""
    return {**run.outcomes, **run.credences}


def note(notes: Mapping[str, Notes], chunk: Chunk) -> None:
    """Note a chunk in every arm."""
    without = values_of(chunk.without)
    for name, run in chunk.under.items():
        notes[name].take(chunk.place, values_of(run), without)


def moments_of(request: Request, origin: Moment) -> list[Moment]:
    """When things were noted."""
    return [origin + mark * request.rollout.step for mark in request.marks]


def arm_of(
    found: Checked,
    notes: Notes,
    request: Request,
    origin: Moment,
    *,
    movers: Mapping[str, list[Mover]] | None = None,
    groups: Mapping[str, list[Group]] | None = None,
    people: Mapping[str, list[PersonEffect]] | None = None,
    readings: Mapping[str, PathReading] | None = None,
    totals: Mapping[str, TotalReading] | None = None,
) -> Arm:
    """One scenario's arm.

    Parameters
    ----------
    readings : by outcome
        How the paths of one person are read.
    totals : by outcome
        How sums over many people are read.
    """
    whole = {what: notes.whole(what) for what in notes.parts}
    known = {what: pair for what, pair in whole.items() if len(pair)}
    moments = moments_of(request, origin)
    weights = {
        what: reading.weights(known[what].without, request.marks)
        for what, reading in (readings or {}).items()
        if what in known
    }
    return Arm(
        scenario=found.scenario.name,
        changes=found.changes,
        grounds=found.grounds,
        effects=[
            effect_of(
                what,
                pair,
                request.map,
                slope_of(found.scenario, what, request),
                weights.get(what),
                (totals or {}).get(what, AS_DRAWN),
            )
            for what, pair in known.items()
        ],
        tracks=[
            track_of(
                what, pair, moments, request.map, _banded(what, weights, readings, totals, request)
            )
            for what, pair in known.items()
        ],
        movers=dict(movers or {}),
        groups=dict(groups or {}),
        people=dict(people or {}),
        why_no_slope=why_no_slope(found.scenario, request),
    )


def _banded(
    what: str,
    weights: Mapping[str, Floats | None],
    readings: Mapping[str, PathReading] | None,
    totals: Mapping[str, TotalReading] | None,
    request: Request,
) -> Callable[[Floats], Bands]:
    """Where paths lie, as the paths of this outcome are read."""
    if totals is not None and what in totals:
        share = request.map.outcomes[what].target in SHARES
        return partial(bands_of_means, totals[what], 1.0 if share else np.inf)
    if what not in weights:
        return bands
    reading = (readings or {})[what]
    return lambda paths: reading.bands(paths, weights[what], request.marks)


def slope_of(scenario: Scenario, what: str, request: Request) -> Slope | None:
    """What an effect is multiplied by, where all that a scenario does is one kind of action.

    It is the slope of the outcome that draws the signals that are counted.
    """
    held = _held_against(scenario, what, request)
    return None if held is None else slope_for(request.slopes, *held)


def why_no_slope(scenario: Scenario, request: Request) -> str:
    """Why effects are not times a slope that experiments gave; empty where they are, or none did."""
    held = {_held_against(scenario, each.name, request) for each in request.counted}
    missing = sorted(
        one
        for one in held & request.measured
        if one is not None and slope_for(request.slopes, *one) is None
    )
    if not missing:
        return ""
    outcomes = ", ".join(outcome for _, outcome in missing)
    return (
        "As simulated, not times the slope that experiments gave: it rests on what"
        f" {request.asked.purpose} may not see ({missing[0][0]} on {outcomes})."
    )


def _held_against(scenario: Scenario, what: str, request: Request) -> tuple[str, str] | None:
    """The kind of action that is all a scenario does, and the outcome that draws what is counted."""
    kinds = {change.kind if isinstance(change, Send) else None for change in scenario.changes}
    kind = kinds.pop() if len(kinds) == 1 else None
    counted = next((each for each in request.counted if each.name == what), None)
    if kind is None or counted is None:
        return None
    drawn = next((each for each in request.drawn if each.kind == counted.kind), None)
    return None if drawn is None else (kind, drawn.name)


def simulation_of(
    request: Request,
    origin: Moment,
    arms: Sequence[Arm],
    *,
    twin: str | None,
    people: int,
    of: int,
    left_out: int = 0,
    silenced: int = 0,
) -> Simulation:
    """Everything that was asked, told."""
    return Simulation(
        product=request.map.product,
        clock=request.map.clock,
        twin=twin,
        origin=origin,
        until=origin + request.steps * request.rollout.step,
        steps=request.steps,
        paths=request.paths,
        seed=request.seed,
        people=people,
        of=of,
        version=request.version,
        arms=list(arms),
        purpose=request.asked.purpose,
        left_out=left_out,
        silenced=silenced,
    )


def differences(chunk: Chunk) -> dict[str, dict[str, Floats]]:
    """Of every scenario, what differs from without it, by outcome and node."""
    without = values_of(chunk.without)
    return {
        name: {what: values - without[what] for what, values in values_of(run).items()}
        for name, run in chunk.under.items()
    }


def last_of(values: Floats) -> Floats:
    """The last mark alone, float64[T, P, 1]."""
    return np.asarray(values[:, :, -1:])
