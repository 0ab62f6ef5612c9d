"""The design of a choice's head as it is fitted: columns by block, their penalties, people left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.features.bearing import Bearing, Borne
from doxa.features.menus import Menus, menus_of
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.laplace import Laplace
from doxa.heads.logit import centred, fit_logit, likely, losses
from doxa.heads.sway import HELD, SWAYED
from doxa.heads.tastes import ACROSS, APART, ATTRIBUTES, MOVED, OPTIONS, SHARES, TASTES, Columns
from doxa.learning.bearing import learned_bearing

MOST_TO_JUDGE, FEWEST_TO_JUDGE = 2_000, 5
"""So many people, each left out, judge what helps."""
FIXED = {OPTIONS: 1.0, ATTRIBUTES: 1.0}
"""Penalties that nothing is chosen of: many rows speak of few columns."""
RIDGE, WEAKEST, OFF = 30.0, 1.0, 1e6
"""A block's penalty to begin with, the least there is, and what leaves nothing of it."""
UPDATES = 8
DOUBT = 1.0
"""What gains people left out less than so many standard errors is left out: the smaller model."""
LATER_DOUBT = 2.0
"""And of what is held against later moments."""
DOUBTFUL = (ACROSS, APART, TASTES, SHARES, SWAYED, HELD)


@dataclass(frozen=True, slots=True)
class Sample:
    """Fit rows: what was offered, the place of what was taken, and what the menus are met with."""

    rows: Rows
    menus: Menus
    taken: Ints
    bearing: Bearing | None
    met: Borne

    @classmethod
    def of(
        cls, belief_map: BeliefMap, outcome: Outcome, past: Past, rows: Rows, y: Floats
    ) -> Sample:
        menus = menus_of(outcome, past, rows)
        bearing, met = learned_bearing(belief_map, outcome, past, rows, menus)
        return cls(rows, menus, menus.place_of(y.astype(np.int64)), bearing, met)


@dataclass(frozen=True, slots=True)
class Design:
    """Columns as fitted, divided by their spread over the fit rows where a penalty weighs them."""

    columns: Columns
    scale: Floats
    table: Floats

    @classmethod
    def of(cls, columns: Columns) -> Design:
        fixed = np.array([block in FIXED for block in columns.blocks])
        scale = np.where(fixed, 1.0, np.maximum(columns.table.std(axis=0), 1e-9))
        return cls(columns, scale, columns.table / scale)

    def penalty(self, ridges: dict[str, float]) -> Floats:
        return np.array(
            [ridges.get(block, FIXED.get(block, RIDGE)) for block in self.columns.blocks]
        )


def _part(menus: Menus, rows: Ints) -> tuple[NDArray[np.int64], Ints]:
    """Places of the options of some menus, and where each of these menus begins among them."""
    size = np.diff(menus.start)[rows]
    start = np.r_[0, np.cumsum(size)]
    return np.arange(start[-1]) + np.repeat(menus.start[rows] - start[:-1], size), start


def fitted(
    design: Design, sample: Sample, ridges: dict[str, float], begin: Floats | None = None
) -> Floats:
    penalty = design.penalty(ridges)
    return fit_logit(design.table, sample.menus.start, sample.taken, ridge=penalty, begin=begin)


def left_out(design: Design, sample: Sample, ridges: dict[str, float] | None = None) -> Floats:
    """Loss of each person by the parameters that all others alone would give.

    One Newton step from the fit to everybody: beta - (H - H_p)^-1 g_p, with what the person's own
    rows add to curvature and gradient taken away.
    """
    penalties = ridges or {}
    beta = fitted(design, sample, penalties)
    start, taken = sample.menus.start, sample.taken
    p = likely(design.table @ beta, start)
    apart = centred(design.table, start, p)
    rigid = np.diag(design.penalty(penalties))
    whole = apart.T @ (apart * p[:, None]) + rigid
    people, person = np.unique(sample.rows.person, return_inverse=True)
    order = np.argsort(person, kind="stable")
    bounds = np.searchsorted(person[order], np.arange(len(people) + 1))
    found = np.zeros(min(len(people), MOST_TO_JUDGE))
    for number in range(len(found)):
        rows = order[bounds[number] : bounds[number + 1]]
        place, begin = _part(sample.menus, rows)
        own = apart[place]
        pull = own[taken[rows] - start[rows] + begin[:-1]].sum(axis=0)
        left = whole - own.T @ (own * p[place][:, None])
        without = beta - np.linalg.solve(left, pull)
        eta = design.table[place] @ without
        found[number] = losses(eta, begin, taken[rows] - start[rows] + begin[:-1]).sum()
    return found


