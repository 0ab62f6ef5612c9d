"""Ends of forecasts: between which a share of what may become of a row, or of its chance, lies."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Outcome
from doxa.features.met import signals_before, unmet
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.beta import beta_ends
from doxa.heads.distribution import Distribution, amounts_of, counts_of, on_scale, values_of
from doxa.heads.forecast import Forecasts, mean_at, within_scale
from doxa.heads.glm import Family
from doxa.heads.head import Head, recipe_of
from doxa.heads.width import SHARE, Doubt
from doxa.reading.prior import STRENGTH

PRIOR_LOW, PRIOR_HIGH = 0.1, 0.9
STEP = 0.25


def ends_of(
    head: Head, views: Views, rows: Rows, found: Forecasts, share: float = SHARE
) -> tuple[Floats, Floats] | None:
    """The ends of some forecasts; None where the head does not know them.

    Of a yes or no (of a time: whether it comes in the window) those of the person's own chance, as
    far as it is known: wider for somebody never seen. Of a value, a count or a sum, those of what
    will become of it.
    """
    if head.spread is not None and found.sigma is not None:
        low, high = head.spread.within(found.mean, found.sigma, share)
    elif head.doubt is not None:
        slope = found.mean * (1 - found.mean)
        if head.hazard is not None:
            above, below = (mean_at(head, views, rows, found.eta + by) for by in (STEP, -STEP))
            slope = (above - below) / (2 * STEP)
        return head.doubt.ends(found.mean, slope, _variance(head.doubt, views, rows), share)
    elif head.width is not None:
        variance = _variance(head.width.doubt, views, rows)
        low, high = head.width.within(found.mean, variance, share)
    else:
        return None
    outcome = recipe_of(head, views.map).outcome
    return within_scale(low, outcome), within_scale(high, outcome)


def _variance(doubt: Doubt, views: Views, rows: Rows) -> Floats:
    """What is not known of each row's person."""
    known = signals_before(views.past, rows).astype(np.float64)
    return doubt.variance(known, unmet(views.past, rows))


def ends_of_prior(outcome: Outcome, family: Family, mean: Floats) -> tuple[Floats, Floats] | None:
    """The ends before anything is fitted: of a chance as wide as a base rate is, W = 2; on a scale a
    tenth from either end; None of anything else.

    Examples
    --------
    >>> from doxa.beliefmap.model import Target
    >>> asked = Outcome(name="comes", target=Target.HAPPENS, kind="visit", within=7)
    >>> [end.round(3).tolist() for end in ends_of_prior(asked, Family.BERNOULLI, np.array([0.5]))]
    [[0.099], [0.901]]
    """
    if family is Family.BERNOULLI:
        return beta_ends(mean, np.full(len(mean), STRENGTH), SHARE)
    if outcome.scale is None:
        return None
    low, high = sorted(outcome.scale)
    every = np.ones(len(mean))
    return (low + PRIOR_LOW * (high - low)) * every, (low + PRIOR_HIGH * (high - low)) * every


def distribution(
    head: Head, outcome: Outcome, found: Forecasts, unknown: Floats, most: float
) -> Distribution | None:
    """How likely every number is; None of a yes or no, and where the head does not know.

    Parameters
    ----------
    unknown : float64[n]
        As `unknown_of` gives it.
    most : float
        Of a count, one that must be among the levels.
    """
    if head.family is Family.POISSON:
        return counts_of(found.mean, head.dispersion, most)
    if head.spread is not None and found.sigma is not None:
        return on_scale(values_of(head.spread, found.mean, found.sigma), outcome)
    if head.width is None:
        return None
    return on_scale(amounts_of(head.width, found.mean, unknown), outcome)


def unknown_of(head: Head, views: Views, rows: Rows) -> Floats:
    """The variance of what is not known of each row's person, of an amount; 0 where it is not read."""
    return np.zeros(len(rows)) if head.width is None else _variance(head.width.doubt, views, rows)


def variance_of(head: Head, found: Forecasts, y: Floats) -> Floats:
    """The variance of each outcome by its forecast; the mean squared error where nothing says.

    Parameters
    ----------
    y : float64[n]
        What became of the rows.
    """
    mean = found.mean
    if head.family is Family.BERNOULLI:
        return mean * (1 - mean)
    if head.family is Family.POISSON:
        return np.asarray(mean + head.dispersion * mean**2)
    if found.sigma is not None:
        return np.asarray(found.sigma**2)
    if head.width is not None:
        return np.asarray(np.interp(mean, head.width.centres, head.width.variances))
    return np.full(len(mean), float(((y - mean) ** 2).mean()))
