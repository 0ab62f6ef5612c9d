"""The head of a choice: how an option stands out on its menu, to everybody and to this person.

eta = the option's level + what its attributes are worth + what this person did beyond what was
expected of them + what they hold of it, and what they and the moment are like; the probability is the share of exp(eta) on the menu. Reasons are the parts of
eta, each less its mean over the menu, so that they add up to how far the option stands out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.errors import PopulationError
from doxa.features.bearing import Borne, borne, readings_of_choice
from doxa.features.menus import Menus, menus_of
from doxa.features.past import Past
from doxa.features.phi import CIRCUMSTANCES
from doxa.features.rows import Rows
from doxa.features.support import Support
from doxa.features.views import Views
from doxa.heads.choice_width import ChoiceDoubt, chance_ends, choices_before
from doxa.heads.earlier import Earlier, Own, columns_of_own, own_of
from doxa.heads.laplace import Laplace
from doxa.heads.logit import centred, likely
from doxa.heads.reasons import Reasons
from doxa.heads.sway import HELD, SWAYED, sway_columns
from doxa.heads.tastes import (
    ATTRIBUTES,
    ChoiceRecipe,
    Columns,
    option_places,
    plain_columns,
)
from doxa.heads.width import SHARE


class ChoiceHead(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a fit learned about one choice, frozen.

    Attributes
    ----------
    recipe : how its columns are made
    names, owners, weights : per column; those that stand for everybody come first
    ridges : the penalty of each block of columns, chosen on people left out
    levels : the values of a category, where no signal says what is offered
    laplace : what the fit leaves open of the weights
    doubt : what is not known of the people who choose; None where nobody asked
    support : what was seen of the attributes of options
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
    levels: list[str] = []
    laplace: Laplace | None = None
    doubt: ChoiceDoubt | None = None
    support: Support = Support()


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
    without : float64[k]
        The same with what the person chose before left out (p0).
    """

    menus: Menus
    eta: Floats
    mean: Floats
    without: Floats


def choice_outcome(head: ChoiceHead, belief_map: BeliefMap) -> Outcome:
    """The outcome of a head under a map that still declares it, with the levels it was fitted on."""
    outcome = belief_map.outcomes.get(head.outcome)
    if outcome is None or outcome.shown is None:
        raise PopulationError(
            f"the population forecasts {head.outcome!r}, which the map no longer declares",
            hint="run doxa fit",
        )
    if outcome.options is None:
        return msgspec.structs.replace(outcome, levels=tuple(head.levels))
    return outcome


def forecast_choice(head: ChoiceHead, past: Past, rows: Rows) -> Chosen:
    """The probability of every option of every row."""
    menus, parts = _parts(head, past, rows, _views(head, past))
    eta = parts.table.sum(axis=1)
    plain = plain_columns(head.recipe, past, menus)
    usual = likely(plain.table @ np.asarray(head.recipe.usual), menus.start)
    return Chosen(menus, eta, likely(eta, menus.start), usual)


def ends_of_choice(
    head: ChoiceHead, past: Past, rows: Rows, found: Chosen, share: float = SHARE
) -> tuple[Floats, Floats] | None:
    """Between which a share of people's own chances of each option lies; None where nothing says."""
    if head.doubt is None or head.laplace is None:
        return None
    menus, chance = found.menus, found.mean
    columns = columns_of_choice(head, past, rows, menus)
    known = choices_before(choice_outcome(head, past.map), past, rows)
    variance = head.doubt.variance(chance, menus, columns.block(ATTRIBUTES), known)
    apart = centred(columns.table, menus.start, chance)
    return chance_ends(chance, variance + chance**2 * head.laplace.variance(apart), share)


