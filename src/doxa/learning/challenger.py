"""Training the challenger, and whether it may stand beside the head: people left out decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.errors import MissingExtra
from doxa.features.phi import phi
from doxa.features.rows import Rows
from doxa.heads.boosted import Boosted
from doxa.heads.errors import NOTHING, Asked, History, effect_columns, looked_at, width
from doxa.heads.glm import Family, loss_of
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import CHUNK, plain_eta, tree_columns
from doxa.learning.apart import Apart
from doxa.learning.choosing import left_out
from doxa.learning.labelled import Labelled, Progress, sample_of

MOST_ROWS = 250_000
ROUNDS = (75, 150)
SHARES = (0.5, 1.0)
FEWEST_IN_LEAF = (20, 200)
SETTINGS = {
    "learning_rate": 0.08,
    "num_leaves": 31,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
OBJECTIVES = {Family.BERNOULLI: "binary", Family.POISSON: "poisson", Family.GAUSSIAN: "regression"}


def with_challenger(
    whole: Apart,
    fit: Labelled,
    train: Callable[[Labelled], Apart],
    *,
    seed: int,
    tell: Progress,
) -> Head:
    """The head with trees beside it, where they forecast people left out clearly better than it alone.

    A head and trees are fitted on four people in five and judged on the fifth: alone, and averaged.
    What wins by more than chance is fitted on everybody. Trees see the head's columns, the item, and
    the effects of persons where the head has such.

    Parameters
    ----------
    whole : Apart
        The head, beside how the rows it was fitted on are seen.
    train : callable
        Fits a head without trees on some rows.
    """
    head = whole.head
    out = left_out(fit)
    if (head.standing and head.errors is not None) or out.all() or not out.any():
        return head
    rng = np.random.Generator(np.random.Philox(seed))
    inside, outside = np.flatnonzero(~out), np.flatnonzero(out)
    tell(f"challenger of {head.outcome}", 0.0)
    rival = train(fit.take(inside))
    model = _trees(rival, fit.take(_some(inside, rng)), max(ROUNDS), seed)
    judged = fit.take(_some(outside, rng))
    tell(f"challenger of {head.outcome}", 0.6)
    table, eta = _columns(rival, judged.rows)
    plain = loss_of(eta, judged.y, head.family)
    best: tuple[float, int, float, Floats] | None = None
    for rounds in ROUNDS:
        told = model.predict(table, raw_score=True, num_iteration=rounds)
        for share in SHARES:
            losses = loss_of((1 - share) * eta + share * told, judged.y, head.family)
            if best is None or losses.mean() < best[0]:
                best = (float(losses.mean()), rounds, share, losses)
    assert best is not None
    gained = _interval(plain - best[3], judged.rows.person)
    if gained[1] <= 0:
        return head
    tell(f"challenger of {head.outcome}", 0.8)
    every = fit.take(_some(np.arange(len(fit.y)), rng))
    found = _trees(whole, every, best[1], seed)
    return msgspec.structs.replace(head, boosted=Boosted(found.model_to_string(), best[2], gained))


def _some(rows: Ints, rng: np.random.Generator) -> Ints:
    return rows[sample_of(len(rows), MOST_ROWS, rng)]


def _columns(apart: Apart, rows: Rows) -> tuple[Floats, Floats]:
    """The columns of trees, and the linear predictor beside them, effects of persons included."""
    head, views = apart.head, apart.views
    errors = head.errors or NOTHING
    table, eta = np.empty((len(rows), len(head.names) + 1)), np.empty(len(rows))
    x = np.empty((len(rows), width(errors)))
    for recipe, own in apart.parts(rows):
        for low in range(0, len(own), CHUNK):
            part = own[low : low + CHUNK]
            asked = rows.take(part)
            found = phi(recipe, views, asked)
            table[part] = tree_columns(head, views, asked, found)
            eta[part] = plain_eta(head, views, asked, found)
            x[part] = looked_at(errors, found)
    if head.errors is None:
        return table, eta
    outcome = recipe_of(head, views.map).outcome
    history = History.of(
        outcome, views.past, rows, head.family, lambda events: apart.look(errors, events)
    )
    effects = effect_columns(errors, outcome, views.past, history, Asked(rows, x))
    return np.column_stack([table, effects]), eta + effects @ np.asarray(errors.weights)


def _trees(apart: Apart, labelled: Labelled, rounds: int, seed: int) -> Any:
    try:
        import lightgbm
    except ImportError as error:
        raise MissingExtra(
            "a gradient-boosted challenger needs lightgbm", hint='pip install "doxa[learn]"'
        ) from error
    table, _ = _columns(apart, labelled.rows)
    few = len(labelled.y) < 20 * FEWEST_IN_LEAF[1]
    settings = {
        **SETTINGS,
        "objective": OBJECTIVES[apart.head.family],
        "min_data_in_leaf": FEWEST_IN_LEAF[0 if few else 1],
        "seed": seed % 2**31,
    }
    return lightgbm.train(settings, lightgbm.Dataset(table, labelled.y), num_boost_round=rounds)


def _interval(gained: Floats, person: Ints) -> list[float]:
    """Mean gain per row, and 1.96 standard errors over people to either side."""
    _, place = np.unique(person, return_inverse=True)
    by_person = np.bincount(place, gained)
    mean = float(gained.mean())
    spread = by_person - mean * np.bincount(place)
    width = 1.96 * float(np.sqrt((spread**2).sum())) / len(gained)
    return [mean, mean - width, mean + width]
