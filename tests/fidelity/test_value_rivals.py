"""Rivals for values at their best: each recovers a world made in its image; folds; shuffling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from doxa.beliefmap.evaluation import Evaluation, EvaluationRow, Folds, Question, Selection
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.errors import InputError
from doxa.features.labels import labels_of
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.fidelity.rivals import history
from doxa.fidelity.rivals.known import base_of
from doxa.fidelity.rivals.setting import Setting
from doxa.fidelity.shuffling import shuffled
from doxa.fidelity.split import split_rows
from doxa.heads.glm import Family

MAP = parse_map(
    """
doxa: 1
product: films
clock: position
fields: {film: item, right: flag}
nodes: {able: {kind: belief, scale: [0, 1]}}
signals: {rating: [], answer: []}
outcomes:
  rates: {value: stars, of_signal: rating, given: [film]}
  right: {value: right, of_signal: answer, given: [film]}
"""
)
PEOPLE, FILMS = 60, 12


def ratings(
    seed: int, *, of_film: float, of_person: float, memory: float, noise: float = 0.3
) -> list[Signal]:
    """Everybody rates every film once, in an order of their own."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, of_film, FILMS)
    found = []
    for person in range(PEOPLE):
        own, last = rng.normal(0, of_person), 0.0
        for place, film in enumerate(rng.permutation(FILMS).tolist()):
            last = memory * last + rng.normal(0, noise)
            stars = 3 + level[film] + own + last
            payload = {"film": f"f{film}", "stars": round(float(stars), 6)}
            found.append(said(person, "rating", place, **payload))
    return found


def said(person: int, kind: str, at: int, **payload: object) -> Signal:
    return Signal(
        id=f"{kind}{person}-{at}", twin=f"p{person}", kind=kind, at=at, recorded=0, payload=payload
    )


def setting_of(signals: list[Signal], name: str, family: Family) -> tuple[Setting, np.ndarray]:
    """The first 40 people fitted, the others scored, with the labels of the scored."""
    outcome = MAP.outcomes[name]
    past = past_of(signals, MAP, [outcome])
    rows = at_signals(outcome, past)
    y = labels_of(outcome, past, rows, 10**6).y
    fit = rows.person < 40
    found = Setting(
        MAP, outcome, family, past, rows.take(fit), y[fit], rows.take(~fit), known=("film",)
    )
    return found, y[~fit]


def rmse(forecast: np.ndarray, y: np.ndarray) -> float:
    return float(np.sqrt(np.mean((forecast - y) ** 2)))


def test_what_the_base_may_know_are_effects_of_items() -> None:
    setting, y = setting_of(
        ratings(1, of_film=1.0, of_person=0.0, memory=0.0), "rates", Family.GAUSSIAN
    )
    assert rmse(base_of(setting).forecast, y) == pytest.approx(0.3, abs=0.03)


def test_an_item_and_a_running_mean_where_people_differ_in_level() -> None:
    setting, y = setting_of(
        ratings(2, of_film=1.0, of_person=1.0, memory=0.0), "rates", Family.GAUSSIAN
    )
    losses = {
        name: rmse(getattr(history, name)(setting).forecast, y)
        for name in ("item_and_running_mean", "own_mean", "last")
    }
    losses["base"] = rmse(base_of(setting).forecast, y)
    assert losses["item_and_running_mean"] < 0.55
    assert losses["item_and_running_mean"] == min(losses.values())
    assert losses["base"] == max(losses.values())


def test_the_last_value_where_moods_last() -> None:
    setting, y = setting_of(
        ratings(3, of_film=0.0, of_person=0.0, memory=0.95), "rates", Family.GAUSSIAN
    )
    losses = {
        name: rmse(getattr(history, name)(setting).forecast, y)
        for name in ("last", "own_mean", "last_and_mean", "mean_and_deviation")
    }
    assert losses["last"] == pytest.approx(0.3, abs=0.03)
    assert losses["own_mean"] > 1.3 * losses["last"]
    assert losses["last_and_mean"] < 1.05 * losses["last"]
    assert losses["mean_and_deviation"] < 1.05 * losses["last"]


