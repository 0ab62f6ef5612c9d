"""The plan of a rollout: what is drawn at every step, and which signals come of it.

A draw of the map's `rollout` either says that a signal comes (an outcome that happens, is counted, or
waits for its time), of every member of a family apart where it asks for one, at any moment or after
another signal; or it says what a field of such a signal holds (an outcome that is a value at it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.errors import InputError, PopulationError
from doxa.features.moments import is_at_signal
from doxa.features.norms import NodeNorms
from doxa.heads.head import Head

COMES = (Target.HAPPENS, Target.COUNT, Target.TIME_TO)
"""Outcomes that say whether, or how often, a signal comes."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One outcome that is drawn, and the head that says how likely it is."""

    outcome: Outcome
    head: Head


@dataclass(frozen=True, slots=True)
class Emission:
    """Signals of one kind that are drawn, and what is drawn of their fields.

    Attributes
    ----------
    comes : Draw
    values : tuple of Draw
        Fields, in the order of the map.
    """

    comes: Draw
    values: tuple[Draw, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of signal that comes."""
        return self.comes.outcome.kind

    @property
    def draws(self) -> tuple[Draw, ...]:
        """All that is drawn."""
        return (self.comes, *self.values)

    def items(self, draw: Draw) -> list[str]:
        """The members that a draw is asked about: those that may come."""
        if draw.outcome.of is None:
            return []
        return self.comes.head.items if draw.outcome.of == self.comes.outcome.of else []


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn at every step, in order.

    Attributes
    ----------
    step : int
        In the unit of the map's clock.
    emissions : tuple of Emission
    """

    step: int
    emissions: tuple[Emission, ...]

    @property
    def draws(self) -> tuple[Draw, ...]:
        """All that is drawn."""
        return tuple(draw for emission in self.emissions for draw in emission.draws)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of signals that may come."""
        return tuple(dict.fromkeys(emission.kind for emission in self.emissions))


def plan_of(belief_map: BeliefMap, heads: Mapping[str, Head]) -> Plan:
    """The plan of a map's `rollout`, drawn by some heads.

    Raises
    ------
    InputError
        The map has no rollout, or one that cannot be drawn; says which outcome and why.
    PopulationError
        An outcome was never fitted.
    """
    rollout = belief_map.rollout
    if rollout is None:
        raise InputError(
            "the map does not say how a person is run forward",
            where="rollout",
            expected="rollout: {step: 1d, draws: [outcomes]}",
        )
    outcomes = [belief_map.outcomes[name] for name in rollout.draws]
    for outcome in outcomes:
        _check(outcome, outcomes)
    draws = [Draw(outcome, _head(outcome, heads)) for outcome in outcomes]
    draws = _alike(draws)
    emissions = []
    for draw in draws:
        if not is_at_signal(draw.outcome):
            kind = draw.outcome.kind
            told = [d for d in draws if is_at_signal(d.outcome) and d.outcome.kind == kind]
            emissions.append(Emission(draw, tuple(told)))
    return Plan(rollout.step, tuple(emissions))


def _alike(draws: list[Draw]) -> list[Draw]:
    """The same draws; norms that say the same are one, so that columns are made once for all heads."""
    known: dict[bytes, NodeNorms] = {}
    found = []
    for draw in draws:
        norms = {
            node: known.setdefault(msgspec.json.encode(own), own)
            for node, own in draw.head.norms.items()
        }
        found.append(Draw(draw.outcome, msgspec.structs.replace(draw.head, norms=norms)))
    return found


def _head(outcome: Outcome, heads: Mapping[str, Head]) -> Head:
    head = heads.get(outcome.name)
    if head is None:
        raise PopulationError(
            f"nobody can be run forward: {outcome.name!r} was never fitted", hint="run doxa fit"
        )
    return head


def _check(outcome: Outcome, outcomes: list[Outcome]) -> None:
    where = f"rollout.draws: {outcome.name}"
    if is_at_signal(outcome):
        named = {
            each.of for each in outcomes if not is_at_signal(each) and each.kind == outcome.kind
        }
        if outcome.of is not None and outcome.of not in named:
            raise InputError(
                f"is asked of every {outcome.of}, which nothing draws of {outcome.kind!r}",
                where=where,
                expected=f"a draw of {outcome.kind!r} with of: {outcome.of}",
            )
        if outcome.target is not Target.VALUE or outcome.each is not None:
            raise InputError(
                "a choice, or a value of each element, is not drawn",
                where=where,
                expected="an outcome that happens or is counted, or a value of a signal",
            )
        kinds = [each.kind for each in outcomes if not is_at_signal(each)]
        if outcome.kind not in kinds:
            raise InputError(
                f"is a value of {outcome.kind!r}, which nothing draws",
                where=where,
                expected=f"a draw before it that says when {outcome.kind!r} comes",
            )
        return
    if outcome.target not in COMES:
        raise InputError(
            f"says no signal: it is a {outcome.target.value}",
            where=where,
            expected="an outcome that happens, is counted, or waits for its time",
            hint="sums and what never happens are counted on the path: do not draw them",
        )
    if outcome.after is None and outcome.within is None:
        raise InputError("has no window", where=where, expected="within: a duration")
