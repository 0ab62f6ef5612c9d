"""Shares under moved attributes: cells by hand, errors and slopes, and a known truth recovered."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.fidelity.cells import MOVES, cells_by_move, share_error, slope
from doxa.fidelity.report import FidelityReport
from doxa.fidelity.resampling import Resamples
from doxa.runtime.evaluating import evaluate

MAP = """
doxa: 1
product: shop
clock: position
bands: [2, never]
fields: {brand: category}
nodes: {buys: {kind: preference, of: brand}}
signals: {shelf: [{node: buys, count: 1}]}
outcomes:
  takes: {choice: shelf, options: brands, chosen: brand, attributes: [price]}
"""
EVALUATION = """
doxa: 1
map: map.yaml
data: {load: load.py}
rows:
  shares:
    shares: takes
    moved: [price]
    fit: {without_largest: {price: 0.2}}
    score: {largest: {price: 0.2}}
    rivals: [plain_logit]
    paths: 100
    metrics: [share_error, slope]
    bars: {all: {share_error: 0.2}}
"""
LOADER = """
import numpy as np

def rows():
    rng = np.random.default_rng(5)
    for person in range(60):
        liking = rng.normal(0, 1.5, 3)
        for at in range(14):
            price = rng.uniform(1, 3, 3)
            eta = liking - 1.5 * price
            pick = int(rng.choice(3, p=np.exp(eta) / np.exp(eta).sum()))
            brands = [{"id": b, "price": float(price[i])} for i, b in enumerate("abc")]
            yield {"twin": f"p{person}", "kind": "shelf", "at": at,
                   "payload": {"brands": brands, "brand": "abc"[pick]}}