def better(loss: Floats, than: Floats, doubt: float = DOUBT) -> bool:
    """Whether people are forecast better by more than so many standard errors: in doubt, not."""
    gain = than - loss
    return bool(gain.mean() > doubt * gain.std() / np.sqrt(len(gain)))


def moves_help(design: Design, more: Design, sample: Sample, ridges: dict[str, float]) -> bool:
    """Whether what moved forecasts people left out, and later moments, clearly better.

    Where everybody is offered the same in the same order, what moved names the moment: people left
    out are forecast better by it, and later moments worse.

    Parameters
    ----------
    more : Design
        The same columns, and those of what moved.
    """
    if len(np.unique(sample.rows.person)) < FEWEST_TO_JUDGE:
        return False
    with_moves = {**ridges, MOVED: evident_ridges(more, sample)[MOVED]}
    if not better(left_out(more, sample, with_moves), left_out(design, sample, ridges)):
        return False
    moment = sample.rows.seen.at
    early = moment <= np.median(moment)
    if early.all():
        return False
    told, untold = (
        _later(each, sample, penalties, np.flatnonzero(early), np.flatnonzero(~early))
        for each, penalties in ((more, with_moves), (design, ridges))
    )
    return better(told, untold, LATER_DOUBT)


def _later(
    design: Design, sample: Sample, ridges: dict[str, float], early: Ints, late: Ints
) -> Floats:
    """Loss of each person on late menus by parameters of the early ones."""
    start, taken = sample.menus.start, sample.taken
    place, begin = _part(sample.menus, early)
    own = taken[early] - start[early] + begin[:-1]
    beta = fit_logit(design.table[place], begin, own, ridge=design.penalty(ridges))
    place, begin = _part(sample.menus, late)
    loss = losses(design.table[place] @ beta, begin, taken[late] - start[late] + begin[:-1])
    _, person = np.unique(sample.rows.person[late], return_inverse=True)
    return np.bincount(person, loss).astype(np.float64)


def evident_ridges(design: Design, sample: Sample) -> dict[str, float]:
    """The penalty of each block by its evidence: what its weights vary by, chance taken off.

    ridge = (p - ridge tr V) / sum beta^2 over the block's p columns, V the inverse Hessian (MacKay).
    """
    blocks = np.array(design.columns.blocks)
    found = {block: RIDGE for block in design.columns.blocks if block not in FIXED}
    start, beta = sample.menus.start, None
    for _ in range(UPDATES):
        beta = fitted(design, sample, found, beta)
        p = likely(design.table @ beta, start)
        apart = centred(design.table, start, p)
        hessian = apart.T @ (apart * p[:, None]) + np.diag(design.penalty(found))
        chance = np.diag(np.linalg.inv(hessian))
        for block in found:
            own = blocks == block
            told = max(float(own.sum() - found[block] * chance[own].sum()), 1e-3)
            spread = max(float((beta[own] ** 2).sum()), 1e-9)
            found[block] = float(np.clip(told / spread, WEAKEST, OFF))
    return found


def kept(design: Design, sample: Sample, ridges: dict[str, float]) -> dict[str, float]:
    """The penalties with every block off that people left out are not clearly better with."""
    if len(np.unique(sample.rows.person)) < FEWEST_TO_JUDGE:
        return ridges
    best = left_out(design, sample, ridges)
    for block in DOUBTFUL:
        if block in ridges:
            without = {**ridges, block: OFF}
            loss = left_out(design, sample, without)
            if not better(best, loss):
                best, ridges = loss, without
    return ridges


def laplace_of(design: Design, sample: Sample, ridges: dict[str, float], beta: Floats) -> Laplace:
    """What the fit leaves open of the weights of the columns as they are."""
    start = sample.menus.start
    p = likely(design.table @ beta, start)
    apart = centred(design.table, start, p)
    penalty = design.penalty(ridges)
    variance = np.linalg.inv(apart.T @ (apart * p[:, None]) + np.diag(penalty))
    told = np.flatnonzero(penalty < OFF)
    scale = design.scale[told]
    return Laplace.of(variance[np.ix_(told, told)] / scale[:, None] / scale, told)
