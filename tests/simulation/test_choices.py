"""Sampled choices against the softmax itself, and two worlds that share their luck."""

from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.heads.test_choice import MAP, OUTCOME, TIMES, shoppers

from doxa.beliefmap.payloads import Column
from doxa.checks.worlds import past_of
from doxa.features.menus import Menus, menus_of
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead, columns_of_choice, forecast_choice
from doxa.heads.laplace import Laplace
from doxa.heads.logit import fit_logit, likely
from doxa.simulation.choices import Sampled, sampled_choices, weights_on_paths

PATHS = 400


def dearer(menus: Menus, by: float) -> Menus:
    return menus.with_put("price", Column(menus.numbers("price") + by))


def run(
    head: ChoiceHead,
    past: Past,
    rows: Rows,
    by: float = 0.5,
    seed: int = 1,
    paths: int = PATHS,
    exact: bool = False,
) -> list[Sampled]:
    menus = menus_of(OUTCOME, past, rows)
    worlds = [menus, dearer(menus, by)]
    return list(sampled_choices(head, past, rows, worlds, paths=paths, seed=seed, exact=exact))


def test_without_doubt_about_weights_chances_are_the_forecast_and_samples_hit_them(
    head: ChoiceHead, past: Past, rows: Rows
) -> None:
    (found,) = run(head, past, rows, exact=True)
    due = forecast_choice(head, past, rows).mean
    np.testing.assert_allclose(found.chance[0], np.repeat(due[:, None], PATHS, 1), atol=1e-12)
    share = found.taken[0].mean(axis=1)
    assert np.abs(share - due).max() < 5 * 0.5 / np.sqrt(PATHS)
    z = (share - due) / np.sqrt(due * (1 - due) / PATHS)
    assert 0.7 < z.std() < 1.3
    assert found.taken[0].sum() == PATHS * len(rows)


def test_put_attributes_are_forecast_as_if_they_had_been_offered(
    head: ChoiceHead, past: Past, rows: Rows
) -> None:
    dear = []
    for signal in shoppers(30, seed=4):
        payload = dict(signal.payload)
        if signal.at == TIMES - 1:
            payload["brands"] = [{**one, "price": one["price"] + 0.5} for one in payload["brands"]]
        dear.append(msgspec.structs.replace(signal, payload=payload))
    other = past_of(dear, MAP, [OUTCOME])
    asked = at_signals(OUTCOME, other)
    due = forecast_choice(head, other, asked.take(asked.seen.at == TIMES - 1)).mean
    (found,) = run(head, past, rows, exact=True)
    np.testing.assert_allclose(found.chance[1][:, 0], due, atol=1e-9)


def test_an_unchanged_world_is_the_same_world(head: ChoiceHead, past: Past, rows: Rows) -> None:
    (found,) = run(head, past, rows, by=0.0)
    np.testing.assert_array_equal(found.taken[0], found.taken[1])
    np.testing.assert_array_equal(found.worth[0], found.worth[1])


@given(st.integers(0, 2**31), st.integers(1, 29))
@settings(max_examples=8, deadline=None)
def test_who_is_run_beside_a_person_changes_nothing(
    head: ChoiceHead, past: Past, rows: Rows, seed: int, cut: int
) -> None:
    (whole,) = run(head, past, rows, seed=seed, paths=20)
    for part in (np.arange(cut), np.arange(cut, len(rows))):
        (own,) = run(head, past, rows.take(part), seed=seed, paths=20)
        places = (3 * part[:, None] + np.arange(3)).ravel()
        np.testing.assert_array_equal(own.taken[1], whole.taken[1][places])


def test_shared_luck_makes_differences_sharp(head: ChoiceHead, past: Past, rows: Rows) -> None:
    (one,), (other,) = (run(head, past, rows, by=0.1, seed=seed, exact=True) for seed in (1, 2))
    paired = one.taken[1].sum(axis=1) - one.taken[0].sum(axis=1)
    apart = other.taken[1].sum(axis=1) - one.taken[0].sum(axis=1)
    assert np.abs(paired).mean() < np.abs(apart).mean()


def test_worth_is_the_log_of_the_sum(head: ChoiceHead, past: Past, rows: Rows) -> None:
    menus = menus_of(OUTCOME, past, rows)
    eta = columns_of_choice(head, past, rows, menus).table @ np.asarray(head.weights)
    (found,) = run(head, past, rows, exact=True)
    due = [np.log(np.exp(eta[low : low + 3]).sum()) for low in range(0, len(eta), 3)]
    np.testing.assert_allclose(found.worth[0][:, 0], due)


def test_weights_on_paths_spread_as_refits_of_the_same_truth_do() -> None:
    """The stored covariance against the spread of estimates over many made-up samples."""
    truth, found = np.array([1.0, -0.5]), []
    start = np.arange(0, 3 * 400 + 1, 3)
    for seed in range(120):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(1200, 2))
        p = likely(x @ truth, start)
        taken = np.array([low + rng.choice(3, p=p[low : low + 3]) for low in start[:-1]])
        beta = fit_logit(x, start, taken, ridge=np.zeros(2))
        found.append(beta)
    apart = x - np.repeat(np.add.reduceat(x * p[:, None], start[:-1], axis=0), 3, axis=0)
    stored = Laplace.of(np.linalg.inv(apart.T @ (apart * p[:, None])), np.arange(2))
    noise = np.random.default_rng(1).standard_normal((4000, 2))
    drawn = stored.around(truth, noise)
    np.testing.assert_allclose(drawn.std(axis=0), np.std(found, axis=0), rtol=0.2)
    np.testing.assert_allclose(drawn.mean(axis=0), truth, atol=0.01)


def test_a_fitted_head_stores_the_inverse_hessian(head: ChoiceHead, past: Past) -> None:
    assert head.laplace is not None
    drawn = weights_on_paths(head, 3000, 5)
    assert drawn.shape == (3000, len(head.weights))
    still = np.setdiff1d(np.arange(len(head.weights)), head.laplace.columns)
    np.testing.assert_array_equal(
        drawn[:, still], np.asarray(head.weights)[still][None].repeat(3000, 0)
    )
    price = head.names.index("price")
    menus = menus_of(OUTCOME, past, at_signals(OUTCOME, past))
    table = columns_of_choice(head, past, at_signals(OUTCOME, past), menus).table
    p = likely(table @ np.asarray(head.weights), menus.start)
    mean = np.add.reduceat(table * p[:, None], menus.start[:-1], axis=0)
    apart = table - mean[menus.owner]
    own = apart[:, price]
    # All else known, a weight is at least so uncertain.
    assert drawn[:, price].std() > 0.9 / np.sqrt((own**2 * p).sum() + 1)
    assert drawn[:, price].std() < 1.0
