"""Rivals and the ladder against hand computations on tiny sets."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, parse_time
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.fidelity.ladder import ladder
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals import own_rate
from doxa.fidelity.rivals.base import base
from doxa.fidelity.rivals.own_rate import lifetime, one_band
from doxa.fidelity.rivals.persona import persona
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.heads.glm import Family

MAP = parse_map("""
doxa: 1
product: shop
timezone: UTC
nodes:
  buys: {kind: preference, of: category}
signals:
  buy: [{node: buys, count: 1}]
  joined: []
outcomes:
  soon: {of: category, items: [milk, tea], happens: buy, within: 7d}
  many: {of: category, items: [milk, tea], count: buy, within: 7d}
personas: [tier]
""")
START = parse_time("2026-01-01T00:00:00Z")
SOON = MAP.outcomes["soon"]


def at(day: float) -> int:
    return START + round(day * DAY)


def signal(number: int, twin: str, kind: str, day: float, **payload: str) -> Signal:
    return Signal(
        id=f"n{number}", twin=twin, kind=kind, at=at(day), recorded=at(day), payload=payload
    )


def history() -> list[Signal]:
    """Thirty people: gold ones buy milk weekly, others tea every other week, some have no tier."""
    found = []
    for person in range(30):
        twin, gold = f"p{person}", person % 2 == 0
        found.append(signal(len(found), twin, "joined", 0))
        if person % 3:
            found.append(signal(len(found), twin, "traits", 0, tier="gold" if gold else "blue"))
        for week in range(12):
            if gold or week % 2 == person % 4 // 2:
                day = week * 7 + 1 + person % 5
                bought = "milk" if gold else "tea"
                found.append(signal(len(found), twin, "buy", day, category=bought))
                found.append(signal(len(found), twin, "buy", day + 0.2, category=bought))
    return found


@pytest.fixture(scope="module")
def setting() -> Setting:
    past = past_of(history(), MAP, [SOON])
    members = np.array([past.coder("category")(name) for name in ("milk", "tea")])
    twins = np.unique(past.signals.twin)
    fit = at_origins(SOON, twins, [at(28), at(35), at(42)]).for_members(members)
    score = at_origins(SOON, twins, [at(63)]).for_members(members)
    y = labels_of(SOON, past, fit, at(84)).y
    return Setting(MAP, SOON, Family.BERNOULLI, past, fit, y, score)


def test_base_is_the_members_rate_among_the_fit_rows(setting: Setting) -> None:
    found = base(setting).forecast
    for member in np.unique(setting.fit.member):
        rate = setting.y[setting.fit.member == member].mean()
        np.testing.assert_allclose(found[setting.score.member == member], rate, rtol=1e-12)


def test_persona_of_people_without_traits_is_one_more_segment(setting: Setting) -> None:
    found = persona(setting).forecast
    nobody = np.array([int(name) % 3 == 0 for name in setting.score.person])
    untold = np.array([int(name) % 3 == 0 for name in setting.fit.person])
    for member in np.unique(setting.fit.member):
        rate = setting.y[untold & (setting.fit.member == member)].mean()
        np.testing.assert_allclose(found[nobody & (setting.score.member == member)], rate)
    gold = ~nobody & (setting.score.person % 2 == 0)
    milk = setting.score.member == setting.score.member[0]
    assert found[gold & milk].min() > found[~nobody & ~gold & milk].max()


def test_persona_for_counts_and_amounts_stays_on_their_scale(setting: Setting) -> None:
    for family in (Family.POISSON, Family.GAUSSIAN):
        found = persona(replace(setting, family=family, y=setting.y * 4)).forecast
        assert found.min() > -1
        assert found.max() < 6


def test_without_personas_there_is_none(setting: Setting) -> None:
    bare = parse_map(MAP.text.replace("personas: [tier]", ""))
    assert persona(replace(setting, belief_map=bare)) is None


@pytest.mark.parametrize("half_life", [math.inf, 30.0 * DAY])
def test_own_rates_count_distinct_days_shrunk_to_the_items_rate(
    setting: Setting, half_life: float
) -> None:
    found = own_rate._Rates.of(setting, setting.score).log_odds(half_life, (0.5,))[0]
    signals, now = history(), at(63)
    names = list(dict.fromkeys(s.twin for s in signals))
    members = setting.past.values("category")

    def decayed(day: float) -> float:
        return 1.0 if math.isinf(half_life) else 2 ** (-(now - day) / half_life)

    def counted(twin: str, member: str) -> float:
        firsts: dict[int, int] = {}
        for s in signals:
            if (
                s.twin == twin
                and s.kind == "buy"
                and s.payload["category"] == member
                and s.at < now
            ):
                firsts[s.at // DAY] = min(firsts.get(s.at // DAY, s.at), s.at)
        return sum(decayed(first) for first in firsts.values())

    length = now - at(0)
    seen = length if math.isinf(half_life) else half_life / math.log(2) * (1 - decayed(at(0)))
    for row in range(len(setting.score)):
        twin, member = names[setting.score.person[row]], members[setting.score.member[row]]
        usual = (sum(counted(name, member) for name in names) + 1e-3) / (seen * len(names))
        rate = (counted(twin, member) + 0.5) / (seen + 0.5 / usual)
        chance = 1 - math.exp(-rate * 7 * DAY)
        assert found[row] == pytest.approx(math.log(chance / (1 - chance)), rel=1e-9)


def test_rivals_do_not_see_what_comes_after_a_scored_origin(setting: Setting) -> None:
    cut = past_of([s for s in history() if s.at < at(63)], MAP, [SOON])
    blind = replace(setting, past=cut)
    for rival in (base, persona, lifetime, one_band):
        np.testing.assert_allclose(rival(blind).forecast, rival(setting).forecast, rtol=1e-9)


def test_the_ladder_adds_up() -> None:
    rng = np.random.default_rng(0)
    unit, y = np.repeat(np.arange(50), 4), (rng.random(200) < 0.3).astype(float)
    rungs = [
        Rung("base", np.full(200, 0.3)),
        Rung("persona", np.full(200, 0.35)),
        Rung("twin", np.clip(0.3 + 0.4 * (y - 0.3), 0.01, 0.99)),
    ]
    found = ladder("all", rungs, y, unit, unit, Family.BERNOULLI, ["log_loss", "auc"], seed=1)
    low = {step.name: step for step in found.steps}
    assert low["base"].skill_over_base is None
    loss = -np.mean(np.log(np.where(y > 0, 0.3, 0.7)))
    assert low["base"].loss[0] == pytest.approx(loss)
    assert low["twin"].skill_over_base[0] == pytest.approx(1 - low["twin"].loss[0] / loss)
    assert low["twin"].loss[1] < low["twin"].loss[0] < low["twin"].loss[2]
    assert (low["twin"].metrics["auc"], found.people) == (1.0, 50)


def test_intervals_cover_and_need_no_luck() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for seed in range(40):
        score = np.repeat(rng.normal(size=60), 3)
        interval = Resamples(np.repeat(np.arange(60), 3), draws=300, seed=seed).mean(score)
        covered += interval.low <= 0 <= interval.high
    assert covered >= 34


def test_a_rival_without_any_loss_gives_no_skill_rather_than_a_crash() -> None:
    found = Resamples(np.arange(5), draws=50).skill(np.ones(5), np.zeros(5))
    assert math.isnan(found.estimate)


def test_on_a_position_clock_every_position_is_a_day() -> None:
    ordered = parse_map(
        MAP.text.replace("timezone: UTC", "clock: position").replace("within: 7d", "within: 7")
    )
    signals = [
        Signal(id=f"n{n}", twin="ann", kind="buy", at=n, recorded=0, payload={"category": "tea"})
        for n in range(5)
    ]
    outcome = ordered.outcomes["soon"]
    past = past_of(signals, ordered, [outcome])
    rows = at_origins(outcome, np.array([0]), [3, 9])
    rows = rows.for_members(np.array([past.coder("category")("tea")]))
    setting = Setting(ordered, outcome, Family.BERNOULLI, past, rows, np.zeros(2), rows)
    assert own_rate._Rates.of(setting, rows).days.counts(math.inf).tolist() == [3.0, 5.0]


def test_within_a_moment_only_what_is_asked_together_is_compared() -> None:
    y = np.array([1.0, 0.0, 1.0, 0.0])
    told = np.array([0.6, 0.5, 0.3, 0.2])
    one, moments = np.zeros(4, dtype=np.int64), np.array([0, 0, 1, 1])
    names = ["auc_within_twin", "auc_within_moment"]
    rungs = [Rung("twin", told)]
    found = ladder("all", rungs, y, one, one, Family.BERNOULLI, names, seed=1, moment=moments)
    assert found.steps[0].metrics == {"auc_within_twin": 0.75, "auc_within_moment": 1.0}
    without = ladder("all", rungs, y, one, one, Family.BERNOULLI, names, seed=1)
    assert "auc_within_moment" not in without.steps[0].metrics
