"""Learning how people come back: the four parameters of the BG/NBD, and their place in a head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome, Target
from doxa.domain.evidence import EvidenceKind
from doxa.features.blocks.again import NAME, came
from doxa.features.plan import Reading
from doxa.features.recipe import Recipe
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.glm import Family, fit_glm, loss_of
from doxa.learning.choosing import Chosen, clearly_better
from doxa.learning.design import Design
from doxa.learning.labelled import Labelled

MOST_PEOPLE = 20_000
FEWEST_PEOPLE = 50
STARTS = ((1.0, 1.0, 1.0, 2.0), (0.5, 1.0, 0.2, 2.0))
"""r, alpha as a share of the mean time seen, a, b."""
HELD = 0.002
"""How weakly logarithms of the parameters are held where they begin: some data leave one open."""
STEPS, CLOSE = 2_000, 1e-9
FREE = 1e-3


def with_again(recipe: Recipe, views: Views, rows: Rows, rng: np.random.Generator) -> Recipe:
    """The recipe with what is learned of coming back, for nodes that count what is asked.

    Each person is read at their last row.
    """
    found = dict(recipe.norms)
    for reading in recipe.readings:
        if not asks_again(recipe, reading):
            continue
        order = np.lexsort((rows.seen.order, rows.seen.at, rows.person))
        last = order[np.r_[np.diff(rows.person[order]) != 0, np.ones(min(1, len(order)), bool)]]
        view = views.view(reading, rows.take(last), np.zeros(len(last), dtype=np.int64))
        known = np.flatnonzero(view.met)
        if len(known) < FEWEST_PEOPLE:
            continue
        if len(known) > MOST_PEOPLE:
            known = np.sort(rng.choice(known, MOST_PEOPLE, replace=False))
        again = fit_again(*(each[known] for each in came(view)))
        found[reading.node] = msgspec.structs.replace(found[reading.node], again=list(again))
    return replace(recipe, norms=found)


def asks_again(recipe: Recipe, reading: Reading) -> bool:
    """Whether an outcome asks if what a single node counts happens in a window."""
    outcome: Outcome = recipe.outcome
    window = outcome.within is not None and outcome.after is None and outcome.of is None
    if outcome.target not in (Target.HAPPENS, Target.NEVER) or not window:
        return False
    rules = recipe.belief_map.signals.get(outcome.kind, ())
    counted = any(rule.node == reading.node for rule in rules)
    whole = not reading.by_member and not reading.pooled
    return reading.kind is EvidenceKind.OCCURRENCE and whole and counted


def fit_again(returns: Floats, last: Floats, seen: Floats) -> tuple[float, float, float, float]:
    """r, alpha, a, b of the largest likelihood, barely held.

    Parameters
    ----------
    returns, last, seen : float64[n]
        x, t_x and T of every person.
    """
    rows = np.stack([np.round(returns), last, seen], axis=1)
    distinct, count = np.unique(rows, axis=0, return_counts=True)
    x, times = distinct[:, 0].astype(np.int64), (distinct[:, 1], distinct[:, 2])
    span = max(float(seen.mean()), 1e-6)
    best: tuple[float, Floats] | None = None
    for r, alpha, a, b in STARTS:
        start = np.log([r, alpha * span, a, b])

        def cost(theta: Floats, start: Floats = start) -> float:
            told = log_likelihoods(x, *times, np.exp(theta).tolist())
            held = HELD * float(((theta - start) ** 2).sum())
            return held - float(count @ told) / float(count.sum())

        found = _lowest(cost, start)
        if best is None or found[0] < best[0]:
            best = found
    assert best is not None
    r, alpha, a, b = np.exp(best[1]).tolist()
    return r, alpha, a, b


def log_likelihoods(x: Ints, last: Floats, seen: Floats, again: Sequence[float]) -> Floats:
    """ln of the likelihood of each person's returns, float64[n].

    L = G(r + x) / G(r) alpha^r B(a, b + x) / B(a, b) ((alpha + T)^-(r + x)
    + [x > 0] a / (b + x - 1) (alpha + t_x)^-(r + x)), with G the gamma function.
    """
    r, alpha, a, b = again
    steps = np.arange(int(x.max(initial=0)))
    rises = np.r_[0.0, np.cumsum(np.log(r + steps) + np.log(b + steps) - np.log(a + b + steps))]
    stays = -(r + x) * np.log(alpha + seen)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
    either = np.logaddexp(stays, np.where(x > 0, left, -np.inf))
    return np.asarray(rises[x] + r * np.log(alpha) + either)


def _lowest(cost: Callable[[Floats], float], start: Floats) -> tuple[float, Floats]:
    """The lowest cost and where it is, by the simplex of Nelder and Mead (1965)."""
    corners = np.vstack([start, start + 0.5 * np.eye(len(start))])
    costs = np.array([cost(corner) for corner in corners])
    for _ in range(STEPS):
        order = np.argsort(costs, kind="stable")
        corners, costs = corners[order], costs[order]
        if costs[-1] - costs[0] < CLOSE:
            break
        middle, worst = corners[:-1].mean(axis=0), corners[-1].copy()
        place, found = _moved(cost, middle, worst, 1.0)
        if found < costs[0]:
            farther = _moved(cost, middle, worst, 2.0)
            place, found = farther if farther[1] < found else (place, found)
        elif found >= costs[-2]:
            place, found = _moved(cost, middle, worst, 0.5 if found < costs[-1] else -0.5)
        if found < costs[-1]:
            corners[-1], costs[-1] = place, found
        else:
            corners[1:] = (corners[1:] + corners[0]) / 2
            costs[1:] = [cost(corner) for corner in corners[1:]]
    best = int(np.argmin(costs))
    return float(costs[best]), corners[best]


def _moved(
    cost: Callable[[Floats], float], middle: Floats, worst: Floats, far: float
) -> tuple[Floats, float]:
    """A corner moved through the middle of the others, and its cost there."""
    place = middle + far * (middle - worst)
    return place, cost(place)


def halfway(
    design: Design, sample: Labelled, family: Family, beta: Floats, chosen: Chosen, costs: float
) -> tuple[Floats, Chosen]:
    """Coefficients half-way between a fit of all columns and one of coming back alone.

    What is learned from the windows of a few months may hold only so far of the next; the few
    columns of coming back can carry further. They do where half-way is clearly better at the last
    origin, both fitted on the windows that had closed by then, or where none had and nothing can say.

    Parameters
    ----------
    costs : float
        The penalty of `beta`.

    Returns
    -------
    Coefficients, and the choice with no calibration where they are half-way: both halves stand for
    everybody who was fitted.
    """
    own = np.array([NAME in name for name in design.names], dtype=bool)
    if not own.any():
        return beta, chosen
    columns = np.r_[0, 2 + np.flatnonzero(own)]

    def alone(rows: Ints) -> Floats:
        found = np.zeros(design.table.shape[1])
        found[columns] = fit_glm(
            design.table[np.ix_(rows, columns)],
            sample.y[rows],
            ridge=np.full(len(columns), FREE),
            family=family,
            offset=design.offset(rows),
        )
        return found

    last = int(sample.rows.seen.at.max())
    before = np.flatnonzero(sample.rows.closes.at <= last)
    if len(before):
        whole = fit_glm(
            design.table[before],
            sample.y[before],
            ridge=design.penalty(costs * len(before) / len(sample.y)),
            family=family,
            offset=design.offset(before),
            start=chosen.start,
        )
        now = np.flatnonzero(sample.rows.seen.at == last)
        every, less = (
            _judged(design, sample, family, told, now, chosen)
            for told in (whole, (whole + alone(before)) / 2)
        )
        if not clearly_better(less, every):
            return beta, chosen
    both = (alone(np.arange(len(sample.y))) + beta) / 2
    return both, replace(chosen, intercept=0.0, slope=1.0)


def _judged(
    design: Design, sample: Labelled, family: Family, beta: Floats, rows: Ints, chosen: Chosen
) -> Chosen:
    """What some rows lose under some coefficients."""
    eta = design.offset(rows) + design.table[rows].astype(np.float64) @ beta
    _, person = np.unique(sample.rows.person[rows], return_inverse=True)
    return replace(chosen, losses=loss_of(eta, sample.y[rows], family), person=person)
