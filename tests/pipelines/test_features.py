"""Phi as a table: what the head reads, as known then, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow
import pytest
from tests.pipelines.conftest import GRID, MAP, history

import doxa
from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import START, crowd
from doxa.domain.clock import DAY
from doxa.errors import InputError, PopulationError, UnknownName
from doxa.heads.glm import sigmoid
from doxa.interfaces.cli.frame import run
from doxa.runtime.versions import population_at

ORIGIN = START + 20 * DAY


def numbers(table: pyarrow.Table, names: list[str]) -> np.ndarray:
    return np.stack([table.column(name).to_numpy() for name in names], axis=1)


def test_the_head_forecasts_from_these_columns(db: Path) -> None:
    with doxa.open(db) as twins:
        head = population_at(twins.wiring, None)[1].heads["no_visit"]
        table = twins.features("no_visit", at=ORIGIN)
        made = twins.forecast("no_visit", at=ORIGIN)
    assert table.column_names == ["twin", "origin", *head.names]
    x = np.clip(numbers(table, head.names), head.low, head.high)
    found = dict(
        zip(table.column("twin").to_pylist(), sigmoid(head.bias + x @ head.weights), strict=True)
    )
    assert head.errors is None
    assert {row.twin for row in made.rows()} == set(found)
    for row in made.rows():
        assert found[row.twin] == pytest.approx(row.probability, abs=1e-9)


def test_features_are_as_known_at_each_origin(db: Path, tmp_path: Path) -> None:
    with doxa.open(db) as twins:
        table = twins.features("buys_soon", at=GRID, items=["milk", "tea"])
        heads = population_at(twins.wiring, None)[1]
    names = [name for name in table.column_names if ": " in name]
    place = np.flatnonzero(table.column("origin").cast("int64").to_numpy() == GRID[2])
    for twin in ("p3", "p12"):
        with doxa.open(tmp_path / f"{twin}.db", map=parse_map(MAP)) as alone:
            known = [
                signal
                for signal in history()
                if signal.twin == twin and signal.recorded <= GRID[2] and signal.at < GRID[2]
            ]
            alone.observe_many(known)
            _promote(alone, heads)
            then = alone.features("buys_soon", at=GRID[2], items=["milk", "tea"])
        of = [row for row in place if table.column("twin")[int(row)].as_py() == twin]
        np.testing.assert_allclose(
            numbers(table.take(of), names), numbers(then, names), rtol=1e-9, atol=1e-12
        )
        assert then.column("member").to_pylist() == ["milk", "tea"]


def _promote(twins: doxa.runtime.twins.Twins, population: object) -> None:
    """Read with what was learned elsewhere."""
    from doxa.heads.population import encode
    from doxa.storage.port import PopulationVersion

    twins.wiring.store.put_population(
        PopulationVersion(
            version=0, created=1, map_fingerprint="", origin=1, active_from=1,
            body=encode(population),
        )
    )  # fmt: skip


def test_labels_are_null_while_the_window_is_open(db: Path) -> None:
    with doxa.open(db) as twins:
        late = START + 27 * DAY + DAY // 2
        table = twins.features("buys_soon", at=[GRID[0], late], items=["milk"], labelled=True)
        made = twins.forecast("buys_soon", at=GRID[0], items=["milk"])
    origin = table.column("origin").cast("int64").to_numpy()
    label = table.column("label").to_pylist()
    assert {label[row] for row in np.flatnonzero(origin == GRID[0])} == {0.0, 1.0}
    assert {label[row] for row in np.flatnonzero(origin == late)} == {None}
    assert (origin == GRID[0]).sum() == len(made)


def test_outcomes_at_signals_come_at_every_signal(db: Path) -> None:
    with doxa.open(db) as twins:
        table = twins.features("beeps", ["p1", "p2"], labelled=True)
    asked = sorted(
        (s.twin, s.at, s.payload["mood"])
        for s in crowd(80, days=28)
        if s.kind == "beep" and s.twin in ("p1", "p2")
    )
    at = table.column("origin").cast("int64").to_pylist()
    told = sorted(
        zip(table.column("twin").to_pylist(), at, table.column("label").to_pylist(), strict=True)
    )
    assert set(told) <= set(asked)


def test_a_purpose_reads_what_it_may_see(db: Path) -> None:
    with doxa.open(db) as twins:
        table = twins.features("buys_soon", at=ORIGIN, items=["milk"], purpose="shelf")
        with pytest.raises(InputError, match="may not forecast"):
            twins.features("no_visit", purpose="shelf")
    owners = {name.split(": ")[0] for name in table.column_names if ": " in name}
    assert owners == {"buys"}
    assert table.schema.metadata[b"purpose"] == b"shelf"


def test_what_cannot_be_asked(db: Path, tmp_path: Path) -> None:
    with doxa.open(db) as twins:
        with pytest.raises(PopulationError, match="nothing was fitted"):
            twins.features("deals")
        with pytest.raises(UnknownName, match="no outcome"):
            twins.features("dealz")
        with pytest.raises(InputError, match="not asked per item"):
            twins.features("no_visit", items=["milk"])
        with pytest.raises(InputError, match="names no moment"):
            twins.features("no_visit", at=[])
    with (
        doxa.open(tmp_path / "empty.db", map=parse_map(MAP)) as twins,
        pytest.raises(InputError, match="ledger is empty"),
    ):
        twins.features("no_visit")


@pytest.mark.parametrize("ending", ["parquet", "arrow", "csv"])
def test_the_command_writes_a_table(
    db: Path, tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"features.{ending}"
    asked = ["features", "no_visit", "--at", "2026-03-20", "--labelled", "--db", str(db)]
    assert run([*asked, "--out", str(out)]) == 0
    assert "no_visit: " in capsys.readouterr().out
    assert out.stat().st_size > 1000
    assert run([*asked, "--json"]) == 0
    assert '"outcome": "no_visit"' in capsys.readouterr().out
    assert run([*asked, "--out", str(tmp_path / "features.xls")]) == 2
    assert run(asked) == 0
    assert "origin" in capsys.readouterr().out
