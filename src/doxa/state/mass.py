"""What one row of evidence adds to the C sums of its cell, before any decay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.state.entries import SLOTS
from doxa.state.evidence import NodeEvidence

GAPS = slice(2, 5)
"""The three slots of an occurrence node that hold gaps: n, sum of logs, sum of squares."""


def masses(evidence: NodeEvidence, level: Floats) -> Floats:
    """What occasions of some level put into the sums; amounts and gaps are left at 0.

    Parameters
    ----------
    level : float64[m]
        See `Steps.level`; 0 where a row adds nothing.

    Returns
    -------
    float64[m, C]
    """
    out = np.zeros((len(level), len(SLOTS[evidence.kind])))
    if evidence.kind is EvidenceKind.OPINION:
        out[np.arange(len(level)), evidence.channel] = level
    elif evidence.kind is EvidenceKind.OCCURRENCE:
        out[:, 0] = level
    else:
        out[:, 0] = level
        out[:, 1] = level * evidence.value
        out[:, 2] = level * evidence.value**2
    return out


def gap_masses(evidence: NodeEvidence, earlier: Ints, later: Ints) -> Floats:
    """The gap between two occurrences as value evidence: 1, its log, the square of its log.

    Parameters
    ----------
    earlier, later : int64[q]
        Rows of the evidence; -1 = none, which gives no gap, as equal times do.

    Returns
    -------
    float64[q, 3]
        Logs of gaps in `NodeEvidence.unit`.
    """
    real = (earlier >= 0) & (later >= 0)
    span = np.where(real, evidence.at[later] - evidence.at[earlier], 0)
    return log_gaps(span, evidence.unit)


def log_gaps(span: Ints, unit: float) -> Floats:
    """Spans as value evidence (1, log, log^2), float64[q, 3]; spans of 0 or less give none."""
    real: NDArray[np.bool_] = span > 0
    logs = np.log(np.where(real, span / unit, 1.0))
    return np.stack([real.astype(np.float64), logs, logs**2], axis=-1)
