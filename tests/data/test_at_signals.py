"""Slices of the sets whose outcomes are asked at a signal, or after a letter: the way a user would run them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import doxa
from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.beliefmap.tables_file import parse_tables
from doxa.fidelity.report import FidelityReport
from tests.data.sets import REPOSITORY, data_set

SLICES = {
    "self_rated_health_hrs": ("panel", "id % 25 = 0"),
    "ema_bringmann2013": ("beeps", "person_id % 6 = 0"),
    "belief_updating_beads": ("trials", "person_id % 6 = 0"),
    "mood_msqr": ("panel", "id % 4 = 0"),
    "movielens_small": ("ratings", "user_id % 12 = 0"),
    "assistments2009": ("interactions", "student_id % 60 < 2"),
    "social_pressure": ("voters", "person_id < 6000"),
}
"""The file of each set and whose rows are taken."""


def sliced(tables: str, name: str) -> str:
    """The same tables file for the chosen people only."""
    file, condition = SLICES[name]
    return tables.replace(
        f"'{file}.parquet'", f"(select * from '{file}.parquet' where {condition})"
    )


def scored(name: str, folder: Path) -> FidelityReport:
    """The set's own map, tables and evaluation on the slice."""
    data, home = data_set(name), REPOSITORY / "benchmarks/fidelity" / name
    evaluation = load_evaluation(home / "evaluation.yaml")
    tables = parse_tables(sliced((home / "tables.yaml").read_text("utf-8"), name))
    with doxa.open(folder / "slice.db", home / "map.yaml") as twins:
        receipt = twins.backfill(tables, folder=data)
        assert (receipt.rejected, receipt.duplicates) == (0, 0)
        return twins.fidelity(evaluation, [next(iter(evaluation.rows))])


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(SLICES))
def test_the_twin_knows_more_than_the_base_rate(tmp_path: Path, name: str) -> None:
    report = scored(name, tmp_path)
    row = report.rows[0]
    ladder = row.ladders[0]
    assert not row.not_built
    assert row.unresolved == 0
    losses = {step.name: step.loss[0] for step in ladder.steps}
    assert all(np.isfinite(loss) for loss in losses.values())
    assert losses["twin"] < losses["base"] * 0.99
