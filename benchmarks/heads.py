"""Fitting and scoring a head against scikit-learn's logistic regression and LightGBM on the same rows.

All three get the same matrix of features and the same labels, on one thread each, in a process of
their own. Two more rows say what a head costs with everything that goes into it.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import lightgbm
import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks import backfill, fitting
from benchmarks.claim import Row, Size, alone
from doxa.features.knowledge import as_known
from doxa.features.plan import readings_of
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.glm import fit_glm, sigmoid
from doxa.heads.head import family_of
from doxa.learning.asked import rows_to_fit
from doxa.learning.challenger import ROUNDS, SETTINGS
from doxa.learning.design import design_of, level_of
from doxa.learning.fields import fields_of_fit
from doxa.learning.labelled import Labelled
from doxa.learning.training import learned_recipe, train
from doxa.runtime.opening import open_twins
from doxa.runtime.populations.pasts import past_of
from doxa.runtime.populations.people import people_read

MOST = 50_000
OUTCOME = "comes_back"
RIDGE = 100.0
ROUNDS_OF_TREES = max(ROUNDS)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one side took: seconds of the processor, and memory beyond the rows."""

    fit: float
    score: float
    memory: float
    rows: int
    columns: int
    loss: float


def measure(size: Size, folder: Path) -> list[Row]:
    """The three on one matrix, then the head with all its parts on the rows behind it."""
    alone(fitting.filled, folder, min(size.fitted // 2, MOST))
    whole, _ = alone(_whole, folder)
    sides = {name: alone(_side, folder, name)[0] for name in ("head", "scikit-learn", "LightGBM")}
    own, rivals = sides.pop("head"), sides
    shape = f"{own.rows:,} rows x {own.columns} columns"
    return [
        _row(f"fit a head's coefficients, {shape}", own, rivals, "fit"),
        _row("score the same rows", own, rivals, "score"),
        Row(
            "memory of that fit beyond the rows",
            "reported",
            ", ".join(f"{name} {told.memory:,.0f} MiB" for name, told in rivals.items()),
            f"{own.memory:,.0f} MiB",
            None,
        ),
        Row(
            "log-loss of that fit on its own rows",
            "reported",
            ", ".join(f"{name} {told.loss:.4f}" for name, told in rivals.items()),
            f"{own.loss:.4f}",
            None,
        ),
        _row("the whole head: features, norms, penalty, calibration", whole, rivals, "fit"),
        _row("forecasts by it, features made anew", whole, rivals, "score"),
    ]


def _row(what: str, own: Told, rivals: dict[str, Told], part: str) -> Row:
    def rate(told: Told) -> float:
        return float(getattr(told, part)) / told.rows * 1e6

    ratios = ", ".join(f"{rate(own) / rate(told):.2f}x {name}" for name, told in rivals.items())
    beside = ", ".join(f"{name} {rate(told):.2f} s" for name, told in rivals.items())
    return Row(
        f"{what}, per million rows", "reported", beside, f"{rate(own):.2f} s: {ratios}", None
    )


def _whole(folder: Path) -> Told:
    """Train the head of an outcome from its labelled rows; the matrix of its design is left behind."""
    with closing(open_twins(folder / "store.db", clock=lambda: backfill.NOW)) as twins:
        wiring = twins.wiring
        outcome = wiring.belief_map.outcomes[OUTCOME]
        people = people_read(wiring, seed=1)
        past = past_of(wiring, wiring.belief_map, [outcome], people, lambda *_: None)
    labelled, _ = rows_to_fit(past, outcome, backfill.NOW)
    past, seen = as_known(past, labelled.rows)
    labelled = Labelled(seen, labelled.y)
    views = Views(past, readings_of(past.map, outcome))
    before, begun = _peak(), time.process_time()
    with threadpool_limits(1):
        known = np.zeros(0, dtype=np.int64)
        head = train(past.map, outcome, views, labelled, items=[], known=known)
        fitted = time.process_time()
        told = forecast(head, views, labelled.rows)
        scored = time.process_time()
        grown = _peak() - before
        _kept(past.map, outcome, views, labelled, folder)
    return Told(
        fit=fitted - begun,
        score=scored - fitted,
        memory=grown,
        rows=len(labelled.y),
        columns=len(head.names),
        loss=_loss(told.mean, labelled.y),
    )


def _kept(belief_map: Any, outcome: Any, views: Views, labelled: Labelled, folder: Path) -> None:
    """The matrix that the head's coefficients are fitted on, for all sides."""
    family, rng = family_of(outcome, belief_map), np.random.default_rng(1)
    level = level_of(labelled.y, family)
    fields = fields_of_fit(outcome, views.past, labelled.rows, labelled.y, family, level)
    recipe = learned_recipe(belief_map, outcome, views, labelled.rows, fields, rng)
    design = design_of(recipe, fields, views, labelled, family, lambda *_: None, rng)
    np.save(folder / "table.npy", np.delete(design.table, 1, axis=1))
    np.save(folder / "labels.npy", labelled.y)


def _side(folder: Path, name: str) -> Told:
    table, y = np.load(folder / "table.npy"), np.load(folder / "labels.npy")
    with threadpool_limits(1):
        _SIDES[name](table[:1_000], y[:1_000])(table[:1_000])
        before, begun = _peak(), time.process_time()
        score = _SIDES[name](table, y)
        fitted, grown = time.process_time(), _peak() - before
        told = score(table)
        scored = time.process_time()
    return Told(
        fit=fitted - begun,
        score=scored - fitted,
        memory=grown,
        rows=len(y),
        columns=table.shape[1] - 1,
        loss=_loss(told, y),
    )


def _head(table: Any, y: Any) -> Callable[[Any], Any]:
    beta = fit_glm(table, y, ridge=np.r_[0.1, np.full(table.shape[1] - 1, RIDGE)])
    return lambda rows: sigmoid(rows @ beta.astype(rows.dtype))


def _logistic(table: Any, y: Any) -> Callable[[Any], Any]:
    model = LogisticRegression(C=1 / RIDGE, max_iter=1_000)
    model.fit(table[:, 1:], y)
    return lambda rows: model.predict_proba(rows[:, 1:])[:, 1]


def _trees(table: Any, y: Any) -> Callable[[Any], Any]:
    settings = {**SETTINGS, "objective": "binary", "num_threads": 1}
    model = lightgbm.train(settings, lightgbm.Dataset(table[:, 1:], y), ROUNDS_OF_TREES)
    return lambda rows: model.predict(rows[:, 1:], num_threads=1)


_SIDES = {"head": _head, "scikit-learn": _logistic, "LightGBM": _trees}


def _loss(told: Any, y: Any) -> float:
    p = np.clip(told, 1e-12, 1 - 1e-12)
    return float(-(y * np.log(p) + (1 - y) * np.log1p(-p)).mean())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
