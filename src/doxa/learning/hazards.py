"""Training the head of a time: where its window is cut, levels, coefficients, calibration by interval."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.domain.clock import DAY, HOUR, MINUTE, SECOND, Clock
from doxa.errors import PopulationError
from doxa.features.labels import lengths_of
from doxa.features.phi import phi
from doxa.features.recipe import Recipe
from doxa.features.views import Views
from doxa.heads.glm import Family, fit_glm
from doxa.heads.hazard import Hazard, Spells, fit_hazard
from doxa.heads.head import Head
from doxa.learning.choosing import (
    MORE_RIDGES,
    MOST_TO_CHOOSE,
    MOST_TO_JUDGE,
    RIDGES,
    Chosen,
    clearly_better,
    dearer,
    left_out,
)
from doxa.learning.design import Design, design_of, level_of
from doxa.learning.fields import fields_of_fit
from doxa.learning.fitted import Fitted, head_of
from doxa.learning.labelled import Labelled, Progress, overlap_of, sample_of
from doxa.learning.newcomers import with_newcomers
from doxa.learning.personal import with_errors
from doxa.learning.training import LIGHTER, MOST_ROWS, learned_recipe
from doxa.learning.width import with_width

MOST_ENDS = 12
ROWS_PER_END = 20
"""An interval for so many times that it happened."""
NEAR = 5.0
"""How strongly level and slope of an interval are held where the fit has them."""
SLOPES = (0.2, 3.0)
FEW_ROWS = 20_000


def ends_of(waited: Floats, length: Ints, clock: Clock) -> list[int]:
    """Where windows are cut: quantiles of the times at which it happened, then the longest window.

    Quantiles are rounded up to whole days, hours, minutes or seconds: the largest that a window has
    two dozen of.

    Examples
    --------
    >>> waited = np.repeat(np.array([1, 2, 3, 4]) * DAY, 40).astype(float)
    >>> [end // DAY for end in ends_of(waited, np.full(160, 28 * DAY), Clock.TIME)]
    [1, 2, 3, 4, 28]
    """
    longest = max(int(length.max(initial=1)), 1)
    came = waited[np.isfinite(waited)]
    count = int(np.clip(len(came) // ROWS_PER_END, 1, MOST_ENDS))
    unit = 1
    if clock is Clock.TIME:
        units = (DAY, HOUR, MINUTE, SECOND)
        unit = next((each for each in units if longest >= 2 * MOST_ENDS * each), 1)
    shares = np.arange(1, count + 1) / count
    cuts = np.quantile(came, shares, method="inverted_cdf") if len(came) else np.zeros(0)
    rounded = (np.ceil(np.maximum(cuts, 1) / unit) * unit).astype(np.int64)
    inner = np.unique(rounded[rounded < longest])[: MOST_ENDS - 1]
    return [*inner.tolist(), longest]


def train_time(
    belief_map: BeliefMap,
    outcome: Outcome,
    views: Views,
    fit: Labelled,
    *,
    items: list[str],
    known: Ints,
    seed: int,
    progress: Progress,
) -> Head:
    """Fit the head of an outcome that asks for a time; see `train`.

    Parameters
    ----------
    fit : Labelled
        How long each row waited; infinite where it waited in vain.
    """
    if not len(fit.y):
        raise PopulationError(
            f"no fit rows for {outcome.name!r}", hint="load more history, or shorten the window"
        )
    rng = np.random.Generator(np.random.Philox(seed))
    drawn = fit.take(sample_of(len(fit.y), MOST_ROWS, rng))
    length = lengths_of(drawn.rows, belief_map.clock)
    ends = ends_of(drawn.y, length, belief_map.clock)
    spells = Spells.of(ends, drawn.y, length)
    sample = Labelled(drawn.rows, np.isfinite(drawn.y).astype(np.float64))
    level = level_of(sample.y, Family.BERNOULLI)
    fields = fields_of_fit(outcome, views.past, sample.rows, sample.y, Family.BERNOULLI, level)
    recipe = learned_recipe(belief_map, outcome, views, sample.rows, fields, rng)
    design = design_of(recipe, fields, views, sample, Family.BERNOULLI, progress, rng)
    part = _Part(recipe, design, spells, sample)
    choosing = int(rng.integers(2**32))
    chosen, hazard = part.chosen(ends, progress, choosing)
    for lighten in LIGHTER:
        lighter = lighten(part.recipe)
        if lighter is part.recipe:
            continue
        names = phi(lighter, views, sample.rows.take(np.arange(1))).names
        less = replace(part, recipe=lighter, design=design.only(frozenset(names)))
        without, own = less.chosen(ends, progress, choosing)
        if not clearly_better(chosen, without):
            part, design, chosen, hazard = less, less.design, without, own
    costs = dearer(chosen.ridge, overlap_of(outcome, sample.rows))
    levels, beta = fit_hazard(
        design.table[:, 1:],
        spells,
        ridge=design.penalty(costs)[1:],
        offset=part.offset(np.arange(len(sample.y))),
        progress=lambda step: progress(f"fitting {outcome.name}", min(step / 8, 1.0)),
    )
    moved = levels + np.asarray(hazard.levels)
    fitted = Fitted(outcome, Family.BERNOULLI, part.recipe, design, np.r_[0.0, beta], chosen)
    head = head_of(fitted, sample, items, known, views)
    own = msgspec.structs.replace(hazard, levels=moved.tolist())
    head = msgspec.structs.replace(head, bias=head.bias - design.level, hazard=own)
    head = with_errors(head, fitted, views, sample, fields, spells)
    head = with_newcomers(head, fitted, views, sample, fields.traits, rng, spells)
    return with_width(head, fitted, views, sample, rng, spells)


@dataclass(frozen=True, slots=True)
class _Part:
    """Columns, and what became of the rows."""

    recipe: Recipe
    design: Design
    spells: Spells
    sample: Labelled

    def offset(self, rows: Ints) -> Floats:
        """How far each row's item stands from all."""
        return np.asarray(self.design.table[rows, 1].astype(np.float64))

    def fitted(self, rows: Ints, ridge: float) -> tuple[Floats, Floats]:
        """Levels and coefficients by some rows."""
        return fit_hazard(
            self.design.table[rows, 1:],
            self.spells.take(rows),
            ridge=self.design.penalty(ridge * len(rows) / len(self.spells))[1:],
            offset=self.offset(rows),
        )

    def chosen(self, ends: list[int], tell: Progress, seed: int) -> tuple[Chosen, Hazard]:
        """The penalty that forecasts left-out people best, and how levels and slopes move on them."""
        nothing = Hazard(ends=ends, levels=[0.0] * len(ends), slopes=[1.0] * len(ends))
        out = left_out(self.sample)
        if out.all() or not out.any():
            zeros = np.zeros(0)
            plain = Chosen(RIDGES[-2], zeros, 0.0, 1.0, zeros, np.zeros(0, dtype=np.int64))
            return plain, nothing
        rng = np.random.Generator(np.random.Philox(seed))
        inside, outside = (
            np.flatnonzero(mask)[sample_of(int(mask.sum()), most, rng)]
            for mask, most in ((~out, MOST_TO_CHOOSE), (out, MOST_TO_JUDGE))
        )
        judged = self.spells.take(outside)
        ridges = MORE_RIDGES if len(self.spells) < FEW_ROWS else RIDGES
        best: tuple[Floats, float, Floats, Floats, Floats] | None = None
        for number, ridge in enumerate(reversed(ridges)):
            levels, beta = self.fitted(inside, ridge)
            eta = self.offset(outside) + self.design.table[outside, 1:].astype(np.float64) @ beta
            losses = judged.losses(levels + eta[:, None])
            tell("choosing the penalty", (number + 1) / len(ridges))
            if best is None or losses.mean() < best[0].mean():
                best = losses, ridge, levels, eta, beta
        assert best is not None
        _, person = np.unique(self.sample.rows.person, return_inverse=True)
        losses, ridge, levels, eta, beta = best
        chosen = Chosen(ridge, np.r_[0.0, beta], 0.0, 1.0, losses, person[outside])
        return chosen, calibrated(nothing, levels, eta, judged)


def calibrated(plain: Hazard, levels: Floats, eta: Floats, spells: Spells) -> Hazard:
    """How level and slope of every interval should move on people left out, held close to not at all."""
    moves, slopes = [], []
    columns = np.column_stack([np.ones(len(eta)), eta])
    for place, level in enumerate(levels.tolist()):
        found = fit_glm(
            columns,
            spells.came[:, place].astype(np.float64),
            ridge=np.full(2, NEAR),
            weight=spells.risk[:, place].astype(np.float64),
            offset=level + eta,
        )
        moves.append(float(found[0]))
        slopes.append(float(np.clip(1 + found[1], *SLOPES)))
    return msgspec.structs.replace(plain, levels=moves, slopes=slopes)
