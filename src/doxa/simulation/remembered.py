"""What people who are run forward remember of their choices: the cells of their own tastes.

Cells stand as of the moment the walk has reached, like all sums that are carried along; a choice is
added once it is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.features.menus import Menus
from doxa.features.past import Past
from doxa.features.rows import FIRST, NONE
from doxa.heads.earlier import Earlier, Own, crossed
from doxa.heads.tastes import ChoiceRecipe
from doxa.state.bands import decay
from doxa.state.recalled import Cut, newest

NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Decided:
    """Choices that were made, n of them, among k options in all.

    Attributes
    ----------
    row : int64[n]
        Rows of the walk.
    at : int64[n]
        When it is known.
    start : int64[n + 1]
        Where the options of each stand.
    option : int64[k]
    took : int64[n]
        The option taken.
    y, p0 : float64[k]
        Whether it was taken, and how likely that was for anybody.
    x : float64[k, columns of attributes]
    pull, mass : float64[n, columns of attributes]
    """

    row: Ints
    at: Ints
    start: Ints
    option: Ints
    took: Ints
    y: Floats
    p0: Floats
    x: Floats
    pull: Floats
    mass: Floats

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: Ints) -> Decided:
        """Some of the choices."""
        size = np.diff(self.start)[chosen]
        start = np.r_[0, np.cumsum(size)]
        place = np.arange(start[-1]) + np.repeat(self.start[chosen] - start[:-1], size)
        of_options = ("option", "y", "p0", "x")
        parts = {
            part.name: getattr(self, part.name)[place if part.name in of_options else chosen]
            for part in fields(Decided)
            if part.name != "start"
        }
        return Decided(start=start, **parts)


class Remembered:
    """The cells of some people's choices on every row of a walk.

    Parameters
    ----------
    earlier : Earlier
        What they chose before the origin.
    twins : int64[T]
    option : int64[K]
        Options that may be offered, with `owner` int64[K], the place of whom among the people.
    paths : int
    """

    def __init__(
        self,
        recipe: ChoiceRecipe,
        past: Past,
        earlier: Earlier,
        twins: Ints,
        origin: int,
        option: Ints,
        owner: Ints,
        paths: int,
    ) -> None:
        self.recipe, self.bands = recipe, tuple(recipe.bands)
        coder, names = past.coder(recipe.field), crossed(recipe)
        self._beside = np.array([coder(name) for name in names], dtype=np.int64)
        every = np.arange(len(twins))
        option = np.concatenate([option, np.tile(self._beside, len(twins))])
        owner = np.concatenate([owner, np.repeat(every, len(self._beside))])
        self._span = int(option.max(initial=0)) + 2
        self._keys = np.unique(owner * self._span + option)
        person, code = np.divmod(self._keys, self._span)
        self._first = np.searchsorted(person, every)
        slot = np.arange(len(person)) - self._first[person]
        self._width = width = int(slot.max(initial=0)) + 1
        self._person = np.repeat(every, paths)
        cut = Cut(np.full(len(person), origin), np.full(len(person), FIRST))
        each = Cut(np.full(len(twins), origin), np.full(len(twins), FIRST))
        bands = (*self.bands, math.inf)
        cells = np.zeros((len(bands), 2, len(twins), width))
        told = earlier.of_options(twins[person], code, cut, bands)
        cells[:, :, person, slot] = told.transpose(2, 1, 0)
        self.cells = np.repeat(cells, paths, axis=2)
        ones = np.ones((len(earlier.twin), 1))
        count = earlier.of_people(ones, twins, each, self.bands)[:, 0].T
        self.count = np.repeat(count, paths, axis=1)
        pull, mass = (
            np.repeat(earlier.of_people(added, twins, each, (math.inf,))[:, :, 0], paths, axis=0)
            for added in (earlier.pull, earlier.mass)
        )
        self.pull, self.mass = pull, mass
        choice = newest(earlier.twin, earlier.known, twins, each)
        self.took = np.repeat(np.r_[earlier.took, NONE][choice], paths)
        self.took_at = np.full(len(self.took), NEVER)
        attributes = earlier.x.shape[1] if recipe.moves else 0
        before = np.zeros((len(twins), width, attributes))
        seen = np.zeros((len(twins), width), dtype=bool)
        if recipe.moves and len(person):
            last = earlier.last_seen(twins[person], code, cut)
            seen[person, slot] = last >= 0
            before[person, slot] = np.concatenate([earlier.x, np.zeros((1, attributes))])[last]
        self.before, self.seen = np.repeat(before, paths, axis=0), np.repeat(seen, paths, axis=0)
        self.seen_at = np.full(self.seen.shape, NEVER)

    def known(self, row: Ints, option: Ints) -> Bools:
        """Whether options are among those that may be offered to these rows."""
        return np.asarray(self._slots(row, option) >= 0)

    def age(self, span: int) -> None:
        """Let a span pass."""
        self.cells *= decay(span, (*self.bands, math.inf))[:, None, None, None]
        self.count *= decay(span, self.bands)[:, None]

    def own(self, row: Ints, at: Ints, menus: Menus, now: int) -> Own:
        """What the people of some rows did before, at some moments."""
        owner, later = menus.owner, decay(at - now, self.bands)
        slot = self._slots(row[owner], menus.option)
        there, kept, every = slot >= 0, np.maximum(slot, 0), row[owner]
        cells = self.cells[:-1, :, every, kept].transpose(2, 1, 0) * later[owner][:, None, :]
        beside = self._slots(np.repeat(row, len(self._beside)), np.tile(self._beside, len(row)))
        others = self.cells[-1][:, np.repeat(row, len(self._beside)), beside]
        others = others.reshape(2, len(row), len(self._beside)).transpose(1, 0, 2)
        x = self.before[every, kept]
        return Own(
            cells=np.where(there[:, None, None], cells, 0.0),
            count=self.count[:, row].T * later,
            again=self.took[every] == menus.option,
            others=others,
            pull=self.pull[row],
            mass=self.mass[row],
            before=x if self.recipe.moves else np.zeros((len(every), self.pull.shape[1])),
            seen=self.seen[every, kept] & there,
        )

    def feed(self, told: Decided, now: int) -> None:
        """Add choices that are known."""
        if not len(told):
            return
        owner = np.repeat(np.arange(len(told)), np.diff(told.start))
        row = told.row[owner]
        slot = self._slots(row, told.option)
        there = np.flatnonzero(slot >= 0)
        row, slot, when = row[there], slot[there], told.at[owner][there]
        grown = 1 / decay(when - now, (*self.bands, math.inf))
        for band in range(len(self.cells)):
            for place, own in enumerate((told.y[there], told.p0[there])):
                np.add.at(self.cells[band, place], (row, slot), own * grown[:, band])
        alone = 1 / decay(told.at - now, self.bands)
        for band in range(len(self.bands)):
            np.add.at(self.count[band], told.row, alone[:, band])
        np.add.at(self.pull, told.row, told.pull)
        np.add.at(self.mass, told.row, told.mass)
        order = np.argsort(told.at, kind="stable")
        new = order[told.at[order] >= self.took_at[told.row[order]]]
        self.took[told.row[new]], self.took_at[told.row[new]] = told.took[new], told.at[new]
        if self.recipe.moves:
            self._see(row, slot, when, told.x[there])

    def _see(self, row: Ints, slot: Ints, when: Ints, x: Floats) -> None:
        """Remember how options were offered, the newest last."""
        order = np.argsort(when, kind="stable")
        order = order[when[order] >= self.seen_at[row[order], slot[order]]]
        own, spot = row[order], slot[order]
        self.before[own, spot] = x[order]
        self.seen[own, spot], self.seen_at[own, spot] = True, when[order]

    def _slots(self, row: Ints, option: Ints) -> Ints:
        """Where an option of each row stands; -1 = it may not be offered there."""
        person = self._person[row]
        key = person * self._span + np.where((option >= 0) & (option < self._span), option, -1)
        place = np.minimum(np.searchsorted(self._keys, key), max(len(self._keys) - 1, 0))
        if not len(self._keys):
            return np.full(len(row), NONE)
        return np.where(self._keys[place] == key, place - self._first[person], NONE)
