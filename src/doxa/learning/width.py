"""Learning how far forecasts may be off: what is not known of people, and what amounts do besides."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.met import signals_before
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.glm import Family, curvature, mean_of
from doxa.heads.hazard import Spells
from doxa.heads.head import Head
from doxa.heads.predictor import look
from doxa.heads.spread import LEVELS
from doxa.heads.width import Doubt, Width
from doxa.learning.choosing import left_out
from doxa.learning.fitted import Fitted
from doxa.learning.labelled import Labelled, sample_of

MOST_ROWS = 40_000
FEWEST_ROWS = 200
MOST_CENTRES, ROWS_PER_CENTRE = 12, 60
LAGS = 4
FEWEST_PAIRS = 50
SMALLEST, LEAST = 0.02, 1e-3
"""Of the variance between people, so much at least is not known of one at the usual evidence."""
FADES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


def with_width(
    head: Head,
    fitted: Fitted,
    views: Views,
    sample: Labelled,
    rng: np.random.Generator,
    spells: Spells | None = None,
) -> Head:
    """The head with the width of its forecasts; values at a signal have a spread instead.

    It is judged on people left out, by coefficients that they did not teach, where these are enough.

    Parameters
    ----------
    sample : fit rows
    spells : of a time, what became of them
    """
    if head.spread is not None:
        return head
    rows, eta = _judged(fitted, sample, rng)
    if head.hazard is not None:
        eta = eta - fitted.design.level
    part = sample.take(rows)
    known = signals_before(views.past, part.rows).astype(np.float64)
    cold = eta if head.cold is None else look(head.cold, views, part.rows).eta
    pairs = _pairs(part.rows)
    became = None if spells is None else spells.take(rows)

    def told(own: Floats) -> Told:
        return _told(head, own, part.y, became, pairs, known)

    if head.family is Family.BERNOULLI:
        mass = _left(head, eta, part.y, became)[1]
        few = _from_few(fitted, mass, rows, len(sample.y))
        return msgspec.structs.replace(head, doubt=doubt_of(told(eta), told(cold), few))
    doubt = doubt_of(told(eta), told(cold), 0.0)
    mean = mean_of(eta, head.family)
    return msgspec.structs.replace(head, width=width_of(mean, part.y, head.family, doubt, rng))


def _told(
    head: Head,
    eta: Floats,
    y: Floats,
    spells: Spells | None,
    pairs: tuple[Ints, Ints],
    known: Floats,
) -> Told:
    first, second = pairs
    if head.family is Family.BERNOULLI:
        left, mass = _left(head, eta[first], y[first], spells and spells.take(first))
        later, _ = _left(head, eta[first], y[second], spells and spells.take(second))
        return Told.of(left, later, mass, known[first])
    mean = mean_of(eta[first], head.family)
    return Told.of(y[first] - mean, y[second] - mean, np.ones(len(first)), known[first])


def _pairs(rows: Rows) -> tuple[Ints, Ints]:
    """Rows and later ones, up to four on, of the same person and member, whose windows do not touch."""
    _, code = np.unique(np.stack([rows.person, rows.member], axis=1), axis=0, return_inverse=True)
    order = np.lexsort((rows.seen.order, rows.seen.at, code.ravel()))
    firsts, seconds = [], []
    for lag in range(1, LAGS + 1):
        first, second = order[:-lag], order[lag:]
        same = code.ravel()[first] == code.ravel()[second]
        kept = same & (rows.closes.at[first] <= rows.opens.at[second])
        firsts.append(first[kept])
        seconds.append(second[kept])
    return np.concatenate(firsts), np.concatenate(seconds)


def _judged(fitted: Fitted, sample: Labelled, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Some rows, and the linear predictors of a head that did not see them."""
    out = left_out(sample)
    chosen, design = fitted.chosen, fitted.design
    apart = FEWEST_ROWS <= out.sum() < len(out) and len(chosen.start) == len(fitted.beta)
    rows = np.flatnonzero(out) if apart else np.arange(len(out))
    rows = rows[_some_people(sample.rows.person[rows], rng)]
    beta = chosen.start if apart else fitted.beta
    eta = design.offset(rows) + design.table[rows].astype(np.float64) @ beta
    return rows, np.asarray(chosen.intercept + chosen.slope * eta)


