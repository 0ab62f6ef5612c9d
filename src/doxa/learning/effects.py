"""Effects of items: how far each moves the linear predictor, beside what is due to the people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.heads.glm import Family, curvature, loss_of, mean_of

WORTHS = (2.0, 5.0, 15.0, 50.0)
"""No effect is worth so many rows of an item; chosen on people left out."""
PERSON_WORTH = 5.0
ROUNDS = 12
FOLDS = 5
"""People are dealt into so many parts; the rows of each see the effects of the others."""


@dataclass(frozen=True, slots=True)
class Named:
    """Which items the rows of a fit name.

    Attributes
    ----------
    row, code : int64[m]
        Row i names every code beside it; a row may name several, or none.
    y, offset : float64[n]
        Labels, and what of the linear predictor is known already.
    person : int64[n]
        Codes 0..people-1.
    size : int
        Number of codes.
    """

    row: Ints
    code: Ints
    y: Floats
    offset: Floats
    person: Ints
    size: int
    family: Family

    def of_rows(self, chosen: NDArray[np.bool_]) -> Named:
        """Some of the rows."""
        place = np.cumsum(chosen) - 1
        kept = chosen[self.row]
        return replace(
            self,
            row=place[self.row[kept]],
            code=self.code[kept],
            y=self.y[chosen],
            offset=self.offset[chosen],
            person=self.person[chosen],
        )


def effects_of(named: Named, worth: float) -> Floats:
    """One effect per code: mean of what its rows do beyond what their people do.

    Alternates Newton steps on item effects a and person effects b of
    eta = offset + mean of a over the row's items + b, each shrunk to 0 by `worth` (and 5) rows.
    Items of one row step together: (sum w d)^2 <= sum w d^2 bounds what they do to each other.

    Returns
    -------
    float64[size]
    """
    share = 1.0 / np.maximum(np.bincount(named.row, minlength=len(named.y)), 1)
    weight = share[named.row]
    effect = np.zeros(named.size)
    person = np.zeros(int(named.person.max(initial=0)) + 1)
    for _ in range(ROUNDS):
        eta = named.offset + row_effects(named, effect) + person[named.person]
        left, curved = _left(named, eta)
        usual = float(curved.mean()) if len(curved) else 1.0
        pull = np.bincount(named.code, left[named.row] * weight, minlength=named.size)
        mass = np.bincount(named.code, curved[named.row] * weight, minlength=named.size)
        effect = effect + (pull - worth * usual * effect) / (mass + worth * usual)
        eta = named.offset + row_effects(named, effect) + person[named.person]
        left, curved = _left(named, eta)
        pull = np.bincount(named.person, left, minlength=len(person))
        mass = np.bincount(named.person, curved, minlength=len(person))
        worth_of_people = PERSON_WORTH * usual
        person = person + (pull - worth_of_people * person) / (mass + worth_of_people)
        person -= float(person[named.person].mean()) if len(named.person) else 0.0
    return effect


def row_effects(named: Named, effect: Floats) -> Floats:
    """The mean effect over each row's items; 0 where it names none."""
    count = np.bincount(named.row, minlength=len(named.y))
    total = np.bincount(named.row, effect[named.code], minlength=len(named.y))
    return np.asarray(total / np.maximum(count, 1))


def best_worth(named: Named) -> float:
    """The worth whose effects forecast the rows of people left out best."""
    out = named.person % FOLDS == 0
    if out.all() or not out.any():
        return WORTHS[1]
    inside, outside = named.of_rows(~out), named.of_rows(out)

    def loss(worth: float) -> float:
        eta = outside.offset + row_effects(outside, effects_of(inside, worth))
        return float(loss_of(eta, outside.y, named.family).mean())

    return min(WORTHS, key=loss)


def _left(named: Named, eta: Floats) -> tuple[Floats, Floats]:
    mean = mean_of(eta, named.family)
    return named.y - mean, curvature(mean, named.family)
