"""The rollout: people run forward step by step, what they do drawn from the heads and fed back.

At every step each draw of the map's `rollout` is made for every person and path from what they hold
by then; the signals that come of it are evidence, as those of the ledger are, and so the next step
finds people changed. Signals are drawn, never expected values: those would spread too little.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Values
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.scenarios import Scenario
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.rows import Rows
from doxa.heads.glm import Family
from doxa.heads.head import Head, recipe_of
from doxa.heads.population import SightPart
from doxa.simulation import drawing
from doxa.simulation.changes import Changes, Sent, changes_of
from doxa.simulation.credence import credence
from doxa.simulation.habits import Habits, habits_of
from doxa.simulation.numbers import Keys, key_of, mixed, normals, uniforms
from doxa.simulation.plan import Draw, Emission, Plan, plan_of
from doxa.simulation.readout import Readout
from doxa.simulation.signals import Coming, assume, happen, joined
from doxa.simulation.stage import Stage, stage_of
from doxa.simulation.standing import Standing, standing_of
from doxa.simulation.tally import Tally
from doxa.simulation.walk import Walk, as_held

ROWS = 24_576
"""People times paths that are run forward at a time: many enough that a step is spent on numbers."""
DOUBT = 0.25
"""How much of what is not known of a person is drawn once for a path. The rest comes of itself: what is
drawn is fed back, and a person who happened to do more is one who does more."""
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Run:
    """Some people run forward.

    Attributes
    ----------
    twin : int64[T]
        The store's keys.
    marks : int64[S]
        How many steps were gone when things were noted.
    outcomes : dict of float64[T, P, S]
        What each outcome came to by then, from the origin: a count, a sum, or 0 and 1.
    credences : dict of float64[T, P, S]
        Of watched nodes.
    """

    twin: Ints
    marks: Ints
    outcomes: dict[str, Floats]
    credences: dict[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who is run forward, and what is known of them at the origin.

    Attributes
    ----------
    twins : int64[N]
    keys : uint64[N]
        Of the ids of the twins, for their random numbers.
    """

    plan: Plan
    stage: Stage
    twins: Ints
    keys: Keys
    standings: Mapping[str, Standing]
    habits: Habits
    trust: Mapping[str, float]


def cast_of(
    past: Past, part: SightPart, twins: Ints, keys: Keys, origin: int, watched: Sequence[str] = ()
) -> Cast:
    """Look at everybody once, at the origin.

    Parameters
    ----------
    past : Past
        What happened before the origin, with the fields of `fields_for_fit` of what is drawn.
    part : SightPart
        The heads.
    twins : int64[N]
        Keys of the store.
    keys : uint64[N]
        `keys_of` their ids.
    watched : single nodes whose credence is asked for
    """
    plan = plan_of(past.map, part.heads)
    readings: list[Reading] = []
    codes: dict[str, dict[int, None]] = {}
    standings = {}
    for emission in plan.emissions:
        for draw in emission.draws:
            items = emission.items(draw)
            readings += [as_held(each) for each in recipe_of(draw.head, past.map).readings]
            for family, own in _members(draw, items, past).items():
                codes.setdefault(family, {}).update(dict.fromkeys(own))
            standings[draw.outcome.name] = standing_of(draw.head, past, twins, origin, items)
    for name in watched:
        node = past.map.nodes[name]
        if node.evidence is not None and not node.dimensions:
            readings.append(Reading(name, node.evidence, by_member=False))
    members = {family: np.array(list(own), np.int64) for family, own in codes.items()}
    return Cast(
        plan=plan,
        stage=stage_of(past, twins, origin, readings, members),
        twins=twins,
        keys=keys,
        standings=standings,
        habits=habits_of(past, plan.kinds, origin, plan.step),
        trust={kind: _trust(past, kind) for kind in past.map.signals},
    )


