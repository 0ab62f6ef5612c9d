"""A head: the linear readout from phi to one outcome, with reasons that add up."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, FieldType, Outcome, Target
from doxa.beliefmap.payloads import Bools
from doxa.errors import PopulationError
from doxa.features.blocks.items import ItemRates
from doxa.features.known import FieldNorms
from doxa.features.labels import lengths_of
from doxa.features.met import unmet
from doxa.features.norms import NodeNorms
from doxa.features.phi import CIRCUMSTANCES, Phi, Recipe, phi
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.seeing import Seeing
from doxa.features.support import Support
from doxa.features.views import Views
from doxa.heads.boosted import Boosted
from doxa.heads.errors import (
    OWNER,
    Asked,
    Errors,
    History,
    Line,
    Look,
    OwnEffects,
    effect_columns,
    looked_at,
    width,
)
from doxa.heads.glm import Family, link_of, mean_of
from doxa.heads.hazard import Hazard
from doxa.heads.members import MemberSlopes
from doxa.heads.spread import Spread, sigma_of, spread_columns
from doxa.heads.width import Doubt, Width

CHUNK = 131_072


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a fit learned about one outcome, frozen.

    eta = bias + item_weight * link(item mean) + sum_j (weights_j + d_mj) phi_j; the calibration is
    already inside these numbers, so that a reason is a difference of eta and nothing else.

    Attributes
    ----------
    names, owners : p column names, and the node each belongs to
    low, high : per column, the range of nearly all fit rows; a value beyond it counts as its end,
        so that no forecast rests on a line drawn further than anybody was seen
    items : members the outcome is asked for by default (``top: n``), most people first
    rates : item rates, None for an outcome without members
    norms : per node
    known, recent, traits : payload fields of the asking signal, of those before it, of the person
    by_trait, by_action : whether single nodes count otherwise with every trait, and with what is
        given of the trigger
    standing : whether columns that only grow with time are left out
    unsure : directions in which coefficients may lie elsewhere: what a standard normal number along
        each adds to bias and weights; empty where nobody is run forward by the head
    apart : members that everything is weighed for apart, beside what they share
    by_member : how members differ in what columns weigh, None where they do not
    boosted : trees that stand beside the linear predictor, None where they do not
    errors : how much a person's own effects count, None where they are not read
    own : why they are or are not read
    spread : how far values lie from their forecast, None where nothing says
    hazard : of a time, the chance of each interval of its window; its predictor is 0 for the average
        fit row, and what is forecast is the chance that it happens within the window
    dispersion : of a count, d in variance = m + d m^2
    doubt : of a chance, what is not known of the person
    width : of an amount, how far it may lie from its forecast
    support : what was seen of the fields that are known of the asking signal, and of traits
    cold : the head of those who were never seen, of traits alone
    rows, people : fit rows and people behind them
    origin : last moment that a label of the fit rows could depend on
    calibration : intercept and slope found on people left out
    ridge : the penalty chosen on people left out
    """

    outcome: str
    family: Family
    bias: float
    item_weight: float
    weights: list[float]
    names: list[str]
    owners: list[str]
    low: list[float]
    high: list[float]
    items: list[str]
    rates: ItemRates | None
    norms: dict[str, NodeNorms]
    rows: int
    people: int
    origin: int
    calibration: tuple[float, float]
    ridge: float
    known: list[FieldNorms] = []
    recent: list[FieldNorms] = []
    traits: list[FieldNorms] = []
    apart: list[str] = []
    by_member: MemberSlopes | None = None
    by_trait: bool = False
    by_action: bool = False
    standing: bool = False
    unsure: list[list[float]] = []
    boosted: Boosted | None = None
    errors: Errors | None = None
    spread: Spread | None = None
    hazard: Hazard | None = None
    dispersion: float = 0.0
    doubt: Doubt | None = None
    width: Width | None = None
    cold: Head | None = None
    own: OwnEffects | None = None
    support: Support = Support()


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of n rows on the scale of the linear predictor and of the outcome.

    Attributes
    ----------
    eta, mean : float64[n]
        The mean of an outcome with a scale is kept within it.
    sigma : float64[n] or None
        The standard deviation of a value, where the head knows one.
    expected : float64[n] or None
        The linear predictor with the person's own effects off, where the head has such effects;
        `mean_at` makes p0 of it.
    """

    eta: Floats
    mean: Floats
    sigma: Floats | None = None
    expected: Floats | None = None

    def take(self, chosen: Ints) -> Forecasts:
        """The chosen rows."""
        parts = (self.sigma, self.expected)
        sigma, expected = (None if part is None else part[chosen] for part in parts)
        return Forecasts(self.eta[chosen], self.mean[chosen], sigma, expected)


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


def recipe_of(head: Head, belief_map: BeliefMap) -> Recipe:
    """How to make phi for a head under a map that still declares what it reads."""
    outcome = belief_map.outcomes.get(head.outcome)
    if outcome is None:
        raise PopulationError(
            f"the population forecasts {head.outcome!r}, which the map no longer declares",
            hint="run doxa fit",
        )
    readings = tuple(r for r in readings_of(belief_map, outcome) if r.node in head.norms)
    fields = (tuple(head.known), tuple(head.recent), tuple(head.traits))
    return Recipe(
        belief_map,
        outcome,
        readings,
        head.norms,
        *fields,
        apart=tuple(head.apart),
        by_trait=head.by_trait,
        by_action=head.by_action,
        standing=head.standing,
        calendar=CIRCUMSTANCES in head.owners,
    )


def forecast(head: Head, views: Views, rows: Rows) -> Forecasts:
    """Forecast every row, in chunks of bounded memory."""
    seen = look(head, views, rows)
    eta = seen.eta
    if head.errors is None and head.spread is None:
        eta = _met_or_not(head, views, rows, eta)
        return Forecasts(eta, mean_at(head, views, rows, eta))
    asked = Asked(rows, seen.x)
    history = _history(head, views, rows)
    eta = eta + own_effects(head, views, history, asked)
    eta = _met_or_not(head, views, rows, eta)
    mean = mean_at(head, views, rows, eta)
    expected = None
    if head.errors is not None:
        expected = _met_or_not(head, views, rows, seen.expected)
    if head.spread is None:
        return Forecasts(eta, mean, expected=expected)
    left = left_over(head, views, history)
    sigma = sigma_of(head.spread, spread_columns(head.spread, history, left, rows, mean))
    return Forecasts(eta, mean, sigma, expected)


def _met_or_not(head: Head, views: Views, rows: Rows, eta: Floats) -> Floats:
    """The linear predictors, moved to those of people never seen as far as nothing is known."""
    if head.cold is None:
        return eta
    share = unmet(views.past, rows)
    new = np.flatnonzero(share)
    if len(new):
        eta = eta.copy()
        cold = look(head.cold, views, rows.take(new)).eta
        eta[new] += share[new] * (cold - eta[new])
    return eta


def mean_at(head: Head, views: Views, rows: Rows, eta: Floats) -> Floats:
    """What is forecast of rows at their linear predictors, on the scale of the outcome."""
    if head.hazard is not None:
        return head.hazard.by(eta, lengths_of(rows, views.map.clock))
    return within_scale(mean_of(eta, head.family), recipe_of(head, views.map).outcome)


def within_scale(mean: Floats, outcome: Outcome) -> Floats:
    """Means, kept within the outcome's scale where it has one."""
    return mean if outcome.scale is None else np.clip(mean, min(outcome.scale), max(outcome.scale))


