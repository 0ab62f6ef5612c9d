"""Effects of persons in windows: learned from windows lived through alone, kept where they help."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of, lengths_of
from doxa.features.lived import how_many, known_from, lived
from doxa.features.moments import after_triggers, at_origins
from doxa.features.past import Past
from doxa.features.rows import Rows, joined
from doxa.features.views import Views
from doxa.fidelity.ladder import row_losses
from doxa.heads.errors import OWNER
from doxa.heads.forecast import forecast
from doxa.heads.hazard import Spells
from doxa.heads.head import Head, recipe_of
from doxa.heads.population import Population, decode, encode
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population

TEXT = """
doxa: 1
product: letters
clock: position
fields: {topic: category}
bands: [20, 80, never]
nodes:
  moody: {kind: belief, says: "Is moody.", half_life: 80}
signals:
  mail: []
  reply: []
  sigh: [{node: moody, for: 0.3}]
  smile: [{node: moody, against: 0.3}]
outcomes:
  replies: {after: mail, happens: reply, within: 2}
  writes: {happens: reply, within: 6}
  how_often: {count: reply, within: 6}
  how_soon: {time_to: reply, within: 6}
  of_topic: {of: topic, items: [sea, wood], happens: reply, within: 12}
"""
MAP = parse_map(TEXT)
COUNTED = parse_map(TEXT.replace("  reply: []", "  reply: [{node: replying, count: 1}]").replace(
    "signals:", "  replying: {kind: preference, half_life: 80}\nsignals:"))  # fmt: skip
DAYS = 120


def letters(people: int, seed: int, *, apart: bool = True) -> list[Signal]:
    """People who get a letter every fifth day, and reply more or less often, each mostly about one topic."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        chance = 1 / (1 + np.exp(-rng.normal(0, 1.5))) if apart else 0.4
        loves = ("sea", "wood")[int(rng.integers(2))]
        for day in range(DAYS):
            told = [("sigh" if rng.random() < 0.5 else "smile", {})] if day % 3 == 0 else []
            told += [("mail", {})] if day % 5 == 0 else []
            if day % 5 == 1 and rng.random() < chance:
                other = "wood" if loves == "sea" else "sea"
                told.append(("reply", {"topic": loves if rng.random() < 0.9 else other}))
            for kind, payload in told:
                name = f"{person}-{day}-{kind}"
                found.append(
                    Signal(
                        id=name, twin=f"p{person}", kind=kind, at=day, recorded=0, payload=payload
                    )
                )
    return sorted(found, key=lambda signal: signal.at)


def population_of(belief_map: BeliefMap, signals: list[Signal]) -> Population:
    outcomes = list(belief_map.outcomes.values())
    return fit_population(past_of(signals, belief_map, outcomes), outcomes, DAYS)


@pytest.fixture(scope="module")
def population() -> Population:
    return population_of(MAP, letters(120, 1))


def asked(name: str, past: Past, at: int) -> Rows:
    outcome = MAP.outcomes[name]
    if outcome.after:
        rows = after_triggers(outcome, past)
        return rows.take(rows.seen.at == at)
    rows = at_origins(outcome, np.unique(past.signals.twin), [at])
    return rows if outcome.of is None else rows.for_members(_topics(past))


def _topics(past: Past) -> np.ndarray:
    coder = past.coder("topic")
    return np.array([coder("sea"), coder("wood")])


def loss(head: Head, signals: list[Signal], until: int) -> float:
    """On every day from one letter to the next: after some of them more replies come than after others."""
    past = past_of(signals, MAP, list(MAP.outcomes.values()))
    rows = joined([asked(head.outcome, past, at) for at in range(until - 4, until + 1)])
    y = labels_of(MAP.outcomes[head.outcome], past, rows, DAYS).y
    found = forecast(head, Views(past, recipe_of(head, MAP).readings), rows)
    if head.hazard is None:
        return float(row_losses(y, found.mean, head.family).mean())
    spells = Spells.of(head.hazard.ends, y, lengths_of(rows, MAP.clock))
    return float(head.hazard.losses(found.eta, spells).mean())


