"""Learning how much a person's own errors count, once the population's forecast stands."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import FieldType
from doxa.features.moments import is_at_signal
from doxa.features.phi import Phi, Recipe, phi
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.errors import (
    Asked,
    Errors,
    History,
    effect_columns,
    item_fields,
    looked_at,
    situations_of,
    slope_columns,
    width,
)
from doxa.heads.glm import fit_glm, loss_of
from doxa.heads.head import CHUNK, Head, plain_eta, recipe_of
from doxa.learning.fields import Fields

RIDGE = 10.0
LEFT_OUT = 5
"""One person in five judges whether errors help; they are kept only where they do."""


def with_errors(head: Head, views: Views, rows: Rows, y: Floats, fields: Fields) -> Head:
    """The head with effects of persons, where they forecast people left out better than it alone.

    Parameters
    ----------
    rows, y : fit rows and their labels
    fields : item effects apart, so that no event of a fit row is expected by its own label
    """
    recipe = recipe_of(head, views.map)
    if not is_at_signal(recipe.outcome) or len(np.unique(rows.twin)) < LEFT_OUT:
        return head
    named = frozenset(reading.node for reading in recipe.readings if reading.field is not None)
    slopes = slope_columns(tuple(head.names), tuple(head.owners), named)
    flags = frozenset(name for name, kind in views.map.fields.items() if kind is FieldType.FLAG)
    draft = Errors(
        slopes=slopes,
        centre=[0.0] * len(slopes),
        scale=[1.0] * len(slopes),
        items=item_fields(head.known),
        situations=situations_of(head.names, head.known, head.recent, flags),
        bands=[*(band for band in views.map.bands if not math.isinf(band)), math.inf],
        usual=1.0,
        weights=[],
    )
    look = Look(head, views, recipe, fields, parts_of(rows, fields))
    eta, x = look.at(draft, rows)
    count = len(slopes)
    centre, scale = x[:, :count].mean(axis=0), np.maximum(x[:, :count].std(axis=0), 1e-9)
    draft = msgspec.structs.replace(draft, centre=centre.tolist(), scale=scale.tolist())
    history = History.of(
        recipe.outcome, views.past, rows.twin, head.family, lambda events: look.at(draft, events)
    )
    usual = float(history.mass.mean()) if len(history.mass) else 1.0
    draft = msgspec.structs.replace(draft, usual=usual)
    x[:, :count] = (x[:, :count] - centre) / scale
    asked = Asked(rows, x)
    table = effect_columns(draft, recipe.outcome, views.past, history, asked)
    found = _weights(head, table, y, eta, rows)
    return (
        head
        if found is None
        else msgspec.structs.replace(
            head, errors=msgspec.structs.replace(draft, weights=found.tolist())
        )
    )


def _weights(head: Head, table: Floats, y: Floats, eta: Floats, rows: Rows) -> Floats | None:
    """Weights of the effects; None where the head does better without on people left out."""
    scale = np.maximum(table.std(axis=0), 1e-9)
    columns = table / scale
    ridge = np.full(table.shape[1], RIDGE)
    _, person = np.unique(rows.person, return_inverse=True)
    out = person % LEFT_OUT == 0

    def fitted(chosen: Ints) -> Floats:
        return fit_glm(
            columns[chosen], y[chosen], ridge=ridge, family=head.family, offset=eta[chosen]
        )

    inside = fitted(np.flatnonzero(~out))
    better = loss_of(eta[out] + columns[out] @ inside, y[out], head.family).mean()
    if better >= loss_of(eta[out], y[out], head.family).mean():
        return None
    return np.asarray(fitted(np.arange(len(y))) / scale)


def parts_of(rows: Rows, fields: Fields) -> dict[int, int]:
    """The part of each fitted twin."""
    if not fields.apart:
        return {}
    twins, first = np.unique(rows.twin, return_index=True)
    return dict(zip(twins.tolist(), fields.part[first].tolist(), strict=True))


class Look:
    """Expectations of events, each person's by item effects that other people taught."""

    def __init__(
        self, head: Head, views: Views, recipe: Recipe, fields: Fields, parts: dict[int, int]
    ) -> None:
        self._head, self._views = head, views
        self._recipes = [recipe, *(replace(recipe, known=known) for known in fields.apart)]
        self._parts = parts

    def at(self, errors: Errors, rows: Rows) -> tuple[Floats, Floats]:
        """The linear predictor and the slope columns of some rows."""
        part = np.array([self._parts.get(twin, -1) for twin in rows.twin.tolist()], dtype=np.int64)
        eta, x = np.empty(len(rows)), np.empty((len(rows), width(errors)))
        for number, recipe in enumerate(self._recipes):
            own = np.flatnonzero(part == number - 1)
            for low in range(0, len(own), CHUNK):
                chosen = own[low : low + CHUNK]
                found: Phi = phi(recipe, self._views, rows.take(chosen))
                eta[chosen] = plain_eta(self._head, self._views, rows.take(chosen), found)
                x[chosen] = looked_at(errors, found)
        return eta, x