def own_effects(head: Head, views: Views, history: History, asked: Asked) -> Floats:
    """What the effects of each row's person add to its linear predictor."""
    if head.errors is None:
        return np.zeros(len(asked.rows))
    outcome = recipe_of(head, views.map).outcome
    table = effect_columns(head.errors, outcome, views.past, history, asked)
    return np.asarray(table @ np.asarray(head.errors.weights))


def left_over(head: Head, views: Views, history: History) -> Floats:
    """What each event of a history was beyond its forecast, the person's effects included."""
    eta = history.eta + own_effects(head, views, history, Asked(history.rows, history.x))
    outcome = recipe_of(head, views.map).outcome
    return history.y - within_scale(mean_of(eta, head.family), outcome)


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


def _history(head: Head, views: Views, rows: Rows) -> History:
    outcome = recipe_of(head, views.map).outcome
    return History.of(
        outcome,
        views.past,
        rows,
        head.family,
        lambda events: look(head, views, events),
        head.hazard,
    )


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
        own = head.by_member.columns
        moved[:, own] += change[:, own] * _of_members(head, head.by_member, views, rows)[1]
    if head.boosted is not None:
        share = head.boosted.share
        heard, unheard = (
            head.boosted.shares(tree_columns(head, views, rows, found)) for found in (told, silent)
        )
        trees = share * (heard - unheard)
        moved = (1 - share) * moved + trees[:, : len(head.names)]
    nodes = tuple(dict.fromkeys(owner for owner in told.owners if owner != CIRCUMSTANCES))
    owners = np.array(told.owners)
    parts = [moved[:, owners == node].sum(axis=1) for node in nodes]
    if head.errors is not None:
        x = looked_at(head.errors, told)
        parts.append(own_effects(head, views, _history(head, views, rows), Asked(rows, x)))
        nodes = (*nodes, OWNER)
    by_node = np.stack(parts, axis=1) if parts else np.zeros((len(rows), 0))
    absent = np.zeros(by_node.shape, dtype=bool)
    for place, node in enumerate(nodes):
        missing = views.absent(node, rows)
        if missing is not None:
            absent[:, place] = missing
    base = plain_eta(head, views, rows, silent)
    if head.boosted is not None:
        # Trees weigh circumstances otherwise where a node says something: that is no node's doing.
        # So do they the item itself, the columns behind those of the head.
        base = base + moved[:, owners == CIRCUMSTANCES].sum(axis=1)
        base = base + trees[:, len(head.names) :].sum(axis=1)
    return Reasons(nodes, by_node, base, absent)


