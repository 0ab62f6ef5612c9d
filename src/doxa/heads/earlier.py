"""Earlier choices: what a person took beyond what was expected of them.

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

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.payloads import Bools
from doxa.features.menus import Menus, menus_of, taken
from doxa.features.moments import at_offers
from doxa.features.past import Past
from doxa.features.rows import NONE, Bound, Rows
from doxa.heads.logit import centred, likely
from doxa.heads.tastes import (
    ACROSS,
    ATTRIBUTES,
    HALF,
    MOST_CROSSED,
    MOVED,
    OWN,
    OWNER,
    SHARES,
    TASTES,
    ChoiceRecipe,
    Columns,
    option_places,
    plain_columns,
)
from doxa.state.recalled import Cut, newest, recalled


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


@dataclass(frozen=True, slots=True)
class Own:
    """What the people of n menus with k options in all did before, as known just before each.

    Attributes
    ----------
    cells : float64[k, 2, bands]
        y and p0 of each option.
    count : float64[n, bands]
        How many choices were decided.
    again : bool[k]
        Whether the option is the one taken last.
    others : float64[n, 2, options]
        y and p0, ever, of every option of the recipe where few are; of none elsewhere.
    pull, mass : float64[n, columns of attributes]
        sum x (y - p0) and sum p0 (x - mean x)^2.
    before : float64[k, columns of attributes]
        As the option was offered last.
    seen : bool[k]
        Whether it ever was.
    """

    cells: Floats
    count: Floats
    again: Bools
    others: Floats
    pull: Floats
    mass: Floats
    before: Floats
    seen: Bools


def crossed(recipe: ChoiceRecipe) -> list[str]:
    """The options that are read beside each other: all of few, none of many."""
    return recipe.options if len(recipe.options) <= MOST_CROSSED else []


def own_of(recipe: ChoiceRecipe, past: Past, earlier: Earlier, rows: Rows, menus: Menus) -> Own:
    """What the people of some menus did before, from all that they chose."""
    owner, bands = menus.owner, tuple(recipe.bands)
    seen = _cut(rows.seen)
    each = Cut(seen.at[owner], seen.order[owner])
    ones = np.ones((len(earlier.twin), 1))
    choice = newest(earlier.twin, earlier.known, rows.twin, seen)
    coder = past.coder(recipe.field)
    others = [
        earlier.of_options(rows.twin, np.full(len(rows), coder(other)), seen, (math.inf,))[:, :, 0]
        for other in crossed(recipe)
    ]
    pull, mass = (
        earlier.of_people(added, rows.twin, seen, (math.inf,))[:, :, 0]
        for added in (earlier.pull, earlier.mass)
    )
    width = earlier.x.shape[1]
    last = np.full(len(owner), NONE)
    if recipe.moves:
        last = earlier.last_seen(rows.twin[owner], menus.option, each)
    return Own(
        cells=earlier.of_options(rows.twin[owner], menus.option, each, bands),
        count=earlier.of_people(ones, rows.twin, seen, bands)[:, 0],
        again=np.r_[earlier.took, NONE][choice][owner] == menus.option,
        others=np.stack(others, axis=-1) if others else np.zeros((len(rows), 2, 0)),
        pull=pull,
        mass=mass,
        before=np.concatenate([earlier.x, np.zeros((1, width))])[last],
        seen=last >= 0,
    )


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
    return columns_of_own(recipe, past, own_of(recipe, past, earlier, rows, menus), menus, plain)


def columns_of_own(
    recipe: ChoiceRecipe, past: Past, own: Own, menus: Menus, plain: Columns
) -> Columns:
    """The same from what is known of the people of some menus."""
    owner = menus.owner
    cells, count = own.cells, own.count[owner]
    place = option_places(recipe, past, menus)
    usual = np.r_[recipe.shares, 0.0][place]
    found = []
    for number, band in enumerate(recipe.bands):
        against = np.log((cells[:, 0, number] + HALF) / (cells[:, 1, number] + HALF))
        found.append((OWN, OWNER, f"own choices, {_named(band)}", against))
    for number, band in enumerate(recipe.bands):
        share = (cells[:, 0, number] + usual) / (count[:, number] + 1) - usual
        found.append((SHARES, OWNER, f"own share, {_named(band)}", share))
    found.append((SHARES, OWNER, "taken last", own.again * 1.0))
    found += _across(recipe, own, owner, place)
    x = plain.block(ATTRIBUTES)
    names = [
        name for name, block in zip(plain.names, plain.blocks, strict=True) if block == ATTRIBUTES
    ]
    for number, name in enumerate(names):
        worth = (own.pull[:, number] / (own.mass[:, number] + 1 / recipe.spread))[owner]
        found.append((TASTES, f"own taste for {name}", f"own {name}", worth * x[:, number]))
    if recipe.moves:
        found += _moved(recipe, own, x, names)
    return Columns.of(found, len(menus))


def _moved(
    recipe: ChoiceRecipe, own: Own, x: Floats, names: list[str]
) -> Iterator[tuple[str, str, str, Floats]]:
    """How far each number lies above, and below, what the person saw last: a rise is no fall turned round."""
    numbers = {one.field for one in recipe.attributes if not one.levels}
    for number, name in enumerate(names):
        if name in numbers:
            move = np.where(own.seen, x[:, number] - own.before[:, number], 0.0)
            yield MOVED, f"given {name}", f"{name}, more than last", np.maximum(move, 0.0)
            yield MOVED, f"given {name}", f"{name}, less than last", np.minimum(move, 0.0)


def _across(
    recipe: ChoiceRecipe, own: Own, owner: Ints, place: Ints
) -> Iterator[tuple[str, str, str, Floats]]:
    """What the person took of the other options, for each option: who likes one likes another."""
    for beside, other in enumerate(crossed(recipe)):
        against = np.log((own.others[:, 0, beside] + HALF) / (own.others[:, 1, beside] + HALF))
        for number, option in enumerate(recipe.options):
            if number != beside:
                column = np.where(place == number, against[owner], 0.0)
                yield ACROSS, OWNER, f"own choices of {other}, for {option}", column


def _cut(bound: Bound) -> Cut:
    return Cut(bound.at, bound.order)


def _named(band: float) -> str:
    return "ever" if math.isinf(band) else f"{band:g}"
