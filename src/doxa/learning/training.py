"""Training a head: norms, features, penalty, coefficients and calibration from labelled rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.errors import PopulationError
from doxa.features.blocks.items import HALF, cross_fitted, item_rates, overall_mean
from doxa.features.norms import NodeNorms, Tally
from doxa.features.phi import TRAIT, Phi, Recipe, member_codes, phi
from doxa.features.plan import Reading, readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.glm import Family, fit_glm, link_of, loss_of
from doxa.heads.head import CHUNK, Head, family_of
from doxa.learning.fields import Fields, fields_of_fit
from doxa.learning.personal import with_errors
from doxa.learning.spread import with_spread

MOST_ROWS = 600_000
"""More fit rows than this are sampled, at random."""
MOST_FOR_NORMS = 300_000
MOST_TO_CHOOSE = 200_000
MOST_TO_JUDGE = 100_000
LEVEL_RIDGE, ITEM_RIDGE = 0.1, 1.0
RIDGES = (10.0, 100.0, 1000.0)
TAIL = 0.001
ROWS_FOR_ENDS = 50_000
LEFT_OUT = 5
"""One person in five is left out to choose the penalty and to calibrate."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows with what became of them."""

    rows: Rows
    y: Floats

    def take(self, chosen: Ints | NDArray[np.bool_]) -> Labelled:
        """The chosen rows."""
        return Labelled(self.rows.take(chosen), self.y[chosen])


def train(
    belief_map: BeliefMap,
    outcome: Outcome,
    views: Views,
    fit: Labelled,
    *,
    items: list[str],
    known: Ints,
    seed: int = 1,
    progress: Progress | None = None,
) -> Head:
    """Fit the head of one outcome.

    Parameters
    ----------
    views : Views
        Indexes what the rows may read.
    fit : Labelled
        Fit rows; labels decided. At most 600,000 are used, drawn at random with `seed`.
    items : members asked for by default
    known : codes of the members that the head may hold a rate of by name
    """
    tell = progress or _silence
    if not len(fit.y):
        raise PopulationError(
            f"no fit rows for {outcome.name!r}", hint="load more history, or shorten the window"
        )
    rng = np.random.Generator(np.random.Philox(seed))
    sample = fit.take(_sample(len(fit.y), MOST_ROWS, rng))
    family = family_of(outcome, belief_map)
    fields = fields_of_fit(
        outcome, views.past, sample.rows, sample.y, family, _level(sample.y, family)
    )
    recipe = _recipe(belief_map, outcome, views, sample.rows, fields, rng)
    design = _design(recipe, fields, views, sample, family, tell, rng)
    choosing = int(rng.integers(2**32))
    chosen = _choose(design, sample, family, tell, choosing)
    if recipe.traits:
        bare = design.without_traits()
        apart = _choose(bare, sample, family, tell, choosing)
        if not _clearly_better(chosen, apart):
            recipe, design, chosen = replace(recipe, traits=()), bare, apart
    beta = fit_glm(
        design.table,
        sample.y,
        ridge=design.penalty(chosen.ridge),
        family=family,
        offset=design.offset(np.arange(len(sample.y))),
        start=chosen.start,
        progress=lambda step: tell(f"fitting {outcome.name}", min(step / 8, 1.0)),
    )
    head = _head(
        _Fitted(outcome, family, recipe, design, beta, chosen), sample, items, known, views
    )
    tell(f"people's own effects on {outcome.name}", 0.0)
    head = with_errors(head, views, sample.rows, sample.y, fields)
    return with_spread(head, views, sample.rows, sample.y, fields)


def _silence(what: str, done: float) -> None:
    pass


def _sample(n: int, most: int, rng: np.random.Generator) -> Ints:
    if n <= most:
        return np.arange(n)
    return np.sort(rng.choice(n, most, replace=False)).astype(np.int64)


def _recipe(
    belief_map: BeliefMap,
    outcome: Outcome,
    views: Views,
    rows: Rows,
    fields: Fields,
    rng: np.random.Generator,
) -> Recipe:
    few = rows.take(_sample(len(rows), MOST_FOR_NORMS, rng))
    readings = readings_of(belief_map, outcome)
    recipe = Recipe(belief_map, outcome, readings, {}, fields.known, fields.recent, fields.traits)
    norms = {reading.node: _norms(recipe, reading, views, few) for reading in readings}
    return replace(recipe, norms=norms)


