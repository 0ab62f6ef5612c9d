"""Reasons: what each node adds to a forecast, so that all of them add up to its linear predictor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.payloads import Bools
from doxa.features.met import unmet
from doxa.features.phi import CIRCUMSTANCES, Phi, phi
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.errors import OWNER, Asked, looked_at
from doxa.heads.forecast import effects_of, history_of
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import of_members, plain_eta, tree_columns, within


@dataclass(frozen=True, slots=True)
class Reasons:
    """What each node, and each field that is known, adds to each forecast's linear predictor.

    Attributes
    ----------
    nodes : tuple of node names, and of fields such as ``given film``
    by_node : float64[n, nodes]
        eta with the node's evidence (the field's value) less eta without it.
    base : float64[n]
        eta had no node any evidence and were no field known: ``base + by_node.sum(axis=1) == eta``.
    absent : bool[n, nodes]
        Where the person withholds the node: it adds nothing, and is no reason.
    """

    nodes: tuple[str, ...]
    by_node: Floats
    base: Floats
    absent: Bools


def reasons(head: Head, views: Views, rows: Rows) -> Reasons:
    """Why each row is forecast as it is: the contribution of every node.

    What the person did beyond earlier forecasts is one reason more; it stays what it is when a
    node is silenced, for it has happened. So does how far the person is known.
    """
    found = _reasons(head, views, rows)
    share = unmet(views.past, rows) if head.cold is not None else np.zeros(0)
    if head.cold is None or not share.any():
        return found
    cold = _reasons(head.cold, views, rows)
    nodes = tuple(dict.fromkeys((*found.nodes, *cold.nodes)))
    by_node = np.zeros((len(rows), len(nodes)))
    absent = np.zeros(by_node.shape, dtype=bool)
    for part, weight in ((found, 1 - share), (cold, share)):
        places = [nodes.index(node) for node in part.nodes]
        by_node[:, places] += weight[:, None] * part.by_node
        absent[:, places] |= part.absent
    return Reasons(nodes, by_node, (1 - share) * found.base + share * cold.base, absent)


def _reasons(head: Head, views: Views, rows: Rows) -> Reasons:
    recipe = recipe_of(head, views.map)
    told = phi(recipe, views, rows)
    silent = phi(recipe, views, rows, silenced="*")
    change = within(head, told) - within(head, silent)
    moved = change * np.asarray(head.weights)
    if head.by_member is not None:
        columns = head.by_member.columns
        moved[:, columns] += change[:, columns] * of_members(head, head.by_member, views, rows)[1]
    effects, own = _own(head, views, rows, told)
    base = plain_eta(head, views, rows, silent)
    owners = np.array(told.owners)
    if head.boosted is not None:
        share, count = head.boosted.share, len(head.names)
        heard, unheard = (
            head.boosted.shares(np.column_stack([tree_columns(head, views, rows, found), beside]))
            for found, beside in ((told, effects), (silent, 0 * effects))
        )
        trees = share * (heard - unheard)
        moved = (1 - share) * moved + trees[:, :count]
        own = (1 - share) * own + trees[:, count + 1 : -1].sum(axis=1)
        if head.errors is not None:
            base = (1 - share) * base + share * unheard.sum(axis=1)
        # Trees weigh circumstances otherwise where a node says something: that is no node's doing.
        # So do they the item itself, the column behind those of the head.
        base = base + moved[:, owners == CIRCUMSTANCES].sum(axis=1) + trees[:, count]
    nodes = tuple(dict.fromkeys(owner for owner in told.owners if owner != CIRCUMSTANCES))
    parts = [moved[:, owners == node].sum(axis=1) for node in nodes]
    if head.errors is not None:
        nodes, parts = (*nodes, OWNER), [*parts, own]
    by_node = np.stack(parts, axis=1) if parts else np.zeros((len(rows), 0))
    absent = np.zeros(by_node.shape, dtype=bool)
    for place, node in enumerate(nodes):
        missing = views.absent(node, rows)
        if missing is not None:
            absent[:, place] = missing
    return Reasons(nodes, by_node, base, absent)


def _own(head: Head, views: Views, rows: Rows, told: Phi) -> tuple[Floats, Floats]:
    """The effects of each row's person, a column each, and what they add up to on the line."""
    if head.errors is None:
        return np.zeros((len(rows), 0)), np.zeros(len(rows))
    asked = Asked(rows, looked_at(head.errors, told))
    history = history_of(head, views, rows)
    effects = effects_of(head, head.errors, views, history, asked)
    return effects, effects @ np.asarray(head.errors.weights)
