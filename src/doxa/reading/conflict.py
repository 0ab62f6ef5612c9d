"""Three different conflicts: over time, within the evidence, between sources."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints


def leaning(fast: tuple[Floats, Floats], slow: tuple[Floats, Floats]) -> Floats:
    """(P_fast - P_slow)(1 - u_fast)(1 - u_slow): signed it is the trend, its size the change.

    Parameters
    ----------
    fast, slow : (credence, uncertainty)
        Of the next shorter band and of the node's own.
    """
    return (fast[0] - slow[0]) * (1 - fast[1]) * (1 - slow[1])


def ambivalence(r: Floats, s: Floats) -> Floats:
    """How evenly support and attack stand together: min(r, s) / max(r, s), 0 without evidence."""
    most = np.maximum(r, s)
    return np.minimum(r, s) / np.where(most > 0, most, 1.0)


def disagreement(row: Ints, credence: Floats, uncertainty: Floats, rows: int) -> Floats:
    """The largest abs(P_i - P_j)(1 - u_i)(1 - u_j) over pairs of sources of each row.

    Parameters
    ----------
    row : int64[c]
        The row each source's own reading belongs to; those of one row stand together.
    credence, uncertainty : float64[c]
    rows : q

    Returns
    -------
    float64[q]
    """
    worst = np.zeros(rows)
    sure = 1 - uncertainty
    for apart in range(1, len(row)):
        pair = np.flatnonzero(row[apart:] == row[:-apart])
        if not len(pair):
            break
        gap = np.abs(credence[pair + apart] - credence[pair]) * sure[pair + apart] * sure[pair]
        np.maximum.at(worst, row[pair], gap)
    return worst
