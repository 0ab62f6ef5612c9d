"""Learning how members differ in what columns weigh, pooled towards the head they share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.phi import phi
from doxa.features.views import Views
from doxa.heads.glm import Family, fit_glm, link_of, loss_of
from doxa.heads.head import Head
from doxa.heads.members import MemberSlopes
from doxa.heads.predictor import CHUNK
from doxa.learning.choosing import calibration, left_out, level_at
from doxa.learning.fitted import Fitted
from doxa.learning.labelled import Labelled, Progress, sample_of

RIDGE = 4000.0
"""How strongly members are held together: less wins on people left out, who live in the same months as
those fitted, and loses on later months."""
FEWEST_ROWS = 1_000
"""A member with fewer fit rows weighs columns as all do: some hundred rows tell chance from habit badly."""


@dataclass(frozen=True, slots=True)
class _Own:
    """Rows with the columns that members may weigh, and what the shared head says of them.

    Attributes
    ----------
    rows, y : labelled rows
    table : float32[n, c]
        The columns, standardised as the design is.
    eta, start : float64[n]
        The linear predictor, and that of coefficients which left-out people did not teach.
    """

    labelled: Labelled
    table: NDArray[np.float32]
    eta: Floats
    start: Floats

    @classmethod
    def of(cls, fitted: Fitted, head: Head, views: Views, fit: Labelled, drawn: Ints, columns: Ints,
           tell: Progress) -> _Own:  # fmt: skip
        """All fit rows: those that were drawn as the design has them, the others made in chunks."""
        design = fitted.design
        size = len(fit.y)
        table = np.empty((size, len(columns)), dtype=np.float32)
        own = cls(fit, table, np.empty(size), np.empty(size))
        own._put(drawn, design.table, fitted, columns)
        rest = np.setdiff1d(np.arange(size), drawn, assume_unique=True)
        for low in range(0, len(rest), CHUNK):
            tell(f"members of {head.outcome}", low / len(rest))
            part = rest[low : low + CHUNK]
            rows = fit.rows.take(part)
            found = phi(fitted.recipe, views, rows).table
            means = (
                head.rates.of(rows.member, views.past.values(fitted.outcome.of or ""))
                if head.rates
                else found[:, 0]
            )
            item = link_of(means, fitted.family) - design.level
            within = (np.clip(found, design.low, design.high) - design.centre) / design.scale
            own._put(part, np.column_stack([np.ones(len(part)), item, within]), fitted, columns)
        return own

    def _put(self, rows: Ints, table: NDArray[np.floating], fitted: Fitted, columns: Ints) -> None:
        self.table[rows] = table[:, columns + 2]
        base = fitted.design.level + table[:, 1].astype(np.float64)
        for low in range(0, len(rows), CHUNK):
            part = slice(low, low + CHUNK)
            wide = table[part].astype(np.float64)
            self.eta[rows[part]] = base[part] + wide @ fitted.beta
            self.start[rows[part]] = base[part] + wide @ fitted.chosen.start


def with_member_slopes(
    head: Head,
    fitted: Fitted,
    views: Views,
    fit: Labelled,
    drawn: Ints,
    known: Ints,
    tell: Progress,
    rng: np.random.Generator,
    *,
    most: int,
) -> Head:
    """The head with deviations of members, where they forecast people left out clearly better.

    A member has its own weights of the columns of what is read at the member, each shrunk towards the
    head's. How often it comes at all the item's level says: a constant of its own would learn by heart
    the months that were fitted.

    Parameters
    ----------
    fit : all fit rows
    drawn : which of them the head was fitted on
    known : codes of the members that the head may hold something of by name
    most : rows used at most
    """
    columns = _columns(fitted)
    fit, drawn = _some(fit, drawn, most, rng)
    members = _members(fit, known)
    out = left_out(fit)
    if not len(columns) or not len(members) or out.all() or not out.any():
        return head
    own = _Own.of(fitted, head, views, fit, drawn, columns, tell)
    inside = _by_member(fit, members, ~out)
    outside = _by_member(fit, members, out)
    plain = loss_of(own.start[out], fit.y[out], head.family)
    deviations = _fit(own, inside, own.start, RIDGE * (~out).mean(), head.family)
    eta = own.start + _added(own, outside, deviations)
    gained = plain - loss_of(eta[out], fit.y[out], head.family)
    _, person = np.unique(fit.rows.person[out], return_inverse=True)
    by_person = np.bincount(person, gained)
    if by_person.sum() <= np.sqrt((by_person**2).sum()):
        return head
    usual = float(own.start[~out].var())
    _, slope = calibration(eta[out], fit.y[out], head.family, person, usual)
    every = _by_member(fit, members, np.ones(len(fit.y), dtype=bool))
    found = _fit(own, every, own.eta, RIDGE, head.family)
    whole = slope * (own.eta + _added(own, every, found))
    intercept = level_at(whole, fit.y, head.family)
    line = replace(fitted, chosen=replace(fitted.chosen, intercept=intercept, slope=slope)).line()
    return msgspec.structs.replace(
        head,
        bias=line.bias,
        item_weight=line.item_weight,
        weights=line.weights,
        calibration=(intercept, slope),
        by_member=_slopes(fitted, columns, members, slope * found, views),
    )


def _some(fit: Labelled, drawn: Ints, most: int, rng: np.random.Generator) -> tuple[Labelled, Ints]:
    """At most so many rows, at random, among them those drawn; and where these stand."""
    if len(fit.y) <= most:
        return fit, drawn
    rest = np.setdiff1d(np.arange(len(fit.y)), drawn, assume_unique=True)
    more = rest[sample_of(len(rest), most - len(drawn), rng)]
    rows = np.union1d(drawn, more)
    return fit.take(rows), np.searchsorted(rows, drawn)


def _by_member(fit: Labelled, members: Ints, asked: NDArray[np.bool_]) -> list[Ints]:
    """The rows of each member among those asked for."""
    chosen = np.flatnonzero(asked)
    member = fit.rows.member[chosen]
    order = np.argsort(member, kind="stable")
    low = np.searchsorted(member[order], members, side="left")
    high = np.searchsorted(member[order], members, side="right")
    return [chosen[order[a:b]] for a, b in zip(low, high, strict=True)]


def _fit(own: _Own, parts: list[Ints], eta: Floats, ridge: float, family: Family) -> Floats:
    """float64[m, c]: what the rows of each member leave over, explained by its columns."""
    penalty = np.full(own.table.shape[1], ridge)
    fitted = [
        fit_glm(
            own.table[rows], own.labelled.y[rows], ridge=penalty, family=family, offset=eta[rows]
        )
        for rows in parts
    ]
    return np.stack(fitted)


def _added(own: _Own, parts: list[Ints], deviations: Floats) -> Floats:
    """What deviations add to the linear predictor of all rows; 0 where none is asked for."""
    found = np.zeros(len(own.labelled.y))
    for rows, beta in zip(parts, deviations, strict=True):
        found[rows] = own.table[rows].astype(np.float64) @ beta
    return found


def _columns(fitted: Fitted) -> Ints:
    """Places of the columns of nodes that are read at the member asked for."""
    named = {r.node for r in fitted.recipe.readings if r.by_member and r.field is None}
    owners = fitted.design.owners
    return np.array([j for j, owner in enumerate(owners) if owner in named], dtype=np.int64)


def _members(fit: Labelled, known: Ints) -> Ints:
    codes, count = np.unique(fit.rows.member, return_counts=True)
    return np.intersect1d(codes[count >= FEWEST_ROWS], known).astype(np.int64)


def _slopes(
    fitted: Fitted, columns: Ints, members: Ints, found: Floats, views: Views
) -> MemberSlopes:
    """Deviations of standardised columns as deviations of columns as they are."""
    design = fitted.design
    names = views.past.values(fitted.outcome.of or "")
    slopes = found / design.scale[columns]
    intercepts = -slopes @ design.centre[columns]
    return MemberSlopes(
        columns.tolist(),
        [names[code] for code in members.tolist()],
        intercepts.tolist(),
        slopes.tolist(),
    )
