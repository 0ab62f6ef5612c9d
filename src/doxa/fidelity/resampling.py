"""Intervals by resampling people: whole people are drawn, with all their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Floats, Ints

BLOCK = 50
FEWEST, MOST = 100, 100_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the ends of its 95 % interval."""

    estimate: float
    low: float
    high: float

    def as_list(self) -> list[float]:
        """[estimate, low, high]."""
        return [self.estimate, self.low, self.high]


class Resamples:
    """The same draws of people for every score, so that differences between scores are paired.

    Parameters
    ----------
    unit : int[n]
        Whose row each row is.
    draws : int
        Fewer, down to 100, where there are very many people: their intervals need less luck.
    seed : int

    Examples
    --------
    >>> resamples = Resamples(np.array([0, 0, 1]), draws=200, seed=1)
    >>> resamples.mean(np.array([1.0, 1.0, 1.0])).as_list()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, unit: Ints, *, draws: int = 1000, seed: int = 1) -> None:
        _, place = np.unique(unit, return_inverse=True)
        self._place = place
        people = int(place.max()) + 1 if len(place) else 0
        rng = np.random.Generator(np.random.Philox(seed))
        draws = min(draws, max(FEWEST, MOST // max(people, 1)))
        share = np.full(people, 1 / max(people, 1))
        self._counts = np.empty((draws, people), dtype=np.uint16)
        for draw in range(draws):
            self._counts[draw] = rng.multinomial(people, share)
        self._rows = np.bincount(place, minlength=people).astype(np.float64)

    def mean(self, score: Floats) -> Interval:
        """Mean of a per-row score."""
        totals = self._totals(score)
        return _interval(float(totals.sum() / self._rows.sum()), self._means(totals))

    def share(self, part: Floats, whole: Floats) -> Interval:
        """Mean of a per-row score / mean of another, on the same rows."""
        own, other = self._totals(part), self._totals(whole)
        drawn = np.asarray(ratios(self._drawn(own), self._drawn(other)))
        return _interval(float(ratios(own.sum(), other.sum())), drawn)

    def skill(self, loss: Floats, rival: Floats) -> Interval:
        """1 - mean loss / mean loss of the rival, on the same rows."""
        own, other = self._totals(loss), self._totals(rival)
        drawn = 1 - ratios(self._drawn(own), self._drawn(other))
        return _interval(1 - float(ratios(own.sum(), other.sum())), drawn)

    def totals_by(self, score: Floats, code: Ints, groups: int) -> Floats:
        """The total of each person in each group, float64[people, groups]; code -1 is in none."""
        if (code < 0).any():
            known = code >= 0
            place, code, score = self._place[known], code[known], score[known]
        else:
            place = self._place
        flat = place * groups + code
        size = len(self._rows) * groups
        return np.bincount(flat, score, minlength=size).reshape(-1, groups).astype(np.float64)

    def totals_at(self, rows: Ints, columns: Floats) -> Floats:
        """The totals of columns said of some of the rows, by person: float64[people, columns]."""
        totals = np.zeros((len(self._rows), columns.shape[1]))
        np.add.at(totals, self._place[rows], columns)
        return totals

    def drawn(self, totals: Floats) -> Floats:
        """The totals over the people of each draw: float64[draws, ...]."""
        return self._drawn(totals)

    def counts(self) -> Iterator[Ints]:
        """How often each row is in each draw, int64[n], draw by draw."""
        for own in self._counts:
            yield own[self._place].astype(np.int64)

    def _totals(self, score: Floats) -> Floats:
        return np.bincount(self._place, score, minlength=len(self._rows)).astype(np.float64)

    def _means(self, totals: Floats) -> Floats:
        return np.asarray(ratios(self._drawn(totals), self._drawn(self._rows)))

    def _drawn(self, totals: Floats) -> Floats:
        """The total over the people of each draw."""
        blocks = range(0, len(self._counts), BLOCK)
        return np.concatenate([self._counts[low : low + BLOCK] @ totals for low in blocks])


def ratios(above: Any, below: Any) -> Any:
    """The quotient, NaN where nothing stands below."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)


def _interval(estimate: float, drawn: Floats) -> Interval:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(estimate, float(low), float(high))