def rollout(
    cast: Cast,
    *,
    steps: int,
    paths: int,
    seed: int,
    counted: Sequence[Outcome],
    watched: Sequence[str] = (),
    scenario: Scenario | None = None,
    marks: Ints | None = None,
    without: Sequence[str] = (),
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    rows: int = ROWS,
) -> Iterator[Run]:
    """Run people forward, some of them at a time.

    The same seed gives the same people the same paths, whoever is run beside them and however many at
    a time; two scenarios share their random numbers.

    Parameters
    ----------
    steps, paths : how many
    counted : outcomes that happen, are counted or summed up, from any origin
    watched : single nodes whose credence is noted
    scenario : what is other than it would be; left out, nothing
    marks : int64[S]
        After how many steps things are noted; left out, after every one.
    without : nodes that are read as if nothing spoke of them
    progress : told the share that is done
    stop : asked after every step; once it says so, what was begun is left
    rows : people times paths at a time

    Yields
    ------
    Run
    """
    changes = changes_of(scenario, cast.plan, cast.stage.past, cast.twins, cast.stage.origin)
    noted = np.arange(1, steps + 1) if marks is None else np.asarray(marks, dtype=np.int64)
    size = max(rows // paths, 1)
    total = -(-len(cast.twins) // size) * steps
    done = 0
    for low in range(0, len(cast.twins), size):
        people = np.arange(low, min(low + size, len(cast.twins)))
        course = _Course(cast, people, paths, seed, counted, changes, without)
        found: dict[str, list[Floats]] = {outcome.name: [] for outcome in counted}
        held: dict[str, list[Floats]] = {name: [] for name in watched}
        for step in range(steps):
            if stop is not None and stop():
                return
            course.step(step)
            if step + 1 in noted:
                for tally in course.tallies:
                    found[tally.outcome.name].append(tally.value())
                for name in watched:
                    held[name].append(course.credence(name))
            done += 1
            if progress is not None:
                progress(done / total)
        shape = (len(people), paths)
        yield Run(
            cast.twins[people],
            noted,
            {name: _stacked(parts, shape) for name, parts in found.items()},
            {name: _stacked(parts, shape) for name, parts in held.items()},
        )


def _stacked(parts: list[Floats], shape: tuple[int, int]) -> Floats:
    return np.stack([part.reshape(shape) for part in parts], axis=-1)


def _members(draw: Draw, items: Sequence[str], past: Past) -> dict[str, list[int]]:
    """Members of families that a draw may name, in the nodes' own codes."""
    outcome = draw.outcome
    if outcome.of is None:
        return {}
    found = {}
    for name, node in past.map.nodes.items():
        if node.dimensions == (outcome.of,) and node.evidence is not None:
            found[name] = [past.members.code(name, (item,)) for item in items]
    return found


def _trust(past: Past, kind: str) -> float:
    """Trust in the source that mostly sends a kind."""
    rows = past.of_kind(kind)
    if not len(rows):
        return past.map.trust("default")
    code = int(np.bincount(past.signals.source[rows]).argmax())
    return past.map.trust(past.signals.sources[code])


@dataclass(slots=True)
class _Pending:
    """A signal that is drawn to come at a later step."""

    emission: Emission
    row: Ints
    at: Ints
    member: Ints
    trigger: Coming


class _Course:
    """Some people on their way."""

    def __init__(
        self,
        cast: Cast,
        people: Ints,
        paths: int,
        seed: int,
        counted: Sequence[Outcome],
        changes: Changes,
        without: Sequence[str],
    ) -> None:
        self.cast, self.people, self.changes = cast, people, changes
        self.walk = walk = Walk(cast.stage, people, paths)
        own = mixed(seed, cast.keys[people])
        self.keys = mixed(own[walk.person], walk.path)
        self.habits = cast.habits.take(cast.twins[people])
        self.tallies = [Tally(outcome, walk.map, walk.size) for outcome in counted]
        self.pending: list[_Pending] = []
        self.readouts: dict[str, Readout] = {}
        self.standings: dict[str, Standing] = {}
        for draw in cast.plan.draws:
            name = draw.outcome.name
            standing = cast.standings[name].take(people)
            self.standings[name] = standing
            z = normals(mixed(self.keys, key_of(f"{name}: person")))
            shift = z * np.sqrt(standing.doubt * DOUBT)[walk.person]
            drawn = _coefficients(draw.head, seed, paths)
            self.readouts[name] = Readout(draw.head, walk, standing, shift, DOUBT, drawn, without)

    def step(self, number: int) -> None:
        """Draw everything of one step, and let it pass."""
        walk, span = self.walk, self.cast.plan.step
        keys = mixed(self.keys, number + 1)
        came: dict[str, list[Coming]] = {}
        for assumed in self.changes.assumed:
            if walk.now <= assumed.at < walk.now + span:
                row = np.flatnonzero(assumed.people[self.people][walk.person])
                assume(walk, assumed.node, assumed.code, assumed.channel, assumed.weight, row)
        for each in self.changes.sent:
            if walk.now <= each.at < walk.now + span:
                self._happen(self._sent(each), came)
        for emission in self.cast.plan.emissions:
            coming = self._comes(emission, keys, number, came)
            if coming is not None and len(coming):
                coming = self._with_values(emission, coming, keys)
                self._happen(coming, came)
        walk.age(span)

    def credence(self, name: str) -> Floats:
        """The credence of a single node on every row."""
        walk = self.walk
        node = walk.map.nodes[name]
        assert node.evidence is not None
        reading = Reading(name, node.evidence, by_member=False)
        rows = walk.rows()
        view = walk.view(reading, rows, np.zeros(walk.size, dtype=np.int64))
        return credence(view, walk.unit)

    def _happen(self, coming: Coming, came: dict[str, list[Coming]]) -> None:
        happen(self.walk, coming, self.cast.trust.get(coming.kind, 1.0))
        for tally in self.tallies:
            tally.add(coming)
        came.setdefault(coming.kind, []).append(coming)

    def _sent(self, each: Sent) -> Coming:
        row = np.flatnonzero(each.people[self.people][self.walk.person])
        fields: dict[str, Values] = {
            name: [value] * len(row) for name, value in each.payload.items()
        }
        at = np.full(len(row), each.at)
        sent = Coming(each.kind, row, at, np.zeros(len(row), dtype=np.int64), fields)
        return self._altered(sent)

    def _comes(
        self, emission: Emission, keys: Keys, number: int, came: dict[str, list[Coming]]
    ) -> Coming | None:
        """The signals of one emission that come in this step, without what they hold."""
        outcome = emission.comes.outcome
        if outcome.after is None:
            return self._in_window(emission, keys)
        triggers = came.get(outcome.after, [])
        if triggers:
            self._after(emission, joined(triggers), keys)
        return self._due(emission)

    def _in_window(self, emission: Emission, keys: Keys) -> Coming:
        """Whether, or how often, a signal comes to everybody in this step."""
        walk, draw = self.walk, emission.comes
        outcome, head, standing = draw.outcome, draw.head, self.standings[draw.outcome.name]
        row = np.flatnonzero(standing.eligible[walk.person])
        row, member = _crossed(row, standing.members)
        rows = walk.rows(row, member=member, within=self.cast.plan.step)
        eta = self._eta(draw, rows)
        own = _for_members(mixed(keys[row], key_of(outcome.name)), member, walk, outcome)
        u = uniforms(own)
        if head.family is Family.POISSON:
            number = drawing.counts(head, outcome, eta, self.cast.plan.step, u)
            place = np.repeat(np.arange(len(row)), number)
            session = np.arange(len(place)) - np.repeat(np.cumsum(number) - number, number)
        else:
            chance = drawing.chances(head, outcome, eta, self.cast.plan.step)
            place = np.flatnonzero(drawing.comes(chance, u))
            session = np.zeros(len(place), dtype=np.int64)
        hour = uniforms(mixed(mixed(keys[row[place]], key_of(emission.kind)), session))
        at = walk.now + self.habits.offsets(emission.kind, walk.person[row[place]], hour)
        fields = self._named(outcome, member[place])
        return Coming(emission.kind, row[place], at, session, fields)

    def _after(self, emission: Emission, trigger: Coming, keys: Keys) -> None:
        """Whether, and when, a signal comes after another that came in this step."""
        walk, draw = self.walk, emission.comes
        outcome, head, standing = draw.outcome, draw.head, self.standings[draw.outcome.name]
        place, member = _crossed(np.arange(len(trigger)), standing.members)
        asked = trigger.take(place)
        rows = walk.rows(asked.row, asked.at, member)
        eta = self._eta(draw, rows, asked.fields)
        own = mixed(mixed(keys[asked.row], key_of(outcome.name)), asked.session)
        own = _for_members(own, member, walk, outcome)
        length = self._length(outcome, asked)
        if head.hazard is not None:
            chance = head.hazard.by(eta, length)
        else:
            chance = drawing.chances(head, outcome, eta, outcome.within or 0)
        hit = np.flatnonzero(drawing.comes(chance, uniforms(own)))
        later = np.zeros(len(hit), dtype=np.int64)
        if "session" not in outcome.same:
            later = (uniforms(mixed(own[hit], 1)) * length[hit]).astype(np.int64)
        hits = asked.take(hit)
        self.pending.append(_Pending(emission, hits.row, hits.at + later, member[hit], hits))

    def _length(self, outcome: Outcome, asked: Coming) -> Ints:
        """How long each trigger's window is."""
        length = np.full(len(asked), outcome.within or np.iinfo(np.int64).max // 4)
        if outcome.until is not None:
            walk = self.walk
            past = walk.asked(
                asked.kind,
                {outcome.until: asked.fields.get(outcome.until, [None] * len(asked))},
                len(asked),
            )
            ends = past.columns[asked.kind].fields[outcome.until].numbers()
            left = np.where(np.isnan(ends), 0, np.nan_to_num(ends) - asked.at)
            length = np.minimum(length, np.maximum(left, 0).astype(np.int64))
        return length

    def _due(self, emission: Emission) -> Coming | None:
        """What was drawn to come, and comes in this step."""
        end = self.walk.now + self.cast.plan.step
        parts, left = [], []
        for each in self.pending:
            if each.emission is not emission:
                left.append(each)
                continue
            now = each.at < end
            chosen, rest = np.flatnonzero(now), np.flatnonzero(~now)
            if len(rest):
                left.append(
                    _Pending(
                        emission,
                        each.row[rest],
                        each.at[rest],
                        each.member[rest],
                        each.trigger.take(rest),
                    )
                )
            if len(chosen):
                outcome = emission.comes.outcome
                fields = {
                    name: values
                    for name, values in each.trigger.take(chosen).fields.items()
                    if name in outcome.same
                }
                fields.update(self._named(outcome, each.member[chosen]))
                session = each.trigger.session[chosen]
                parts.append(
                    Coming(emission.kind, each.row[chosen], each.at[chosen], session, fields)
                )
        self.pending = left
        return joined(parts) if parts else None

    def _with_values(self, emission: Emission, coming: Coming, keys: Keys) -> Coming:
        """The signals with the fields that are drawn of them."""
        walk = self.walk
        drawn = {draw.outcome.field or "" for draw in emission.values}
        coming = self._altered(coming, without=drawn)
        for draw in emission.values:
            fields = dict(coming.fields)
            outcome, head = draw.outcome, draw.head
            standing = self.standings[outcome.name]
            member = self._asked_member(outcome, coming)
            rows = walk.rows(coming.row, coming.at, member)
            eta = self._eta(draw, rows, fields)
            own = mixed(mixed(keys[coming.row], key_of(outcome.name)), coming.session)
            u = uniforms(_for_members(own, member, walk, outcome))
            if head.family is Family.BERNOULLI:
                told = drawing.flags(eta, u)
            else:
                squares = standing.squares[walk.person[coming.row]]
                told = drawing.values(head, outcome, eta, squares, u)
            fields[outcome.field or ""] = told
            coming = Coming(coming.kind, coming.row, coming.at, coming.session, fields)
            coming = self._altered(coming, only={outcome.field or ""})
        return coming

    def _altered(
        self, coming: Coming, *, only: Collection[str] = (), without: Collection[str] = ()
    ) -> Coming:
        """Signals with their fields as the scenario has them."""
        if not self.changes.altered:
            return coming
        people = self.people[self.walk.person[coming.row]]
        return self.changes.fields(
            coming.kind, coming, people, self.walk.map, only=only, without=without
        )

    def _eta(self, draw: Draw, rows: Rows, fields: Mapping[str, Values] | None = None) -> Floats:
        """What a head says of some rows, traits as the scenario has them."""
        told: dict[str, Values] = {}
        if self.changes.altered:
            people = self.people[self.walk.person[rows.twin]]
            told = self.changes.traits(people, rows.seen.at)
        return self.readouts[draw.outcome.name].eta(rows, fields, told)

    def _asked_member(self, outcome: Outcome, coming: Coming) -> Ints:
        if outcome.of is None:
            return np.full(len(coming), -1)
        named = coming.fields.get(outcome.by.get(outcome.of, outcome.of))
        coder = self.walk.stage.past.coder(outcome.of)
        return np.array(
            [-1 if name is None else coder(name) for name in named or ()], dtype=np.int64
        )

    def _named(self, outcome: Outcome, member: Ints) -> dict[str, Values]:
        """The field that names the member a signal is about."""
        if outcome.of is None:
            return {}
        names = self.walk.stage.past.values(outcome.of)
        return {outcome.by.get(outcome.of, outcome.of): [names[code] for code in member.tolist()]}


def _crossed(row: Ints, members: Ints) -> tuple[Ints, Ints]:
    """Every row once per member, members varying fastest."""
    return np.repeat(row, len(members)), np.tile(members, len(row))


def _for_members(keys: Keys, member: Ints, walk: Walk, outcome: Outcome) -> Keys:
    """Keys apart for members, by their names."""
    if outcome.of is None:
        return keys
    names = walk.stage.past.values(outcome.of)
    by_code = np.array([key_of(name) for name in names] + [0], dtype=np.uint64)
    return mixed(keys, by_code[member])


def _coefficients(head: Head, seed: int, paths: int) -> Floats | None:
    """How far the coefficients of each path lie from their estimates, float64[paths, 1 + p].

    The same for everybody on a path: what is not known of a head moves all people together.
    """
    if not head.unsure or not DOUBT:
        return None
    keys = mixed(mixed(seed, key_of(f"{head.outcome}: coefficients")), np.arange(paths))[:, None]
    z = normals(mixed(keys, np.arange(len(head.unsure))))
    return np.asarray(np.einsum("pi,ij->pj", z, np.asarray(head.unsure)))
