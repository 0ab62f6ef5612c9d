"""Which action helps this person: each run forward for them against doing nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.beliefmap.names import listed, nearest
from doxa.beliefmap.scenarios import Scenario
from doxa.beliefmap.scenarios_file import Written, scenario_of
from doxa.domain.clock import MINUTE, Clock
from doxa.domain.signal import RECOMMENDATION
from doxa.errors import InputError, UnknownName
from doxa.runtime.frozen import Frozen
from doxa.runtime.intake.given import Given
from doxa.runtime.observing import observe
from doxa.runtime.simulating.admitting import closed_to
from doxa.runtime.simulating.advice import Because, Excluded, Option, Recommendation
from doxa.runtime.simulating.asked import Request, Wishes, check_visible, pursued, request_of
from doxa.runtime.simulating.noting import node_of, sloped
from doxa.runtime.simulating.person import Ran, log_of, movers_of_person, origin_of, run_one
from doxa.runtime.simulating.standing import standing_of
from doxa.runtime.simulating.telling import Checked, slope_of, values_of
from doxa.simulation.arms import contrast, pair
from doxa.simulation.rollout import reached_of

CAUSE = "doxa.recommend"
"""The cause of every recorded recommendation: what doxa puts out is no evidence."""
SOURCE = "doxa"

Actions = Mapping[str, Written] | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Aim:
    """What is aimed at: an outcome counted on the path, or a node; and how much counts as one."""

    what: str
    outcome: Outcome | None
    unit: float
    less: bool


def recommend(
    frozen: Frozen,
    actions: Actions,
    towards: str,
    wishes: Wishes,
    *,
    less: bool | None = None,
    propensity: Mapping[str, float] | None = None,
    record: bool = False,
    stop: Callable[[], bool] | None = None,
) -> Recommendation:
    """Rank actions by what they bring this person; see `Twin.recommend`."""
    chances = _propensities(propensity or {}, actions)
    if record:
        _refuse_late(frozen)
    aim = _aim(frozen.belief_map, towards, less)
    scenarios = _scenarios(frozen, actions)
    request = _request(frozen, aim, wishes)
    log = log_of(frozen, request)
    told, excluded = closed_to(frozen, request, scenarios, log)
    open_to = {name: scenarios[name] for name in told}
    ran = run_one(frozen, request, open_to, stop)
    if ran.chunk is None and open_to:
        raise InputError("it was stopped before anything could be told", where="stop")
    options = sorted(_options(ran, told, aim, chances), key=lambda one: -one.difference)
    movers = _because(frozen, ran, aim, [one.action for one in options if one.helps], stop)
    options = [msgspec.structs.replace(one, because=movers.get(one.action, [])) for one in options]
    found = Recommendation(
        twin=frozen.twin,
        towards=towards,
        less=aim.less,
        best=options[0].action if options and options[0].helps else None,
        options=options,
        excluded=[Excluded(action=name, why=why) for name, why in excluded.items()],
        origin=origin_of(frozen),
        until=origin_of(frozen) + request.steps * request.rollout.step,
        paths=request.paths,
        seed=request.seed,
        version=request.version,
        clock=frozen.belief_map.clock,
        purpose=frozen.view.purpose,
    )
    return _recorded(frozen, found) if record else found


def _aim(belief_map: BeliefMap, towards: str, less: bool | None) -> Aim:
    """What is aimed at; a goal that counts or sums up signals by those, others by how far they come."""
    node = belief_map.nodes.get(towards)
    outcome = belief_map.outcomes.get(towards)
    if outcome is not None:
        never = outcome.target is Target.NEVER
        return Aim(towards, outcome, 1.0, never if less is None else less)
    if node is None:
        single = [each.name for each in belief_map.nodes.values() if each.evidence is not None]
        known = [*belief_map.outcomes, *single]
        raise UnknownName(
            f"nothing to go towards is called {towards!r}",
            where="towards",
            expected=f"an outcome or a node: {listed(known)}",
            hint=nearest(towards, known),
        )
    done, down = node.done, bool(less)
    if done is None or done.kind is None or not done.at_least or done.target not in _COUNTED:
        reached = towards in pursued(belief_map, [towards])
        return Aim(reached_of(towards) if reached else towards, None, 1.0, down)
    counted = Outcome(
        name=f"{towards} progress",
        target=_COUNTED[done.target],
        kind=done.kind,
        field=done.field,
        when=done.when,
    )
    return Aim(counted.name, counted, done.at_least, down)


_COUNTED = {"count": Target.COUNT, "sum": Target.SUM}


def _request(frozen: Frozen, aim: Aim, wishes: Wishes) -> Request:
    declared = aim.outcome is not None and aim.outcome.name in frozen.belief_map.outcomes
    wishes = msgspec.structs.replace(
        wishes,
        outcomes=(aim.what,) if declared else (),
        nodes=() if aim.outcome is not None else (node_of(aim.what),),
        marks=1,
    )
    request = request_of(frozen.wiring, frozen.view.purpose, wishes, frozen.known_at)
    if aim.outcome is None or declared:
        return request
    if aim.outcome.kind not in {each.kind for each in request.drawn}:
        raise InputError(
            f"no signal that this goal counts is drawn: {aim.outcome.kind!r}",
            where="towards",
            expected="a goal whose `done` counts what the map's `rollout` draws, or an outcome",
        )
    return replace(request, counted=(aim.outcome,))


def _scenarios(frozen: Frozen, actions: Actions) -> dict[str, Scenario]:
    belief_map = frozen.belief_map
    if actions is None:
        if not belief_map.actions:
            raise InputError("the map declares no action", where="actions", hint="pass them in")
        return {name: _do(name, belief_map) for name in belief_map.actions}
    if isinstance(actions, Mapping):
        found = {name: scenario_of(body, belief_map, name) for name, body in actions.items()}
    else:
        found = {name: _do(_known(name, belief_map), belief_map) for name in actions}
    if not found:
        raise InputError("names no action", where="actions", expected="one, or more")
    check_visible(found, belief_map)
    return found


def _do(name: str, belief_map: BeliefMap) -> Scenario:
    return scenario_of({"do": name}, belief_map, name)


def _known(name: str, belief_map: BeliefMap) -> str:
    if name not in belief_map.actions:
        raise UnknownName(
            f"the map declares no action {name!r}",
            where="actions",
            expected=f"one of {listed(belief_map.actions)}" if belief_map.actions else "",
            hint=nearest(name, belief_map.actions),
        )
    return name


def _options(
    ran: Ran, told: Mapping[str, Checked], aim: Aim, chances: Mapping[str, float]
) -> Iterator[Option]:
    if ran.chunk is None:
        return
    without = values_of(ran.chunk.without)[aim.what]
    sign = (-1.0 if aim.less else 1.0) / aim.unit
    for name, run in ran.chunk.under.items():
        slope = slope_of(ran.scenarios[name], aim.what, ran.request)
        found = sloped(contrast(pair(sign * values_of(run)[aim.what], sign * without)), slope)
        yield Option(
            action=name,
            difference=found.difference,
            low=found.low,
            high=found.high,
            helps=found.low > 0,
            grounds=told[name].grounds,
            outside=[verdict for change in told[name].changes for verdict in change.outside],
            propensity=chances.get(name),
        )


def _because(
    frozen: Frozen,
    ran: Ran,
    aim: Aim,
    helping: Sequence[str],
    stop: Callable[[], bool] | None,
) -> dict[str, list[Because]]:
    """The nodes that carry what helps, and how they stand."""
    if ran.chunk is None or not helping:
        return {}
    chosen = {name: ran.scenarios[name] for name in helping}
    found = movers_of_person(ran.only(chosen), [aim.what], stop)
    sign = (-1.0 if aim.less else 1.0) / aim.unit
    return {
        name: [
            Because(
                node=mover.node,
                kind=(standing := standing_of(frozen, mover.node))[0],
                says=mover.says,
                state=standing[1],
                part=sign * mover.part,
            )
            for mover in by.get(aim.what, [])
        ]
        for name, by in found.items()
    }


def _propensities(given: Mapping[str, float], actions: Actions) -> dict[str, float]:
    for name, value in given.items():
        if not 0 < value <= 1:
            raise InputError(
                f"{value} is no propensity", where=f"propensity {name}", expected="above 0, up to 1"
            )
        if actions is not None and name not in actions:
            raise InputError(f"{name!r} is not among the actions", where="propensity")
    return dict(given)


def _refuse_late(frozen: Frozen) -> None:
    timed = frozen.belief_map.clock is Clock.TIME
    if timed and frozen.now < frozen.wiring.clock() - MINUTE:
        raise InputError(
            "a recommendation about the past cannot be recorded",
            where="record",
            hint="read the twin as of now",
        )


def _recorded(frozen: Frozen, found: Recommendation) -> Recommendation:
    """The same, written down: in the ledger, as something that doxa put out."""
    best = found.option
    payload = {
        "towards": found.towards,
        "action": found.best,
        "propensity": None if best is None else best.propensity,
        "version": found.version,
        "seed": found.seed,
        "purpose": found.purpose,
        "options": [
            {
                "action": one.action,
                "difference": one.difference,
                "low": one.low,
                "high": one.high,
                "label": None if one.grounds is None else one.grounds.ground.value,
                "propensity": one.propensity,
            }
            for one in found.options
        ],
    }
    at = found.origin if found.clock is Clock.POSITION else None
    given = Given(
        twin=found.twin, kind=RECOMMENDATION, payload=payload, at=at, source=SOURCE, cause=CAUSE
    )
    return msgspec.structs.replace(found, id=observe(frozen.wiring, given).id)
