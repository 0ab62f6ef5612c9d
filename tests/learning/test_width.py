"""How wide forecasts are: as many amounts, and as many people's own chances, lie inside as is said."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.met import signals_before, unmet
from doxa.features.moments import at_origins
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.ends import ends_of
from doxa.heads.forecast import Forecasts, forecast
from doxa.heads.head import Head, recipe_of
from doxa.heads.population import Population, decode, encode
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: gym
bands: [7d, 30d, never]
nodes:
  comes: {kind: preference, says: "Comes.", half_life: 30d}
signals:
  visit: [{node: comes, count: 1}]
outcomes:
  again: {happens: visit, within: 14d}
  often: {count: visit, within: 14d}
  spends: {sum: price, of_signal: visit, within: 14d}
  returns: {time_to: visit, within: 14d}
personas: [plan]
"""
)
OUTCOMES = list(MAP.outcomes.values())
BEGIN, DAYS = parse_time("2026-01-01T00:00:00Z"), 120
END = BEGIN + DAYS * DAY
PLANS = {"gold": 0.1, "basic": 0.03}


def members(people: int, seed: int, days: int = DAYS) -> tuple[list[Signal], Floats, list[str]]:
    """People of two plans who come every day with a chance of their own; their chances and plans."""
    rng = np.random.default_rng(seed)
    found, plans = [], [list(PLANS)[person % 2] for person in range(people)]
    usual = np.log([PLANS[plan] for plan in plans])
    chances = np.minimum(np.exp(rng.normal(usual, 0.6)), 0.9)
    for person, (plan, chance) in enumerate(zip(plans, chances.tolist(), strict=True)):
        twin = f"p{person:04}"
        found.append(_signal(twin, "traits", BEGIN, {"plan": plan}))
        for day in np.flatnonzero(rng.random(days) < chance).tolist():
            price = round(float(rng.gamma(2, 5)), 2)
            found.append(_signal(twin, "visit", BEGIN + day * DAY + 9 * HOUR, {"price": price}))
    return sorted(found, key=lambda signal: signal.at), chances, plans


def _signal(twin: str, kind: str, at: int, payload: dict[str, str | float]) -> Signal:
    return Signal(
        id=f"{twin}-{kind}-{at}", twin=twin, kind=kind, at=at, recorded=at, payload=payload
    )


@pytest.fixture(scope="module")
def population() -> Population:
    return fit_population(past_of(members(400, 1)[0], MAP, OUTCOMES), OUTCOMES, END)


def told(head: Head, signals: list[Signal], at: int) -> tuple[Rows, Forecasts, Floats, Floats]:
    past = past_of(signals, MAP, OUTCOMES)
    rows = at_origins(MAP.outcomes[head.outcome], np.unique(past.signals.twin), [at])
    views = Views(past, recipe_of(head, MAP).readings)
    found = forecast(head, views, rows)
    ends = ends_of(head, views, rows, found)
    assert ends is not None
    return rows, found, *ends


@pytest.mark.parametrize("name", ["often", "spends"])
def test_four_in_five_amounts_of_strangers_lie_inside(population: Population, name: str) -> None:
    signals, _, _ = members(400, 2)
    rows, found, low, high = told(population.heads[name], signals, BEGIN + 100 * DAY)
    y = labels_of(MAP.outcomes[name], past_of(signals, MAP, OUTCOMES), rows, END).y
    assert (low <= found.mean).mean() > 0.95
    assert (low >= 0).all()
    assert 0.74 <= ((low <= y) & (y <= high)).mean() <= 0.87
    often = found.mean > np.median(found.mean)
    for part in (often, ~often):
        assert 0.7 <= ((low <= y) & (y <= high))[part].mean() <= 0.95


@pytest.mark.parametrize("name", ["again", "returns"])
@pytest.mark.parametrize("day", [50, 100])
def test_four_in_five_own_chances_lie_inside(population: Population, name: str, day: int) -> None:
    signals, chances, _ = members(400, 3)
    _, found, low, high = told(population.heads[name], signals, BEGIN + day * DAY)
    true = 1 - (1 - chances) ** 14
    assert ((low <= found.mean) & (found.mean <= high)).all()
    assert 0.65 <= ((low <= true) & (true <= high)).mean() <= 0.97


