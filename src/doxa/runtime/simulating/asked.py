"""What is asked of a simulation, made definite: which outcomes and nodes, how far, under which sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from doxa.beliefmap.model import (
    Among,
    AmongNode,
    AmongTrait,
    BeliefMap,
    Condition,
    Operator,
    Outcome,
    Rollout,
    Target,
    Test,
)
from doxa.beliefmap.names import listed, nearest
from doxa.beliefmap.scenarios import Assume, Put, Scenario, Send
from doxa.beliefmap.sights import learning_sight, may_forecast, sight_of
from doxa.domain.clock import DAY, Clock
from doxa.domain.node import NodeKind
from doxa.domain.signal import TRAITS
from doxa.domain.view import Sight
from doxa.errors import InputError, PopulationError, UnknownName
from doxa.features.pursuits import is_counted
from doxa.heads.population import SightPart
from doxa.heads.slope import Slope
from doxa.runtime.purposes import Asked
from doxa.runtime.versions import population_at
from doxa.runtime.views import map_of_sight
from doxa.runtime.wiring import Wiring
from doxa.simulation.tally import COUNTED
from doxa.types import Moment

MOST_STEPS = 20_000
MOST_OPTIONS = 8
"""Of a choice so many options are told of, those that are taken most."""
MOST_MARKS, COHORT_MARKS = 60, 24
"""So many moments are told of at most, of one person and of many; evenly spread, the last is one."""


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """How to run people forward, as it was asked.

    Attributes
    ----------
    days : float
        How far; on a position clock, positions.
    outcomes, nodes : names, or None
        None = all outcomes that can be counted, and all single nodes.
    seed : int
        The same seed gives the same paths.
    marks : int
        Moments told of.
    """

    days: float = 90
    paths: int = 200
    outcomes: tuple[str, ...] | None = None
    nodes: tuple[str, ...] | None = None
    seed: int = 1
    marks: int = MOST_MARKS


def wishes(
    days: float,
    paths: int,
    outcomes: Sequence[str] | None = None,
    nodes: Sequence[str] | None = None,
    seed: int = 1,
    marks: int = MOST_MARKS,
) -> Wishes:
    """What is asked, as records hold it."""
    return Wishes(
        days=days,
        paths=paths,
        outcomes=None if outcomes is None else tuple(outcomes),
        nodes=None if nodes is None else tuple(nodes),
        seed=seed,
        marks=marks,
    )


@dataclass(frozen=True, slots=True)
class Request:
    """The same, definite.

    Attributes
    ----------
    asked : Asked
        The purpose, and the map as it has it.
    part : SightPart
        The heads fitted on what it sees.
    counted : tuple of Outcome
    watched, pursued : tuple of str
        Single nodes; single goals that signals bring forward.
    slopes : tuple of Slope
        What effects of kinds of actions are multiplied by, learned with the heads from what whoever asks
        may see.
    measured : set of (kind of action, outcome)
        Of which experiments say so, whoever may see them.
    rollout : Rollout
        Of the map.
    marks : tuple of int
        How many steps are gone at every moment told of.
    """

    asked: Asked
    part: SightPart
    version: int
    slopes: tuple[Slope, ...]
    measured: frozenset[tuple[str, str]]
    rollout: Rollout
    counted: tuple[Outcome, ...]
    watched: tuple[str, ...]
    pursued: tuple[str, ...]
    steps: int
    marks: tuple[int, ...]
    paths: int
    seed: int

    @property
    def map(self) -> BeliefMap:
        """The map as the purpose has it."""
        return self.asked.belief_map

    @property
    def drawn(self) -> list[Outcome]:
        """What is drawn at every step."""
        return [self.map.outcomes[name] for name in self.rollout.draws]


def request_of(
    wiring: Wiring, purpose: str | None, wishes: Wishes, known_at: Moment | None = None
) -> Request:
    """Check what is asked against the map, the purpose and the population.

    Raises
    ------
    InputError
        The map says nothing of how people are run forward, or a number makes no sense.
    PopulationError
        Nothing was fitted.
    """
    whole = wiring.belief_map
    sight = sight_of(whole, purpose)
    asked = Asked(purpose, whole, map_of_sight(whole, sight), sight)
    rollout = _rollout(asked)
    active = population_at(wiring, known_at)
    part = active[1].part(learning_sight(whole, sight)) if active else None
    if active is None or part is None:
        raise PopulationError("nobody can be run forward: nothing is fitted", hint="run doxa fit")
    steps = _steps(wishes.days, rollout, whole.clock)
    if wishes.paths < 1:
        raise InputError(f"{wishes.paths} paths", where="paths", expected="1 or more")
    return Request(
        asked=asked,
        part=part,
        version=active[0],
        slopes=tuple(slope for slope in part.slopes if _open_to(slope, whole, sight)),
        measured=frozenset((slope.kind, slope.outcome) for slope in active[1].slopes),
        rollout=rollout,
        counted=tuple(_counted(asked, rollout, part, wishes.outcomes)),
        watched=tuple(_watched(asked.belief_map, wishes.nodes)),
        pursued=tuple(pursued(asked.belief_map, wishes.nodes)),
        steps=steps,
        marks=marks_of(steps, wishes.marks),
        paths=wishes.paths,
        seed=wishes.seed,
    )


def _open_to(slope: Slope, belief_map: BeliefMap, sight: Sight) -> bool:
    """Whether a sight sees who was put into an arm together, which the slope rests on beside the part."""
    units = {each.unit for each in belief_map.actions.values() if each.signal == slope.kind}
    return all(sight.sees(belief_map.groups[unit]) for unit in units if unit is not None)


def marks_of(steps: int, most: int = MOST_MARKS) -> tuple[int, ...]:
    """Numbers of steps to tell of: all of them, or so many evenly spread; the last is among them.

    Examples
    --------
    >>> marks_of(3), marks_of(100, 4)
    ((1, 2, 3), (25, 50, 75, 100))
    """
    if steps <= most:
        return tuple(range(1, steps + 1))
    return tuple(round(steps * number / most) for number in range(1, most + 1))


def _rollout(asked: Asked) -> Rollout:
    rollout = asked.whole.rollout
    if rollout is None:
        raise InputError(
            "the map does not say how a person is run forward",
            where="rollout",
            expected="rollout: {step: 1d, draws: [outcomes]}",
        )
    for name in rollout.draws:
        if not may_forecast(asked.whole, asked.purpose, asked.whole.outcomes[name]):
            raise InputError(
                f"the purpose {asked.purpose!r} may not run people forward:"
                f" it may not forecast {name!r}",
                where="purpose",
            )
    return rollout


def _steps(days: float, rollout: Rollout, clock: Clock) -> int:
    span = days * (DAY if clock is Clock.TIME else 1)
    steps = round(span / rollout.step) if abs(span) < 1 << 62 else MOST_STEPS + 1
    if not 1 <= steps <= MOST_STEPS:
        raise InputError(
            f"{days:g} days are {steps:,} steps of the map's rollout",
            where="days",
            expected=f"1 to {MOST_STEPS:,} steps",
        )
    return steps


def _counted(
    asked: Asked, rollout: Rollout, part: SightPart, names: Sequence[str] | None
) -> Iterator[Outcome]:
    """Outcomes that can be counted on a path and that the purpose may forecast.

    Left out, all but those that only say whether something comes in a step, of every choice how often
    each option is taken, and of every kind that none of them counts how many signals come.
    """
    belief_map = asked.belief_map
    known = {
        outcome.name: outcome
        for outcome in belief_map.outcomes.values()
        if outcome.target in COUNTED
        and outcome.after is None
        and outcome.of is None
        and may_forecast(asked.whole, asked.purpose, asked.whole.outcomes[outcome.name])
    }
    drawn = [belief_map.outcomes[name] for name in rollout.draws]
    options = {each.name: each for outcome in drawn for each in _options(outcome, part)}
    kinds = dict.fromkeys(outcome.kind for outcome in drawn)
    totals = {each.name: each for each in map(_total, kinds)}
    if names is None:
        told = [
            outcome
            for name, outcome in known.items()
            if name not in rollout.draws or (outcome.within or 0) > rollout.step
        ]
        yield from told
        yield from options.values()
        counts = {each.kind for each in told if each.target is Target.COUNT}
        yield from (each for each in totals.values() if each.kind not in counts)
        return
    known |= totals | options
    for name in dict.fromkeys(names):
        if name not in known:
            raise UnknownName(
                f"the outcome {name!r} is not counted on a path",
                where="outcomes",
                expected=f"one of {listed(known)}",
                hint=nearest(name, known),
            )
        yield known[name]


def _options(outcome: Outcome, part: SightPart) -> Iterator[Outcome]:
    """How often each option of a choice is taken, of those taken most."""
    head = part.choices.get(outcome.name)
    if head is None or outcome.target is not Target.CHOICE:
        return
    named = zip(head.recipe.shares, head.recipe.options, strict=True)
    for _, option in sorted(named, key=lambda one: -one[0])[:MOST_OPTIONS]:
        if option != outcome.otherwise:
            only = Test(field=outcome.field or "", operator=Operator.IN, values=(option,))
            yield Outcome(
                name=f"{outcome.name}: {option}",
                target=Target.COUNT,
                kind=outcome.kind,
                when=Condition(tests=(only,)),
            )


def _total(kind: str) -> Outcome:
    """How many signals of a kind come."""
    return Outcome(name=f"{kind} signals", target=Target.COUNT, kind=kind)


def _watched(belief_map: BeliefMap, names: Sequence[str] | None) -> Iterator[str]:
    known = [
        node.name
        for node in belief_map.nodes.values()
        if not node.dimensions and node.evidence is not None and node.kind is not NodeKind.TRAIT
    ]
    if names is None:
        yield from (name for name in known if not belief_map.nodes[name].opt_in)
        return
    for name in dict.fromkeys(names):
        if name in pursued(belief_map, [name]) and name not in known:
            continue
        if name not in known:
            raise UnknownName(
                f"the map has no single node {name!r} that signals speak of",
                where="nodes",
                expected=f"one of {listed(known)}" if known else "a node that signals speak of",
                hint=nearest(name, known),
            )
        yield name


def pursued(belief_map: BeliefMap, names: Sequence[str] | None) -> Iterator[str]:
    """The single goals whose progress signals tell, or that of their parts."""
    above = {node.part_of for node in belief_map.nodes.values()}
    above |= {edge.target.node for edge in belief_map.edges if edge.kind == "part_of"}
    for node in belief_map.nodes.values():
        goal = node.kind is NodeKind.GOAL and not node.dimensions
        wanted = not node.opt_in if names is None else node.name in names
        if goal and wanted and (is_counted(node) or (node.done is None and node.name in above)):
            yield node.name


def check_visible(scenarios: Mapping[str, Scenario], belief_map: BeliefMap) -> None:
    """Refuse changes that name what the purpose may not see, in the words for what is not there."""
    for scenario in scenarios.values():
        for change in scenario.changes:
            for name in _named(change):
                if name not in belief_map.nodes:
                    raise UnknownName(
                        f"the map declares no node {name!r}",
                        where=scenario.name,
                        hint=nearest(name, belief_map.nodes),
                    )


def _named(change: Send | Put | Assume) -> Iterator[str]:
    yield from _named_by(change.among)
    if isinstance(change, Assume):
        yield change.node


def _named_by(among: tuple[Among, ...]) -> Iterator[str]:
    yield from (one.node.node for one in among if isinstance(one, AmongNode))


def traits_named(scenarios: Mapping[str, Scenario]) -> list[str]:
    """The traits that changes put, or by which they choose whom."""
    found: list[str] = []
    for change in (one for each in scenarios.values() for one in each.changes):
        found += [one.trait for one in change.among if isinstance(one, AmongTrait)]
        if isinstance(change, Put) and change.kind == TRAITS:
            found.append(change.field)
    return list(dict.fromkeys(found))
