"""What doxa fidelity --json printed is read back as it was."""

from __future__ import annotations

import math

import msgspec
import pytest
from tests.pages.conftest import LOSSES, NAN, ladder_of, report_of, row_of

from doxa.errors import InputError
from doxa.fidelity.report_file import load_report


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row_of([ladder_of("all", LOSSES)])],
        [row_of([ladder_of("all", {"base": 0.2})], calibration=None, fit_origins=None)],
    ],
)
def test_round_trip(tmp_path, rows):
    made = report_of(rows)
    path = tmp_path / "fidelity.json"
    path.write_bytes(msgspec.json.encode(made))
    assert load_report(path) == made


def test_undefined_numbers_come_back_as_nan(tmp_path):
    losses = {"base": NAN, "lifetime": 0.2, "twin": NAN}
    path = tmp_path / "fidelity.json"
    path.write_bytes(msgspec.json.encode(report_of([row_of([ladder_of("all", losses)])])))
    steps = load_report(path).rows[0].ladders[0].steps
    assert math.isnan(steps[0].loss[0])
    assert math.isnan(steps[2].metrics["log_loss"])
    assert steps[0].skill_over_persona is None
    assert steps[1].chosen["half_life"] == math.inf


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"product": 3}', "\xff"])
def test_anything_else_is_refused(tmp_path, text):
    path = tmp_path / "fidelity.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match="is no fidelity report"):
        load_report(path)
