"""Cells of shares: held-out menus by option, and by how far an attribute of it moved.

Of the menus where an option's attribute moved down, those below the median of such moves are one
cell, the others a second; up alike; and those where it stayed a fifth. In a cell the real share is
how often the option was taken, the simulated one the mean of what was sampled. What changes is a cell's share less the
option's share over all its cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.fidelity.resampling import Interval, Resamples, ratios

NOTHING = 1e-9
"""A share that changes by less does not change: what does not move has no slope."""
MOVES = ("fell much", "fell", "stayed", "rose", "rose much")


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: an option, which attribute of it moved and how.

    Attributes
    ----------
    moved : one of ``fell much``, ``fell``, ``stayed``, ``rose``, ``rose much``
    mean_move : in the unit of the attribute
    rows : menus in it
    real : share of them on which the option was taken
    simulated : share by every rung that forecasts or simulates
    low, high : ends of the middle 95 in 100 paths of the twin
    """

    option: str
    attribute: str
    moved: str
    mean_move: float
    rows: int
    real: float
    simulated: dict[str, float]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cells:
    """Which of m cells options stand in, by any of several attributes.

    Attributes
    ----------
    owner, place : int64[q]
        The menu, and the option among all, of each time an option stands in a cell.
    cell : int64[q]
    move : float64[q]
    keys : int64[m, 3]
        Attribute, option, and place in `MOVES` of each cell.
    """

    owner: Ints
    place: Ints
    cell: Ints
    move: Floats
    keys: Ints

    @property
    def group(self) -> Ints:
        """The attribute and option that each cell belongs to, int64[m]."""
        _, found = np.unique(self.keys[:, :2], axis=0, return_inverse=True)
        return np.asarray(found.ravel(), dtype=np.int64)

    def totals(self, values: Floats) -> Floats:
        """The total of what is said of every option, by cell: float64[m]."""
        return np.bincount(self.cell, values[self.place], len(self.keys)).astype(np.float64)

    def mean_moves(self) -> Floats:
        """The mean move in each cell, float64[m]."""
        count = np.bincount(self.cell, minlength=len(self.keys))
        return np.asarray(np.bincount(self.cell, self.move, len(self.keys)) / count)

    def drawn(self, values: Floats, resamples: Resamples) -> Floats:
        """The totals over the people of each draw, float64[draws, m]."""
        columns = np.zeros((len(self.place), len(self.keys)))
        columns[np.arange(len(self.place)), self.cell] = values[self.place]
        return resamples.drawn(resamples.totals_at(self.owner, columns))


def cells_by_move(owner: Ints, option: Ints, moves: list[Floats]) -> Cells:
    """The cells of some options.

    Parameters
    ----------
    owner : int64[k]
        The menu of each option.
    option : int64[k]
        Which option it is; -1 = in no cell.
    moves : float64[k] per attribute, NaN = in no cell of it

    Examples
    --------
    >>> owner, option = np.arange(6), np.zeros(6, np.int64)
    >>> cells = cells_by_move(owner, option, [np.array([-3.0, -1, 0, 2, 2, np.nan])])
    >>> cells.cell.tolist(), [MOVES[one] for one in cells.keys[:, 2]]
    ([0, 1, 2, 3, 3], ['fell much', 'fell', 'stayed', 'rose'])
    """
    places = [np.flatnonzero(~np.isnan(move) & (option >= 0)) for move in moves]
    keys = [
        np.stack([np.full(len(told), number), option[told], _kinds(option[told], move[told])], 1)
        for number, (told, move) in enumerate(zip(places, moves, strict=True))
    ]
    distinct, cell = np.unique(np.concatenate(keys), axis=0, return_inverse=True)
    place = np.concatenate(places)
    moved = np.concatenate([move[told] for told, move in zip(places, moves, strict=True)])
    return Cells(owner[place], place, cell.ravel().astype(np.int64), moved, distinct)


def _kinds(option: Ints, move: Floats) -> Ints:
    """The place in `MOVES` of each move, by the median size of its option's moves to that side."""
    kind = np.full(len(move), MOVES.index("stayed"))
    size = np.abs(move)
    for one in np.unique(option):
        for sign, little, much in ((-1, "fell", "fell much"), (1, "rose", "rose much")):
            side = (option == one) & (sign * move > 0)
            if side.any():
                kind[side] = MOVES.index(little)
                kind[side & (size > np.median(size[side]))] = MOVES.index(much)
    return kind


def share_error(rows: Floats, real: Floats, simulated: Floats) -> Floats:
    """Mean absolute error of shares over cells, each counted by its menus; float64[...].

    Parameters
    ----------
    rows, real, simulated : float64[..., m]
        Menus, and totals of what was taken and simulated.

    Examples
    --------
    >>> rows, real = np.array([10.0, 30.0]), np.array([5.0, 3.0])
    >>> round(float(share_error(rows, real, np.array([4.0, 6.0]))), 3)
    0.1
    """
    return np.asarray(ratios(np.abs(real - simulated).sum(axis=-1), rows.sum(axis=-1)))


def slope(group: Ints, rows: Floats, real: Floats, simulated: Floats) -> Floats:
    """Slope of real on simulated changes of shares, each counted by its menus; float64[...].

    sum n dr ds / sum n ds^2, dr and ds a cell's share less the share of its group.

    Examples
    --------
    >>> group, rows = np.array([0, 0]), np.array([10.0, 10.0])
    >>> round(float(slope(group, rows, np.array([2.0, 6.0]), np.array([3.0, 5.0]))), 3)
    2.0
    """
    one = np.zeros((len(group), int(group.max(initial=-1)) + 1))
    one[np.arange(len(group)), group] = 1.0

    def change(totals: Floats) -> Floats:
        whole = ratios(totals @ one, rows @ one) @ one.T
        found = np.where(rows > 0, np.nan_to_num(ratios(totals, rows) - whole), 0.0)
        return np.where(np.abs(found) > NOTHING, found, 0.0)

    moved = change(simulated)
    above = (rows * change(real) * moved).sum(axis=-1)
    return np.asarray(ratios(above, (rows * moved**2).sum(axis=-1)))


def interval(estimate: float, drawn: Floats) -> Interval:
    """An estimate with the middle 95 in 100 of its draws; NaN where it is not defined."""
    told = drawn[~np.isnan(drawn)]
    if not len(told):
        return Interval(estimate, np.nan, np.nan)
    low, high = np.quantile(told, [0.025, 0.975])
    return Interval(estimate, float(low), float(high))
