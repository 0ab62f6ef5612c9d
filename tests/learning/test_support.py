"""What a fit stores of what it saw, against the payloads themselves."""

from __future__ import annotations

import numpy as np
from tests.heads.test_choice import BRANDS, MAP, OUTCOME, SIGNALS, TIMES

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.heads.population import decode, encode
from doxa.learning.population import fit_population

VALUES = parse_map(
    """
doxa: 1
product: quiz
clock: position
fields: {level: category, when: time, film: item}
nodes: {knows: {kind: belief}}
signals: {asked: [{node: knows, for: 1, when: {right: 1}}]}
outcomes: {answers: {value: score, of_signal: asked, given: [hard, level, when, film]}}
"""
)


def test_a_choice_stores_the_ends_of_every_attribute_by_option() -> None:
    population = fit_population(past_of(SIGNALS, MAP, [OUTCOME]), [OUTCOME], TIMES)
    assert decode(encode(population)) == population
    support = population.choices["takes"].support
    offered = [option for signal in SIGNALS for option in signal.payload["brands"]]
    for brand in (None, *BRANDS):
        price = [one["price"] for one in offered if brand in (None, one["id"])]
        seen = support.of("price", brand)
        assert seen is not None
        assert (seen.low, seen.high, seen.count) == (min(price), max(price), len(price))
        np.testing.assert_allclose(
            seen.quantiles, np.quantile(price, [0.05, 0.25, 0.5, 0.75, 0.95])
        )
    kinds = support.of("kind")
    assert kinds is not None
    assert kinds.levels == ["fine", "plain"]


def test_a_value_stores_what_was_given_but_neither_times_nor_items() -> None:
    rng = np.random.default_rng(2)
    signals = [
        Signal(
            id=f"{person}-{at}",
            twin=f"p{person}",
            kind="asked",
            at=at,
            recorded=0,
            payload={
                "hard": float(rng.uniform(2, 7)),
                "level": "rare" if person == 0 else str(rng.choice(["a", "b"])),
                "when": at,
                "film": f"f{at}",
                "score": float(rng.normal()),
            },
        )
        for person in range(25)
        for at in range(4)
    ]
    outcome = VALUES.outcomes["answers"]
    head = fit_population(past_of(signals, VALUES, [outcome]), [outcome], 4).heads["answers"]
    hard = [signal.payload["hard"] for signal in signals]
    seen, level = head.support.of("hard"), head.support.of("level")
    assert seen is not None
    assert level is not None
    assert (seen.low, seen.high, seen.kind) == (min(hard), max(hard), "asked")
    assert level.levels == ["a", "b"]
    assert {one.field for one in head.support.ranges} == {"hard", "level"}


def test_the_ends_of_a_trait_are_those_that_ten_people_reach() -> None:
    belief_map = parse_map(
        """
doxa: 1
product: quiz
clock: position
nodes: {knows: {kind: belief}}
signals: {asked: [{node: knows, for: 1, when: {right: 1}}]}
outcomes: {answers: {value: score, of_signal: asked}}
personas: [age]
"""
    )
    rng = np.random.default_rng(2)
    ages = [20 + person for person in range(40)]
    signals = []
    for person, age in enumerate(ages):
        told: list[tuple[str, int, dict[str, float]]] = [("traits", 0, {"age": age})]
        told += [("asked", at, {"score": age + float(rng.normal())}) for at in range(1, 5)]
        signals += [
            Signal(
                id=f"{person}-{at}", twin=f"p{person}", kind=kind, at=at, recorded=0, payload=own
            )
            for kind, at, own in told
        ]
    outcome = belief_map.outcomes["answers"]
    past = past_of(signals, belief_map, [outcome])
    seen = fit_population(past, [outcome], 5).heads["answers"].support.of("age")
    assert seen is not None
    assert (seen.low, seen.high, seen.count) == (sorted(ages)[9], sorted(ages)[-10], 40)
