"""The design of a fit: standardised columns of labelled rows, and how each is penalised."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.blocks.again import NAME as AGAIN
from doxa.features.blocks.items import HALF, cross_fitted, overall_mean
from doxa.features.blocks.siblings import BESIDE
from doxa.features.blocks.totals import TOTAL
from doxa.features.phi import Phi, phi
from doxa.features.recipe import Recipe
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.glm import Family, link_of
from doxa.heads.predictor import CHUNK
from doxa.learning.fields import Fields
from doxa.learning.labelled import Labelled, Progress, sample_of

LEVEL_RIDGE, ITEM_RIDGE = 0.1, 1.0
BESIDE_COSTS, AGAIN_COSTS = 10.0, 1.0
TOTAL_COSTS = 0.02
TAIL = 0.001
ROWS_FOR_ENDS = 50_000


@dataclass(frozen=True, slots=True)
class Design:
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

    def only(self, names: Container[str]) -> Design:
        """The same, with the columns of these names alone."""
        kept = np.array([name in names for name in self.names], dtype=bool)
        return Design(
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
        return np.concatenate([[LEVEL_RIDGE, ITEM_RIDGE], ridge * self.dear()])

    def dear(self) -> Floats:
        """How much more than others each column costs.

        Of the many members beside, each says little; of coming back a model was learned already, and
        a sum is a total first.
        """
        beside = np.array([BESIDE_COSTS if BESIDE in name else 1.0 for name in self.names])
        beside = beside * [TOTAL_COSTS if TOTAL in name else 1.0 for name in self.names]
        return beside * [AGAIN_COSTS if AGAIN in name else 1.0 for name in self.names]

    def offset(self, rows: Ints) -> Floats:
        return np.asarray(self.level + self.table[rows, 1].astype(np.float64))


def design_of(
    recipe: Recipe,
    fields: Fields,
    views: Views,
    sample: Labelled,
    family: Family,
    tell: Progress,
    rng: np.random.Generator,
) -> Design:
    table, names, owners = _features(recipe, fields, views, sample.rows, tell)
    low_end, high_end = _ends(table[sample_of(len(table), ROWS_FOR_ENDS, rng), 2:], names, family)
    np.clip(table[:, 2:], low_end, high_end, out=table[:, 2:])
    centre = table[:, 2:].mean(axis=0, dtype=np.float64)
    scale = np.maximum(table[:, 2:].std(axis=0, dtype=np.float64), 1e-9)
    table[:, 2:] -= centre.astype(np.float32)
    table[:, 2:] /= scale.astype(np.float32)
    table[:, 0] = 1.0
    level = level_of(sample.y, family)
    table[:, 1] = _item_column(recipe, views, sample, family, level)
    return Design(level, table, low_end, high_end, centre, scale, names, owners)


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


def _ends(few: NDArray[np.float32], names: Sequence[str], family: Family) -> tuple[Floats, Floats]:
    """The range of all but the outermost thousandth of some rows, per column.

    Totals, and whatever a count is made of, are kept as far as anybody was seen: the few who do
    most carry most of a sum.
    """
    low, high = np.quantile(few, [TAIL, 1 - TAIL], axis=0).astype(np.float64)
    whole = np.array([TOTAL in name or family is Family.POISSON for name in names], dtype=bool)
    low[whole], high[whole] = few[:, whole].min(axis=0), few[:, whole].max(axis=0)
    return low, high


def half_of(family: Family) -> float:
    return 0.0 if family is Family.GAUSSIAN else HALF


def level_of(y: Floats, family: Family) -> float:
    return float(link_of(np.array([overall_mean(y, half_of(family))]), family)[0])


def _item_column(
    recipe: Recipe, views: Views, sample: Labelled, family: Family, level: float
) -> Floats:
    """How far each row's item stands from the overall level, by the rows of other people."""
    if recipe.outcome.of is None:
        return np.zeros(len(sample.y))
    size = len(views.past.values(recipe.outcome.of))
    rows = sample.rows
    means = cross_fitted(sample.y, rows.member, rows.person, size, half_of(family))
    return np.asarray(link_of(means, family) - level)
