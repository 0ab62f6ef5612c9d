"""A fit turned into a head: coefficients of standardised columns as weights of columns as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.blocks.items import item_rates
from doxa.features.recipe import Recipe
from doxa.features.views import Views
from doxa.heads.errors import Line
from doxa.heads.glm import Family
from doxa.heads.head import Head
from doxa.learning.choosing import Chosen
from doxa.learning.design import Design, half_of
from doxa.learning.labelled import Labelled
from doxa.learning.support import support_of_fields


@dataclass(frozen=True, slots=True)
class Fitted:
    """Coefficients of a design, and how they were chosen."""

    outcome: Outcome
    family: Family
    recipe: Recipe
    design: Design
    beta: Floats
    chosen: Chosen

    def line(self) -> Line:
        """The linear predictor, calibrated."""
        return Line(
            bias=self.bias(), item_weight=self.item_weight(), weights=self.weights().tolist()
        )

    def weights(self) -> Floats:
        return self.chosen.slope * self.beta[2 : self.design.table.shape[1]] / self.design.scale

    def item_weight(self) -> float:
        return float(self.chosen.slope * (1 + self.beta[1])) if self.outcome.of else 0.0

    def bias(self) -> float:
        level = self.chosen.slope * (self.design.level + self.beta[0])
        if self.outcome.of is not None:
            level -= self.item_weight() * self.design.level
        return float(self.chosen.intercept + level - self.weights() @ self.design.centre)


def head_of(fitted: Fitted, sample: Labelled, items: list[str], known: Ints, views: Views) -> Head:
    """The head, without effects of persons."""
    outcome, design, chosen = fitted.outcome, fitted.design, fitted.chosen
    rates = None
    if outcome.of is not None:
        names = views.past.values(outcome.of)
        rates = item_rates(sample.y, sample.rows.member, names, known, half_of(fitted.family))
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
        apart=list(fitted.recipe.apart),
        by_trait=fitted.recipe.by_trait,
        by_action=fitted.recipe.by_action,
        standing=fitted.recipe.standing,
        popularity=dict(fitted.recipe.popularity),
        rows=len(sample.y),
        people=len(np.unique(sample.rows.person)),
        origin=int(sample.rows.closes.at.max()),
        calibration=(chosen.intercept, chosen.slope),
        ridge=chosen.ridge,
        support=support_of_fields(
            views.past, sample.rows, fitted.recipe.known, fitted.recipe.traits
        ),
    )