@pytest.mark.parametrize("name", list(MAP.outcomes))
def test_a_person_never_seen_gets_the_segments_forecast_honestly_wide(
    population: Population, name: str
) -> None:
    strangers, chances, plans = members(400, 4)
    now = BEGIN + 100 * DAY
    new = [_signal(f"new {plan}", "traits", now - HOUR, {"plan": plan}) for plan in PLANS]
    head = population.heads[name]
    _, found, low, high = told(head, [*strangers, *new], now)
    gold = np.array(plans) == "gold"
    wanted = {"often": 14 * chances, "spends": 14 * chances * 10}
    true = wanted.get(name, 1 - (1 - chances) ** 14)
    for place, own in ((400, gold), (401, ~gold)):
        assert found.mean[place] == pytest.approx(true[own].mean(), rel=0.3)
        inside = ((low[place] <= true[own]) & (true[own] <= high[place])).mean()
        assert inside > 0.65
        near = own & (np.abs(found.mean[:400] - found.mean[place]) < 0.25 * found.mean[place])
        width = (high - low)[:400][near]
        assert high[place] - low[place] > np.median(width)


def test_more_signals_never_widen_and_the_first_one_ends_being_new(population: Population) -> None:
    doubt = population.heads["again"].doubt
    assert doubt is not None
    assert (np.diff(doubt.variance(np.arange(100.0), np.zeros(100))) <= 0).all()
    assert doubt.variance(np.zeros(1), np.ones(1))[0] == pytest.approx(doubt.between)
    assert doubt.usual < doubt.between
    now = BEGIN + 50 * DAY
    signals = [
        _signal("new", "traits", now - 7 * DAY, {"plan": "gold"}),
        _signal("met", "traits", now - 7 * DAY, {"plan": "gold"}),
        _signal("met", "visit", now - DAY, {"price": 3.0}),
        _signal("old", "traits", now - 30 * DAY, {"plan": "gold"}),
    ]
    past = past_of(signals, MAP, OUTCOMES)
    rows = at_origins(MAP.outcomes["again"], np.unique(past.signals.twin), [now])
    assert signals_before(past, rows).sum() == 1
    by_name = dict(zip((signals[0].twin, "met", "old"), (0.5, 0.0, 0.0), strict=True))
    assert sorted(unmet(past, rows).tolist()) == sorted(by_name.values())


def test_reasons_of_newcomers_add_up_and_name_their_traits(population: Population) -> None:
    now = BEGIN + 50 * DAY
    signals = [_signal("new", "traits", now - 7 * DAY, {"plan": "gold"})]
    for head in population.heads.values():
        past = past_of(signals, MAP, OUTCOMES)
        rows = at_origins(MAP.outcomes[head.outcome], np.unique(past.signals.twin), [now])
        views = Views(past, recipe_of(head, MAP).readings)
        found = reasons(head, views, rows)
        whole = forecast(head, views, rows).eta
        np.testing.assert_allclose(found.base + found.by_node.sum(axis=1), whole, atol=1e-9)
        assert found.by_node[0, found.nodes.index("trait plan")] > 0


def test_widths_are_stored_with_the_population(population: Population) -> None:
    again = decode(encode(population))
    assert again == population
    assert {name for name, head in again.heads.items() if head.width} == {"often", "spends"}
    assert {name for name, head in again.heads.items() if head.doubt} == {"again", "returns"}
    assert all(head.cold for head in again.heads.values())


def test_labels_dealt_out_to_others_leave_what_is_not_known_wide() -> None:
    signals, _, _ = members(300, 5)
    rng = np.random.default_rng(6)
    names = np.array(sorted({signal.twin for signal in signals}))
    mixed = [
        msgspec.structs.replace(signal, twin=str(rng.choice(names)), id=f"{number}")
        for number, signal in enumerate(signals)
    ]
    mixed = sorted(mixed, key=lambda signal: signal.at)
    outcome = MAP.outcomes["again"]
    alike = fit_population(past_of(mixed, MAP, [outcome]), [outcome], END).heads["again"].doubt
    apart = fit_population(past_of(signals, MAP, [outcome]), [outcome], END).heads["again"].doubt
    assert alike is not None
    assert apart is not None
    assert alike.between < 0.25 * apart.between
