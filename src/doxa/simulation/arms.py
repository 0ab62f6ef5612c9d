"""Two arms side by side: the same people on the same paths, under a scenario and without it.

Both arms share their random numbers, so that their difference on a path is the scenario's doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.payloads import Bools

LOW, HIGH = 10.0, 90.0
"""Percentiles between which four in five paths lie."""
FOUR_IN_FIVE = 1.2815515594463
NINETY_NINE = 2.5758293035489
"""How many standard deviations of a normal number to either side hold so many of it."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Where paths lie at every mark, float64[S] each."""

    low: Floats
    middle: Floats
    high: Floats
    mean: Floats


def positions(paths: Floats, levels: Sequence[float], axis: int = 0) -> Floats:
    """Percentiles of what will come, by finitely many paths: the k-th of P in order at k / (P + 1).

    One more path lies below the k-th so often, whatever paths are drawn from; below the first and
    beyond the last nothing is known, and those are the ends.

    Parameters
    ----------
    levels : in percent

    Examples
    --------
    >>> positions(np.arange(1.0, 10.0), [10.0, 50.0, 90.0]).tolist()
    [1.0, 5.0, 9.0]
    """
    return np.asarray(np.percentile(paths, levels, axis=axis, method="weibull"))


def bands(paths: Floats) -> Bands:
    """The 10th, 50th and 90th percentile and the mean over paths.

    Parameters
    ----------
    paths : float64[P, S]

    Examples
    --------
    >>> found = bands(np.arange(1.0, 10.0)[:, None])
    >>> float(found.low[0]), float(found.middle[0]), float(found.high[0])
    (1.0, 5.0, 9.0)
    """
    low, middle, high = positions(paths, [LOW, 50.0, HIGH])
    return Bands(low, middle, high, paths.mean(axis=0))


@dataclass(frozen=True, slots=True)
class Pair:
    """What people came to in both arms, summed over people by path and over paths by person.

    Attributes
    ----------
    under, without : float64[P, S]
        Sums over people, under the scenario and without it.
    mean, variance : float64[T]
        Over paths, of each person's difference at the last mark.
    known : bool[t]
        Which of the people given count: those of whom it is known in both arms.
    """

    under: Floats
    without: Floats
    mean: Floats
    variance: Floats
    known: Bools

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def difference(self) -> Floats:
        """The mean over people of their difference, float64[P, S]."""
        return (self.under - self.without) / max(len(self), 1)


def pair(under: Floats, without: Floats) -> Pair:
    """Both arms of some people, float64[T, P, S] each; who is unknown (NaN) in one is left out.

    Examples
    --------
    >>> found = pair(np.array([[[2.0], [4.0]]]), np.array([[[1.0], [3.0]]]))
    >>> found.mean.tolist(), found.variance.tolist()
    ([1.0], [0.0])
    """
    known = np.asarray(~np.isnan(under + without).any(axis=(1, 2)))
    under, without = under[known], without[known]
    last = under[:, :, -1] - without[:, :, -1]
    freedom = 1 if last.shape[1] > 1 else 0
    return Pair(
        under.sum(axis=0),
        without.sum(axis=0),
        last.mean(axis=1),
        last.var(axis=1, ddof=freedom),
        known,
    )


def together(parts: Sequence[Pair]) -> Pair:
    """Several chunks of people as one; however they were cut.

    Examples
    --------
    >>> one = pair(np.ones((2, 3, 1)), np.zeros((2, 3, 1)))
    >>> len(together([one, one])), float(together([one, one]).difference[0, 0])
    (4, 1.0)
    """
    return Pair(
        np.sum([part.under for part in parts], axis=0),
        np.sum([part.without for part in parts], axis=0),
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.variance for part in parts]),
        np.concatenate([part.known for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class Contrast:
    """The mean difference over people and paths at the last mark.

    Attributes
    ----------
    low, high : float
        Four in five: as far as something moves all people of a path together, and as far as so many
        paths leave it to chance.
    """

    difference: float
    low: float
    high: float


def contrast(found: Pair) -> Contrast:
    """The mean difference with its interval.

    With T people on P paths, V the variance over paths of the people's mean difference and v the
    mean over people of the variance of their own, what moves all people together has the variance
    c = (V - v / T) T / (T - 1), kept within [0, V]; the mean over paths is that far from the truth,
    and by V / P more. Of one person c cannot be told from luck and is taken for 0.

    Examples
    --------
    >>> contrast(pair(np.full((1, 4, 1), 3.0), np.zeros((1, 4, 1))))
    Contrast(difference=3.0, low=3.0, high=3.0)
    """
    people = len(found)
    if not people:
        return Contrast(np.nan, np.nan, np.nan)
    paths = found.difference[:, -1]
    whole = float(paths.var(ddof=1)) if len(paths) > 1 else 0.0
    luck = float(found.variance.mean()) / people
    common = 0.0
    if people > 1:
        common = min(max((whole - luck) * people / (people - 1), 0.0), whole)
    far = FOUR_IN_FIVE * float(np.sqrt(common + whole / len(paths)))
    middle = float(paths.mean())
    return Contrast(middle, middle - far, middle + far)


@dataclass(frozen=True, slots=True)
class Sides:
    """How many people clearly go up, clearly go down, and neither."""

    up: int
    down: int
    neither: int


def own_interval(found: Pair, width: float = NINETY_NINE) -> tuple[Floats, Floats]:
    """The ends of each person's own mean difference, float64[T]: as far as paths leave it to chance."""
    far = width * np.sqrt(found.variance / max(len(found.under), 1))
    return found.mean - far, found.mean + far


def sides(found: Pair) -> Sides:
    """Who clearly goes up or down: the interval of 99 in 100 lies on one side of 0.

    Of a thousand people whom nothing moves about ten go clearly one way or the other.

    Examples
    --------
    >>> sides(pair(np.array([[[2.0], [2.0]], [[0.0], [0.0]]]), np.ones((2, 2, 1))))
    Sides(up=1, down=1, neither=0)
    """
    low, high = own_interval(found)
    up, down = int((low > 0).sum()), int((high < 0).sum())
    return Sides(up, down, len(found) - up - down)
