"""Learning what is forecast of people never seen: how those with their traits do, known or not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.known import FieldNorms
from doxa.features.moments import is_at_signal
from doxa.features.phi import phi
from doxa.features.views import Views
from doxa.heads.glm import Family, fit_glm, loss_of
from doxa.heads.hazard import Hazard, Spells, fit_beside
from doxa.heads.head import Head
from doxa.learning.choosing import left_out
from doxa.learning.design import LEVEL_RIDGE
from doxa.learning.fitted import Fitted
from doxa.learning.labelled import Labelled, sample_of

MOST_ROWS = 40_000
RIDGES = (3.0, 30.0, 300.0)


def with_newcomers(
    head: Head,
    fitted: Fitted,
    views: Views,
    sample: Labelled,
    traits: tuple[FieldNorms, ...],
    rng: np.random.Generator,
    spells: Spells | None = None,
) -> Head:
    """The head with one of its own for people never seen, of an outcome in a window.

    It reads the item asked for, what is known of the trigger, and traits, also those that say
    nothing beside what people did.

    Parameters
    ----------
    sample : fit rows
    spells : of a time, what became of them
    """
    if is_at_signal(fitted.outcome):
        return head
    kept = sample_of(len(sample.y), MOST_ROWS, rng)
    rows = sample.take(kept)
    recipe = replace(
        fitted.recipe,
        readings=(),
        norms={},
        traits=traits,
        recent=(),
        apart=(),
        by_trait=False,
        popularity={},
    )
    found = phi(recipe, views, rows.rows)
    low, high = found.table.min(axis=0, initial=0), found.table.max(axis=0, initial=0)
    centre, scale = found.table.mean(axis=0), np.maximum(found.table.std(axis=0), 1e-9)
    table = np.column_stack([np.ones(len(kept)), (found.table - centre) / scale])
    offset = fitted.design.offset(kept)
    if head.hazard is not None:
        offset = offset - fitted.design.level
    part = _Rows(table, rows, offset, fitted.family, head.hazard, spells and spells.take(kept))
    beta = part.fitted(np.arange(len(kept)), part.ridge())
    weights = beta[1:] / scale
    bias = float(beta[0] - weights @ centre)
    if head.rates is None:
        bias += 0.0 if head.hazard is not None else fitted.design.level
    elif head.hazard is not None:
        bias -= fitted.design.level
    cold = Head(
        outcome=head.outcome,
        family=head.family,
        bias=bias,
        item_weight=0.0 if head.rates is None else 1.0,
        weights=weights.tolist(),
        names=list(found.names),
        owners=list(found.owners),
        low=low.tolist(),
        high=high.tolist(),
        items=[],
        rates=head.rates,
        norms={},
        known=head.known,
        traits=list(traits),
        rows=len(kept),
        people=len(np.unique(rows.rows.person)),
        origin=head.origin,
        calibration=(0.0, 1.0),
        ridge=0.0,
    )
    return msgspec.structs.replace(head, cold=cold)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows with the columns of those never seen."""

    table: Floats
    labelled: Labelled
    offset: Floats
    family: Family
    hazard: Hazard | None
    spells: Spells | None

    def ridge(self) -> float:
        """The penalty of traits that forecasts people left out best."""
        out = left_out(self.labelled)
        if out.all() or not out.any() or self.table.shape[1] == 1:
            return RIDGES[-1]
        inside, outside = np.flatnonzero(~out), np.flatnonzero(out)
        return min(RIDGES, key=lambda ridge: self._loss(self.fitted(inside, ridge), outside))

    def fitted(self, rows: Ints, ridge: float) -> Floats:
        """Constant and weights by some rows; of a time, beside levels and slopes as they are."""
        penalty = np.r_[LEVEL_RIDGE, np.full(self.table.shape[1] - 1, ridge)]
        if self.hazard is None or self.spells is None:
            return fit_glm(
                self.table[rows],
                self.labelled.y[rows],
                ridge=penalty,
                family=self.family,
                offset=self.offset[rows],
            )
        spells, offset = self.spells.take(rows), self.offset[rows]
        return fit_beside(self.hazard, self.table[rows], offset, spells, ridge=penalty)

    def _loss(self, beta: Floats, rows: Ints) -> float:
        eta = self.offset[rows] + self.table[rows] @ beta
        if self.hazard is None or self.spells is None:
            return float(loss_of(eta, self.labelled.y[rows], self.family).mean())
        return float(self.hazard.losses(eta, self.spells.take(rows)).mean())