def _norms(recipe: Recipe, reading: Reading, views: Views, rows: Rows) -> NodeNorms:
    tally = Tally(tuple(recipe.belief_map.event_bands))
    for low in range(0, len(rows), CHUNK):
        chosen = rows.take(np.arange(low, min(low + CHUNK, len(rows))))
        owner, member = member_codes(recipe, views, reading, chosen)
        asked = chosen.take(owner)
        tally.add(views.view(reading, asked, member), asked.person)
    return tally.norms(reading, views.past.members)


@dataclass(frozen=True, slots=True)
class _Design:
    """Standardised columns: a constant, the item's own level, then phi.

    Before anything is learned a row stands at its item's level: what is penalised is how far the
    constant and the item's weight move from there, so that a handful of equal labels is no proof.
    """

    level: float
    table: NDArray[np.float32]
    low: Floats
    high: Floats
    centre: Floats
    scale: Floats
    names: tuple[str, ...]
    owners: tuple[str, ...]

    def without_traits(self) -> _Design:
        """The same, without the columns of traits."""
        kept = np.array([not owner.startswith(TRAIT) for owner in self.owners], dtype=bool)
        return _Design(
            self.level,
            self.table[:, np.r_[True, True, kept]],
            self.low[kept],
            self.high[kept],
            self.centre[kept],
            self.scale[kept],
            tuple(name for name, told in zip(self.names, kept, strict=True) if told),
            tuple(owner for owner, told in zip(self.owners, kept, strict=True) if told),
        )

    def penalty(self, ridge: float) -> Floats:
        return np.concatenate([[LEVEL_RIDGE, ITEM_RIDGE], np.full(len(self.names), ridge)])

    def offset(self, rows: Ints) -> Floats:
        return np.asarray(self.level + self.table[rows, 1].astype(np.float64))


def _design(
    recipe: Recipe,
    fields: Fields,
    views: Views,
    sample: Labelled,
    family: Family,
    tell: Progress,
    rng: np.random.Generator,
) -> _Design:
    table, names, owners = _features(recipe, fields, views, sample.rows, tell)
    low_end, high_end = _ends(table[_sample(len(table), ROWS_FOR_ENDS, rng), 2:])
    np.clip(table[:, 2:], low_end, high_end, out=table[:, 2:])
    centre = table[:, 2:].mean(axis=0, dtype=np.float64)
    scale = np.maximum(table[:, 2:].std(axis=0, dtype=np.float64), 1e-9)
    table[:, 2:] -= centre.astype(np.float32)
    table[:, 2:] /= scale.astype(np.float32)
    table[:, 0] = 1.0
    level = _level(sample.y, family)
    table[:, 1] = _item_column(recipe, views, sample, family, level)
    return _Design(level, table, low_end, high_end, centre, scale, names, owners)


def _features(
    recipe: Recipe, fields: Fields, views: Views, rows: Rows, tell: Progress
) -> tuple[NDArray[np.float32], tuple[str, ...], tuple[str, ...]]:
    """Phi of all rows, behind two columns left free, with names and owners.

    The rows of each part of the people see item effects learned from the others.
    """
    table: NDArray[np.float32] | None = None
    found: Phi | None = None
    done = 0
    for part, own in _parts(recipe, fields, len(rows)):
        for low in range(0, len(part), CHUNK):
            chosen = part[low : low + CHUNK]
            found = phi(own, views, rows.take(chosen))
            if table is None:
                table = np.empty((len(rows), len(found.names) + 2), dtype=np.float32)
            table[chosen, 2:] = found.table
            done += len(chosen)
            tell("features", done / len(rows))
    assert table is not None
    assert found is not None
    return table, found.names, found.owners


def _parts(recipe: Recipe, fields: Fields, size: int) -> list[tuple[Ints, Recipe]]:
    """Rows by the recipe they are made with."""
    if not fields.apart:
        return [(np.arange(size), recipe)]
    return [
        (np.flatnonzero(fields.part == part), replace(recipe, known=known))
        for part, known in enumerate(fields.apart)
    ]


