"""The credence of a node in sums that are carried along: the native one, without neighbours."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.domain.evidence import EvidenceKind
from doxa.features.views import View, exposures
from doxa.reading.beta import beta_credence
from doxa.reading.gamma import gamma_credence
from doxa.reading.normal import normal_credence
from doxa.reading.prior import Prior, map_prior, threshold


def credence(view: View, unit: float, prior: Prior | None = None) -> Floats:
    """P(the node holds) of every row, from the sums at its half-life, float64[n].

    Parameters
    ----------
    unit : float
        Moments in a day (position), as the view's times have it.
    prior : Prior, optional
        Left out, the map's.
    """
    node = view.node
    given = map_prior(node) if prior is None else prior
    sums = view.sums[:, :, view.bands.index(node.half_life)]
    if node.evidence is EvidenceKind.OCCURRENCE:
        tenure = np.rint(view.tenure * unit).astype(np.int64)
        seen = exposures(tenure, (node.half_life,), 1.0)[:, 0]
        return gamma_credence(sums[:, 0], seen, node.period, given.shape, given.rate)
    if node.evidence is EvidenceKind.VALUE:
        return normal_credence(sums[:, 0], sums[:, 1], threshold(node), given)
    return beta_credence(sums[:, 0], sums[:, 1], given.base, given.strength)
