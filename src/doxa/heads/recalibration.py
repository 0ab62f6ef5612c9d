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


class Backtested(msgspec.Struct, frozen=True, kw_only=True):
    """How the paths of one outcome turned out at its horizon, run from origins before the fit's end.

    Attributes
    ----------
    steps : the horizon, in steps of the rollout
    recalibration : how their quantiles are read
    blend : how far their mean is moved towards the direct forecast of the same outcome, in [0, 1]
    """

    steps: int
    recalibration: Recalibration
    blend: float = 0.0


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
