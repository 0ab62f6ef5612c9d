"""Tastes: the columns of a choice, those that stand for everybody and those of the person's own.

Every earlier choice of a person leaves y and p0 (the probability without these effects) in cells
per option, and x (y - p0) and x^2 p0 in cells per attribute. Read are, per band, what they took
against what was expected, ln((sum y + 1/2) / (sum p0 + 1/2)), and their share; the same of the other
options they know; per attribute b x, b = sum x (y - p0) / (sum x^2 p0 + 1 / tau^2); and per number
how far it lies above, and below, what this person last saw of the same option.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.bearing import Bearing
from doxa.features.menus import Menus, menus_of, taken
from doxa.features.moments import at_offers
from doxa.features.past import Past
from doxa.features.phi import CIRCUMSTANCES
from doxa.features.rows import NONE, Bound, Rows
from doxa.heads.logit import centred, likely
from doxa.state.recalled import Cut, newest, recalled

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


@dataclass(frozen=True, slots=True)
class Earlier:
    """What some people chose before, and what was expected of them.

    Attributes
    ----------
    twin, known : of each of m menus that was decided, and when that was known
    took : int64[m]
        The option taken.
    option, owner : int64[k]
        Of each option that was on offer, and its menu.
    cells : float64[k, 2]
        y and p0.
    pull, mass : float64[m, columns of attributes]
        sum x (y - p0) and sum p0 (x - mean x)^2 on each menu.
    x : float64[k, columns of attributes]
        As they were offered.
    """

    twin: Ints
    known: Cut
    took: Ints
    option: Ints
    owner: Ints
    cells: Floats
    pull: Floats
    mass: Floats
    x: Floats

    @classmethod
    def of(cls, recipe: ChoiceRecipe, outcome: Outcome, past: Past, twins: Ints) -> Earlier:
        """All decided choices of some twins."""
        rows = at_offers(outcome, past)
        rows = rows.take(np.isin(rows.twin, np.unique(twins)))
        told = taken(outcome, past, rows)
        menus = menus_of(outcome, past, rows)
        place = menus.place_of(told.option)
        kept = np.flatnonzero(place >= 0)
        rows, menus = rows.take(kept), menus.take(kept)
        place = menus.place_of(told.option[kept])
        known = told.known.take(kept)
        plain = plain_columns(recipe, past, menus)
        y = np.zeros(len(menus))
        y[place] = 1.0
        p0 = likely(plain.table @ np.asarray(recipe.usual), menus.start)
        offered = plain.block(ATTRIBUTES)
        x = centred(offered, menus.start, p0)
        return cls(
            rows.twin,
            Cut(known.at, known.order),
            menus.option[place],
            menus.option,
            menus.owner,
            np.column_stack([y, p0]),
            _per_menu(x * (y - p0)[:, None], menus),
            _per_menu(x**2 * p0[:, None], menus),
            offered,
        )

    def of_options(self, twin: Ints, option: Ints, seen: Cut, bands: tuple[float, ...]) -> Floats:
        """y and p0 of each (twin, option) at each band: float64[q, 2, bands]."""
        span = int(max(self.option.max(initial=0), option.max(initial=0))) + 1
        return recalled(self._of(span), self._when, self.cells, twin * span + option, seen, bands)

    def last_seen(self, twin: Ints, option: Ints, seen: Cut) -> Ints:
        """Where each option was on offer last to that twin, int64[q]; -1 = never."""
        span = int(max(self.option.max(initial=0), option.max(initial=0))) + 1
        return newest(self._of(span), self._when, twin * span + option, seen)

    def _of(self, span: int) -> Ints:
        """The twin and option of each option that was on offer, as one number."""
        return self.twin[self.owner] * span + self.option

    @property
    def _when(self) -> Cut:
        return Cut(self.known.at[self.owner], self.known.order[self.owner])

    def of_people(self, added: Floats, twin: Ints, seen: Cut, bands: tuple[float, ...]) -> Floats:
        """Sums over the menus of each twin at each band: float64[q, columns, bands]."""
        return recalled(self.twin, self.known, added, twin, seen, bands)


def _per_menu(values: Floats, menus: Menus) -> Floats:
    if not len(values):
        return np.zeros((0, values.shape[1]))
    return np.asarray(np.add.reduceat(values, menus.start[:-1], axis=0))


def own_columns(
    recipe: ChoiceRecipe,
    past: Past,
    earlier: Earlier,
    rows: Rows,
    menus: Menus,
    plain: Columns,
) -> Columns:
    """What this person did before beyond what was expected; 0 in all of them at a first choice.

    Parameters
    ----------
    plain : the columns of `plain_columns` on the same menus
    """
    owner, bands = menus.owner, tuple(recipe.bands)
    seen = _cut(rows.seen)
    each = Cut(seen.at[owner], seen.order[owner])
    cells = earlier.of_options(rows.twin[owner], menus.option, each, bands)
    ones = np.ones((len(earlier.twin), 1))
    count = earlier.of_people(ones, rows.twin, seen, bands)[:, 0][owner]
    place = option_places(recipe, past, menus)
    usual = np.r_[recipe.shares, 0.0][place]
    found = []
    for number, band in enumerate(bands):
        against = np.log((cells[:, 0, number] + HALF) / (cells[:, 1, number] + HALF))
        found.append((OWN, OWNER, f"own choices, {_named(band)}", against))
    for number, band in enumerate(bands):
        share = (cells[:, 0, number] + usual) / (count[:, number] + 1) - usual
        found.append((SHARES, OWNER, f"own share, {_named(band)}", share))
    choice = newest(earlier.twin, earlier.known, rows.twin, seen)
    again = np.r_[earlier.took, NONE][choice][owner] == menus.option
    found.append((SHARES, OWNER, "taken last", again * 1.0))
    found += _across(recipe, past, earlier, rows, menus, place)
    pull, mass = (
        earlier.of_people(added, rows.twin, seen, (math.inf,))[:, :, 0][owner]
        for added in (earlier.pull, earlier.mass)
    )
    x = plain.block(ATTRIBUTES)
    names = [name for name, own in zip(plain.names, plain.blocks, strict=True) if own == ATTRIBUTES]
    for number, name in enumerate(names):
        worth = pull[:, number] / (mass[:, number] + 1 / recipe.spread)
        found.append((TASTES, f"own taste for {name}", f"own {name}", worth * x[:, number]))
    if recipe.moves:
        last = earlier.last_seen(rows.twin[owner], menus.option, each)
        found += _moved(recipe, earlier, last, x, names)
    return Columns.of(found, len(menus))


def _moved(
    recipe: ChoiceRecipe, earlier: Earlier, last: Ints, x: Floats, names: list[str]
) -> Iterator[tuple[str, str, str, Floats]]:
    """How far each number lies above, and below, what the person saw last: a rise is no fall turned round."""
    numbers = {one.field for one in recipe.attributes if not one.levels}
    for number, name in enumerate(names):
        if name in numbers:
            before = np.r_[earlier.x[:, number], 0.0][last]
            move = np.where(last >= 0, x[:, number] - before, 0.0)
            yield MOVED, f"given {name}", f"{name}, more than last", np.maximum(move, 0.0)
            yield MOVED, f"given {name}", f"{name}, less than last", np.minimum(move, 0.0)


def _across(
    recipe: ChoiceRecipe, past: Past, earlier: Earlier, rows: Rows, menus: Menus, place: Ints
) -> Iterator[tuple[str, str, str, Floats]]:
    """What the person took of the other options, for each option: who likes one likes another."""
    if len(recipe.options) > MOST_CROSSED:
        return
    coder, seen, owner = past.coder(recipe.field), _cut(rows.seen), menus.owner
    for beside, other in enumerate(recipe.options):
        code = np.full(len(rows), coder(other))
        cells = earlier.of_options(rows.twin, code, seen, (math.inf,))[:, :, 0]
        against = np.log((cells[:, 0] + HALF) / (cells[:, 1] + HALF))[owner]
        for number, option in enumerate(recipe.options):
            if number != beside:
                column = np.where(place == number, against, 0.0)
                yield ACROSS, OWNER, f"own choices of {other}, for {option}", column


def _cut(bound: Bound) -> Cut:
    return Cut(bound.at, bound.order)


def _named(band: float) -> str:
    return "ever" if math.isinf(band) else f"{band:g}"
