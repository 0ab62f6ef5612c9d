"""Law: the people found are those whose own reading satisfies the condition, whoever asks."""

from __future__ import annotations

import random
import tempfile
from functools import cache
from pathlib import Path

import pytest
from tests.runtime.conditions import holds
from tests.runtime.conftest import NOW

from doxa.beliefmap.cohorts import tree as trees
from doxa.beliefmap.cohorts.parse import parse_condition
from doxa.beliefmap.map_file import parse_map
from doxa.domain.claim import is_open
from doxa.domain.clock import HOUR, datetime_of
from doxa.errors import InputError
from doxa.reading.goals.status import GoalStatus
from doxa.reading.opinion import Status, Truth
from doxa.runtime.twins import Twins
from doxa.runtime.wiring import Wiring
from doxa.storage.memory import MemoryStore

PEOPLE = tuple(f"p{number}" for number in range(8))

MARKET = """
doxa: 1
product: market
fields: {due: time}
sources: {default: {trust: 0.7}, support: {trust: 0.9, seen_by: [service, ads]}, self: {trust: 1}}
nodes:
  fair: {kind: belief, half_life: 90d, base: 0.6}
  dares: {kind: belief}
  calm: {kind: belief}
  calm_when: {kind: belief, of: weekpart, within: calm}
  worried: {kind: feeling, opt_in: true, half_life: 21d}
  buys: {kind: preference, of: category}
  likes: {kind: preference, of: category, scale: [1, 5]}
  healthier: {kind: goal, deadline: due, half_life: 21d}
  cook: {kind: goal, part_of: healthier, done: {count: cooked, at_least: 3}, half_life: 21d}
  learn: {kind: goal, of: topic, done: {happens: learned, same: [topic]}, half_life: 21d}
  perform: {kind: goal, done: {node: dares, above: 0.8}}
  moving: {kind: constraint}
  tier: {kind: trait}
  income: {kind: trait, protected: true}
EDGES
signals:
  praise: [{node: fair, for: 1}]
  complaint: [{node: fair, against: 1}, {node: worried, for: 1}]
  purchase: [{node: buys, count: 1}]
  rating: [{node: likes, value: stars}]
  resolution: [{node: healthier, for: 1}]
  given_up: [{node: healthier, against: 2}]
  course: [{node: learn, for: 1}]
  dared: [{node: dares, for: 1}, {node: perform, for: 1}]
  move: [{node: moving, for: 1}]
  relaxed: [{node: calm, for: 1}, {node: calm_when, for: 1}]
  cooked: []
  learned: []
purposes:
  service: {sees: all}
  shop: {sees: all, except: [worried, cook]}
  ads: {sees: [fair, buys, healthier, learn, tier], consent: true}
"""
EDGES = """edges:
  - {from: dares, to: cook, kind: motivates}
  - {from: moving, to: healthier, kind: blocks}
"""
FIELD = """  - {from: {buys: MILK}, to: healthier, kind: supports}
  - {from: fair, to: worried, kind: contradicts}
  - {from: fair, to: dares, kind: supports, weight: 3}
  - {from: buys, to: likes, kind: supports}
"""
MAPS = {name: parse_map(MARKET.replace("EDGES", told)) for name, told in
        (("alone", EDGES), ("coupled", EDGES + FIELD))}  # fmt: skip

SIGNALS = (
    ("praise", {}),
    ("complaint", {}),
    ("purchase", {"category": "MILK"}),
    ("purchase", {"category": "BREAD"}),
    ("rating", {"category": "MILK", "stars": 5}),
    ("resolution", {}),
    ("resolution", {"due": "2026-03-05T00:00Z"}),
    ("given_up", {}),
    ("course", {"topic": "piano"}),
    ("learned", {"topic": "piano"}),
    ("dared", {}),
    ("move", {}),
    ("relaxed", {}),
    ("cooked", {}),
    ("cooked", {}),
    ("traits", {"tier": "gold", "income": "low"}),
    ("traits", {"tier": None, "undeclared": "x"}),
    ("claim", {"says": "climb a mountain", "kind": "goal", "holds": True}),
    ("claim", {"about": "cook", "holds": True}),
    ("claim", {"about": "healthier", "holds": True, "valid_until": "2026-03-01T00:00Z"}),
    ("claim", {"about": "fair", "holds": False}),
)
CONSENTS = (
    *[("consent", {"purpose": "ads", "given": True})] * 4,
    ("consent", {"purpose": "shop", "given": False}),
    *[("consent", {"node": "worried", "given": True})] * 4,
    ("consent", {"node": "healthier", "given": False}),
    ("consent", {"node": "fair", "given": False}),
    ("consent", {"node": "moving", "given": False}),
    ("consent", {"node": "tier", "given": False}),
)
ATOMS = (
    "fair < 0.55",
    "fair.contested",
    "fair.credence >= 60% and fair.uncertainty < 1",
    "dares > 0.5",
    "worried > 0.5",
    "worried.unmet",
    "calm_when[weekend] > 0.5 or calm_when[weekday] > 0.7",
    "calm_when[*] > 0.6",
    "buys[MILK] >= 50%",
    "buys[*].forming",
    "likes[MILK].mean > 3",
    "likes[*] > 0.6",
    "belief.forming",
    "feeling.unmet",
    "feeling.forming",
    "constraint.unmet",
    "goal.forming",
    *(f"goal.{status.value}" for status in GoalStatus),
    "goal.progress > 0.4",
    "goal.motivation > 0.1",
    "healthier.stalled",
    "healthier.blocked or healthier.abandoned",
    "healthier.progress >= 1",
    "healthier.commitment > 0.5",
    "healthier.status in (active, advancing)",
    "healthier.status != unmet",
    "healthier.held or healthier.forming",
    "healthier > 0.5",
    "cook.progress < 50%",
    "cook.unmet",
    "learn[*].achieved",
    "learn[piano].status != achieved",
    "learn[chess].unmet",
    "learn[*].motivation > 0",
    "perform.progress > 0",
    "trait.tier = gold",
    "trait.income = low",
    "trait.undeclared = x",
)
SEEDS = range(2)
SIGNS = ("and", "or", "and not", "or not")


