"""The plan of a rollout: what is drawn at every step, and which signals come of it.

A draw of the map's `rollout` either says that a signal comes (an outcome that happens, is counted, or
waits for its time), of every member of a family apart where it asks for one, at any moment or after
another signal; or it says what a field of such a signal holds (an outcome that is a value at it); or
which option is taken of those that a signal offers, which comes back in that signal or in one after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.errors import PopulationError
from doxa.features.norms import NodeNorms
from doxa.heads.choice import ChoiceHead
from doxa.heads.head import Head
from doxa.simulation.drawable import drawable, is_field


@dataclass(frozen=True, slots=True)
class Draw:
    """One outcome that is drawn, and the head that says how likely it is."""

    outcome: Outcome
    head: Head


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice that is drawn whenever its options are offered, and the head that says how likely each is."""

    outcome: Outcome
    head: ChoiceHead

    @property
    def in_itself(self) -> bool:
        """Whether the signal that offers says what was taken."""
        return self.outcome.within is None


@dataclass(frozen=True, slots=True)
class Emission:
    """Signals of one kind that are drawn, and what is drawn of their fields.

    Attributes
    ----------
    comes : Draw or Choice
        That they come; of a choice, after the signal that offers.
    values : tuple of Draw and Choice
        Fields, in the order of the map.
    """

    comes: Draw | Choice
    values: tuple[Draw | Choice, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of signal that comes."""
        return self.comes.outcome.kind

    @property
    def draws(self) -> tuple[Draw, ...]:
        """All that is drawn but for choices."""
        return tuple(one for one in (self.comes, *self.values) if isinstance(one, Draw))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices that are drawn."""
        return tuple(one for one in (self.comes, *self.values) if isinstance(one, Choice))

    def items(self, draw: Draw) -> list[str]:
        """The members that a draw is asked about: those that may come."""
        comes = self.comes
        if draw.outcome.of is None or not isinstance(comes, Draw):
            return []
        return comes.head.items if draw.outcome.of == comes.outcome.of else []


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn at every step, in order.

    Attributes
    ----------
    step : int
        In the unit of the map's clock.
    emissions : tuple of Emission
    sent : tuple of Choice
        Choices in signals that nothing draws: a scenario sends them.
    """

    step: int
    emissions: tuple[Emission, ...]
    sent: tuple[Choice, ...] = ()

    @property
    def draws(self) -> tuple[Draw, ...]:
        """All that is drawn but for choices."""
        return tuple(draw for emission in self.emissions for draw in emission.draws)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices that are drawn."""
        told = (choice for emission in self.emissions for choice in emission.choices)
        return (*told, *self.sent)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of signals that may come."""
        return tuple(dict.fromkeys(emission.kind for emission in self.emissions))


def plan_of(
    belief_map: BeliefMap,
    heads: Mapping[str, Head],
    choices: Mapping[str, ChoiceHead] | None = None,
) -> Plan:
    """The plan of a map's `rollout`, drawn by some heads.

    Raises
    ------
    InputError
        The map has no rollout, or one that cannot be drawn; says which outcome and why.
    PopulationError
        An outcome was never fitted.
    """
    step, outcomes = drawable(belief_map)
    draws = _alike([_drawn(outcome, heads, choices or {}) for outcome in outcomes])
    fields = [draw for draw in draws if is_field(draw.outcome)]
    emissions = []
    for draw in draws:
        if not is_field(draw.outcome):
            told = [field for field in fields if field.outcome.kind == draw.outcome.kind]
            emissions.append(Emission(draw, tuple(told)))
    named = {emission.kind for emission in emissions}
    alone = (one for one in fields if isinstance(one, Choice) and one.outcome.kind not in named)
    return Plan(step, tuple(emissions), tuple(alone))


def _alike(draws: list[Draw | Choice]) -> list[Draw | Choice]:
    """The same draws; norms that say the same are one, so that columns are made once for all heads."""
    known: dict[bytes, NodeNorms] = {}
    found: list[Draw | Choice] = []
    for draw in draws:
        if isinstance(draw, Choice):
            found.append(draw)
            continue
        norms = {
            node: known.setdefault(msgspec.json.encode(own), own)
            for node, own in draw.head.norms.items()
        }
        found.append(Draw(draw.outcome, msgspec.structs.replace(draw.head, norms=norms)))
    return found


def _drawn(
    outcome: Outcome, heads: Mapping[str, Head], choices: Mapping[str, ChoiceHead]
) -> Draw | Choice:
    if outcome.target is Target.CHOICE:
        if outcome.name in choices:
            return Choice(outcome, choices[outcome.name])
    elif outcome.name in heads:
        return Draw(outcome, heads[outcome.name])
    raise PopulationError(
        f"nobody can be run forward: {outcome.name!r} was never fitted", hint="run doxa fit"
    )
