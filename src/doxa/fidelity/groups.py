"""Groups of scored rows, and scores by group, all on the same draws of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.fidelity.resampling import Resamples, ratios

FEWEST_PEOPLE = 10
"""A group of fewer people has no interval."""
NONE = -1
_ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Groups:
    """What scored rows are told apart by.

    Attributes
    ----------
    by : str
    names : list of str
        In the order they are shown.
    code : int64[n]
        The group of each row; -1 = none.
    """

    by: str
    names: list[str]
    code: Ints


def filled(by: str, names: Sequence[str], code: Ints) -> Groups:
    """The groups that have rows.

    Examples
    --------
    >>> filled("size", ["small", "large"], np.array([1, 1])).names
    ['large']
    """
    known = np.unique(code[code >= 0])
    place = np.full(len(names), NONE)
    place[known] = np.arange(len(known))
    return Groups(by, [names[one] for one in known], np.where(code >= 0, place[code], NONE))


def binned(by: str, value: Floats, ends: Sequence[float], names: Sequence[str]) -> Groups:
    """Values in bins: bin i holds what lies at or above ``ends[i - 1]`` and below ``ends[i]``.

    Parameters
    ----------
    value : float64[n]
        NaN = none.
    names : one more than ends

    Examples
    --------
    >>> binned("n", np.array([0.0, 5.0, np.nan]), [1.0], ["none", "some"]).code.tolist()
    [0, 1, -1]
    """
    code = np.searchsorted(np.asarray(ends, dtype=np.float64), value, side="right")
    return filled(by, names, np.where(np.isnan(value), NONE, code))


class Grouped:
    """Means and ratios of scores by group, with 95 % intervals over the same draws of people.

    Parameters
    ----------
    resamples : Resamples
        Of the rows.
    groups : Groups
    scores : by name, float64[n]

    Examples
    --------
    >>> people = np.arange(40) // 2
    >>> half = Groups("half", ["a", "b"], np.arange(40) % 2)
    >>> found = Grouped(Resamples(people), half, {"loss": np.ones(40)})
    >>> found.rows.tolist(), found.people.tolist(), found.mean("loss")[0]
    ([20, 20], [20, 20], [1.0, 1.0, 1.0])
    """

    def __init__(self, resamples: Resamples, groups: Groups, scores: Mapping[str, Floats]) -> None:
        size = len(groups.names)
        columns = {_ROWS: np.ones(len(groups.code)), **scores}
        totals = [resamples.totals_by(score, groups.code, size) for score in columns.values()]
        # One look at the draws for all scores: with very many people, drawing is what takes long.
        drawn = resamples.drawn(np.concatenate(totals, axis=1))
        parts = np.split(drawn, len(columns), axis=1)
        self._whole = {name: own.sum(axis=0) for name, own in zip(columns, totals, strict=True)}
        self._drawn = dict(zip(columns, parts, strict=True))
        self.rows = self._whole[_ROWS].astype(np.int64)
        self.people = (totals[0] > 0).sum(axis=0)

    def mean(self, score: str) -> list[list[float]]:
        """[estimate, low, high] of the mean of a per-row score, by group."""
        return self._ratio(score, _ROWS)

    def skill(self, loss: str, rival: str) -> list[list[float]]:
        """[estimate, low, high] of 1 - loss / loss of the rival, by group."""
        found = self._ratio(loss, rival)
        return [[1 - estimate, 1 - high, 1 - low] for estimate, low, high in found]

    def _ratio(self, above: str, below: str) -> list[list[float]]:
        estimate = ratios(self._whole[above], self._whole[below])
        drawn = ratios(self._drawn[above], self._drawn[below])
        found = []
        for place, value in enumerate(estimate.tolist()):
            known = drawn[~np.isnan(drawn[:, place]), place]
            low, high = np.nan, np.nan
            if self.people[place] >= FEWEST_PEOPLE and len(known):
                low, high = np.quantile(known, [0.025, 0.975]).tolist()
            found.append([value, low, high])
        return found
