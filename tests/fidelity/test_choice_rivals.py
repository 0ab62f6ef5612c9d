"""Rivals of a choice against loops over people and a general optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.heads.test_choice import MAP, OUTCOME, shoppers
from tests.heads.test_choice import past_of as read

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Outcome
from doxa.features.labels import labels_of
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.fidelity.rivals import choices, hierarchical
from doxa.fidelity.rivals.choices import Offers
from doxa.fidelity.rivals.setting import Setting
from doxa.heads.glm import Family


@pytest.fixture(scope="module")
def past() -> Past:
    return read(shoppers(40, seed=3), MAP, [OUTCOME])


def setting_of(past: Past, outcome: Outcome = OUTCOME) -> Setting:
    """Two people are fitted, the next two scored, and so on."""
    rows = at_signals(outcome, past)
    y = labels_of(outcome, past, rows, 10**6).y
    odd = rows.twin % 4 < 2
    return Setting(
        MAP, outcome, Family.BERNOULLI, past, rows.take(odd), y[odd], rows.take(~odd), seed=1
    )


@pytest.fixture(scope="module")
def offers(past: Past) -> Offers:
    return Offers.of(setting_of(past))


def scored_loss(offers: Offers, forecast: Floats) -> float:
    y = labels_of(OUTCOME, offers.setting.past, offers.setting.score, 10**6).y
    rows = np.arange(offers.fitted, offers.fitted + offers.scored)
    _, start = offers.part(rows)
    menus = offers.menus.take(rows)
    place = menus.place_of(y.astype(np.int64))
    np.testing.assert_allclose(np.add.reduceat(forecast, start[:-1]), 1.0)
    return float(-np.log(forecast[place]).mean())


def test_the_base_gives_every_option_its_share(offers: Offers) -> None:
    told = choices.base_of_choice(offers).forecast
    y = offers.setting.y.astype(np.int64)
    menus = offers.menus.take(np.arange(offers.fitted, offers.fitted + offers.scored))
    for option in np.unique(menus.option):
        share = (y == option).mean()
        np.testing.assert_allclose(told[menus.option == option], share, atol=0.002)


def test_loyalty_is_the_smoothed_share_of_own_choices(offers: Offers) -> None:
    left = 0.7
    found = choices._loyalty(offers, left)
    usual = offers.shares()
    rows, menus = offers.rows, offers.menus
    decided = offers.decided
    for row in (0, 7, offers.fitted + 3, offers.fitted + offers.scored - 1):
        earlier = [
            one
            for one in decided.tolist()
            if rows.twin[one] == rows.twin[row] and rows.seen.at[one] < rows.seen.at[row]
        ]
        for place in range(menus.start[row], menus.start[row + 1]):
            loyal = float(usual[place])
            for one in sorted(earlier, key=lambda each: int(rows.seen.at[each])):
                hit = menus.option[offers.taken[one]] == menus.option[place]
                loyal = left * loyal + (1 - left) * hit
            assert found[place] == pytest.approx(loyal)


def test_tastes_are_at_the_top_of_what_choices_say(offers: Offers) -> None:
    table = np.concatenate([offers.levels[:, 1:], offers.x], axis=1)
    fit = np.arange(offers.fitted)
    ids, told = hierarchical._told(offers, table, fit, offers.rows.seen.at[fit])
    width = table.shape[1]
    rng = np.random.default_rng(1)
    mean, cov = rng.normal(size=width), np.diag(rng.uniform(0.5, 2, width))
    mode, left = hierarchical._posterior(told, mean, cov)
    rigid = np.linalg.inv(cov)
    person = 3
    rows = [row for row in fit.tolist() if offers.rows.twin[row] == ids[person]]

    def against(taste: Floats) -> float:
        total = 0.5 * float((taste - mean) @ rigid @ (taste - mean))
        for row in rows:
            part = slice(offers.menus.start[row], offers.menus.start[row + 1])
            eta = table[part] @ taste
            total += float(np.log(np.exp(eta).sum()) - table[offers.taken[row]] @ taste)
        return total

    other = minimize(against, np.zeros(width), tol=1e-10)
    np.testing.assert_allclose(mode[person], other.x, atol=2e-3)
    step = 1e-3 * np.eye(width)
    curved = np.array(
        [
            [
                against(mode[person] + a + b)
                - against(mode[person] + a - b)
                - against(mode[person] - a + b)
                + against(mode[person] - a - b)
                for b in step
            ]
            for a in step
        ]
    ) / (4 * 1e-6)
    np.testing.assert_allclose(np.linalg.inv(curved), left[person], rtol=0.02, atol=1e-3)


def test_the_stronger_rival_is_better_where_people_have_tastes(offers: Offers) -> None:
    base, plain, loyal = (
        scored_loss(offers, rival(offers).forecast)
        for rival in (choices.base_of_choice, choices.plain_logit, choices.loyalty_logit)
    )
    found = hierarchical.hierarchical_logit(offers)
    assert found is not None
    assert scored_loss(offers, found.forecast) < loyal < min(plain, base)


def test_nobody_with_traits_no_persona(offers: Offers) -> None:
    assert choices.persona_of_choice(offers) is None
