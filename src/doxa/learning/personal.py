"""Learning how much a person's own errors count, once the population's forecast stands."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import FieldType
from doxa.features.blocks.again import NAME as AGAIN
from doxa.features.lived import how_many
from doxa.features.moments import is_at_signal
from doxa.features.recipe import Recipe
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.errors import (
    Asked,
    Errors,
    History,
    OwnEffects,
    effect_columns,
    item_fields,
    situations_of,
    slope_columns,
)
from doxa.heads.glm import fit_glm, loss_of
from doxa.heads.hazard import Hazard, Spells, fit_beside
from doxa.heads.head import Head, recipe_of
from doxa.learning.apart import Apart
from doxa.learning.choosing import LEFT_OUT, calibration, left_out, level_at
from doxa.learning.fields import Fields
from doxa.learning.fitted import Fitted
from doxa.learning.labelled import Labelled

RIDGE = 10.0
SURE = 1.96
"""Standard errors that effects of windows must gain: features tell most of what they do."""
MOST_HISTORY = 200_000
"""Of more earlier windows than this none are read: fitting them and every forecast would cost too much."""


def with_errors(
    head: Head,
    fitted: Fitted,
    views: Views,
    sample: Labelled,
    fields: Fields,
    spells: Spells | None = None,
) -> Head:
    """The head with effects of persons, where they forecast people left out better than it alone.

    It is fitted twice: what events are held against knows no own effects, and the head that has
    them is fitted anew beside them, so that it does not explain what they explain away. Of windows
    they must help beyond the 95 % interval of that.

    Parameters
    ----------
    fitted : what the head was made of
    sample : fit rows and their labels
    fields : item effects apart, so that no event of a fit row is expected by its own label
    spells : of a time, what became of the fit rows; levels and weights stay as they are
    """
    recipe = recipe_of(head, views.map)
    why = _why_not(recipe, fitted, views, sample)
    if why:
        return msgspec.structs.replace(head, own=OwnEffects(kept=False, why=why))
    apart = Apart.of(head, views, sample.rows, fields)
    drafts = [_draft(head, views, recipe)]
    if recipe.outcome.of is not None and not is_at_signal(recipe.outcome):
        drafts.append(msgspec.structs.replace(drafts[0], by_member=True))
    trials = []
    for draft in drafts:
        found, table = _effects(draft, apart, recipe, views, sample.rows, head)
        if table.any():
            trials.append((found, _beside(fitted, table, sample, head, spells)))
    if not trials:
        nothing = OwnEffects(
            kept=False, why="nobody has an earlier row whose end was known by then"
        )
        return msgspec.structs.replace(head, own=nothing)
    draft, both = max(trials, key=lambda trial: trial[1].gained[0])
    needed = 0.0 if is_at_signal(recipe.outcome) else SURE * both.gained[1]
    told = OwnEffects(
        kept=both.gained[0] > needed,
        why=f"people left out, by {both.how}",
        gained=list(both.gained),
        by_member=draft.by_member,
    )
    if not told.kept:
        return msgspec.structs.replace(head, own=told)
    return msgspec.structs.replace(both.head(head, draft), own=told)


def _why_not(recipe: Recipe, fitted: Fitted, views: Views, sample: Labelled) -> str:
    """Why own effects are not tried; empty where they are."""
    if len(np.unique(sample.rows.twin)) < LEFT_OUT:
        return "there are too few people"
    out = left_out(sample)
    if out.all() or not out.any():
        return "nobody can be left out"
    if is_at_signal(recipe.outcome):
        return ""
    if any(AGAIN in name for name in fitted.design.names):
        return "how people come back is read from all they did"
    rows = how_many(recipe.outcome, views.past, sample.rows)
    if rows > MOST_HISTORY:
        return f"about {rows:,} earlier rows, more than {MOST_HISTORY:,}: features tell them"
    return ""


def _effects(
    draft: Errors, apart: Apart, recipe: Recipe, views: Views, rows: Rows, head: Head
) -> tuple[Errors, Floats]:
    """The draft with what is usual of its columns, and the effects of some rows."""
    seen = apart.look(draft, rows)
    count = len(draft.slopes)
    slopes = seen.x[:, :count]
    centre, scale = slopes.mean(axis=0), np.maximum(slopes.std(axis=0), 1e-9)
    draft = msgspec.structs.replace(draft, centre=centre.tolist(), scale=scale.tolist())
    history = History.of(
        recipe.outcome,
        views.past,
        rows,
        head.family,
        lambda events: apart.look(draft, events),
        head.hazard,
    )
    usual = float(history.mass.mean()) if len(history.mass) else 1.0
    draft = msgspec.structs.replace(draft, usual=usual)
    slopes -= centre
    slopes /= scale
    return draft, effect_columns(draft, recipe.outcome, views.past, history, Asked(rows, seen.x))


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


@dataclass(frozen=True, slots=True)
class _Trial:
    """Own effects beside a head, the best of the ways they were fitted.

    Attributes
    ----------
    how : in words
    gained : how much less loss per row of people left out, and the standard error of that
    head : callable
        Makes the head that has them.
    """

    how: str
    gained: tuple[float, float]
    head: Callable[[Head, Errors], Head]


def _gained(plain: Floats, own: Floats, sample: Labelled, rows: Ints) -> tuple[float, float]:
    _, person = np.unique(sample.rows.person[rows], return_inverse=True)
    by_person = np.bincount(person, plain - own)
    size = max(len(rows), 1)
    return float(by_person.sum() / size), float(np.sqrt((by_person**2).sum()) / size)


def _beside(
    fitted: Fitted, table: Floats, sample: Labelled, head: Head, spells: Spells | None
) -> _Trial:
    if head.hazard is None or spells is None:
        return _joined(fitted, table, sample, head.ridge)
    return _beside_time(fitted, table, sample, head.hazard, spells)


def _beside_time(
    fitted: Fitted, table: Floats, sample: Labelled, hazard: Hazard, spells: Spells
) -> _Trial:
    """Own effects for what the head of a time leaves over."""
    out = left_out(sample)
    inside, outside = np.flatnonzero(~out), np.flatnonzero(out)
    scale = np.maximum(table.std(axis=0), 1e-9)
    own, ridge = table / scale, np.full(table.shape[1], RIDGE)
    design, start = fitted.design, fitted.chosen.start
    level = design.offset(np.arange(len(table))) - design.level
    eta = level + design.table.astype(np.float64) @ start
    beta = fit_beside(hazard, own[inside], eta[inside], spells.take(inside), ridge=ridge)
    became = spells.take(outside)
    plain = hazard.losses(eta[outside], became)
    gained = _gained(
        plain, hazard.losses(eta[outside] + own[outside] @ beta, became), sample, outside
    )

    def whole(head: Head, draft: Errors) -> Head:
        every = level + design.table.astype(np.float64) @ fitted.beta
        weights = fit_beside(hazard, own, every, spells, ridge=ridge) / scale
        errors = msgspec.structs.replace(draft, weights=weights.tolist())
        return msgspec.structs.replace(head, errors=errors)

    return _Trial("what the head leaves over", gained, whole)


def _joined(fitted: Fitted, table: Floats, sample: Labelled, ridge: float) -> _Trial:
    """Own effects beside the head, as people left out are forecast best.

    Fitted together with everything else, or for what the head alone leaves over.
    """
    out = left_out(sample)
    scale = np.maximum(table.std(axis=0), 1e-9)
    both = _Both(fitted, (table / scale).astype(np.float32), sample.y, ridge)
    inside, outside = np.flatnonzero(~out), np.flatnonzero(out)
    alone = np.r_[fitted.chosen.start, np.zeros(table.shape[1])]
    ways = {
        "everything fitted together": both.together,
        "what the head leaves over": both.after,
    }
    y = sample.y[outside]
    plain = loss_of(both.eta(alone, outside), y, fitted.family)
    etas = {how: both.eta(way(inside, alone), outside) for how, way in ways.items()}
    losses = {how: loss_of(eta, y, fitted.family) for how, eta in etas.items()}
    best = min(ways, key=lambda how: float(losses[how].mean()))

    def whole(head: Head, draft: Errors) -> Head:
        usual = float(both.eta(ways[best](inside, alone), inside).var())
        _, slope = calibration(etas[best], y, fitted.family, sample.rows.person[outside], usual)
        begin = np.r_[fitted.beta, np.zeros(table.shape[1])]
        every = np.arange(len(sample.y))
        beta = ways[best](every, begin)
        intercept = level_at(slope * both.eta(beta, every), sample.y, fitted.family)
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

    return _Trial(best, _gained(plain, losses[best], sample, outside), whole)


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
