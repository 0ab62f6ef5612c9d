"""What fields of a table say about an outcome, beside whatever is known already.

Fields are held at their best fair model, as the persona is: an effect of each value on every
member alike and one on each member, shrunk by penalties chosen on people left out. Effects are
learned from other people than they are scored on, so that a field that names people says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.fidelity.ladder import row_losses
from doxa.fidelity.resampling import Interval, Resamples
from doxa.heads.glm import Family, curvature, loss_of, mean_of

SHARED = (3.0, 30.0, 300.0, math.inf)
"""Penalties of the effect that a value has on every member alike; inf = no such effect."""
OWN = (30.0, 300.0, math.inf)
"""Penalties of a value's effect on one member."""
LEVEL = 1.0
FOLDS = 5
"""People are dealt into so many parts; the rows of each see the effects of the others."""
ROUNDS, ENOUGH = 12, 1e-4
LONGEST_STEP = 2.0


@dataclass(frozen=True, slots=True)
class Values:
    """One field at some rows.

    Attributes
    ----------
    name : str
    fit, score : int64[...]
        Codes 0..size-1 of what is known of the person at each row's origin.
    """

    name: str
    fit: Ints
    score: Ints
    size: int


@dataclass(frozen=True, slots=True)
class Side:
    """Fit rows or scored rows.

    Attributes
    ----------
    y : float64[n]
    known : float64[n]
        What is known already of the linear predictor.
    member : int64[n]
        Codes 0..members-1; all 0 for an outcome without members.
    person : int64[n]
        Codes over both sides.
    """

    y: Floats
    known: Floats
    member: Ints
    person: Ints

    def take(self, chosen: Bools) -> Side:
        """Some of the rows."""
        return Side(self.y[chosen], self.known[chosen], self.member[chosen], self.person[chosen])


@dataclass(frozen=True, slots=True)
class Ground:
    """What fields are added to: rows to learn from and rows to score, about so many members."""

    fit: Side
    score: Side
    members: int
    family: Family

    def losses(self, predictor: Floats) -> Floats:
        """The loss of each scored row."""
        return row_losses(self.score.y, mean_of(predictor, self.family), self.family)


def levelled(ground: Ground) -> Ground:
    """The same, what is known moved to the level of each member among the fit rows.

    A level that is wrong for these people would be mended by any field, whatever it says.
    """
    fit = ground.fit
    level = _shrunk(fit.y, fit.known, fit.member, ground.members, LEVEL, ground.family)
    return replace(
        ground,
        fit=replace(fit, known=fit.known + level[fit.member]),
        score=replace(ground.score, known=ground.score.known + level[ground.score.member]),
    )


@dataclass(frozen=True, slots=True)
class Penalties:
    """How much the effects of a field are shrunk."""

    shared: float
    own: float


@dataclass(frozen=True, slots=True)
class Worth:
    """What fields remove of the loss of what was known, in the loss's units and as a share.

    Attributes
    ----------
    removed, share : Interval
        Paired over people; the share is one of the base rate's loss.
    """

    removed: Interval
    share: Interval


def worth_of(ground: Ground, predictor: Floats, resamples: Resamples, base: Floats) -> Worth:
    """What a predictor of the scored rows removes of the loss of what the ground knows.

    Parameters
    ----------
    base : float64[n]
        The base rate's loss of each scored row.
    """
    gone = ground.losses(ground.score.known) - ground.losses(predictor)
    return Worth(resamples.mean(gone), resamples.share(gone, base))


def chosen_penalties(ground: Ground, field: Values) -> Penalties:
    """The penalties that forecast the fit rows of people left out best."""
    fold = ground.fit.person % FOLDS
    loss = np.zeros((len(SHARED), len(OWN)))
    for part in range(FOLDS):
        out = fold == part
        if out.all() or not out.any():
            continue
        inside, outside = ground.fit.take(~out), ground.fit.take(out)
        loss += _left_out(inside, outside, field.fit[~out], field.fit[out], field.size, ground)
    best = np.unravel_index(int(np.argmin(loss[::-1, ::-1])), loss.shape)
    shared, own = len(SHARED) - 1 - int(best[0]), len(OWN) - 1 - int(best[1])
    return Penalties(SHARED[shared], OWN[own])


def _left_out(
    inside: Side, outside: Side, code: Ints, asked: Ints, size: int, ground: Ground
) -> Floats:
    """Loss of the rows left out at every pair of penalties, float64[shared, own]."""
    found = np.empty((len(SHARED), len(OWN)))
    for row, shared in enumerate(SHARED):
        for column, own in enumerate(OWN):
            effects = _learned(ground, inside, code, size, Penalties(shared, own))
            predictor = outside.known + effects.at(asked, outside.member)
            found[row, column] = loss_of(predictor, outside.y, ground.family).sum()
    return found


def with_fields(ground: Ground, fields: Sequence[tuple[Values, Penalties]]) -> Floats:
    """The linear predictor of the scored rows once fields are added, one after the other.

    Returns
    -------
    float64[scored rows]
    """
    found = ground.score.known.copy()
    for part in range(FOLDS):
        learn, own = ground.fit.person % FOLDS != part, ground.score.person % FOLDS == part
        if not learn.any() or not own.any():
            continue
        side = ground.fit.take(learn)
        for field, penalties in fields:
            effects = _learned(ground, side, field.fit[learn], field.size, penalties)
            found[own] += effects.at(field.score[own], ground.score.member[own])
            side = replace(side, known=side.known + effects.at(field.fit[learn], side.member))
    return found


@dataclass(frozen=True, slots=True)
class _Effects:
    """eta += shared[value] + own[value, member]."""

    shared: Floats
    own: Floats

    def at(self, code: Ints, member: Ints) -> Floats:
        return np.asarray(self.shared[code] + self.own[code, member])


def _learned(ground: Ground, side: Side, code: Ints, size: int, penalties: Penalties) -> _Effects:
    common = _shrunk(side.y, side.known, code, size, penalties.shared, ground.family)
    apart = np.zeros(size * ground.members)
    if ground.members > 1:
        place = code * ground.members + side.member
        known = side.known + common[code]
        apart = _shrunk(side.y, known, place, len(apart), penalties.own, ground.family)
    return _Effects(common, apart.reshape(size, ground.members))


def _shrunk(
    y: Floats, known: Floats, code: Ints, size: int, penalty: float, family: Family
) -> Floats:
    """One effect per code: the b with sum (y - mean(known + b)) = penalty b, by Newton's method."""
    effect = np.zeros(size)
    if math.isinf(penalty):
        return effect
    for _ in range(ROUNDS):
        mean = mean_of(known + effect[code], family)
        pull = np.bincount(code, y - mean, minlength=size) - penalty * effect
        mass = np.bincount(code, curvature(mean, family), minlength=size) + penalty
        step = pull / mass
        if family is not Family.GAUSSIAN:
            step = np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        effect = effect + step
        if np.abs(step).max(initial=0.0) < ENOUGH:
            break
    return effect