def within(head: Head, found: Phi) -> Floats:
    """The columns, kept within the range of the fit rows."""
    if list(found.names) != head.names:
        raise PopulationError(
            f"the population's head for {head.outcome!r} was fitted on other features",
            hint="run doxa fit",
        )
    return np.clip(found.table, head.low, head.high)


def plain_eta(
    head: Head, views: Seeing, rows: Rows, found: Phi, line: Line | None = None
) -> Floats:
    """The linear predictor of some rows without the effects of persons; of another line, if given."""
    line = line or Line(bias=head.bias, item_weight=head.item_weight, weights=head.weights)
    table = within(head, found)
    # Row by row, not by BLAS: a row's forecast is the same to the last digit whatever stands beside it.
    eta: Floats = line.bias + np.einsum("ij,j->i", table, np.asarray(line.weights))
    if head.by_member is not None:
        intercept, slopes = _of_members(head, head.by_member, views, rows)
        eta = eta + intercept
        eta += np.einsum("ij,ij->i", table[:, head.by_member.columns], slopes)
    if head.rates is not None:
        dimension = recipe_of(head, views.map).outcome.of or ""
        means = head.rates.of(rows.member, views.past.values(dimension))
        eta = eta + line.item_weight * link_of(means, head.family)
    if head.boosted is not None:
        told = head.boosted.eta(tree_columns(head, views, rows, found))
        eta = (1 - head.boosted.share) * eta + head.boosted.share * told
    return eta


def tree_columns(head: Head, views: Seeing, rows: Rows, found: Phi) -> Floats:
    """The columns within their range, then how often the outcome happens for the row's item."""
    item = np.zeros(len(rows))
    if head.rates is not None:
        dimension = recipe_of(head, views.map).outcome.of or ""
        item = link_of(head.rates.of(rows.member, views.past.values(dimension)), head.family)
    return np.column_stack([within(head, found), item])


def _of_members(
    head: Head, by_member: MemberSlopes, views: Seeing, rows: Rows
) -> tuple[Floats, Floats]:
    dimension = recipe_of(head, views.map).outcome.of or ""
    return by_member.of(rows.member, views.past.values(dimension))


def family_of(outcome: Outcome, belief_map: BeliefMap) -> Family:
    """The family that an outcome's labels follow; of a time, whether it comes in the window."""
    if outcome.target in (Target.HAPPENS, Target.NEVER, Target.TIME_TO):
        return Family.BERNOULLI
    if outcome.target is Target.COUNT:
        return Family.POISSON
    flag = belief_map.fields.get(outcome.field or "") is FieldType.FLAG
    return Family.BERNOULLI if flag else Family.GAUSSIAN
