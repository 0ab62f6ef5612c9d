"""Offers sent at moments: windows that run past the data, rivals after a trigger, what an offer names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from doxa.beliefmap.evaluation_file import parse_evaluation
from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, parse_time
from doxa.domain.signal import Signal
from doxa.errors import DoxaError
from doxa.features.moments import after_triggers
from doxa.features.past import Past
from doxa.features.phi import phi
from doxa.features.views import Views
from doxa.fidelity.backtest import run_row
from doxa.fidelity.report import RowReport
from doxa.heads.head import recipe_of
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: shop
timezone: UTC
fields: {ends: time, offered: items}
nodes:
  buys: {kind: preference, of: category, says: "Buys {category}."}
signals:
  joined: []
  buy: [{node: buys, count: 1}]
  sent: []
  used: []
outcomes:
  redeems: {after: sent, by: {category: offered}, given: [how], same: [offer], happens: used, until: ends}
personas: [tier]
"""
)
START = parse_time("2026-01-01T00:00:00Z")
KINDS = ("milk", "tea", "rice", "soap")
SENT = {"a": 40, "b": 55, "c": 70, "d": 85, "e": 100}
OFFERED = {"a": ["milk"], "b": ["tea", "rice"], "c": ["soap"], "d": ["milk"], "e": ["tea", "soap"]}


def history(people: int) -> list[Signal]:
    """Who buys what is offered redeems within five days; gold people redeem a little more often."""
    rng = np.random.default_rng(5)
    found = []

    def add(twin: str, kind: str, day: float, **payload: object) -> None:
        when = START + round(day * DAY)
        number = f"n{len(found)}"
        found.append(
            Signal(id=number, twin=twin, kind=kind, at=when, recorded=when, payload=payload)
        )

    for person in range(people):
        twin, likes = f"p{person}", rng.choice(4, 2, replace=False)
        add(twin, "joined", 0)
        add(twin, "traits", 0, tier="gold" if person % 2 else "blue")
        for day in range(1, 110, 3):
            add(twin, "buy", day + 0.4, category=KINDS[likes[day % 2]])
        for offer, day in SENT.items():
            ends = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day + 10)).isoformat()
            how = "mail" if offer in "ace" else "app"
            add(twin, "sent", day, offer=offer, ends=ends, offered=OFFERED[offer], how=how)
            wanted = any(KINDS[like] in OFFERED[offer] for like in likes)
            if rng.random() < (0.8 if wanted else 0.1):
                add(twin, "used", day + 2, offer=offer)
    return found


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of(history(60), MAP, [MAP.outcomes["redeems"]])


def scored(past: Past, more: str) -> RowReport:
    text = f"""
doxa: 1
map: map.yaml
complete_until: 2026-04-12
rows:
  redeems:
    outcome: redeems
    fit: {{to: 2026-03-10}}
    score: {{from: 2026-03-20}}
    rivals: [lifetime, one_band]
    metrics: [log_loss, auc]
{more}
"""
    evaluation = parse_evaluation(text, belief_map=MAP)
    row = evaluation.rows["redeems"]
    return run_row(evaluation, row, past, lambda keys: [str(k) for k in keys], lambda *_: None)


def test_windows_that_run_past_the_data_are_left_aside_or_scored_apart(past: Past) -> None:
    aside = scored(past, "")
    assert (aside.scored_rows, aside.unresolved) == (60, 60)
    assert [ladder.subset for ladder in aside.ladders] == ["all"]
    apart = scored(past, "    unresolved: apart\n    bars: {resolved: {log_loss: 0.69}}")
    assert (apart.scored_rows, apart.unresolved) == (120, 60)
    rows = {ladder.subset: ladder.rows for ladder in apart.ladders}
    assert rows == {"all": 120, "resolved": 60, "unresolved": 60}
    assert apart.bars[0].reached
    with pytest.raises(DoxaError, match="resolved"):
        scored(past, "    bars: {resolved: {log_loss: 0.69}}")


def test_rivals_after_a_trigger_know_what_was_bought_of_what_is_offered(past: Past) -> None:
    report = scored(past, "    unresolved: apart\n    base: [how]")
    ladder = report.ladder("all")
    assert ladder is not None
    assert report.not_built == []
    losses = {step.name: step.loss[0] for step in ladder.steps}
    assert losses["lifetime"] < losses["base"] - 0.05
    assert losses["one_band"] < losses["base"] - 0.05
    assert losses["twin"] < losses["persona"]


def test_a_persona_knows_what_the_base_rate_may(past: Past) -> None:
    ladder = scored(past, "    unresolved: apart\n    base: [offered]").ladder("all")
    blind = scored(past, "    unresolved: apart").ladder("all")
    assert ladder is not None
    assert blind is not None
    told = {step.name: step.metrics["auc"] for step in ladder.steps}
    assert told["persona"] != pytest.approx(blind.steps[1].metrics["auc"])


def test_what_an_offer_names_is_counted_together(past: Past) -> None:
    population = fit_population(past, [MAP.outcomes["redeems"]], START + 95 * DAY)
    head = population.heads["redeems"]
    recipe = recipe_of(head, MAP)
    rows = after_triggers(recipe.outcome, past)
    rows = rows.take(rows.seen.at == START + 55 * DAY)
    found = phi(recipe, Views(past, recipe.readings), rows)
    column = found.table[:, found.names.index("buys: together, band never")]
    norms = dict(zip(recipe.norms["buys"].members, recipe.norms["buys"].table, strict=True))
    usual = 55 * sum(norms[name,][0] for name in ("tea", "rice"))
    bought = [
        sum(
            1
            for signal in history(60)
            if (signal.twin, signal.kind) == (f"p{person}", "buy")
            and signal.at < START + 55 * DAY
            and signal.payload["category"] in ("tea", "rice")
        )
        for person in range(60)
    ]
    expected = np.log((np.array(bought) + 0.5) / (usual + 0.5))
    assert np.sort(column) == pytest.approx(np.sort(expected), rel=1e-6)
    assert not recipe.calendar
