"""The course of some people: what is drawn of them step by step, and fed back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Values, picked
from doxa.beliefmap.model import Among, Outcome
from doxa.beliefmap.payloads import Bools
from doxa.features.plan import Reading
from doxa.features.rows import Rows
from doxa.heads.glm import Family
from doxa.heads.head import Head
from doxa.simulation import drawing
from doxa.simulation.admission import Admission
from doxa.simulation.cast import Cast
from doxa.simulation.changes import Changes, Sent
from doxa.simulation.choosing import Choosing
from doxa.simulation.credence import credence
from doxa.simulation.fast import parts_of
from doxa.simulation.numbers import Keys, key_of, mixed, normals, uniforms
from doxa.simulation.plan import Choice, Draw, Emission
from doxa.simulation.readout import Readout
from doxa.simulation.signals import Coming, assume, happen, joined
from doxa.simulation.standing import Standing
from doxa.simulation.tally import Tally
from doxa.simulation.walk import Walk

DOUBT = 0.25
"""How much of what is not known of a person is drawn once for a path. The rest comes of itself: what is
drawn is fed back, and a person who happened to do more is one who does more."""


class Course:
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
        fast: bool = False,
    ) -> None:
        self.cast, self.people = cast, people
        self.walk = walk = Walk(cast.stage, people, paths)
        self.changes = changes.along(people[walk.person])
        self.admission = Admission(walk, self.changes)
        self.admission.want(changes.among)
        own = mixed(seed, cast.keys[people])
        self.keys = mixed(own[walk.person], walk.path)
        self.habits = cast.habits.take(cast.twins[people])
        self.tallies = [Tally(outcome, walk.map, walk.size) for outcome in counted]
        self.pending: dict[str, list[Coming]] = {}
        self._begun = 0
        self.readouts: dict[str, Readout] = {}
        self.standings: dict[str, Standing] = {}
        for draw in cast.plan.draws:
            name = draw.outcome.name
            standing = cast.standings[name].take(people)
            self.standings[name] = standing
            self.admission.want(draw.outcome.among)
            z = normals(mixed(self.keys, key_of(f"{name}: person")))
            shift = z * np.sqrt(standing.doubt * DOUBT)[walk.person]
            drawn = _coefficients(draw.head, seed, paths)
            self.readouts[name] = Readout(draw.head, walk, standing, shift, DOUBT, drawn, without)
        doubted = seed if DOUBT else None
        self.choosing = {
            name: Choosing(offering, walk, people, self.changes, doubted, without)
            for name, offering in cast.offerings.items()
        }
        for choosing in self.choosing.values():
            self.admission.want(choosing.outcome.among)
        if fast:
            parts = parts_of(walk, list(self.readouts.values()))
            for number, readout in enumerate(self.readouts.values()):
                readout.number, readout.parts = number, parts

    def step(self, number: int) -> None:
        """Draw everything of one step, and let it pass."""
        walk, span = self.walk, self.cast.plan.step
        keys = mixed(self.keys, number + 1)
        came: dict[str, list[Coming]] = {}
        self._judge(span)
        for assumed in self.changes.assumed:
            if walk.now <= assumed.at < walk.now + span:
                row = np.flatnonzero(assumed.people)
                assume(walk, assumed.node, assumed.code, assumed.channel, assumed.weight, row)
        for number, each in enumerate(self.changes.sent):
            if walk.now <= each.at < walk.now + span:
                self._happen(self._answered(self._sent(each, number + 1), keys), came)
        for emission in self.cast.plan.emissions:
            coming = self._comes(emission, keys, came)
            if coming is not None and len(coming):
                coming = self._with_values(emission, coming, keys)
                self._happen(coming, came)
        for choosing in self.choosing.values():
            choosing.settle(walk.now + span)
            choosing.age(span)
        walk.lately.close()
        walk.living.close()
        self.admission.close(walk.now + span)
        walk.age(span)

    def _judge(self, span: int) -> None:
        """Judge anew for whom what begins in this step is: by what they are by then."""
        walk = self.walk

        def judge(among: Sequence[Among], at: int) -> Bools:
            return self.admission.admits(among, walk.rows(at=np.full(walk.size, at)))

        # What begins with the walk was judged by the ledger itself.
        first = walk.now + (walk.now == walk.stage.origin)
        found = self.changes.judged(first, walk.now + span, judge)
        if found is not self.changes:
            self.changes = self.admission.changes = found
            for choosing in self.choosing.values():
                choosing.changes = found

    def credence(self, name: str) -> Floats:
        """The credence of a single node on every row."""
        walk = self.walk
        node = walk.map.nodes[name]
        assert node.evidence is not None
        reading = Reading(name, node.evidence, by_member=False)
        rows = walk.rows()
        view = walk.view(reading, rows, np.zeros(walk.size, dtype=np.int64))
        return credence(view, walk.unit)

    def progress(self, goal: str) -> Floats:
        """How far a single goal has come on every row, in [0, 1]; 0 where nothing says so."""
        walk = self.walk
        rows = walk.rows()
        found = np.nan_to_num(walk.living.pursuit(goal, rows).progress)
        for node in walk.living.below(goal):
            absent = walk.absent(node, rows)
            found = found if absent is None else np.where(absent, 0.0, found)
        return found

    def _happen(self, coming: Coming, came: dict[str, list[Coming]]) -> None:
        people = self.people[self.walk.person[coming.row]]
        happen(self.walk, coming, self.cast.trust[coming.kind][people])
        self.admission.take(coming.kind, coming.row, coming.at, coming.fields)
        for tally in self.tallies:
            tally.add(coming)
        came.setdefault(coming.kind, []).append(coming)

    def _sent(self, each: Sent, number: int) -> Coming:
        row = np.flatnonzero(each.people)
        fields: dict[str, Values] = {
            name: [value] * len(row) for name, value in each.payload.items()
        }
        at = np.full(len(row), each.at)
        alone = np.zeros(len(row), dtype=np.int64)
        sent = Coming(each.kind, row, at, alone, self._visits(alone), fields, number)
        return self._altered(sent)

    def _answered(self, sent: Coming, keys: Keys) -> Coming:
        """A signal that a scenario sends, with what people take of what it offers."""
        for choice in self.cast.plan.choices:
            named = choice.outcome.field or ""
            if choice.in_itself and choice.outcome.shown == sent.kind and named not in sent.fields:
                sent = self._taking(choice, sent, keys)
        return sent

    def _comes(
        self, emission: Emission, keys: Keys, came: dict[str, list[Coming]]
    ) -> Coming | None:
        """The signals of one emission that come in this step, without what they hold."""
        comes, outcome = emission.comes, emission.comes.outcome
        if isinstance(comes, Choice):
            for offer in came.get(outcome.shown or "", []):
                self._choose(comes, offer, keys)
            return self._due(outcome)
        if outcome.after is None:
            return self._in_window(comes, keys)
        triggers = came.get(outcome.after, [])
        if triggers:
            self._after(comes, joined(triggers), keys)
        return self._due(outcome)

    def _in_window(self, draw: Draw, keys: Keys) -> Coming:
        """Whether, or how often, a signal comes to everybody in this step."""
        walk, kind = self.walk, draw.outcome.kind
        outcome, head, standing = draw.outcome, draw.head, self.standings[draw.outcome.name]
        row = np.flatnonzero(self._eligible(outcome, standing))
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
        hour = uniforms(mixed(mixed(keys[row[place]], key_of(kind)), session))
        at = walk.now + self.habits.offsets(kind, walk.person[row[place]], hour)
        fields = self._named(outcome, member[place])
        return Coming(kind, row[place], at, session, self._visits(session), fields)

    def _visits(self, session: Ints) -> Ints:
        """Numbers of sessions that nothing stood in before; a row has several where they differ."""
        found = session + self._begun
        self._begun = int(found.max(initial=self._begun)) + 1
        return np.asarray(found)

    def _eligible(self, outcome: Outcome, standing: Standing) -> Bools:
        """Who is asked now, bool[rows]."""
        walk = self.walk
        if not outcome.among:
            return standing.eligible[walk.person]
        known = standing.registered[walk.person]
        return known & self.admission.admits(outcome.among, walk.rows())

    def _choose(self, choice: Choice, offer: Coming, keys: Keys) -> None:
        """What is taken of what a signal offers, as the signal that will say so."""
        outcome = choice.outcome
        offer = self._asked(choice, offer)
        found = self.choosing[outcome.name].pick(offer, keys)
        told = np.flatnonzero(~found.otherwise)
        asked = offer.take(found.place[told])
        fields = {name: own for name, own in asked.fields.items() if name in outcome.same}
        fields |= {name: picked(own, told) for name, own in found.fields.items()}
        fields[outcome.field or ""] = picked(found.option, told)
        at = asked.at + found.later[told]
        coming = Coming(outcome.kind, asked.row, at, asked.session, asked.visit, fields)
        self.pending.setdefault(outcome.name, []).append(coming)

    def _asked(self, choice: Choice, offer: Coming) -> Coming:
        """Of those who are offered something the ones of whom the choice is asked."""
        among = choice.outcome.among
        if not among:
            return offer
        rows = self.walk.rows(offer.row, offer.at)
        return offer.take(np.flatnonzero(self.admission.admits(among, rows)))

    def _taking(self, choice: Choice, coming: Coming, keys: Keys) -> Coming:
        """Signals that offer something, with what is taken."""
        found = self.choosing[choice.outcome.name].pick(coming, keys)
        option: list[str | None] = [None] * len(coming)
        for place, name in zip(found.place.tolist(), found.option, strict=True):
            option[place] = name
        return coming.holding({**coming.fields, choice.outcome.field or "": option})

    def _after(self, draw: Draw, trigger: Coming, keys: Keys) -> None:
        """Whether, and when, a signal comes after another that came in this step."""
        walk = self.walk
        outcome, head, standing = draw.outcome, draw.head, self.standings[draw.outcome.name]
        if outcome.among:
            moments = walk.rows(trigger.row, trigger.at)
            trigger = trigger.take(np.flatnonzero(self.admission.admits(outcome.among, moments)))
        place, member = _crossed(np.arange(len(trigger)), standing.members)
        asked = trigger.take(place)
        rows = walk.rows(asked.row, asked.at, member)
        walk.asking = asked.visit
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
        asked, member = asked.take(hit), member[hit]
        fields = {name: told for name, told in asked.fields.items() if name in outcome.same}
        fields.update(self._named(outcome, member))
        visit = asked.visit if "session" in outcome.same else self._visits(asked.session)
        coming = Coming(outcome.kind, asked.row, asked.at + later, asked.session, visit, fields)
        self.pending.setdefault(outcome.name, []).append(coming)

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

    def _due(self, outcome: Outcome) -> Coming | None:
        """What was drawn to come, and comes in this step; the rest goes on waiting."""
        waiting = self.pending.pop(outcome.name, [])
        if not waiting:
            return None
        coming = joined(waiting)
        now = coming.at < self.walk.now + self.cast.plan.step
        if not now.all():
            self.pending[outcome.name] = [coming.take(np.flatnonzero(~now))]
        return coming.take(np.flatnonzero(now))

    def _with_values(self, emission: Emission, coming: Coming, keys: Keys) -> Coming:
        """The signals with the fields that are drawn of them."""
        walk = self.walk
        drawn = {draw.outcome.field or "" for draw in emission.values}
        if isinstance(emission.comes, Choice):
            drawn |= set(emission.comes.outcome.attributes)
        coming = self._altered(coming, without=drawn)
        for draw in emission.values:
            if isinstance(draw, Choice):
                coming = self._taking(draw, coming, keys)
                coming = self._altered(coming, only={draw.outcome.field or ""})
                continue
            fields = dict(coming.fields)
            outcome, head = draw.outcome, draw.head
            standing = self.standings[outcome.name]
            member = self._asked_member(outcome, coming)
            rows = walk.rows(coming.row, coming.at, member)
            walk.asking = coming.visit
            eta = self._eta(draw, rows, fields)
            own = mixed(mixed(keys[coming.row], key_of(outcome.name)), coming.session)
            u = uniforms(_for_members(own, member, walk, outcome))
            if head.family is Family.BERNOULLI:
                told = drawing.flags(eta, u)
            else:
                squares = standing.squares[walk.person[coming.row]]
                told = drawing.values(head, outcome, eta, squares, u)
            fields[outcome.field or ""] = told
            coming = self._altered(coming.holding(fields), only={outcome.field or ""})
        return coming

    def _altered(
        self, coming: Coming, *, only: Collection[str] = (), without: Collection[str] = ()
    ) -> Coming:
        """Signals with their fields as the scenario has them."""
        if not self.changes.altered:
            return coming
        return self.changes.fields(
            coming.kind, coming, coming.row, self.walk.map, only=only, without=without
        )

    def _eta(self, draw: Draw, rows: Rows, fields: Mapping[str, Values] | None = None) -> Floats:
        """What a head says of some rows, traits as the scenario has them."""
        told: dict[str, Values] = {}
        if self.changes.altered:
            told = self.changes.traits(rows.twin, rows.seen.at)
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
