"""Effects of an action given by lot: simulated on people left out, against a truth that is known."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fidelity.experiments import MAP, SHIFT, past_of_lot, truth

from doxa.beliefmap.evaluation_file import parse_evaluation
from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY
from doxa.domain.ground import Ground
from doxa.errors import InputError
from doxa.features.arms import arms_of, had_got
from doxa.features.moments import after_triggers
from doxa.features.past import Past
from doxa.fidelity.backtest import run_row
from doxa.fidelity.report import FidelityReport, RowReport
from doxa.interfaces.cli.fidelity import lines
from doxa.interfaces.pages.fidelity import fidelity_page
from doxa.learning.population import fit_population
from doxa.report import render

ROWS = """
doxa: 1
map: map.yaml
unit: home
rows:
  calls:
    effect: [call, card]
    outcome: comes
    fit: {people: {hash: 10, in: [0, 1, 2, 3, 4, 5]}}
    score: {people: {hash: 10, in: [6, 7, 8, 9]}}
    base: [arm]
    rivals: [lifetime]
    metrics: [effect_inside, qini, qini_low, se_ratio, se_beside_rivals, policy_value, policy_apart]
    bars: {all: {effect_inside: 1}, call: {qini_low: 0, se_ratio: 1}}
"""


def scored(past: Past, text: str = ROWS) -> RowReport:
    evaluation = parse_evaluation(text, belief_map=past.map)
    row = next(iter(evaluation.rows.values()))
    return run_row(
        evaluation, row, past, lambda keys: [f"p{key}" for key in keys], lambda what, done: None
    )


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of_lot(4000)


@pytest.fixture(scope="module")
def report(past: Past) -> RowReport:
    return scored(past)


def test_simulated_and_real_effects_hold_the_truth(report: RowReport) -> None:
    for effect in report.effects:
        known = truth(effect.action)
        for told in (effect.simulated, effect.real, effect.adjusted):
            assert told[0] == pytest.approx(known, abs=2 * (told[2] - told[1]) / 2)
        assert effect.adjusted[2] - effect.adjusted[1] < effect.real[2] - effect.real[1]
        apart = abs(effect.simulated[0] - effect.real[0])
        both = [(told[2] - told[1]) / 2 for told in (effect.simulated, effect.real)]
        assert effect.inside == (apart <= np.hypot(*both))
        assert effect.label.ground is Ground.IDENTIFIED
    missed = [bar for bar in report.bars if not bar.reached and bar.subset != "all"]
    assert not missed


def test_the_twin_finds_who_gains(report: RowReport) -> None:
    """Half of those who come seldom gain by a call; traits say nothing of who that is."""
    call = report.effects[0]
    assert call.qini["twin"][1] > max(call.qini["persona"][0], 0.0)
    assert call.qini["random"] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    assert call.leads["twin over random"][1] > 0
    assert call.leads["twin over persona"][1] > 0
    assert call.policies["twin"][0] > call.policies["random"][2]
    # Whom the twin would leave out gains nothing: half the calls bring what all of them do.
    assert call.policies["twin"][0] - call.policies["random"][0] == pytest.approx(
        truth("call") / 2, abs=0.05
    )


def test_ladders_carry_the_metrics_of_each_rung(report: RowReport) -> None:
    whole, call, card = report.ladders
    assert (whole.subset, call.subset, card.subset) == ("all", "call", "card")
    twin, base = call.step("twin"), call.step("base")
    assert twin is not None
    assert base is not None
    assert twin.metrics["qini"] > base.metrics["qini"] == pytest.approx(0.0, abs=1e-9)
    assert twin.intervals["qini"][0] == twin.metrics["qini_low"]
    assert twin.loss[0] < base.loss[0]
    found = whole.step("twin")
    assert found is not None
    inside = np.mean([effect.inside for effect in report.effects])
    assert found.metrics == {"effect_inside": inside}


def test_the_report_is_told_in_lines_and_on_a_page(report: RowReport) -> None:
    whole = FidelityReport(
        product="club", people=4000, signals=9, variants=1, rows=[report], bars=[]
    )
    told = "\n".join(lines(whole))
    assert "call: simulated +0." in told
    assert "identified: Chance gave call to" in told
    assert "bar call: 0 <= qini_low" in told
    html = render(fidelity_page(whole, command="doxa fidelity club.yaml"))
    assert "Whom to choose" in html


def test_a_row_without_a_split_scores_everybody_in_folds(past: Past) -> None:
    text = ROWS.replace("effect: [call, card]", "effect: call").split("    fit:")[0]
    found = scored(past_of_lot(800), text + "    metrics: [effect_inside]\n")
    assert found.scored_rows == found.effects[0].people == 800
    assert found.effects[0].qini == {}


def test_changed_arms_are_read_as_if_they_had_been_sent(past: Past) -> None:
    """A counterfactual past has the evidence of a past in which those signals said so."""
    small, other = past_of_lot(40), past_of_lot(40, always="call")
    action = small.map.actions["call"]
    rows = after_triggers(small.map.outcomes["comes"], small)
    arms = arms_of(small, action, rows)
    assert arms.control.any()
    assert (arms.treated | arms.control).sum() < len(rows)
    np.testing.assert_allclose(arms.chance[arms.control], 0.4)
    changed = had_got(small, action, arms.signal, treated=True)
    assert arms_of(changed, action, rows).treated.all()
    told, expected, before = (
        sorted(
            zip(
                one.signals.twin[one.evidence.row].tolist(),
                one.evidence.rule.tolist(),
                one.evidence.weight.tolist(),
                strict=True,
            )
        )
        for one in (changed, other, small)
    )
    assert told == expected != before


def test_a_fit_learns_the_slope_of_real_on_simulated_effects(past: Past) -> None:
    origin = int(past.signals.at.max()) + 30 * DAY
    found = fit_population(past, [past.map.outcomes["comes"]], origin)
    (slope,) = found.slopes
    assert (slope.kind, slope.outcome, len(slope.experiments)) == ("assigned", "comes", 2)
    assert slope.slope == pytest.approx(1.0, abs=2 * slope.error)
    assert slope.error < 0.4


@pytest.mark.parametrize("people", [400, 1000])
def test_the_slope_gives_back_what_a_penalty_took(people: int) -> None:
    past = past_of_lot(people)
    origin = int(past.signals.at.max()) + 30 * DAY
    (slope,) = fit_population(past, [past.map.outcomes["comes"]], origin).slopes
    for each in slope.experiments:
        assert abs(slope.slope * each.simulated - each.real) <= 2.5 * each.error


def test_values_before_and_after_give_a_difference_in_differences() -> None:
    past = past_of_lot(400, values=True)
    text = """