def _ends(few: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The range of all but the outermost thousandth of some rows, per column."""
    low, high = np.quantile(few, [TAIL, 1 - TAIL], axis=0).astype(np.float64)
    return low, high


def _half(family: Family) -> float:
    return 0.0 if family is Family.GAUSSIAN else HALF


def _level(y: Floats, family: Family) -> float:
    return float(link_of(np.array([overall_mean(y, _half(family))]), family)[0])


def _item_column(
    recipe: Recipe, views: Views, sample: Labelled, family: Family, level: float
) -> Floats:
    """How far each row's item stands from the overall level, by the rows of other people."""
    if recipe.outcome.of is None:
        return np.zeros(len(sample.y))
    size = len(views.past.values(recipe.outcome.of))
    rows = sample.rows
    means = cross_fitted(sample.y, rows.member, rows.person, size, _half(family))
    return np.asarray(link_of(means, family) - level)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A penalty, and the losses of left-out rows under it, with whose they are."""

    ridge: float
    start: Floats
    intercept: float
    slope: float
    losses: Floats
    person: Ints


def _clearly_better(one: _Chosen, other: _Chosen) -> bool:
    """Whether a choice loses less on left-out people, by more than the standard error of that."""
    gained = np.bincount(one.person, other.losses - one.losses)
    return bool(gained.sum() > np.sqrt((gained**2).sum()))


def _choose(
    design: _Design, sample: Labelled, family: Family, tell: Progress, seed: int
) -> _Chosen:
    """The penalty that forecasts left-out people best, and the calibration found on them."""
    rng = np.random.Generator(np.random.Philox(seed))
    _, person = np.unique(sample.rows.person, return_inverse=True)
    out = person % LEFT_OUT == LEFT_OUT - 1
    if out.all() or not out.any():
        zeros = np.zeros(design.table.shape[1])
        return _Chosen(RIDGES[-2], zeros, 0.0, 1.0, np.zeros(0), np.zeros(0, dtype=np.int64))
    inside, outside = _some(~out, MOST_TO_CHOOSE, rng), _some(out, MOST_TO_JUDGE, rng)
    x, y = design.table[inside], sample.y[inside]
    x_out, y_out = design.table[outside], sample.y[outside]
    start, best = None, None
    for number, ridge in enumerate(reversed(RIDGES)):
        scaled = design.penalty(ridge * len(inside) / len(sample.y))
        start = fit_glm(
            x, y, ridge=scaled, family=family, offset=design.offset(inside), start=start
        )
        eta = design.offset(outside) + x_out.astype(np.float64) @ start
        losses = loss_of(eta, y_out, family)
        tell("choosing the penalty", (number + 1) / len(RIDGES))
        if best is None or losses.mean() < best[0].mean():
            best = (losses, ridge, start, eta)
    assert best is not None
    intercept, slope = _calibration(best[3], y_out, family)
    return _Chosen(best[1], best[2], intercept, slope, best[0], person[outside])


def _some(chosen: NDArray[np.bool_], most: int, rng: np.random.Generator) -> Ints:
    rows = np.flatnonzero(chosen)
    return rows[_sample(len(rows), most, rng)]


def _calibration(eta: Floats, y: Floats, family: Family) -> tuple[float, float]:
    """Intercept and slope on people left out, held close to (0, 1) where those are few."""
    columns = np.column_stack([np.ones(len(eta)), eta])
    found = fit_glm(columns, y, ridge=np.array([5.0, 5.0]), family=family, offset=eta)
    return float(found[0]), float(1 + found[1])


@dataclass(frozen=True, slots=True)
class _Fitted:
    outcome: Outcome
    family: Family
    recipe: Recipe
    design: _Design
    beta: Floats
    chosen: _Chosen

    def weights(self) -> Floats:
        return self.chosen.slope * self.beta[2:] / self.design.scale

    def item_weight(self) -> float:
        return float(self.chosen.slope * (1 + self.beta[1])) if self.outcome.of else 0.0

    def bias(self) -> float:
        level = self.chosen.slope * (self.design.level + self.beta[0])
        if self.outcome.of is not None:
            level -= self.item_weight() * self.design.level
        return float(self.chosen.intercept + level - self.weights() @ self.design.centre)


def _head(fitted: _Fitted, sample: Labelled, items: list[str], known: Ints, views: Views) -> Head:
    outcome, design, chosen = fitted.outcome, fitted.design, fitted.chosen
    rates = None
    if outcome.of is not None:
        names = views.past.values(outcome.of)
        rates = item_rates(sample.y, sample.rows.member, names, known, _half(fitted.family))
    return Head(
        outcome=outcome.name,
        family=fitted.family,
        bias=fitted.bias(),
        item_weight=fitted.item_weight(),
        weights=fitted.weights().tolist(),
        names=list(design.names),
        owners=list(design.owners),
        low=design.low.tolist(),
        high=design.high.tolist(),
        items=items,
        rates=rates,
        norms=fitted.recipe.norms,
        known=list(fitted.recipe.known),
        recent=list(fitted.recipe.recent),
        traits=list(fitted.recipe.traits),
        rows=len(sample.y),
        people=len(np.unique(sample.rows.person)),
        origin=int(sample.rows.closes.at.max()),
        calibration=(chosen.intercept, chosen.slope),
        ridge=chosen.ridge,
    )
