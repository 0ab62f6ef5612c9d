"""Width: how far a forecast may be off, of a chance by what is not known of the person, of an amount
by what else amounts do.

What a head does not know of a person is a shift b of their linear predictor (of an amount: of its
mean), the same whenever they are asked. Its variance is T for somebody never seen, and
P ((1 + n) / (1 + m))^-a with n signals of theirs, m the usual number; at most T.
"""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.heads.beta import beta_ends
from doxa.heads.spread import LEVELS

SHARE = 0.8
"""Forecasts are handed out with the ends of four fifths."""
MOST_ALIKE = 0.9
"""How much of what becomes of people may be their own chance: at 1 each would be sure to, or not to."""


def strength_of(chance: Floats, variance: Floats) -> Floats:
    """a + b of the Beta with this mean and variance, as far as there is one.

    Examples
    --------
    >>> strength_of(np.array([0.5]), np.array([1 / 12])).round(6).tolist()
    [2.0]
    """
    alike = np.clip(variance / np.maximum(chance * (1 - chance), 1e-12), 1e-9, MOST_ALIKE)
    return np.asarray(1 / alike - 1)


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """What is not known of people.

    Attributes
    ----------
    between : T, the variance of b of somebody never seen
    usual : P, the variance of b where m signals came before
    known : m
    fades : a
    fitted : the variance that coefficients have because fit rows are few
    """

    between: float
    usual: float
    known: float
    fades: float
    fitted: float

    def variance(self, known: Floats, unmet: Floats) -> Floats:
        """Of b, by the number of signals before, and how far somebody was never seen at all.

        Examples
        --------
        >>> doubt = Doubt(between=1.0, usual=0.2, known=3.0, fades=0.5, fitted=0.0)
        >>> doubt.variance(np.array([0.0, 3.0, 15.0]), np.array([1.0, 0.0, 0.0])).tolist()
        [1.0, 0.2, 0.1]
        """
        seen = self.usual * ((1 + known) / (1 + self.known)) ** -self.fades
        return np.asarray((1 - unmet) * np.minimum(seen, self.between) + unmet * self.between)

    def ends(
        self, chance: Floats, slope: Floats, variance: Floats, share: float
    ) -> tuple[Floats, Floats]:
        """The chances between which those of a share of such people lie: of a Beta with this variance.

        Parameters
        ----------
        slope : float64[n]
            How much the chance rises with the linear predictor: p (1 - p) of a yes or no.
        """
        spread = (variance + self.fitted) * slope**2
        return beta_ends(chance, strength_of(chance, spread), share)


class Width(msgspec.Struct, frozen=True, kw_only=True):
    """How far amounts lie from their forecasts.

    Attributes
    ----------
    centres : c forecasts, ascending
    quantiles : c rows of what amounts were beyond forecasts near each centre, at `LEVELS`
    variances : c mean squares of that
    lowest : what no amount is below; None where there is no such end
    doubt : of the person, on the scale of the outcome
    nothing : share of amounts near each centre that are `lowest`; empty where nobody counted
    """

    centres: list[float]
    quantiles: list[list[float]]
    variances: list[float]
    lowest: float | None
    doubt: Doubt
    nothing: list[float] = []

    def within(self, mean: Floats, variance: Floats, share: float) -> tuple[Floats, Floats]:
        """The ends between which a share of amounts lies.

        Between centres quantiles are joined by straight lines; above the last they grow as the
        forecast does. Where less is known of a person than usual they are stretched by it.

        Parameters
        ----------
        variance : float64[n]
            As the doubt gives it.

        Examples
        --------
        >>> even = Doubt(between=0.0, usual=0.0, known=1.0, fades=0.0, fitted=0.0)
        >>> wide = Width(centres=[1.0, 3.0], quantiles=[[-1.0] * 4 + [0.0] + [1.0] * 4] * 2,
        ...     variances=[1.0, 1.0], lowest=0.0, doubt=even)
        >>> [end.tolist() for end in wide.within(np.array([0.5, 2.0, 6.0]), np.zeros(3), 0.8)]
        [[0.0, 1.0, 4.0], [1.5, 3.0, 8.0]]
        """
        table = np.asarray(self.quantiles)
        wanted = [(1 - share) / 2, (1 + share) / 2]
        at = np.stack([np.interp(wanted, LEVELS, row) for row in table])
        stretch = self._stretch(mean, variance)
        low, high = (mean + np.interp(mean, self.centres, at[:, end]) * stretch for end in (0, 1))
        if self.lowest is not None:
            low, high = np.maximum(low, self.lowest), np.maximum(high, self.lowest)
        return np.asarray(np.minimum(low, high)), np.asarray(high)

    def quantiles_at(self, mean: Floats, variance: Floats) -> Floats:
        """The quantiles of each amount at `LEVELS`, float64[n, levels]; none is kept above `lowest`."""
        table, stretch = np.asarray(self.quantiles), self._stretch(mean, variance)
        parts = [mean + np.interp(mean, self.centres, column) * stretch for column in table.T]
        return np.asarray(np.maximum.accumulate(np.stack(parts, axis=1), axis=1))

    def least(self, mean: Floats) -> Floats:
        """How likely each amount is to be `lowest`, as far as quantiles are too few to say."""
        if not self.nothing or self.lowest is None:
            return np.zeros(len(mean))
        return np.asarray(np.interp(mean, self.centres, self.nothing))

    def _stretch(self, mean: Floats, variance: Floats) -> Floats:
        """How much wider than the quantiles of the fit rows."""
        grown = np.maximum(mean / self.centres[-1], 1.0) if self.centres[-1] > 0 else 1.0
        usual = np.interp(mean, self.centres, self.variances) * grown**2
        more = np.maximum(variance - self.doubt.usual, 0.0)
        return np.asarray(np.sqrt(1 + more / np.maximum(usual, 1e-12)) * grown)
