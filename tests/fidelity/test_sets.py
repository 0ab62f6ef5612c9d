"""The table of all real sets: a line per bar and aim, with every rung on the same metric."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.fidelity.__main__ import table
from benchmarks.fidelity.knowledge import knowledge_table
from benchmarks.fidelity.sets import GROCERY, HERE, lines_of, sets, skipped
from tests.pages.conftest import LOSSES, ladder_of, report_of, row_of

from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.fidelity.ladder import Ladder, Step
from doxa.fidelity.report import BarResult, FidelityReport, RowReport


def step(name: str, loss: float, auc: float) -> Step:
    return Step(
        name=name,
        loss=[loss, loss - 0.01, loss + 0.01],
        metrics={"log_loss": loss, "auc": auc},
        skill_over_base=None,
        skill_over_persona=None,
        chosen={},
    )


def row(name: str, twin: float, bars: list[BarResult]) -> RowReport:
    steps = [step("base", 0.7, math.nan), step("last", 0.5, 0.7), step("own_mean", 0.6, 0.8)]
    ladder = Ladder(
        subset="all",
        loss="log_loss",
        rows=9,
        people=3,
        mean=0.5,
        steps=[*steps, step("twin", twin, 0.9)],
    )
    return RowReport(
        name=name,
        outcome="buys",
        fit_rows=9,
        fit_people=3,
        scored_rows=9,
        unresolved=0,
        left_out=0,
        not_built=[],
        ladders=[ladder],
        calibration=None,
        bars=bars,
        ridge=1.0,
        columns=3,
        seconds={},
    )


def bar(metric: str, value: float, *, aim: bool = False, **ends: float) -> BarResult:
    low, high = ends.get("low"), ends.get("high")
    reached = (low is None or value >= low) and (high is None or value <= high)
    return BarResult(
        subset="all", metric=metric, low=low, high=high, value=value, reached=reached, aim=aim
    )


def test_a_line_per_bar_with_its_aim() -> None:
    bars = [
        bar("log_loss", 0.45, high=0.48),
        bar("auc", 0.9, low=0.95),
        bar("log_loss", 0.45, high=0.4, aim=True),
    ]
    report = FidelityReport(
        product="shop",
        people=3,
        signals=9,
        variants=2,
        rows=[row("one", 0.45, bars), row("two", 0.55, [])],
        bars=[bar("log_loss", 0.5, high=0.6)],
    )
    loss, auc, mean = lines_of("shop", report)
    assert (loss.twin, loss.base, loss.persona, loss.bar, loss.aim) == (0.45, 0.7, None, 0.48, 0.4)
    assert (loss.hit, loss.aim_hit, loss.lower_is_better) == (True, False, True)
    assert loss.interval == pytest.approx([0.44, 0.46])
    assert (auc.hit, auc.lower_is_better, auc.base) == (False, False, None)
    assert auc.rivals == {"last": 0.7, "own_mean": 0.8}
    assert (mean.forecast, mean.twin, mean.rivals["last"], mean.hit) == (
        *("mean of 2 rows", 0.5, 0.5),
        True,
    )
    told = table([loss, auc, mean])
    assert (
        "| shop | one | log_loss | 0.7000 | - | 0.5000 last | 0.4500 | 0.48 | 0.4 | hit, aim missed |"
        in told
    )
    assert "0.8000 own_mean | 0.9000 | 0.95 | - | MISSED |" in told


def test_of_a_metric_with_two_ends_the_best_rival_is_nearest_to_their_middle() -> None:
    asked = row("one", 0.4, [bar("spread", 1.0, low=0.9, high=1.2)])
    report = FidelityReport(product="shop", people=3, signals=9, variants=2, rows=[asked], bars=[])
    (found,) = lines_of("shop", report)
    told = replace(found, rivals={"last": 1.3, "own_mean": 1.0, "sampler": 0.7})
    assert (told.lower_is_better, told.best_rival) == (None, "own_mean")
    assert "1.0000 own_mean" in table([told])


def test_the_grocer_is_always_at_hand() -> None:
    assert [found.name for found in sets(None)] == [
        GROCERY,
        f"{GROCERY} amounts",
        f"{GROCERY} coupons",
        f"{GROCERY} departments",
        f"{GROCERY} open_loop",
    ]
    assert "oulad" in skipped(None)


@pytest.mark.parametrize(
    "file", sorted(HERE.glob("*/evaluation*.yaml")), ids=lambda file: file.parent.name
)
def test_every_evaluation_is_right_and_sets_a_bar_or_an_aim(file: Path) -> None:
    evaluation = load_evaluation(file)
    assert evaluation.bars or any(row.bars for row in evaluation.rows.values())


def test_what_is_worth_knowing_has_a_line_per_subset() -> None:
    ladders = [ladder_of("all", LOSSES), ladder_of("demographics", LOSSES, 801)]
    told = knowledge_table({"grocer": report_of([row_of(ladders)])})
    everybody, some = told.splitlines()[2:]
    assert everybody == (
        "| grocer | buys | 4.2 % | 17.9 % one_band | 19.2 % | 15.7 % [14.7, 16.7] | - |"
    )
    assert "| buys, demographics |" in some
    assert knowledge_table({"empty": report_of([row_of([])])}).count("\n") == 1
