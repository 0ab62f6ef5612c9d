"""Slices of the sets in which chance decided: what letters and a training did, the way a user would ask."""

from __future__ import annotations

from pathlib import Path

import pytest

import doxa
from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.beliefmap.tables_file import parse_tables
from doxa.domain.ground import Ground
from doxa.fidelity.report import RowReport
from tests.data.sets import REPOSITORY, data_set

SLICES = {
    "social_pressure": ("voters.parquet", "person_id < 12000", "letters"),
    "ema_bringmann2013": ("beeps.parquet", "person_id % 2 = 0", "training"),
}


def scored(name: str, folder: Path) -> RowReport:
    """The set's own map, tables and row on the slice."""
    file, condition, row = SLICES[name]
    data, home = data_set(name), REPOSITORY / "benchmarks/fidelity" / name
    tables = (home / "tables.yaml").read_text("utf-8")
    part = tables.replace(f"'{file}'", f"(select * from '{file}' where {condition})")
    with doxa.open(folder / "slice.db", home / "map.yaml") as twins:
        twins.backfill(parse_tables(part), folder=data)
        return twins.fidelity(load_evaluation(home / "evaluation.yaml"), [row]).rows[0]


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(SLICES))
def test_simulated_effects_lie_within_chance_of_real_ones(tmp_path: Path, name: str) -> None:
    report = scored(name, tmp_path)
    assert report.ladders[0].step("twin") is not None
    for effect in report.effects:
        assert effect.label.ground is Ground.IDENTIFIED
        assert effect.inside
        assert effect.ratios["twin"] < 1
        assert effect.real[1] < effect.real[0] < effect.real[2]
