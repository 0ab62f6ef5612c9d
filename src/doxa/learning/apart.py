"""Rows of fitted people, each person's seen by item effects that other people taught."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.features.recipe import Recipe
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.errors import Errors, Look, width
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import looked
from doxa.learning.fields import Fields


@dataclass(frozen=True, slots=True)
class Apart:
    """A head beside the recipes by which rows of the people it was fitted on are seen.

    Attributes
    ----------
    recipes : that of everybody else, then one per part of the people
    part : of each fitted twin
    """

    head: Head
    views: Views
    recipes: list[Recipe]
    part: dict[int, int]

    @classmethod
    def of(cls, head: Head, views: Views, rows: Rows, fields: Fields) -> Apart:
        """Of the rows that a head was fitted on."""
        recipe = recipe_of(head, views.map)
        recipes = [recipe, *(replace(recipe, known=known) for known in fields.apart)]
        return cls(head, views, recipes, _parts_of(rows, fields))

    def parts(self, rows: Rows) -> Iterator[tuple[Recipe, Ints]]:
        """Each recipe with the places of the rows that are seen by it."""
        part = np.array([self.part.get(twin, -1) for twin in rows.twin.tolist()], dtype=np.int64)
        for number, recipe in enumerate(self.recipes):
            own = np.flatnonzero(part == number - 1)
            if len(own):
                yield recipe, own

    def look(self, errors: Errors, rows: Rows) -> Look:
        """What the head with these effects makes of some rows."""
        head = msgspec.structs.replace(self.head, errors=errors)
        eta, expected = np.empty(len(rows)), np.empty(len(rows))
        x = np.empty((len(rows), width(errors)))
        for recipe, own in self.parts(rows):
            found = looked(head, self.views, rows.take(own), recipe)
            eta[own], expected[own], x[own] = found.eta, found.expected, found.x
        return Look(eta, expected, x)


def _parts_of(rows: Rows, fields: Fields) -> dict[int, int]:
    """The part of each fitted twin."""
    if not fields.apart:
        return {}
    twins, first = np.unique(rows.twin, return_index=True)
    return dict(zip(twins.tolist(), fields.part[first].tolist(), strict=True))
