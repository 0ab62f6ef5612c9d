"""Learning how much a person's own errors count, once the population's forecast stands."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import FieldType
from doxa.features.moments import is_at_signal
from doxa.features.phi import Recipe
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.errors import (
    Asked,
    Errors,
    History,
    Look,
    effect_columns,
    item_fields,
    situations_of,
    slope_columns,
    width,
)
from doxa.heads.glm import fit_glm, loss_of
from doxa.heads.head import Head, looked, recipe_of
from doxa.learning.choosing import LEFT_OUT, calibration, left_out
from doxa.learning.fields import Fields
from doxa.learning.fitted import Fitted
from doxa.learning.labelled import Labelled

RIDGE = 10.0


def with_errors(head: Head, fitted: Fitted, views: Views, sample: Labelled, fields: Fields) -> Head:
    """The head with effects of persons, where they forecast people left out better than it alone.

    It is fitted twice: what events are held against knows no own effects, and the head that has
    them is fitted anew beside them, so that it does not explain what they explain away.

    Parameters
    ----------
    fitted : what the head was made of
    sample : fit rows and their labels
    fields : item effects apart, so that no event of a fit row is expected by its own label
    """
    recipe = recipe_of(head, views.map)
    rows = sample.rows
    if not is_at_signal(recipe.outcome) or len(np.unique(rows.twin)) < LEFT_OUT:
        return head
    draft = _draft(head, views, recipe)
    apart = Apart(head, views, recipe, fields, parts_of(rows, fields))
    seen = apart.look(draft, rows)
    count = len(draft.slopes)
    slopes = seen.x[:, :count]
    centre, scale = slopes.mean(axis=0), np.maximum(slopes.std(axis=0), 1e-9)
    draft = msgspec.structs.replace(draft, centre=centre.tolist(), scale=scale.tolist())
    history = History.of(
        recipe.outcome, views.past, rows.twin, head.family, lambda events: apart.look(draft, events)
    )
    usual = float(history.mass.mean()) if len(history.mass) else 1.0
    draft = msgspec.structs.replace(draft, usual=usual)
    slopes -= centre
    slopes /= scale
    table = effect_columns(draft, recipe.outcome, views.past, history, Asked(rows, seen.x))
    return _joined(head, fitted, draft, table, sample)


def _draft(head: Head, views: Views, recipe: Recipe) -> Errors:
    named = frozenset(reading.node for reading in recipe.readings if reading.field is not None)
    slopes = slope_columns(tuple(head.names), tuple(head.owners), named)
    flags = frozenset(name for name, kind in views.map.fields.items() if kind is FieldType.FLAG)
    return Errors(
        slopes=slopes,
        centre=[0.0] * len(slopes),
        scale=[1.0] * len(slopes),
        items=item_fields(head.known),
        situations=situations_of(head.names, head.known, head.recent, flags),
        bands=[*(band for band in views.map.bands if not math.isinf(band)), math.inf],
        usual=1.0,
        weights=[],
        item_bands=[band for band in views.map.bands if not math.isinf(band)][:2],
    )


def _joined(head: Head, fitted: Fitted, draft: Errors, table: Floats, sample: Labelled) -> Head:
    """The head with own effects beside it, as people left out are forecast best.

    Fitted together with everything else, or for what the head alone leaves over; or none at all.
    """
    out = left_out(sample)
    if out.all() or not out.any():
        return head
    scale = np.maximum(table.std(axis=0), 1e-9)
    both = _Both(fitted, (table / scale).astype(np.float32), sample.y, head.ridge)
    inside, outside = np.flatnonzero(~out), np.flatnonzero(out)
    alone = np.r_[fitted.chosen.start, np.zeros(table.shape[1])]
    tried = [alone, both.together(inside, alone), both.after(inside, alone)]
    found = [both.eta(beta, outside) for beta in tried]
    losses = [float(loss_of(eta, sample.y[outside], head.family).mean()) for eta in found]
    best = int(np.argmin(losses))
    if best == 0:
        return head
    intercept, slope = calibration(found[best], sample.y[outside], head.family)
    whole = np.r_[fitted.beta, np.zeros(table.shape[1])]
    every = np.arange(len(sample.y))
    beta = both.together(every, whole) if best == 1 else both.after(every, whole)
    chosen = replace(fitted.chosen, intercept=intercept, slope=slope)
    line = replace(fitted, beta=beta, chosen=chosen).line()
    own = slope * beta[len(fitted.beta) :] / scale
    return msgspec.structs.replace(
        head,
        bias=line.bias,
        item_weight=line.item_weight,
        weights=line.weights,
        calibration=(intercept, slope),
        errors=msgspec.structs.replace(draft, weights=own.tolist(), expected=fitted.line()),
    )


@dataclass(frozen=True, slots=True)
class _Both:
    """The columns of a design and those of own effects, standardised."""

    fitted: Fitted
    own: NDArray[np.float32]
    y: Floats
    ridge: float

    def eta(self, beta: Floats, rows: Ints) -> Floats:
        """The linear predictor of some rows."""
        width = len(self.fitted.beta)
        design = self.fitted.design
        eta = design.offset(rows) + design.table[rows].astype(np.float64) @ beta[:width]
        eta = eta + self.own[rows].astype(np.float64) @ beta[width:]
        return np.asarray(eta, dtype=np.float64)

    def together(self, rows: Ints, start: Floats) -> Floats:
        """All coefficients, fitted to some rows at once."""
        design = self.fitted.design
        share = len(rows) / len(self.y)
        penalty = np.r_[design.penalty(self.ridge) * share, np.full(self.own.shape[1], RIDGE)]
        return fit_glm(
            np.concatenate([design.table[rows], self.own[rows]], axis=1),
            self.y[rows],
            ridge=penalty,
            family=self.fitted.family,
            offset=design.offset(rows),
            start=start,
        )

    def after(self, rows: Ints, start: Floats) -> Floats:
        """Those of own effects, fitted to what the others leave over of some rows."""
        width = len(self.fitted.beta)
        found = fit_glm(
            self.own[rows],
            self.y[rows],
            ridge=np.full(self.own.shape[1], RIDGE),
            family=self.fitted.family,
            offset=self.eta(np.r_[start[:width], np.zeros(self.own.shape[1])], rows),
        )
        return np.asarray(np.r_[start[:width], found])


def parts_of(rows: Rows, fields: Fields) -> dict[int, int]:
    """The part of each fitted twin."""
    if not fields.apart:
        return {}
    twins, first = np.unique(rows.twin, return_index=True)
    return dict(zip(twins.tolist(), fields.part[first].tolist(), strict=True))


class Apart:
    """Looks at rows of fitted people, each person's by item effects that other people taught."""

    def __init__(
        self, head: Head, views: Views, recipe: Recipe, fields: Fields, parts: dict[int, int]
    ) -> None:
        self._head, self._views = head, views
        self._recipes = [recipe, *(replace(recipe, known=known) for known in fields.apart)]
        self._parts = parts

    def look(self, errors: Errors, rows: Rows) -> Look:
        """What the head with these effects makes of some rows."""
        head = msgspec.structs.replace(self._head, errors=errors)
        part = np.array([self._parts.get(twin, -1) for twin in rows.twin.tolist()], dtype=np.int64)
        eta, expected = np.empty(len(rows)), np.empty(len(rows))
        x = np.empty((len(rows), width(errors)))
        for number, recipe in enumerate(self._recipes):
            own = np.flatnonzero(part == number - 1)
            if len(own):
                found = looked(head, self._views, rows.take(own), recipe)
                eta[own], expected[own], x[own] = found.eta, found.expected, found.x
        return Look(eta, expected, x)