doxa: 1
map: map.yaml
rows:
  moods: {effect: call, outcome: mood, contrast: difference_in_differences, metrics: [effect_inside]}
"""
    found = scored(past, text).effects[0]
    assert found.contrast == "difference_in_differences"
    for told in (found.real, found.simulated):
        assert told[0] == pytest.approx(SHIFT, abs=2 * (told[2] - told[1]) / 2)
    assert found.inside == (found.real[1] <= found.simulated[0] <= found.real[2])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("given: [arm], ", ""), "do not read arm of 'assigned'"),
        ((", randomised: chance, unit: home}\n  card", "}\n  card"), "chance decided"),
        (("{arm: call}, control: {arm: none}", "{arm: visit}, control: {arm: none}"), "nobody got"),
        (("happens: come, given", "time_to: come, given"), "of which there is no mean"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(change: tuple[str, str], problem: str) -> None:
    belief_map = parse_map(MAP.replace(*change))
    past = past_of_lot(60, belief_map=belief_map)
    with pytest.raises(InputError, match=problem):
        scored(past)


def test_fields_of_arms_are_kept_for_a_fit() -> None:
    belief_map = parse_map(MAP)
    past = past_of([], belief_map, [belief_map.outcomes["comes"]])
    assert set(past.columns) >= {"assigned", "come"}