def reasons_of_choice(head: ChoiceHead, past: Past, rows: Rows) -> Reasons:
    """Why each option of each row stands out as it does.

    What a node tells of an option is eta with its evidence less eta without it.

    Returns
    -------
    Reasons
        One line per option; `base` is what the option is to everybody, whatever its attributes.
    """
    views = _views(head, past)
    menus, told = _parts(head, past, rows, views)
    owners = np.array(head.owners)
    nodes = tuple(dict.fromkeys(owner for owner in head.owners if owner != CIRCUMSTANCES))
    base = told.table[:, owners == CIRCUMSTANCES].sum(axis=1)
    moved = told.table
    absent = np.zeros((len(menus), len(nodes)), dtype=bool)
    if views is not None:
        silent = _parts(head, past, rows, views, silenced="*")[1].table
        silent[:, ~np.isin(told.blocks, (HELD, SWAYED))] = 0.0
        base, moved = base + silent.sum(axis=1), moved - silent
        for place, node in enumerate(nodes):
            missing = views.absent(node, rows)
            if missing is not None:
                absent[:, place] = missing[menus.owner]
    by_node = np.stack([moved[:, owners == node].sum(axis=1) for node in nodes], axis=1)
    return Reasons(nodes, by_node, base, absent)


def _views(head: ChoiceHead, past: Past) -> Views | None:
    """The nodes that a head reads, indexed; None where it reads no state of a person."""
    if head.recipe.bearing is None:
        return None
    return Views(past, readings_of_choice(past.map, choice_outcome(head, past.map)))


def _parts(
    head: ChoiceHead,
    past: Past,
    rows: Rows,
    views: Views | None,
    silenced: str | None = None,
) -> tuple[Menus, Columns]:
    """What each column adds to each option, less its mean on the menu."""
    outcome = choice_outcome(head, past.map)
    menus = menus_of(outcome, past, rows)
    columns = _columns(head, outcome, past, rows, menus, views, silenced)
    size = np.diff(menus.start)
    table = columns.table * np.asarray(head.weights)
    table = centred(table, menus.start, np.repeat(1 / np.maximum(size, 1), size))
    return menus, replace(columns, table=table)


def columns_of_choice(head: ChoiceHead, past: Past, rows: Rows, menus: Menus) -> Columns:
    """The columns of some menus as the weights meet them: eta is ``table @ weights``.

    Parameters
    ----------
    menus : Menus
        What the rows are offered, also with attributes that are put.
    """
    outcome = choice_outcome(head, past.map)
    return _columns(head, outcome, past, rows, menus, _views(head, past), None)


def _columns(
    head: ChoiceHead,
    outcome: Outcome,
    past: Past,
    rows: Rows,
    menus: Menus,
    views: Views | None,
    silenced: str | None,
) -> Columns:
    plain = plain_columns(head.recipe, past, menus)
    earlier = Earlier.of(head.recipe, outcome, past, rows.twin)
    own = own_of(head.recipe, past, earlier, rows, menus)
    bearing = head.recipe.bearing
    met = None
    if bearing is not None and views is not None:
        met = borne(bearing, outcome, views, rows, menus, silenced=silenced)
    return columns_met(head, past, menus, plain, own, met)


def columns_met(
    head: ChoiceHead, past: Past, menus: Menus, plain: Columns, own: Own, met: Borne | None
) -> Columns:
    """The columns of some menus from their parts.

    Parameters
    ----------
    plain : as of `plain_columns`
    own : what the people did before
    met : what they hold and what is known of the moment; None where the head reads neither

    Raises
    ------
    PopulationError
        The head was fitted on other columns.
    """
    recipe = head.recipe
    found = [plain, columns_of_own(recipe, past, own, menus, plain)]
    if recipe.bearing is not None and met is not None:
        place = option_places(recipe, past, menus)
        within = met.within(recipe.bearing.low, recipe.bearing.high)
        found.append(sway_columns(within, menus, place, recipe.options, plain))
    columns = Columns.joined(found)
    if columns.names != head.names:
        raise PopulationError(
            f"the population's head for {head.outcome!r} was fitted on other features",
            hint="run doxa fit",
        )
    return columns
