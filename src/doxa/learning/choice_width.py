"""Learning what is not known of the people who choose: how often two of their choices are off together.

As elsewhere (`learning.width`), both choices of a pair are held against the forecast made at the
first. With r what was taken less what was expected, s = z' r and M = z' J z of a menu (z: which option
it is, and its attributes), E[s s'] = M T M' for the menus of a pair, T the variance of people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead, choice_outcome, columns_of_choice, forecast_choice
from doxa.heads.choice_width import ChoiceDoubt, choices_before
from doxa.heads.logit import centred, likely
from doxa.heads.tastes import ATTRIBUTES, option_places, plain_columns
from doxa.learning.choice_design import Sample
from doxa.learning.width import FEWEST_PAIRS, LAGS, LEAST, Told, doubt_of

MOST_PAIRS = 20_000
AT_ONCE = 20_000_000
"""So many numbers of matrices M are made at a time."""
UNKNOWN = 1.0
"""The variance of people where hardly anybody chose twice: nothing is taken as known."""


def with_choice_width(
    head: ChoiceHead, past: Past, sample: Sample, rng: np.random.Generator
) -> ChoiceHead:
    """The head with what is not known of people."""
    first, second = _pairs(sample.rows, rng)
    if len(first) < FEWEST_PAIRS:
        nothing = Told(np.zeros(0), np.zeros(0), np.zeros(0))
        share = doubt_of(nothing, nothing, 0.0)
        return _with(head, ChoiceDoubt(options=UNKNOWN, tastes=UNKNOWN, share=share))
    known = choices_before(choice_outcome(head, past.map), past, sample.rows.take(first))
    strangers = _Moments.of(
        *(
            _Side.of(head, past, sample, rows, _usual(head, past, sample, rows))
            for rows in (first, second)
        )
    )
    variances = strangers.variances()
    chances = (
        forecast_choice(head, past, sample.rows.take(first)).mean,
        _foreseen(head, past, sample, first, second),
    )
    met = _Moments.of(
        *(
            _Side.of(head, past, sample, rows, chance)
            for rows, chance in zip((first, second), chances, strict=True)
        )
    )
    share = doubt_of(met.told(variances, known), strangers.told(variances, known), 0.0)
    options, tastes = variances.tolist()
    return _with(head, ChoiceDoubt(options=options, tastes=tastes, share=share))


def _with(head: ChoiceHead, doubt: ChoiceDoubt) -> ChoiceHead:
    return msgspec.structs.replace(head, doubt=doubt)


def _pairs(rows: Rows, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Rows and later ones of the same person, up to four on; of more than there is room for, some."""
    order = np.lexsort((rows.seen.order, rows.seen.at, rows.person))
    lags = [(order[:-lag], order[lag:]) for lag in range(1, LAGS + 1)]
    first, second = (np.concatenate(part) for part in zip(*lags, strict=True))
    later = rows.seen.at[second] > rows.seen.at[first]
    kept = np.flatnonzero((rows.person[first] == rows.person[second]) & later)
    if len(kept) > MOST_PAIRS:
        kept = np.sort(rng.choice(kept, MOST_PAIRS, replace=False))
    return first[kept], second[kept]


def _usual(head: ChoiceHead, past: Past, sample: Sample, rows: Ints) -> Floats:
    """The chances of some menus were nothing known of the person."""
    menus = sample.menus.take(rows)
    plain = plain_columns(head.recipe, past, menus).table
    return likely(plain @ np.asarray(head.recipe.usual), menus.start)


def _foreseen(head: ChoiceHead, past: Past, sample: Sample, first: Ints, second: Ints) -> Floats:
    """The chances of the second menus by what was known at the first."""
    rows = replace(sample.rows.take(second), seen=sample.rows.seen.take(first))
    menus = sample.menus.take(second)
    eta = columns_of_choice(head, past, rows, menus).table @ np.asarray(head.weights)
    return likely(eta, menus.start)


@dataclass(frozen=True, slots=True)
class _Side:
    """The first, or the second, menus of some pairs.

    Attributes
    ----------
    z, chance, left : float64[k, q], float64[k], float64[k]
        Of each option: its directions, its chance, and what became of it beyond that.
    tastes : bool[q]
        Which directions are attributes.
    """

    start: Ints
    z: Floats
    chance: Floats
    left: Floats
    tastes: Bools

    @classmethod
    def of(cls, head: ChoiceHead, past: Past, sample: Sample, rows: Ints, chance: Floats) -> _Side:
        menus = sample.menus.take(rows)
        named = np.arange(len(head.recipe.options))
        which = option_places(head.recipe, past, menus)[:, None] == named
        attributes = plain_columns(head.recipe, past, menus).block(ATTRIBUTES)
        left = -chance
        left[sample.taken[rows] - sample.menus.start[rows] + menus.start[:-1]] += 1
        tastes = np.repeat([False, True], [len(named), attributes.shape[1]])
        z = np.column_stack([which.astype(np.float64), attributes])
        return cls(menus.start, z, chance, left, tastes)

    def pull(self) -> Floats:
        """s of each menu, float64[n, q]."""
        return np.asarray(np.add.reduceat(self.z * self.left[:, None], self.start[:-1], axis=0))

    def information(self, low: int, high: int) -> Floats:
        """M of some menus, float64[high - low, q, q]."""
        begin, end = self.start[low], self.start[high]
        start, chance = self.start[low : high + 1] - begin, self.chance[begin:end]
        apart = centred(self.z[begin:end], start, chance)
        every = apart[:, :, None] * (apart * chance[:, None])[:, None, :]
        return np.asarray(np.add.reduceat(every, start[:-1], axis=0))


@dataclass(frozen=True, slots=True)
class _Moments:
    """What n pairs tell of the variances of options (0) and tastes (1).

    Attributes
    ----------
    product : float64[n, 2]
        The sum of s s' over the directions of each kind.
    squared : float64[n, 2, 2]
        How much of the variance of each kind (last) is in it.
    """

    product: Floats
    squared: Floats

    @classmethod
    def of(cls, first: _Side, second: _Side) -> _Moments:
        kinds = np.stack([~first.tastes, first.tastes]).astype(np.float64)
        later = second.pull()
        # Less what all are off by: a season is nobody's own.
        product = (first.pull() * (later - later.mean(axis=0))) @ kinds.T
        size, wide = len(product), max(first.z.shape[1], 1) ** 2 * len(first.z) // len(product)
        step = max(AT_ONCE // max(wide, 1), 1)
        squared = np.empty((size, 2, 2))
        for low in range(0, size, step):
            high = min(low + step, size)
            both = first.information(low, high) * second.information(low, high)
            squared[low:high] = np.einsum("gd,nde,he->ngh", kinds, both, kinds, optimize=True)
        return cls(product, squared)

    def variances(self) -> Floats:
        """The two variances that explain the products best, neither below the least there is."""
        whole, told = self.squared.sum(axis=0), self.product.sum(axis=0)
        alone = [told[kind] / max(whole[kind, kind], 1e-12) for kind in (0, 1)]
        if abs(np.linalg.det(whole)) < 1e-9 * max(whole[0, 0] * whole[1, 1], 1e-12):
            return np.maximum(alone, LEAST)
        found = np.linalg.solve(whole, told)
        if found.min() < 0:
            found = np.where(found < 0, 0.0, alone)
        return np.asarray(np.maximum(found, LEAST))

    def told(self, variances: Floats, known: Floats) -> Told:
        """The same as one number per pair, in shares of these variances."""
        squared = np.einsum("g,ngh,h->n", variances, self.squared, variances)
        return Told(self.product @ variances, squared, known)
