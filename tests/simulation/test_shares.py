"""Paired shares: sums by hand, changes put as they say, a known truth inside the interval."""

from __future__ import annotations

import numpy as np
import pytest
from tests.heads.test_choice import MAP, OUTCOME, TIMES, shoppers

from doxa.beliefmap.changes import put
from doxa.beliefmap.scenarios_file import scenario_of
from doxa.checks.worlds import past_of
from doxa.errors import InputError
from doxa.features.menus import Menus, menus_of
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.support import Lies, Verdict
from doxa.heads.choice import ChoiceHead, forecast_choice
from doxa.learning.population import fit_population
from doxa.simulation.choices import sampled_choices
from doxa.simulation.menus import changed_menus
from doxa.simulation.shares import paired_shares

PATHS = 100


def changed(
    head: ChoiceHead, past: Past, rows: Rows, *changes: dict[str, object]
) -> tuple[Menus, Menus, list[Verdict]]:
    menus = menus_of(OUTCOME, past, rows)
    scenario = scenario_of(list(changes), MAP)
    return menus, *changed_menus(OUTCOME, past, rows, menus, scenario, head.support)


def test_sums_by_part_and_person_are_those_of_a_plain_loop(
    head: ChoiceHead, past: Past, rows: Rows
) -> None:
    menus, dear, _ = changed(head, past, rows, put("price", times=1.1, when={"id": "b"}))
    parts = {"all": np.ones(len(rows), bool), "some": rows.twin % 3 == 0, "none": rows.twin < 0}
    found = paired_shares(head, past, rows, menus, dear, parts, paths=PATHS, seed=3)
    assert set(found.parts) == {"all", "some"}
    (sample,) = sampled_choices(head, past, rows, [menus, dear], paths=PATHS, seed=3)
    for name, told in found.parts.items():
        own = parts[name][menus.owner]
        assert told.rows == parts[name].sum()
        for spot, code in enumerate(found.options.tolist()):
            at = own & (menus.option == code)
            share = [chance[at].mean(axis=1).sum() / told.rows for chance in sample.chance]
            np.testing.assert_allclose(told.shares[:, spot], share)
            by_path = (
                sample.taken[1][at].sum(0) - sample.taken[0][at].sum(0).astype(float)
            ) / told.rows
            assert told.difference[0, spot] == pytest.approx(share[1] - share[0])
            np.testing.assert_allclose(told.difference[1:, spot], np.percentile(by_path, [10, 90]))
        assert told.shares.sum(axis=1) == pytest.approx([1.0, 1.0])
    gain = sample.worth[1] - sample.worth[0]
    np.testing.assert_allclose(found.worth[0], gain.mean(axis=1))
    np.testing.assert_array_equal(found.loses, np.percentile(gain, 90, axis=1) < 0)
    assert not (found.gains & found.loses).any()


def test_changes_act_on_the_options_and_values_they_name(
    head: ChoiceHead, past: Past, rows: Rows
) -> None:
    menus, dear, _ = changed(
        head,
        past,
        rows,
        put("price", times=1.2, when={"id": "b"}),
        put("price", plus=-0.1),
        put("kind", to="plain", when={"id": "c"}),
    )
    names = np.array(past.values("brand"))[menus.option]
    before = menus.numbers("price")
    np.testing.assert_allclose(
        dear.numbers("price"), np.where(names == "b", 1.2 * before, before) - 0.1
    )
    kinds, old = (
        np.array(past.values("kind"))[each.levels("kind", past)] for each in (dear, menus)
    )
    np.testing.assert_array_equal(kinds, np.where(names == "c", "plain", old))
    part = dear.take(np.array([4, 2]))
    np.testing.assert_allclose(
        part.numbers("price"), np.r_[dear.numbers("price")[12:15], dear.numbers("price")[6:9]]
    )


def test_what_is_put_is_held_against_what_was_seen(
    head: ChoiceHead, past: Past, rows: Rows
) -> None:
    assert changed(head, past, rows, put("price", to=2.0))[2] == []
    (near,) = changed(head, past, rows, put("price", to=3.2, when={"id": "a"}))[2]
    assert (near.option, near.lies) == ("a", Lies.OUTSIDE)
    far = changed(head, past, rows, put("price", times=3))[2]
    assert any(verdict.refused for verdict in far)
    (strange,) = changed(head, past, rows, put("kind", to="odd", when={"id": "a"}))[2]
    assert strange.lies is Lies.UNSEEN


def test_only_attributes_of_the_options_can_be_put(
    head: ChoiceHead, past: Past, rows: Rows
) -> None:
    from doxa.beliefmap.scenarios import Put, Scenario

    menus = menus_of(OUTCOME, past, rows)
    for change, says in (
        (Put(field="brands", to=1), "'brands' is no attribute"),
        (Put(field="kind", times=2.0), "is no number to be changed"),
    ):
        with pytest.raises(InputError, match=says):
            changed_menus(
                OUTCOME, past, rows, menus, Scenario(name="s", changes=(change,)), head.support
            )


def test_a_change_for_some_and_later_leaves_the_others(
    head: ChoiceHead, past: Past, rows: Rows
) -> None:
    from doxa.beliefmap.scenarios import Put, Scenario

    menus = menus_of(OUTCOME, past, rows)
    late = Put(field="price", plus=0.5, begin=1)
    for begins, moved in ((None, 0.0), (TIMES - 2, 0.5), (TIMES, 0.0)):
        scenario = Scenario(name="s", begins=begins, changes=(late,))
        found, _ = changed_menus(OUTCOME, past, rows, menus, scenario, head.support)
        np.testing.assert_allclose(found.numbers("price") - menus.numbers("price"), moved)


def test_the_interval_holds_the_truth_of_made_up_people() -> None:
    """Half of the shoppers like what is dear, half what is cheap: their true answer to a price is known."""
    inside = 0
    for seed in range(3):
        signals = shoppers(40, seed=seed)
        past = past_of(signals, MAP, [OUTCOME])
        head = fit_population(past, [OUTCOME], TIMES).choices["takes"]
        rows = at_signals(OUTCOME, past)
        rows = rows.take(rows.seen.at == TIMES - 1)
        menus, dear, _ = changed(head, past, rows, put("price", plus=0.3, when={"id": "a"}))
        found = paired_shares(
            head, past, rows, menus, dear, {"all": np.ones(40, bool)}, paths=PATHS, seed=1
        ).parts["all"]
        rng = np.random.default_rng(seed)
        true = []
        for person in range(40):
            liking, worth = rng.normal(0, 2, 3), (-1.5 if person % 2 else 1.5)
            for _at in range(TIMES):
                price = rng.uniform(1, 3, 3)
                kinds = rng.choice(["plain", "fine"], 3)
                eta = liking + worth * price + (kinds == "fine")
                rng.choice(3, p=np.exp(eta) / np.exp(eta).sum())
            other = eta + worth * np.array([0.3, 0, 0])
            true.append((np.exp(other) / np.exp(other).sum() - np.exp(eta) / np.exp(eta).sum())[0])
        low, high = found.difference[1:, past.values("brand").index("a")]
        inside += low <= np.mean(true) <= high
    assert inside >= 2
    assert forecast_choice(head, past, rows).mean.shape == (120,)
