"""A web shop's invoices, through the command a user would run: only files, no code of its own."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from doxa.fidelity.report_file import load_report
from tests.data.sets import REPOSITORY, data_set

EVALUATION = REPOSITORY / "benchmarks/fidelity/online_retail/evaluation.yaml"


@pytest.mark.data
def test_the_ladder_has_no_persona_and_the_twin_beats_every_rung(tmp_path: Path) -> None:
    folder = data_set("online_retail")
    command = ["fidelity", str(EVALUATION), "--data", str(folder), "--row", "june_30d", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "doxa", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "report.json").write_text(done.stdout)
    report = load_report(tmp_path / "report.json")
    [row] = report.rows
    ladder = row.ladder("all")
    assert ladder is not None
    assert [step.name for step in ladder.steps] == [
        "base",
        "lifetime",
        "one_band",
        "rf_logistic",
        "bg_nbd",
        "twin",
    ]
    assert (report.people, ladder.rows, row.unresolved) == (4371, 2718, 0)
    assert ladder.mean == pytest.approx(0.276, abs=0.001)
    losses = {step.name: step.loss[0] for step in ladder.steps}
    assert losses["twin"] == min(losses.values()) < 0.50
    assert all(math.isfinite(loss) for loss in losses.values())
