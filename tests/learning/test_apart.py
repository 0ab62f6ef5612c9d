"""A few named members of a family: everything is weighed for each of them, and the others are read."""

from __future__ import annotations

import numpy as np
import pytest
from tests.lives import in_order

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import after_triggers
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import Head, recipe_of
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: moods
clock: position
bands: [2, never]
fields: {film: category}
nodes: {feels: {kind: feeling, of: word, axis: valence, scale: [0, 3]}}
signals:
  told: [{node: feels, each: answers, by: {word: key}, value: value}]
  shown: []
outcomes:
  after:
    after: shown
    value: value
    of_signal: told
    given: [film]
    each: answers
    of: word
    by: {word: key}
    items: [glad, sad]
    within: 1
    scale: [0, 3]
"""
)
OUTCOME = MAP.outcomes["after"]


def told(people: int, seed: int) -> list[Signal]:
    """A comedy gladdens, a drama saddens; and who was weary is less glad than the others."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        before = {word: float(rng.integers(4)) for word in ("glad", "sad", "weary")}
        comedy = bool(rng.integers(2))
        glad = before["glad"] + (1.0 if comedy else -1.0) - 0.7 * before["weary"] + 1
        after = {"glad": glad, "sad": before["sad"] + (-1.0 if comedy else 1.0), "weary": 1.0}
        steps = [
            ("told", {"answers": before}),
            ("shown", {"film": "comedy" if comedy else "drama"}),
            ("told", {"answers": {word: float(np.clip(v, 0, 3)) for word, v in after.items()}}),
        ]
        found += in_order(person, steps)
    return found


def asked(past: Past) -> Rows:
    coder = past.coder("word")
    return after_triggers(OUTCOME, past).for_members(np.array([coder("glad"), coder("sad")]))


@pytest.fixture(scope="module")
def head() -> Head:
    past = past_of(told(300, 1), MAP, [OUTCOME])
    return fit_population(past, [OUTCOME], 9).heads["after"]


def test_members_are_moved_apart_and_by_what_is_said_beside(head: Head) -> None:
    past = past_of(told(200, 2), MAP, [OUTCOME])
    rows = asked(past)
    y = labels_of(OUTCOME, past, rows, 9).y
    mean = forecast(head, Views(past, recipe_of(head, MAP).readings), rows).mean
    assert head.apart == ["glad", "sad"]
    assert "feels: beside, weary, for glad" in head.names
    assert ((mean >= 0) & (mean <= 3)).all()
    assert np.mean((mean - y) ** 2) < 0.4 * np.var(y)


def test_their_reasons_add_up_and_one_alone_reads_as_among_all(head: Head) -> None:
    signals = told(5, 3)
    past = past_of(signals, MAP, [OUTCOME])
    rows = asked(past)
    views = Views(past, recipe_of(head, MAP).readings)
    why, whole = reasons(head, views, rows), forecast(head, views, rows).eta
    np.testing.assert_allclose(why.base + why.by_node.sum(axis=1), whole, atol=1e-9)
    own = past_of([signal for signal in signals if signal.twin == "p2"], MAP, [OUTCOME])
    alone = forecast(head, Views(own, recipe_of(head, MAP).readings), asked(own)).eta
    names = [signals[place].twin for place in rows.signal.tolist()]
    np.testing.assert_allclose(alone, whole[np.array(names) == "p2"], atol=1e-9)