def lived(belief_map, rng):
    """A store in memory whose reads leave snapshots; some people are part of others for a while."""
    store = MemoryStore(clock=belief_map.clock, zone=belief_map.zone)
    twins = Twins(Wiring(store, belief_map, Path(tempfile.gettempdir()) / "x.db", lambda: NOW, 1))
    twins.observe_many(
        {
            "twin": person,
            "kind": kind,
            "payload": payload,
            "at": datetime_of(NOW - ago * HOUR),
            "recorded": datetime_of(NOW - max(ago - late, 0) * HOUR),
            "source": rng.choice(["shop", "shop", "support", "self"]),
            "id": f"{person} {place}",
        }
        for person in PEOPLE
        for place, (kind, payload) in enumerate(
            [*rng.choices(SIGNALS, k=rng.randint(1, 12)), *rng.choices(CONSENTS, k=2)]
        )
        for ago, late in [
            (rng.choice([1, 20, 30, 100, 200, 400, 600, 1500]), rng.choice([0, 0, 48]))
        ]
    )
    for alias, into in (("p0", "p1"), ("p2", "p3"), ("p3", "p4")):
        at = datetime_of(NOW - rng.choice([0, 10, 300]) * HOUR)
        twins.merge(alias, into=into, at=at, recorded=at)
    return twins


class Read:
    """One person's reading, each face of which is worked out once."""

    def __init__(self, twin):
        self.id, self.view = twin.id, twin.frozen.view
        self.known = twin.met or bool(twin.traits())
        for face in ("opinion", "opinions", "goals", "traits"):
            setattr(self, face, cache(getattr(twin, face)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(MAPS))
@pytest.mark.parametrize("purpose", [None, "service", "shop", "ads"])
def test_those_found_are_those_whose_reading_satisfies_it(purpose, name, seed):
    rng = random.Random(f"{seed} {name} {purpose}")
    at = datetime_of(NOW - rng.choice([0, 0, 25, 400]) * HOUR)
    known_at = at if rng.random() < 0.5 else None
    with lived(MAPS[name], rng) as twins:
        read = [Read(twins.twin(one, at, known_at, purpose=purpose)) for one in PEOPLE]
        people = {twin.id: twin for twin in read if twin.known}
        mixed = [f"({rng.choice(ATOMS)}) {sign} ({rng.choice(ATOMS)})" for sign in SIGNS]
        for condition in (*rng.sample(ATOMS, 8), *mixed, *exact(people, rng)):
            check(twins, condition, people, at, known_at, purpose)


def exact(people, rng):
    """Conditions that hold for one person by a billionth."""
    for twin in rng.sample(sorted(people.values(), key=lambda one: one.id), min(3, len(people))):
        held = rng.choice([each for each in twin.opinions() if not is_open(each.node.node)])
        at = held.opinion.credence
        yield f"{held.node} > {at - 1e-9:.12f} and {held.node} < {at + 1e-9:.12f}"
        for goal in twin.goals():
            if not is_open(goal.node.node) and goal.motivation:
                at = goal.motivation
                yield f"{goal.node}.motivation > {at - 1e-9:.12f} and {goal.node} > 0"
                break


REFUSED = {
    None: set(),
    "service": set(),
    "shop": {"worried", "cook"},
    "ads": {
        "worried",
        "cook",
        "dares",
        "likes",
        "calm_when",
        "perform",
        "moving",
        "income",
        "undeclared",
    },
}
"""What a condition of each purpose may not name; an excepted trait is absent, as unknown ones are."""


def check(twins, condition, people, at, known_at, purpose):
    """One condition, by everybody's own reading."""
    tree = parse_condition(condition, twins.map)
    names = set(trees.names_of(tree))
    if names & REFUSED[purpose]:
        with pytest.raises(InputError):
            twins.find(condition, at=at, known_at=known_at, purpose=purpose)
        return
    found = twins.find(condition, at=at, known_at=known_at, purpose=purpose)
    among = {name: twin for name, twin in people.items() if not twin.view.withheld & names}
    assert found.among == len(among)
    assert set(found.ids) == {name for name, twin in among.items() if holds(tree, twin)}


def test_the_words_of_conditions_are_those_of_readings():
    assert tuple(code.name.lower() for code in Status) == trees.STATUSES
    assert tuple(code.name.lower() for code in Truth) == trees.TRUTHS
    assert tuple(status.value for status in GoalStatus) == trees.GOAL_STATUSES
