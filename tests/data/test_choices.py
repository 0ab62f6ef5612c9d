"""Brands and credit cards that real people chose: a part of each set, through the same files."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml

from doxa.fidelity.report import FidelityReport
from doxa.runtime.evaluating import evaluate
from tests.data.sets import REPOSITORY, data_set

FOLDER = REPOSITORY / "benchmarks/fidelity"


def of_some(name: str, file: str, where: str, folder: Path) -> FidelityReport:
    """An evaluation on some of its people, with one rival that is quick."""
    evaluation = yaml.safe_load((FOLDER / name / file).read_text())
    tables = yaml.safe_load((FOLDER / name / evaluation["data"]["tables"]).read_text())
    for table in tables["tables"]:
        table["sql"] = f"{table['sql']} where {where}"
    for row in evaluation["rows"].values():
        row["rivals"] = ["plain_logit"]
        del row["bars"], row["aims"]
    (folder / "map.yaml").write_text((FOLDER / name / "map.yaml").read_text())
    (folder / "tables.yaml").write_text(yaml.safe_dump(tables))
    evaluation["data"]["tables"] = "tables.yaml"
    (folder / "evaluation.yaml").write_text(yaml.safe_dump(evaluation))
    return evaluate(
        folder / "evaluation.yaml", data=data_set(name), progress=lambda *_: None, shuffles=0
    )


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "file", "where"),
    [
        ("scanner_brand_choice", "evaluation_catsup.yaml", "household_id % 6 = 0"),
        ("credit_card_conjoint", "evaluation.yaml", "id % 12 = 0"),
    ],
)
def test_the_twin_knows_more_than_one_taste_for_all(
    name: str, file: str, where: str, tmp_path: Path
) -> None:
    [row] = of_some(name, file, where, tmp_path).rows
    [ladder] = row.ladders
    losses = {step.name: step.loss[0] for step in ladder.steps}
    assert losses["twin"] < losses["plain_logit"] < losses["base"]
    assert row.scored_rows > 150
    assert row.calibration is not None
    assert math.isfinite(row.calibration.error)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "file", "where"),
    [
        ("scanner_brand_choice", "evaluation_cracker_shares.yaml", "household_id % 2 = 0"),
        ("credit_card_conjoint", "evaluation_shares.yaml", "id % 8 = 0"),
    ],
)
def test_shares_are_simulated_where_prices_and_fees_moved(
    name: str, file: str, where: str, tmp_path: Path
) -> None:
    [row] = of_some(name, file, where, tmp_path).rows
    [ladder] = row.ladders
    steps = {step.name: step for step in ladder.steps}
    assert steps["twin"].metrics["share_error"] < steps["base"].metrics["share_error"]
    low, high = steps["twin"].intervals["slope"]
    assert 0 < low < steps["twin"].metrics["slope"] < high
    assert row.shares is not None
    assert len(row.shares.cells) > 5