def _some_people(person: Ints, rng: np.random.Generator) -> Ints:
    """Places of all rows of some people, about `MOST_ROWS`: rows of one person tell of each other."""
    people, code = np.unique(person, return_inverse=True)
    most = max(len(people) * MOST_ROWS // max(len(person), 1), 1)
    return np.flatnonzero(np.isin(code, sample_of(len(people), most, rng)))


def _left(head: Head, eta: Floats, y: Floats, spells: Spells | None) -> tuple[Floats, Floats]:
    """What became of rows beyond their forecast, and how much it could tell."""
    if head.hazard is None or spells is None:
        mean = mean_of(eta, head.family)
        return y - mean, curvature(mean, head.family)
    came, mean, mass, _ = spells.cells(head.hazard.logits(eta))
    return came - mean, mass


def _from_few(fitted: Fitted, mass: Floats, rows: Ints, size: int) -> float:
    """The variance of the linear predictor that is due to coefficients: degrees of freedom over information."""
    table = fitted.design.table[rows].astype(np.float64)
    told = (mass @ table**2) * (size / max(len(rows), 1))
    kept = told / (told + fitted.design.penalty(fitted.chosen.ridge))
    return float(kept.sum() / max(told[0], 1e-9))


@dataclass(frozen=True, slots=True)
class Told:
    """What pairs of rows of one person and member tell of what was not known at the first.

    Attributes
    ----------
    product : float64[n]
        What became of both, beyond what the first forecast says, multiplied.
    squared : float64[n]
        How much of the variance of people is in that.
    known : float64[n]
        Signals (choices) before the first.
    """

    product: Floats
    squared: Floats
    known: Floats

    @classmethod
    def of(cls, left: Floats, later: Floats, mass: Floats, known: Floats) -> Told:
        """Of shifts of one number.

        Parameters
        ----------
        left : float64[n]
            What became of the first row, beyond its forecast.
        later : float64[n]
            What became of the second, beyond the forecast made at the first: forecasts learn from
            what they missed, and say nothing of what was not known before.
        mass : float64[n]
            How much either moves with a shift of the person.
        """
        return cls(left * _centred(later), mass**2, known)


def doubt_of(told: Told, apart: Told, fitted: float) -> Doubt:
    """What is not known of people, from how often two rows are off together.

    The sum of r r' is that of v^2 times the variance of b. How it fades with n is what fits products
    best, each weighed by 1 / v^2. Where hardly anybody has two rows nothing is taken as known.

    Parameters
    ----------
    apart : Told
        The same by forecasts that know of nobody.

    Examples
    --------
    >>> pairs = Told.of(np.full(60, 0.5), np.tile([0.6, 0.4], 30), np.full(60, 0.5), np.full(60, 7.0))
    >>> found = doubt_of(pairs, pairs, 0.0)
    >>> round(found.usual, 3), round(found.known, 3)
    (0.001, 7.0)
    """
    between = max(_together(apart), LEAST)
    if len(told.product) < FEWEST_PAIRS:
        return Doubt(between=1.0, usual=1.0, known=0.0, fades=0.0, fitted=fitted)
    usual = float(np.clip(_together(told), max(SMALLEST * between, LEAST), between))
    typical = float(np.expm1(np.log1p(told.known).mean()))
    product, squared = told.product, np.maximum(told.squared, 1e-12)
    shape = (1 + told.known) / (1 + typical)
    costs = {}
    for fades in FADES:
        bent = shape**-fades
        level = max(float(product @ bent) / float(squared @ bent**2), LEAST)
        costs[fades] = float((((product - squared * level * bent) ** 2) / squared).sum()), level
    fades = min(costs, key=lambda each: costs[each][0])
    level = float(np.clip(costs[fades][1], usual / 2, between))
    return Doubt(between=between, usual=level, known=typical, fades=fades, fitted=fitted)


def _together(told: Told) -> float:
    total = float(told.squared.sum())
    return float(told.product.sum()) / total if total > 0 else 0.0


def _centred(later: Floats) -> Floats:
    """Less what all are off by: a season is nobody's own."""
    return later - later.mean() if len(later) else later


def width_of(
    mean: Floats, y: Floats, family: Family, doubt: Doubt, rng: np.random.Generator
) -> Width:
    """Quantiles of what amounts were beyond their forecasts, near up to twelve of them.

    A count is spread evenly over the unit around it, so that ends are real numbers and hold as many
    counts as they say.
    """
    spread = y + rng.uniform(-0.5, 0.5, len(y)) if family is Family.POISSON else y
    count = int(np.clip(len(y) // ROWS_PER_CENTRE, 1, MOST_CENTRES))
    order = np.argsort(mean, kind="stable")
    parts = [part for part in np.array_split(order, count) if len(part)]
    centres = [float(mean[part].mean()) for part in parts]
    distinct = np.r_[True, np.diff(centres) > 1e-12]
    kept = [
        (centre, part) for centre, part, new in zip(centres, parts, distinct, strict=True) if new
    ]
    left = [spread[part] - mean[part] for _, part in kept]
    lowest = 0.0 if y.min(initial=0.0) >= 0 else None
    return Width(
        centres=[centre for centre, _ in kept],
        quantiles=[np.quantile(each, LEVELS).tolist() for each in left],
        variances=[float((each**2).mean()) for each in left],
        lowest=lowest,
        doubt=doubt,
        nothing=[] if lowest is None else [float((y[part] <= lowest).mean()) for _, part in kept],
    )
