"""The head of a choice: how an option stands out on its menu, to everybody and to this person.

eta = the option's level + what its attributes are worth + what this person did beyond what was
expected of them; the probability is the share of exp(eta) on the menu. Reasons are the parts of
eta, each less its mean over the menu, so that they add up to how far the option stands out.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.errors import PopulationError
from doxa.features.menus import Menus, menus_of
from doxa.features.past import Past
from doxa.features.phi import CIRCUMSTANCES
from doxa.features.rows import Rows
from doxa.heads.head import Reasons
from doxa.heads.logit import centred, likely
from doxa.heads.tastes import ChoiceRecipe, Earlier, own_columns, plain_columns


class ChoiceHead(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a fit learned about one choice, frozen.

    Attributes
    ----------
    recipe : how its columns are made
    names, owners, weights : per column; those that stand for everybody come first
    ridges : the penalty of each block of columns, chosen on people left out
    rows, people : fit rows and people behind them
    origin : last moment that a label of the fit rows could depend on
    """

    outcome: str
    recipe: ChoiceRecipe
    names: list[str]
    owners: list[str]
    weights: list[float]
    ridges: dict[str, float]
    rows: int
    people: int
    origin: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Forecasts of n menus, one number per option.

    Attributes
    ----------
    menus : Menus
    eta : float64[k]
        The mean over each menu is 0.
    mean : float64[k]
        The probability of each option.
    """

    menus: Menus
    eta: Floats
    mean: Floats


def choice_outcome(head: ChoiceHead, belief_map: BeliefMap) -> Outcome:
    """The outcome of a head under a map that still declares it."""
    outcome = belief_map.outcomes.get(head.outcome)
    if outcome is None or outcome.shown is None:
        raise PopulationError(
            f"the population forecasts {head.outcome!r}, which the map no longer declares",
            hint="run doxa fit",
        )
    return outcome


def forecast_choice(head: ChoiceHead, past: Past, rows: Rows) -> Chosen:
    """The probability of every option of every row."""
    menus, parts = _parts(head, past, rows)
    eta = parts.sum(axis=1)
    return Chosen(menus, eta, likely(eta, menus.start))


def reasons_of_choice(head: ChoiceHead, past: Past, rows: Rows) -> Reasons:
    """Why each option of each row stands out as it does.

    Returns
    -------
    Reasons
        One line per option; `base` is what the option is to everybody, whatever its attributes.
    """
    _, parts = _parts(head, past, rows)
    owners = np.array(head.owners)
    nodes = tuple(dict.fromkeys(owner for owner in head.owners if owner != CIRCUMSTANCES))
    by_node = np.stack([parts[:, owners == node].sum(axis=1) for node in nodes], axis=1)
    base = parts[:, owners == CIRCUMSTANCES].sum(axis=1)
    return Reasons(nodes, by_node, base, np.zeros(by_node.shape, dtype=bool))


def _parts(head: ChoiceHead, past: Past, rows: Rows) -> tuple[Menus, Floats]:
    """What each column adds to each option, less its mean on the menu: float64[k, columns]."""
    outcome = choice_outcome(head, past.map)
    menus = menus_of(outcome, past, rows)
    plain = plain_columns(head.recipe, past, menus)
    earlier = Earlier.of(head.recipe, outcome, past, rows.twin)
    own = own_columns(head.recipe, past, earlier, rows, menus, plain)
    names = [*plain.names, *own.names]
    if names != head.names:
        raise PopulationError(
            f"the population's head for {head.outcome!r} was fitted on other features",
            hint="run doxa fit",
        )
    table = np.concatenate([plain.table, own.table], axis=1) * np.asarray(head.weights)
    size = np.diff(menus.start)
    return menus, centred(table, menus.start, np.repeat(1 / np.maximum(size, 1), size))
