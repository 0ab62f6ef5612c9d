"""Tastes: the recipe of a choice, and the columns of it that stand for everybody.

An option has a level, attributes that are worth something, and attributes that are worth something
of this option. What the person's own earlier choices add is in `doxa.heads.earlier`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.bearing import Bearing
from doxa.features.menus import Menus
from doxa.features.past import Past
from doxa.features.phi import CIRCUMSTANCES
from doxa.features.rows import NONE

HALF = 0.5
MOST_CROSSED = 8
"""Options up to so many are read beside each other: a column per pair."""
MOST_APART = 64
"""Attributes have a weight per option while that makes no more columns."""
OWNER = "own earlier choices"
OPTIONS, ATTRIBUTES, APART = "options", "attributes", "attributes by option"
OWN, SHARES, ACROSS, TASTES, MOVED = "own", "shares", "across", "tastes", "moved"
"""Blocks of columns, each with a penalty of its own."""


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute of options as a head reads it.

    Attributes
    ----------
    logged : read as its logarithm
    mean, scale : over the options of the fit rows
    missing : whether some of those had none
    levels : values of a category, each a column; a number has none
    """

    field: str
    logged: bool = False
    mean: float = 0.0
    scale: float = 1.0
    missing: bool = False
    levels: list[str] = []


class ChoiceRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """How the columns of a choice are made.

    Attributes
    ----------
    field : the payload field that names the option taken
    options : those offered to enough people to have a level of their own
    shares : how often each is taken where it is offered
    attributes : of the options
    bands : half-lives of what a person took, longest last
    usual : weights of the columns that stand for everybody, with which p0 is made
    spread : tau^2, how far people differ in what an attribute (of spread 1) is worth to them
    moves : whether what moved since the person saw it last is read
    bearing : what the person holds and what is known of the moment; None where neither is read
    """

    field: str
    options: list[str]
    shares: list[float]
    attributes: list[Attribute]
    bands: list[float]
    usual: list[float] = []
    spread: float = 1.0
    moves: bool = False
    bearing: Bearing | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of k options with their names, owners and blocks.

    Attributes
    ----------
    table : float64[k, p]
    """

    names: list[str]
    owners: list[str]
    blocks: list[str]
    table: Floats

    @classmethod
    def of(cls, found: list[tuple[str, str, str, Floats]], size: int) -> Columns:
        """Columns from (block, owner, name, values)."""
        table = np.stack([column for *_, column in found], axis=1) if found else np.zeros((size, 0))
        names, owners = [name for *_, name, _ in found], [owner for _, owner, *_ in found]
        return cls(names, owners, [block for block, *_ in found], table)

    @classmethod
    def joined(cls, parts: list[Columns]) -> Columns:
        """The columns of all parts, one part's after the other."""
        return cls(
            [name for part in parts for name in part.names],
            [owner for part in parts for owner in part.owners],
            [block for part in parts for block in part.blocks],
            np.concatenate([part.table for part in parts], axis=1),
        )

    def block(self, name: str) -> Floats:
        """The columns of one block."""
        return self.table[:, [place for place, own in enumerate(self.blocks) if own == name]]


def plain_columns(recipe: ChoiceRecipe, past: Past, menus: Menus) -> Columns:
    """What stands for everybody: the option's level, its attributes, these by option."""
    found = []
    place = option_places(recipe, past, menus)
    for number, option in enumerate(recipe.options):
        found.append((OPTIONS, CIRCUMSTANCES, f"option {option}", (place == number) * 1.0))
    told = list(_attributes(recipe, past, menus))
    for field, name, column in told:
        found.append((ATTRIBUTES, f"given {field}", name, column))
    if len(told) * len(recipe.options) <= MOST_APART:
        for field, name, column in told:
            for number, option in enumerate(recipe.options):
                own = np.where(place == number, column, 0.0)
                found.append((APART, f"given {field}", f"{name} of {option}", own))
    return Columns.of(found, len(menus))


def option_places(recipe: ChoiceRecipe, past: Past, menus: Menus) -> Ints:
    """The place of each option on offer among those of the recipe; -1 = it is new."""
    coder = past.coder(recipe.field)
    known = {coder(option): number for number, option in enumerate(recipe.options)}
    distinct, spot = np.unique(menus.option, return_inverse=True)
    return np.array([known.get(code, NONE) for code in distinct.tolist()], dtype=np.int64)[spot]


def _attributes(
    recipe: ChoiceRecipe, past: Past, menus: Menus
) -> Iterator[tuple[str, str, Floats]]:
    """Field, name and values of every column of attributes; what is missing is usual."""
    for attribute in recipe.attributes:
        field = attribute.field
        if attribute.levels:
            code, coder = menus.levels(field, past), past.coder(field)
            for level in attribute.levels:
                yield field, f"{field}: {level}", (code == coder(level)).astype(np.float64)
            missing = code < 0
        else:
            value = read_number(attribute, menus)
            missing = np.isnan(value)
            apart: Floats = np.where(missing, 0.0, value - attribute.mean)
            yield field, field, np.asarray(apart / attribute.scale, dtype=np.float64)
        if attribute.missing:
            yield field, f"{field}, missing", missing.astype(np.float64)


def read_number(attribute: Attribute, menus: Menus) -> Floats:
    """An attribute of each option, as its logarithm where it is read so; NaN = missing."""
    value = menus.numbers(attribute.field)
    if not attribute.logged:
        return value
    return np.log(np.where(value > 0, value, np.nan))
