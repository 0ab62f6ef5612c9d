"""The linear predictor of a head: what it makes of rows, but for the effects of persons."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.errors import PopulationError
from doxa.features.phi import Phi, phi
from doxa.features.recipe import Recipe
from doxa.features.rows import Rows
from doxa.features.seeing import Seeing
from doxa.features.views import Views
from doxa.heads.errors import Line, Look, looked_at, width
from doxa.heads.glm import link_of
from doxa.heads.head import Head, recipe_of
from doxa.heads.members import MemberSlopes

CHUNK = 131_072
"""Features are made of so many rows at once: memory is bounded."""


def look(head: Head, views: Views, rows: Rows) -> Look:
    """What the head makes of rows, but for the effects of persons."""
    return looked(head, views, rows, recipe_of(head, views.map))


def looked(head: Head, views: Views, rows: Rows, recipe: Recipe) -> Look:
    """The same by features made otherwise, in chunks of bounded memory."""
    eta, expected = np.empty(len(rows)), np.empty(len(rows))
    x = np.empty((len(rows), width(head.errors) if head.errors else 0))
    for low in range(0, len(rows), CHUNK):
        part = np.arange(low, min(low + CHUNK, len(rows)))
        chosen = rows.take(part)
        found = phi(recipe, views, chosen)
        eta[part] = expected[part] = plain_eta(head, views, chosen, found)
        if head.errors is not None:
            x[part] = looked_at(head.errors, found)
            if head.errors.expected is not None:
                expected[part] = plain_eta(head, views, chosen, found, head.errors.expected)
    return Look(eta, expected, x)


def plain_eta(
    head: Head, views: Seeing, rows: Rows, found: Phi, line: Line | None = None
) -> Floats:
    """The linear predictor of some rows without the effects of persons; of another line, if given."""
    line = line or Line(bias=head.bias, item_weight=head.item_weight, weights=head.weights)
    table = within(head, found)
    # Row by row, not by BLAS: a row's forecast is the same to the last digit whatever stands beside it.
    eta: Floats = line.bias + np.einsum("ij,j->i", table, np.asarray(line.weights))
    if head.by_member is not None:
        intercept, slopes = of_members(head, head.by_member, views, rows)
        eta = eta + intercept
        eta += np.einsum("ij,ij->i", table[:, head.by_member.columns], slopes)
    if head.rates is not None:
        dimension = recipe_of(head, views.map).outcome.of or ""
        means = head.rates.of(rows.member, views.past.values(dimension))
        eta = eta + line.item_weight * link_of(means, head.family)
    # Beside effects of persons trees see these as well, see `forecast`.
    if head.boosted is not None and head.errors is None:
        told = head.boosted.eta(tree_columns(head, views, rows, found))
        eta = (1 - head.boosted.share) * eta + head.boosted.share * told
    return eta


def within(head: Head, found: Phi) -> Floats:
    """The columns, kept within the range of the fit rows."""
    if list(found.names) != head.names:
        raise PopulationError(
            f"the population's head for {head.outcome!r} was fitted on other features",
            hint="run doxa fit",
        )
    return np.clip(found.table, head.low, head.high)


def tree_columns(head: Head, views: Seeing, rows: Rows, found: Phi) -> Floats:
    """The columns within their range, then how often the outcome happens for the row's item."""
    item = np.zeros(len(rows))
    if head.rates is not None:
        dimension = recipe_of(head, views.map).outcome.of or ""
        item = link_of(head.rates.of(rows.member, views.past.values(dimension)), head.family)
    return np.column_stack([within(head, found), item])


def of_members(
    head: Head, by_member: MemberSlopes, views: Seeing, rows: Rows
) -> tuple[Floats, Floats]:
    """What the member of each row has of its own: intercept, and weights of some columns."""
    dimension = recipe_of(head, views.map).outcome.of or ""
    return by_member.of(rows.member, views.past.values(dimension))
