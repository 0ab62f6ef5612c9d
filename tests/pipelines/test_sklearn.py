"""Twins in scikit-learn: its own checks, and pipelines that read nothing from later."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.pipelines.conftest import GRID

import doxa
from doxa.checks.worlds import START
from doxa.domain.clock import DAY
from doxa.errors import InputError
from doxa.sklearn import OriginSplit, TwinClassifier, TwinFeatures, TwinRegressor


@pytest.fixture(scope="module")
def asked(db: Path) -> tuple[list[tuple[str, int, str]], np.ndarray]:
    """Rows of buys_soon and what became of them."""
    with doxa.open(db) as twins:
        table = twins.features("buys_soon", at=GRID, items=["milk", "tea"], labelled=True)
    at = table.column("origin").cast("int64").to_pylist()
    rows = list(
        zip(table.column("twin").to_pylist(), at, table.column("member").to_pylist(), strict=True)
    )
    return rows, table.column("label").to_numpy()


def test_rows_may_come_in_any_table(db: Path, asked) -> None:
    pandas = pytest.importorskip("pandas")
    rows, y = asked
    rows, y = rows[::9], y[::9]
    want = TwinFeatures(db, "buys_soon").fit(rows, y).transform(rows)
    frame = pandas.DataFrame(rows, columns=["twin", "at", "member"])
    timed = frame.assign(at=pandas.to_datetime(frame["at"], unit="us", utc=True))
    text = frame.assign(at=[f"{moment.isoformat()}" for moment in timed["at"]])
    for table in (frame, timed, text, np.array(rows, dtype=object)):
        found = TwinFeatures(db, "buys_soon").fit(table, y)
        np.testing.assert_array_equal(found.transform(table), want)
    assert list(found.get_feature_names_out()) == found.names_
    told = TwinFeatures(db, "buys_soon").set_output(transform="pandas").fit_transform(frame, y)
    assert list(told.columns) == found.names_


def test_features_do_not_know_what_came_later(db: Path, asked, tmp_path: Path) -> None:
    rows, y = asked
    fitted = TwinFeatures(db, "buys_soon").fit(rows, y)
    cut = GRID[3]
    early = [row for row in rows if row[1] <= cut][::7]
    with doxa.open(db) as twins:
        signals = [
            signal
            for key in twins.wiring.store.twins().tolist()
            for signal in twins.wiring.store.signals(key)
            if signal.recorded <= cut
        ]
        with doxa.open(tmp_path / "early.db", map=twins.map) as before:
            before.observe_many(signals)
    then = clone(fitted).set_params(db=tmp_path / "early.db")
    then.recipe_, then.names_, then.n_features_in_ = fitted.recipe_, fitted.names_, 3
    np.testing.assert_allclose(then.transform(early), fitted.transform(early), rtol=1e-9)


def test_people_never_met_are_strangers_and_no_error(db: Path, asked) -> None:
    rows, y = asked
    found = TwinClassifier(db, "buys_soon").fit(rows, y)
    never = [("nobody", GRID[0], "milk"), ("no one", GRID[0], "milk")]
    first, second = found.predict_proba(never)[:, 1]
    assert first == second
    assert 0 < first < 1


def test_a_pipeline_is_scored_on_later_moments(db: Path, asked) -> None:
    rows, y = asked
    frame = np.array(rows, dtype=object)
    for model in (
        make_pipeline(TwinFeatures(db, "buys_soon"), StandardScaler(), LogisticRegression(C=0.01)),
        TwinClassifier(db, "buys_soon"),
    ):
        scores = cross_val_score(
            model, frame, y, cv=OriginSplit(2, window="2d"), scoring="roc_auc", error_score="raise"
        )
        assert scores.min() > 0.6


def test_forecasts_of_people_left_out(db: Path, asked) -> None:
    rows, y = asked
    found = cross_val_predict(
        TwinClassifier(db, "buys_soon"),
        np.array(rows, dtype=object),
        y,
        groups=[row[0] for row in rows],
        cv=GroupKFold(3),
        method="predict_proba",
    )
    assert found.shape == (len(rows), 2)
    assert abs(found[:, 1].mean() - y.mean()) < 0.05


@pytest.mark.parametrize("kind", [TwinFeatures, TwinClassifier])
def test_clones_and_pickles_are_the_same(db: Path, asked, kind) -> None:
    rows, y = asked
    fitted = kind(db, "buys_soon", seed=3).fit(rows, y)
    again = pickle.loads(pickle.dumps(fitted))
    fresh = clone(fitted).fit(rows, y)
    name = "transform" if kind is TwinFeatures else "predict_proba"
    for other in (again, fresh):
        np.testing.assert_array_equal(getattr(other, name)(rows), getattr(fitted, name)(rows))


def test_a_regressor_reads_amounts(db: Path) -> None:
    with doxa.open(db) as twins:
        table = twins.features("spend", at=GRID, labelled=True)
    at = table.column("origin").cast("int64").to_pylist()
    rows = list(zip(table.column("twin").to_pylist(), at, strict=True))
    y = table.column("label").to_numpy()
    found = TwinRegressor(db, "spend").fit(rows, y)
    assert found.score(rows, y) > 0.05
    with pytest.raises(InputError, match="no yes or no"):
        TwinClassifier(db, "spend").fit(rows, y > 1)


def test_splits_leave_out_windows_that_reach_into_the_scored_part() -> None:
    rows = [("ann", START + day * DAY) for day in (0, 0, 1, 2, 3, 4, 5, 6, 7)]
    for fit, score in OriginSplit(3, window="2d").split(rows):
        assert max(rows[row][1] for row in fit) + 2 * DAY <= min(rows[row][1] for row in score)
    with pytest.raises(ValueError, match="greater than the number of"):
        next(OriginSplit(3).split(rows[:3]))
    with pytest.raises(ValueError, match="expected 1 or more"):
        OriginSplit(0)


def test_rows_that_cannot_be_read(db: Path) -> None:
    def fit(rows: Any, outcome: str = "buys_soon") -> None:
        TwinFeatures(db, outcome).fit(rows, None)

    with pytest.raises(InputError, match="has members"):
        fit([("p1", GRID[0])])
    with pytest.raises(InputError, match="has no members"):
        fit([("p1", GRID[0], "milk")], "no_visit")
    with pytest.raises(InputError, match="row 2 of X, column 2"):
        fit([("p1", GRID[0]), ("p1", 1.5)], "no_visit")
    with pytest.raises(InputError, match="names no twin"):
        fit([(None, GRID[0])], "no_visit")
    with pytest.raises(InputError, match="no 'beep' asks"):
        fit([("p1", GRID[0])], "beeps")
    with pytest.raises(InputError, match="1 feature"):
        fit([("p1",)], "no_visit")
