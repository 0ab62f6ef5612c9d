"""A scenario laid over some people: what is sent to whom and when, what fields become, what is assumed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Values
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.model import Among, BeliefMap
from doxa.beliefmap.payloads import Bools, Columns
from doxa.beliefmap.scenarios import Assume, Put, Scenario, Send
from doxa.beliefmap.values import schema_of
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.domain.signal import TRAITS
from doxa.errors import InputError
from doxa.features.known import carrier
from doxa.features.past import Past
from doxa.features.traits import trait_signals
from doxa.heads.head import recipe_of
from doxa.simulation.enacting import admitted
from doxa.simulation.marking import kinds_that_mark
from doxa.simulation.plan import Choice, Plan
from doxa.simulation.signals import Coming
from doxa.simulation.stage import people_at

EVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Sent:
    """A signal that people get.

    Attributes
    ----------
    at : int
    payload : dict
    people : bool[N]
        Who gets it, of all that are run forward.
    among : tuple
        By what that is judged.
    """

    kind: str
    at: int
    payload: Mapping[str, Any]
    people: Bools
    among: tuple[Among, ...] = ()


@dataclass(frozen=True, slots=True)
class Altered:
    """A field that has another value for some people from one moment to another.

    Attributes
    ----------
    usual : what a trait is otherwise, one value per person; None of a payload's field
    given : kinds of signals of which a draw knows the field, and nothing draws it
    """

    put: Put
    begin: int
    end: int
    people: Bools
    usual: list[Any] | None
    given: frozenset[str] = frozenset()

    @property
    def among(self) -> tuple[Among, ...]:
        """By what it is judged for whom it is."""
        return self.put.among

    def holds(self, people: Ints, at: Ints) -> Bools:
        """Where it does, for some people at some moments."""
        return np.asarray((at >= self.begin) & (at < self.end) & self.people[people])


@dataclass(frozen=True, slots=True)
class Assumed:
    """A node that people are taken to hold, or not to, from a moment on.

    Attributes
    ----------
    code : int
        The member, in the node's own codes.
    """

    node: str
    code: int
    channel: Channel
    weight: float
    at: int
    people: Bools
    among: tuple[Among, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """A scenario for N people, or for N rows of a walk."""

    sent: tuple[Sent, ...] = ()
    altered: tuple[Altered, ...] = ()
    assumed: tuple[Assumed, ...] = ()

    @property
    def among(self) -> list[Among]:
        """All requirements by which is judged for whom something is."""
        parts: list[tuple[Among, ...]] = [each.among for each in self.sent]
        parts += [each.among for each in self.altered]
        parts += [each.among for each in self.assumed]
        return [one for among in parts for one in among]

    def along(self, people: Ints) -> Changes:
        """The same for rows, each a person."""
        altered = tuple(
            replace(
                each,
                people=each.people[people],
                usual=None if each.usual is None else [each.usual[one] for one in people.tolist()],
            )
            for each in self.altered
        )
        return Changes(
            tuple(replace(each, people=each.people[people]) for each in self.sent),
            altered,
            tuple(replace(each, people=each.people[people]) for each in self.assumed),
        )

    def judged(
        self, begin: int, end: int, judge: Callable[[Sequence[Among], int], Bools]
    ) -> Changes:
        """The same, with everybody judged for whom something begins in a span, by when it does.

        Parameters
        ----------
        judge : callable
            Who meets some requirements at a moment, bool[N].
        """

        def due(among: Sequence[Among], at: int) -> bool:
            return bool(among) and begin <= at < end

        begins = [(each.among, each.at) for each in self.sent]
        begins += [(each.among, each.begin) for each in self.altered]
        begins += [(each.among, each.at) for each in self.assumed]
        if not any(due(among, at) for among, at in begins):
            return self

        def sent(each: Sent) -> Sent:
            told = due(each.among, each.at)
            return replace(each, people=judge(each.among, each.at)) if told else each

        def altered(each: Altered) -> Altered:
            told = due(each.among, each.begin)
            return replace(each, people=judge(each.among, each.begin)) if told else each

        def assumed(each: Assumed) -> Assumed:
            told = due(each.among, each.at)
            return replace(each, people=judge(each.among, each.at)) if told else each

        return Changes(
            tuple(map(sent, self.sent)),
            tuple(map(altered, self.altered)),
            tuple(map(assumed, self.assumed)),
        )

    def traits(self, people: Ints, at: Ints) -> dict[str, Values]:
        """Traits that are other than they were, one value per row."""
        found: dict[str, Values] = {}
        for each in self.altered:
            if each.usual is None:
                continue
            name = each.put.field
            usual = found.get(name) or [each.usual[person] for person in people.tolist()]
            holds = each.holds(people, at)
            if holds.any():
                found[name] = _put(each.put, usual, holds)
        return found

    def fields(
        self,
        kind: str,
        coming: Coming,
        people: Ints,
        belief_map: BeliefMap,
        *,
        only: Collection[str] = (),
        without: Collection[str] = (),
    ) -> Coming:
        """Signals with their fields as the scenario has them; `only` some fields, `without` others.

        A field that a draw knows and nothing draws is there from then on.
        """
        told = dict(coming.fields)
        for each in self.altered:
            put = each.put
            if each.usual is not None or put.kind not in (None, kind):
                continue
            if put.field in without or (only and put.field not in only):
                continue
            if put.field not in told:
                if kind not in each.given:
                    continue
                told[put.field] = [None] * len(coming)
            holds = each.holds(people, coming.at)
            if put.when is not None:
                columns = Columns(schema_of(belief_map), np.arange(len(coming)), told)
                holds &= mask(put.when, columns)
            if holds.any():
                told[put.field] = _put(put, told[put.field], holds)
        return coming.holding(told)


def changes_of(
    scenario: Scenario | None, plan: Plan, past: Past, twins: Ints, origin: int
) -> Changes:
    """Lay a scenario over people who are run forward from an origin.

    Who gets what is judged by what is known at the origin; along a walk anew when it begins.

    Raises
    ------
    InputError
        A change that could move nothing that is drawn; says which and why.
    """
    if scenario is None or not scenario.changes:
        return Changes()
    begin = origin if scenario.begins is None else scenario.begins
    sent: list[Sent] = []
    altered: list[Altered] = []
    assumed: list[Assumed] = []
    for change in scenario.changes:
        people = admitted(change.among, past, twins, origin)
        if isinstance(change, Send):
            _check_sent(scenario, change, plan, past.map)
            sent += [
                Sent(change.kind, begin + at, change.payload, people, change.among)
                for at in change.at
            ]
        elif isinstance(change, Put):
            end = EVER if change.end is None else begin + change.end
            usual = _usual(scenario, change, plan, past, twins, origin)
            given = _given(scenario, change, plan, past.map) if usual is None else frozenset()
            altered.append(Altered(change, begin + change.begin, end, people, usual, given))
        else:
            assumed.append(_assumed(scenario, change, past, begin, people))
    return Changes(tuple(sorted(sent, key=lambda each: each.at)), tuple(altered), tuple(assumed))


def _check_sent(scenario: Scenario, send: Send, plan: Plan, belief_map: BeliefMap) -> None:
    triggers = {emission.comes.outcome.after for emission in plan.emissions}
    triggers |= {choice.outcome.shown for choice in plan.choices}
    triggers |= kinds_that_mark(belief_map)
    triggers |= {kind for draw in plan.draws for kind in draw.outcome.recent}
    if not belief_map.signals.get(send.kind) and send.kind not in triggers:
        raise InputError(
            f"sends {send.kind!r}, which says nothing of any node and asks nothing that is drawn",
            where=f"scenario {scenario.name}",
            expected="a kind with a rule in the map, one that a goal is reached by, one after which a"
            " draw of the rollout comes, or one that offers a choice",
            hint="give the kind a rule, or draw an outcome with `after:` it",
        )


def _usual(
    scenario: Scenario, put: Put, plan: Plan, past: Past, twins: Ints, origin: int
) -> list[Any] | None:
    """What a trait is for everybody; None for a field of signals that are drawn."""
    recipes = [recipe_of(draw.head, past.map) for draw in plan.draws]
    if put.kind in (None, TRAITS) and any(
        put.field == norms.field for recipe in recipes for norms in recipe.traits
    ):
        rows = people_at(twins, np.full(len(twins), origin))
        columns = past.columns[TRAITS]
        place = np.full(len(past.signals) + 1, len(columns.row))
        place[columns.row] = np.arange(len(columns.row))
        values = [*columns.fields[put.field].values, None]
        return [values[spot] for spot in place[trait_signals(past, rows, put.field)].tolist()]
    drawn = {
        (emission.kind, draw.outcome.field)
        for emission in plan.emissions
        for draw in emission.values
    }
    drawn |= {(choice.outcome.kind, choice.outcome.field) for choice in plan.choices}
    known = {(carrier(recipe.outcome), norms.field) for recipe in recipes for norms in recipe.known}
    for choice in plan.choices:
        known |= {(choice.outcome.shown or "", name) for name in _read_of_offers(choice)}
    for kind, field in drawn | known:
        if field == put.field and put.kind in (None, kind):
            return None
    raise InputError(
        f"puts {put.field!r}, which nothing that is drawn reads",
        where=f"scenario {scenario.name}",
        expected="a field that a draw of the rollout gives or knows, or a trait that heads read",
        hint="name it under `given:` of a draw, or under `personas:`, and fit again",
    )


def _read_of_offers(choice: Choice) -> tuple[str, ...]:
    """What a choice reads of the signal that offers: attributes of options, and what is given."""
    bearing = choice.head.recipe.bearing
    given = () if bearing is None else tuple(norms.field for norms in bearing.known)
    return (*choice.outcome.attributes, *given)


def _given(scenario: Scenario, put: Put, plan: Plan, belief_map: BeliefMap) -> frozenset[str]:
    """The kinds of signals that are drawn of which a draw knows the field, and nothing draws it."""
    drawn = {(each.kind, draw.outcome.field) for each in plan.emissions for draw in each.values}
    for choice in plan.choices:
        drawn |= {(choice.outcome.kind, name) for name in choice.outcome.attributes}
    found = set()
    for draw in plan.draws:
        kind = carrier(draw.outcome)
        known = {norms.field for norms in recipe_of(draw.head, belief_map).known}
        if put.field in known and kind in plan.kinds and put.kind in (None, kind):
            found.add(kind)
    for choice in plan.choices:
        # Of options that are offered everything is as it was seen last; of a category nothing is.
        if choice.outcome.options is None and put.field in _read_of_offers(choice):
            found |= {choice.outcome.kind} & {put.kind or choice.outcome.kind}
    found = {kind for kind in found if (kind, put.field) not in drawn}
    if found and put.to is None:
        raise InputError(
            f"reckons with {put.field!r}, which nothing draws: it has no value to begin with",
            where=f"scenario {scenario.name}",
            expected="to: a value",
            hint="or draw it: an outcome `value:` of it under `rollout`",
        )
    return frozenset(found)


def _assumed(scenario: Scenario, change: Assume, past: Past, begin: int, people: Bools) -> Assumed:
    node = past.map.nodes.get(change.node)
    if node is None or node.evidence is not EvidenceKind.OPINION:
        raise InputError(
            f"assumes {change.node!r}, which is read from counts or values, not from what is said",
            where=f"scenario {scenario.name}",
            expected="a node with evidence for and against",
            hint="send a signal that counts or gives a value instead",
        )
    code = past.members.code(change.node, tuple(change.of.values()))
    channel = Channel.FOR if change.holds else Channel.AGAINST
    at = begin + change.at
    return Assumed(change.node, code, channel, change.weight, at, people, change.among)


def _put(put: Put, usual: Values, holds: Bools) -> Values:
    """Values with those that are put where it holds."""
    if put.times is None and put.plus is None:
        told = usual.tolist() if isinstance(usual, np.ndarray) else list(usual)
        return [put.to if there else old for old, there in zip(told, holds.tolist(), strict=True)]
    if isinstance(usual, np.ndarray):
        moved: Floats = np.asarray([put.changed(value) for value in usual.tolist()])
        return np.where(holds, moved, usual)
    return [
        put.changed(float(old)) if there and isinstance(old, int | float) else old
        for old, there in zip(usual, holds.tolist(), strict=True)
    ]
