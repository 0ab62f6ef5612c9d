"""The hierarchical logit: every person has tastes of their own, drawn from what people have.

Tastes are normal across people, N(m, S); m and S are found by EM with a normal approximation of
what each person's fit rows say. A forecast averages over draws from what the earlier choices of
the person leave open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.fidelity.rivals.choices import Offers
from doxa.fidelity.rivals.setting import Rung

ROUNDS, STEPS, DRAWS = 25, 10, 100
MOST_TASTES = 40
AT_ONCE = 256
PRIOR_PEOPLE = 5.0
"""The spread of tastes begins as if so many people had been seen with a spread of 1."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Choices of people, padded to the longest.

    Attributes
    ----------
    z : float64[people, choices, options, tastes]
    there : bool[people, choices, options]
        Whether there is such an option; none beyond a person's last choice.
    taken : int64[people, choices]
    """

    z: Floats
    there: NDArray[np.bool_]
    taken: Ints

    def first(self, people: Ints, count: Ints) -> _Told:
        """Some people, with so many of their choices each."""
        most = max(int(count.max(initial=0)), 1)
        shown = np.arange(most)[None, :, None] < count[:, None, None]
        return _Told(
            self.z[people, :most], self.there[people, :most] & shown, self.taken[people, :most]
        )


def hierarchical_logit(offers: Offers) -> Rung | None:
    """Hierarchical tastes, live; None where there are more than 40 of them."""
    table = np.concatenate([offers.levels[:, 1:], offers.x], axis=1)
    if table.shape[1] > MOST_TASTES:
        return None
    fit = np.arange(offers.fitted)
    mean, cov = _population(_told(offers, table, fit, offers.rows.seen.at[fit])[1])
    ids, told = _told(offers, table, offers.decided, offers.known.at, offers.known.order)
    before = offers.before()
    rng = np.random.Generator(np.random.Philox(offers.setting.seed))
    noise = rng.standard_normal((DRAWS, table.shape[1]))
    parts = []
    for low in range(offers.fitted, len(before), AT_ONCE):
        rows = np.arange(low, min(low + AT_ONCE, len(before)))
        person = np.minimum(np.searchsorted(ids, offers.rows.twin[rows]), len(ids) - 1)
        mode, left = _posterior(told.first(person, before[rows]), mean, cov)
        draws = mode[:, None, :] + noise @ np.linalg.cholesky(left).transpose(0, 2, 1)
        place, start = offers.part(rows)
        owner = np.repeat(np.arange(len(rows)), np.diff(start))
        eta = np.einsum("kt,kdt->kd", table[place], draws[owner])
        grown = np.exp(eta - np.maximum.reduceat(eta, start[:-1], axis=0)[owner])
        shares = grown / np.add.reduceat(grown, start[:-1], axis=0)[owner]
        parts.append(shares.mean(axis=1))
    return Rung("hierarchical_logit", np.concatenate(parts))


def _told(
    offers: Offers, table: Floats, rows: Ints, at: Ints, order: Ints | None = None
) -> tuple[Ints, _Told]:
    """Some rows by person, each person's in order; who the people are."""
    turn = np.zeros(len(rows), np.int64) if order is None else order
    rows = rows[np.lexsort((turn, at, offers.rows.twin[rows]))]
    ids, person = np.unique(offers.rows.twin[rows], return_inverse=True)
    first = np.searchsorted(person, np.arange(len(ids) + 1))
    number = np.arange(len(rows)) - first[person]
    place, start = offers.part(rows)
    owner = np.repeat(np.arange(len(rows)), np.diff(start))
    slot = np.arange(len(place)) - start[owner]
    shape = (len(ids), int(np.diff(first).max(initial=1)), int(slot.max(initial=0)) + 1)
    z, there = np.zeros((*shape, table.shape[1])), np.zeros(shape, dtype=bool)
    z[person[owner], number[owner], slot] = table[place]
    there[person[owner], number[owner], slot] = True
    took = np.zeros(shape[:2], dtype=np.int64)
    took[person, number] = offers.taken[rows] - offers.menus.start[rows]
    return ids, _Told(z, there, took)


def _population(told: _Told) -> tuple[Floats, Floats]:
    """m and S by EM."""
    people, width = told.z.shape[0], told.z.shape[3]
    mean, cov = np.zeros(width), np.eye(width)
    for _ in range(ROUNDS):
        mode, left = _posterior(told, mean, cov)
        mean = mode.mean(axis=0)
        apart = mode - mean
        spread = apart.T @ apart + left.sum(axis=0) + PRIOR_PEOPLE * np.eye(width)
        cov = spread / (people + PRIOR_PEOPLE)
    return mean, cov


def _posterior(told: _Told, mean: Floats, cov: Floats) -> tuple[Floats, Floats]:
    """The mode of each person's tastes, and the inverse curvature there."""
    rigid = np.linalg.inv(cov)
    people, width = told.z.shape[0], told.z.shape[3]
    mode = np.tile(mean, (people, 1))
    took = np.take_along_axis(told.z, told.taken[:, :, None, None], axis=2)[:, :, 0]
    shown = told.there.any(axis=2)
    left = np.empty((people, width, width))
    for _ in range(STEPS):
        eta = np.where(told.there, np.einsum("pcot,pt->pco", told.z, mode), -np.inf)
        top = np.where(shown, eta.max(axis=2, initial=-np.inf), 0.0)
        grown = np.exp(eta - top[:, :, None])
        share = grown / np.maximum(grown.sum(axis=2, keepdims=True), 1e-300)
        usual = np.einsum("pco,pcot->pct", share, told.z)
        pull = np.einsum("pct,pc->pt", took - usual, shown) - (mode - mean) @ rigid
        apart = (told.z - usual[:, :, None]) * np.sqrt(share)[..., None]
        flat = apart.reshape(people, -1, width)
        left = np.linalg.inv(flat.transpose(0, 2, 1) @ flat + rigid)
        step = np.einsum("pst,pt->ps", left, pull)
        size = np.abs(step).max(axis=1, keepdims=True, initial=0.0)
        mode = mode + step * np.minimum(1.0, 2.0 / np.maximum(size, 1e-12))
        if float(np.abs(step).max(initial=0.0)) < 1e-6:
            break
    return mode, left