"""


def test_each_option_has_five_cells_by_how_it_moved() -> None:
    move = np.array([-4.0, -1, -1, 0, 1, 2, 3, np.nan, 5])
    option = np.array([0, 0, 0, 0, 0, 0, 0, 0, -1])
    cells = cells_by_move(np.arange(9), option, [move])
    assert [MOVES[cells.keys[one, 2]] for one in cells.cell] == [
        *("fell much", "fell", "fell", "stayed", "rose", "rose", "rose much")
    ]
    assert cells.place.tolist() == list(range(7))
    np.testing.assert_allclose(cells.mean_moves(), [-4, -1, 0, 1.5, 3])


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_totals_errors_and_slopes_are_those_of_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 40
    owner = np.arange(count) // 2
    option = rng.integers(0, 3, count)
    moves = [rng.choice([-2.0, -1, 0, 1, 3, np.nan], count) for _ in range(2)]
    cells = cells_by_move(owner, option, moves)
    y, told = rng.integers(0, 2, count).astype(float), rng.uniform(0, 1, count)
    rows, real, simulated = (cells.totals(v) for v in (np.ones(count), y, told))
    error = above = below = 0.0
    for attribute in range(2):
        for one in range(3):
            own = (cells.keys[:, 0] == attribute) & (cells.keys[:, 1] == one)
            where = np.flatnonzero((option == one) & ~np.isnan(moves[attribute]))
            for cell in np.flatnonzero(own):
                inside = cells.place[cells.cell == cell]
                size = len(inside)
                error += size * abs(y[inside].mean() - told[inside].mean())
                real_change = y[inside].mean() - y[where].mean()
                told_change = told[inside].mean() - told[where].mean()
                above += size * real_change * told_change
                below += size * told_change**2
    assert share_error(rows, real, simulated) == pytest.approx(error / rows.sum())
    if below > 1e-6:
        assert slope(cells.group, rows, real, simulated) == pytest.approx(above / below)
    resamples = Resamples(owner // 3, draws=100, seed=1)
    drawn = cells.drawn(y, resamples)
    np.testing.assert_allclose(drawn.mean(axis=0), real, atol=0.5 + 0.3 * np.sqrt(real.max()))


def test_what_does_not_move_has_no_slope() -> None:
    rows, group = np.array([5.0, 5.0]), np.array([0, 0])
    assert np.isnan(slope(group, rows, np.array([1.0, 3.0]), np.array([2.0, 2.0])))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("shares")
    (found / "map.yaml").write_text(MAP)
    (found / "evaluation.yaml").write_text(EVALUATION)
    (found / "load.py").write_text(LOADER)
    return found


@pytest.fixture(scope="module")
def report(folder: Path) -> FidelityReport:
    return evaluate(folder / "evaluation.yaml", progress=lambda *_: None)


def test_a_known_taste_is_recovered_under_the_largest_moves(report: FidelityReport) -> None:
    (row,) = report.rows
    ladder = row.ladder("all")
    assert ladder is not None
    twin, plain, base = (ladder.step(name) for name in ("twin", "plain_logit", "base"))
    assert twin is not None
    assert plain is not None
    assert base is not None
    assert twin.metrics["share_error"] < 0.75 * base.metrics["share_error"]
    low, high = twin.intervals["slope"]
    assert low < 1 < high
    assert 0.8 < twin.metrics["slope"] < 1.2
    assert np.isnan(base.metrics["slope"])
    assert report.passed


def test_every_held_out_menu_stands_in_a_cell_per_option(report: FidelityReport) -> None:
    (row,) = report.rows
    assert row.shares is not None
    assert row.shares.paths == 100
    assert sum(cell.rows for cell in row.shares.cells) == 3 * row.scored_rows
    assert {cell.moved for cell in row.shares.cells} == set(MOVES) - {"stayed"}
    for cell in row.shares.cells:
        assert cell.low <= cell.simulated["twin"] <= cell.high
        assert (cell.mean_move < 0) == (cell.moved.startswith("fell"))
    inside = [cell.low <= cell.real <= cell.high for cell in row.shares.cells]
    assert np.mean(inside) > 0.6


def test_the_report_is_told_in_text_and_as_a_page(report: FidelityReport, tmp_path: Path) -> None:
    from doxa.fidelity.report_file import load_report
    from doxa.interfaces.cli.fidelity import lines
    from doxa.interfaces.pages.fidelity import write_fidelity_page

    file = tmp_path / "report.json"
    file.write_bytes(msgspec.json.encode(report))
    again = load_report(file)
    assert lines(again) == lines(report)
    text = "\n".join(lines(report))
    assert "slope of real on simulated changes of shares" in text
    assert "price  c       rose much" in text
    page = write_fidelity_page(again, tmp_path / "page.html", command="doxa fidelity").read_text()
    assert "Shares as attributes moved" in page
    assert "rose much" in page


@pytest.fixture(scope="module")
def in_folds(folder: Path) -> FidelityReport:
    text = EVALUATION.replace(
        "fit: {without_largest", "folds: {hash: 3}\n    fit: {without_largest"
    )
    (folder / "folds.yaml").write_text(text)
    return evaluate(folder / "folds.yaml", shuffles=3, progress=lambda *_: None)


def test_in_folds_everybody_is_scored_by_what_was_learned_of_others(
    report: FidelityReport, in_folds: FidelityReport
) -> None:
    (row,), (whole,) = in_folds.rows, report.rows
    assert row.shares is not None
    assert whole.shares is not None
    assert row.scored_rows == whole.scored_rows
    for one, other in zip(row.shares.cells, whole.shares.cells, strict=True):
        assert (one.option, one.moved, one.rows, one.real) == (
            *(other.option, other.moved, other.rows, other.real),
        )
        assert one.low <= one.simulated["twin"] <= one.high
    told = [[cell.simulated["twin"] for cell in each.shares.cells] for each in (row, whole)]
    assert told[0] != told[1]
    assert told[0] == pytest.approx(told[1], abs=0.1)
    own, known = (each.ladder("all").step("twin") for each in (row, whole))
    assert own.metrics["share_error"] < 0.2
    assert own.metrics["share_error"] == pytest.approx(known.metrics["share_error"], abs=0.05)
    assert {step.name for step in row.ladder("all").steps} >= {"base", "plain_logit", "twin"}


def test_what_was_taken_dealt_out_to_others_teaches_nothing(in_folds: FidelityReport) -> None:
    leaks = in_folds.rows[0].leaks
    assert leaks is not None
    assert leaks.skill is not None
    assert (leaks.passed, leaks.shuffles, leaks.later) == (True, 3, 0.0)
    assert in_folds.passed