def test_counts_tell_the_able_from_the_others() -> None:
    rng = np.random.default_rng(4)
    signals = [
        said(person, "answer", place, film=f"f{place % 3}", right=int(rng.random() < chance))
        for person, chance in enumerate(rng.beta(1, 1, PEOPLE))
        for place in range(20)
    ]
    setting, y = setting_of(signals, "right", Family.BERNOULLI)
    found = history.counts_logistic(setting)
    assert found is not None
    assert rmse(found.forecast, y) < 0.95 * rmse(base_of(setting).forecast, y)
    numbers, _ = setting_of(
        ratings(5, of_film=0.0, of_person=0.0, memory=0.0), "rates", Family.GAUSSIAN
    )
    assert history.counts_logistic(numbers) is None


def test_nothing_that_comes_later_changes_a_rival() -> None:
    signals = ratings(6, of_film=1.0, of_person=1.0, memory=0.5)
    setting, _ = setting_of(signals, "rates", Family.GAUSSIAN)
    scored = [s for s in signals if int(s.twin[1:]) < 40 or s.at <= 5]
    early, _ = setting_of(scored, "rates", Family.GAUSSIAN)
    kept = setting.score.seen.at <= 5
    for name in ("last", "own_mean", "last_and_mean", "item_and_running_mean"):
        whole, part = (getattr(history, name)(one).forecast for one in (setting, early))
        np.testing.assert_allclose(whole[kept], part, rtol=1e-9)


def evaluation(**row: object) -> tuple[Evaluation, EvaluationRow]:
    asked = EvaluationRow(name="r", asks=Question.FORECAST, outcomes=("rates",), **row)
    return Evaluation(belief_map=MAP, map_path=Path("map.yaml"), rows={"r": asked}), asked


def test_each_fold_is_scored_by_parameters_of_the_others() -> None:
    past = past_of(ratings(7, of_film=1.0, of_person=0.0, memory=0.0), MAP, [MAP.outcomes["rates"]])
    whole, row = evaluation(folds=Folds(modulus=3, parts=((0,), (1,))))

    def names(keys):
        return [str(key) for key in keys.tolist()]

    split = split_rows(whole, row, MAP.outcomes["rates"], past, names)
    assert set(np.unique(split.score.rows.person % 3)) == {0, 1}
    assert sorted(np.concatenate([scored for _, scored in split.pairs]).tolist()) == list(
        range(len(split.score.y))
    )
    for number, (fit, scored) in enumerate(split.pairs):
        assert set(np.unique(split.score.rows.person[scored] % 3)) == {number}
        assert number not in np.unique(split.fit.rows.person[fit] % 3)


def test_the_moments_with_the_largest_values() -> None:
    past = past_of(ratings(8, of_film=1.0, of_person=0.0, memory=0.0), MAP, [MAP.outcomes["rates"]])
    whole, row = evaluation(
        fit=Selection(without_largest={"stars": 0.1}), score=Selection(largest={"stars": 0.1})
    )
    split = split_rows(whole, row, MAP.outcomes["rates"], past, lambda keys: [])
    assert len(split.score.y) == round(0.1 * len(past.signals))
    assert split.fit.y.max(initial=-9) < split.score.y.min()


TIMED: BeliefMap = parse_map("{doxa: 1, product: p, timezone: UTC, signals: {rating: []}}")


def test_shuffling_moves_times_within_a_day_of_a_person() -> None:
    start = parse_time("2026-01-01T00:00:00Z")
    signals = [
        Signal(
            id=f"{n}",
            twin=f"p{n % 2}",
            kind="rating",
            at=start + n * 5 * HOUR,
            recorded=0,
            payload={},
        )
        for n in range(40)
    ]
    past = past_of(signals, TIMED, [])
    moved = shuffled(past, 1)

    def days(found: Past) -> list[tuple[int, int]]:
        signal = found.signals
        return sorted(zip(signal.twin.tolist(), signal.at.tolist(), strict=True))

    assert days(moved) == days(past)
    assert (moved.signals.at != past.signals.at).any()
    assert (moved.signals.at // DAY == past.signals.at // DAY).all()
    with pytest.raises(InputError, match="no day"):
        shuffled(past_of([], MAP, []), 1)
