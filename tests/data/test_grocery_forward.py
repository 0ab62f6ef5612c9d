"""Every twelfth household of the grocer, run forward four weeks from day 273, from the tables to the bars."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

import doxa
from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.beliefmap.tables_file import parse_tables
from tests.data.sets import REPOSITORY
from tests.data.test_grocery import grocery_data

FOLDER = REPOSITORY / "benchmarks/fidelity/complete_journey"
SLICE, PATHS = 12, 40


@pytest.mark.data
def test_a_slice_of_households_run_forward(tmp_path: Path) -> None:
    evaluation = load_evaluation(FOLDER / "evaluation_open_loop.yaml")
    row = evaluation.rows["open_loop"]
    fit = replace(row.fit, every=3 * row.fit.every)
    few = replace(evaluation, rows={"open_loop": replace(row, paths=PATHS, fit=fit)})
    told = (FOLDER / "tables_rollout.yaml").read_text("utf-8")
    for name in ("transactions", "demographics"):
        chosen = f"(select * from '{name}.parquet' where household_id % {SLICE} = 0)"
        told = told.replace(f"'{name}.parquet'", chosen)
    with doxa.open(tmp_path / "slice.db", FOLDER / "map_rollout.yaml") as twins:
        twins.backfill(parse_tables(told), folder=grocery_data())
        (found,) = twins.fidelity(few).rows
    assert found.simulated is not None
    for each in found.simulated.outcomes:
        inside, low, high = each.coverage["80"]
        assert low < inside < high
        assert 0.7 < inside < 0.9
        assert each.spread[1] < 1.12
        assert each.spread[2] > 0.9
        assert each.total[1] < 0.05
        assert each.total[2] > -0.05
    for ladder in found.ladders:
        base, _, twin = (step.loss[0] for step in ladder.steps)
        assert twin < 0.8 * base
    for series in found.simulated.series:
        assert series.energy["twin"][0] < series.energy["base"][0]
        assert series.autocorrelation["twin"] == pytest.approx(
            series.autocorrelation["real"], abs=0.06
        )