@pytest.mark.parametrize("name", list(MAP.outcomes))
def test_strangers_are_told_apart_by_the_windows_they_lived_through(
    population: Population, name: str
) -> None:
    head = population.heads[name]
    assert head.own is not None
    assert head.own.kept, head.own
    assert head.errors is not None
    strangers, bare = letters(80, 2), msgspec.structs.replace(head, errors=None)
    assert loss(head, strangers, 100) < 0.98 * loss(bare, strangers, 100)


def test_of_a_family_effects_are_of_each_member(population: Population) -> None:
    own = population.heads["of_topic"].own
    assert own is not None
    assert own.by_member


def test_where_all_do_alike_effects_are_left_out_or_harmless() -> None:
    found = population_of(MAP, letters(60, 3, apart=False))
    strangers = letters(80, 4, apart=False)
    for head in found.heads.values():
        assert head.own is not None
        assert head.own.why
        bare = msgspec.structs.replace(head, errors=None)
        if head.outcome != "of_topic":
            assert loss(head, strangers, 100) < loss(bare, strangers, 100) + 0.02


def test_where_features_carry_what_people_did_little_is_left_to_explain() -> None:
    plain, counted = (population_of(one, letters(120, 5)) for one in (MAP, COUNTED))
    for name in ("how_often", "how_soon"):
        left, right = plain.heads[name].own, counted.heads[name].own
        assert left is not None
        assert right is not None
        assert right.gained[0] < 0.3 * left.gained[0]
    skipped = counted.heads["writes"].own
    assert skipped is not None
    assert not skipped.kept
    assert "come back" in skipped.why


@pytest.mark.parametrize("name", list(MAP.outcomes))
def test_neither_later_windows_nor_other_rows_change_a_forecast(
    population: Population, name: str
) -> None:
    head, signals = population.heads[name], letters(8, 6)
    early = [one for one in signals if one.at < 60 or (one.at == 60 and one.kind != "reply")]
    told = []
    for some, moments in ((early, [60]), (signals, [60]), (signals, [60, 90])):
        past = past_of(some, MAP, list(MAP.outcomes.values()))
        parts = [asked(name, past, at) for at in moments]
        views = Views(past, recipe_of(head, MAP).readings)
        rows = parts[0] if len(parts) == 1 else joined(parts)
        told.append(forecast(head, views, rows).eta[: len(parts[0])])
    np.testing.assert_allclose(told[0], told[1], atol=1e-9)
    np.testing.assert_allclose(told[0], told[2], atol=1e-9)


def test_reasons_with_effects_of_windows_add_up(population: Population) -> None:
    past = past_of(letters(8, 7), MAP, list(MAP.outcomes.values()))
    for name, head in population.heads.items():
        rows = asked(name, past, 100)
        views = Views(past, recipe_of(head, MAP).readings)
        told = reasons(head, views, rows)
        assert OWNER in told.nodes
        whole = forecast(head, views, rows).eta
        np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), whole, atol=1e-9)


def test_windows_lie_end_to_end_from_the_start_and_are_known_at_their_end() -> None:
    past = past_of(letters(3, 8), MAP, list(MAP.outcomes.values()))
    outcome = MAP.outcomes["writes"]
    rows = asked("writes", past, 31)
    found = lived(outcome, past, rows)
    for twin in np.unique(rows.twin):
        own = np.sort(found.seen.at[found.twin == twin])
        assert own.tolist() == [0, 6, 12, 18, 24]
    assert how_many(outcome, past, rows) == len(found) == 15
    known = known_from(outcome, found)
    assert (known.at == found.closes.at - 1).all()
    assert (found.closes.at <= 31).all()


def test_a_population_with_effects_of_windows_is_stored(population: Population) -> None:
    assert decode(encode(population)) == population
