"""The base rate: how often it happens for the member asked, whoever the person is."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.fidelity.rivals.setting import Rung, Setting


def base(setting: Setting) -> Rung:
    """The rate of each member (or of all rows) among the fit rows."""
    return Rung("base", member_means(setting.fit.member, setting.y, setting.score.member))


def member_means(fit: Ints, y: Floats, score: Ints) -> Floats:
    """Mean label of each scored row's member among the fit rows; the overall mean if it had none."""
    size = int(max(fit.max(initial=-1), score.max(initial=-1))) + 2
    overall = float(y.mean())
    count = np.bincount(fit + 1, minlength=size)
    total = np.bincount(fit + 1, weights=y, minlength=size)
    means = np.where(count > 0, total / np.maximum(count, 1), overall)
    found: Floats = means[score + 1]
    return found
