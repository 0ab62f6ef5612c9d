"""Claims about nodes that are read from values or occurrences: "no, I do not do that"."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.reading.opinion import Opinions

_EDGE = 1e-15


def with_claims(native: Opinions, claims: Opinions) -> Opinions:
    """Join the reading of claims to that of values or occurrences.

    logit credence = logit(native) + logit(Beta of claims) - logit(base of claims); a claim never
    changes anything else of the native reading.

    Parameters
    ----------
    native, claims : Opinions
        Of the same rows of (twin, member).
    """
    moved = log_odds(native.credence) + log_odds(claims.credence) - log_odds(claims.base)
    credence = 1.0 / (1.0 + np.exp(-moved))
    return replace(native, credence=credence, native=credence)


def log_odds(p: Floats) -> Floats:
    """ln(p / (1 - p)), kept finite.

    Examples
    --------
    >>> log_odds(np.array([0.5])).tolist()
    [0.0]
    """
    inside = np.clip(p, _EDGE, 1 - _EDGE)
    return np.log(inside) - np.log1p(-inside)
