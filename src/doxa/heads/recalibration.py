"""Where among simulated paths a quantile lies, learned from how earlier paths did at the same horizon.

With u the rank of what came among its paths, z = Phi^-1(u) is standard normal where paths can be taken
at their word. Here z ~ N(shift, width^2): what came lies `shift` higher, and its middle is `width` times as
wide, on that scale. Then P(U <= u) = Phi((z - shift) / width), and the quantile q of what will come is the
quantile Phi(shift + width Phi^-1(q)) of the paths. Shift 0 and width 1 change nothing.
"""

from __future__ import annotations

from statistics import NormalDist

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.reading.normal import normal_cdf


class Recalibration(msgspec.Struct, frozen=True, kw_only=True):
    """How the paths of one outcome are read at its horizon.

    Attributes
    ----------
    rows, people, origins : what it was learned from
    """

    shift: float = 0.0
    width: float = 1.0
    rows: int = 0
    people: int = 0
    origins: int = 0

    @property
    def changes(self) -> bool:
        """Whether anything is read otherwise than drawn."""
        return self.shift != 0.0 or self.width != 1.0

    def level(self, q: float) -> float:
        """Which quantile of the paths is handed out as the quantile q, both in (0, 1).

        Examples
        --------
        >>> Recalibration().level(0.1), round(Recalibration(width=1.5).level(0.1), 4)
        (0.1, 0.0273)
        """
        if not self.changes:
            return q
        normal = NormalDist()
        return normal.cdf(self.shift + self.width * normal.inv_cdf(q))

    def rank(self, u: Floats) -> Floats:
        """Ranks among paths as ranks of what is handed out: even over [0, 1] where that is right.

        Examples
        --------
        >>> Recalibration(shift=1.0).rank(np.array([0.5])).round(4).tolist()
        [0.1587]
        """
        if not self.changes:
            return u
        return normal_cdf((normal_of(u) - self.shift) / self.width)

    def quantiles(self, drawn: Floats, levels: list[float]) -> Floats:
        """Quantiles of what will come, float64[levels, ...], from paths float64[..., P].

        The k-th of P paths in order stands at k / (P + 1): one more path lies below it that often.

        Examples
        --------
        >>> wider = Recalibration(width=2.0)
        >>> wider.quantiles(np.arange(101.0), [0.25, 0.5, 0.75]).round(1).tolist()
        [8.0, 50.0, 92.0]
        """
        told = [self.level(q) for q in levels]
        return np.asarray(np.quantile(drawn, told, axis=-1, method="weibull"))

    def after(self, share: float) -> Recalibration:
        """The same when only a share of the horizon is gone: nothing yet at 0, all of it from 1 on.

        Examples
        --------
        >>> whole = Recalibration(shift=1.0, width=4.0)
        >>> whole.after(0.5).shift, whole.after(0.5).width, whole.after(2.0) == whole
        (0.5, 2.0, True)
        """
        part = min(max(share, 0.0), 1.0)
        return msgspec.structs.replace(self, shift=self.shift * part, width=self.width**part)


class TotalReading(msgspec.Struct, frozen=True, kw_only=True):
    """How sums over many people are read: what was real lay around e^shift times what was simulated.

    ln(real / simulated) ~ N(shift, common^2 + chance), chance being what paths hold. An error common to
    everybody does not shrink with the number of people, as the luck of each does. Shift 0 and common
    0 change nothing.

    Attributes
    ----------
    people, origins : what it was learned from
    """

    shift: float = 0.0
    common: float = 0.0
    people: int = 0
    origins: int = 0

    @property
    def changes(self) -> bool:
        """Whether anything is read otherwise than drawn."""
        return self.shift != 0.0 or self.common != 0.0

    @property
    def factor(self) -> float:
        """What means are multiplied by."""
        return float(np.exp(self.shift))

    def apart(self, z: float) -> float:
        """How far an end lies from a middle of 1 by the common error: t common, t for z and few origins."""
        return student(self.origins, z) * self.common if self.common else 0.0

    def ends(self, low: Floats, middle: Floats, high: Floats, z: float) -> tuple[Floats, Floats]:
        """Ends of sums drawn, moved and set as far apart as chance and what is common together.

        Parameters
        ----------
        z : how many standard deviations of a normal number the ends lie from the middle

        Examples
        --------
        >>> known = TotalReading(common=0.04, people=1000, origins=1000)
        >>> low, high = known.ends(np.array(96.16), np.array(100.0), np.array(103.84), 1.28)
        >>> round(float(low), 1), round(float(high), 1)
        (93.6, 106.4)
        """
        own = self.apart(z) * np.abs(middle)
        below, above = np.hypot(middle - low, own), np.hypot(high - middle, own)
        least = np.where(low >= 0, 0.0, -np.inf)  # what never fell below 0 still does not
        return np.maximum(self.factor * (middle - below), least), self.factor * (middle + above)


class Backtested(msgspec.Struct, frozen=True, kw_only=True):
    """How the paths of one outcome turned out at its horizon, run from origins before the fit's end.

    Attributes
    ----------
    steps : the horizon, in steps of the rollout
    recalibration : how their quantiles are read
    blend : how far their mean is moved towards the direct forecast of the same outcome, in [0, 1]
    total : how sums over many people are read
    """

    steps: int
    recalibration: Recalibration
    blend: float = 0.0
    total: TotalReading = TotalReading()


def normal_of(u: Floats) -> Floats:
    """Phi^-1 of numbers in (0, 1), element by element.

    Examples
    --------
    >>> normal_of(np.array([0.5, 0.975])).round(4).tolist()
    [0.0, 1.96]
    """
    inverse = NormalDist().inv_cdf
    inside = np.clip(u, 1e-12, 1 - 1e-12)
    return np.array([inverse(one) for one in inside.ravel().tolist()]).reshape(u.shape)


def student(freedom: int, z: float = 1.959963984540054) -> float:
    """The quantile of Student's distribution that a normal one has at z (Hill 1970's series).

    Examples
    --------
    >>> [round(student(freedom), 1) for freedom in (2, 5, 1000)]
    [4.2, 2.6, 2.0]
    """
    z3, z5, z7 = z**3, z**5, z**7
    first = (z3 + z) / 4
    second = (5 * z5 + 16 * z3 + 3 * z) / 96
    third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
