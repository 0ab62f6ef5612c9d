"""Bearing: what a person holds, and what is known of the moment, as it bears on the options of a menu.

A family whose dimension is the option itself, or a field of it, is read at each option. Everything
else is the same for the whole menu: it counts once per option that it may speak for or against, and
once per attribute that it may make weigh more or less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.domain.clock import format_span
from doxa.features.known import FieldNorms, field_of
from doxa.features.menus import Menus
from doxa.features.norms import NodeNorms
from doxa.features.past import Past
from doxa.features.phi import CIRCUMSTANCES, Named, phi
from doxa.features.plan import Reading
from doxa.features.recipe import Recipe
from doxa.features.rows import Rows
from doxa.features.seeing import Seeing


class Bearing(msgspec.Struct, frozen=True, kw_only=True):
    """How the columns of a choice that speak of the person's state are made.

    Attributes
    ----------
    norms : per node read
    known, recent : payload fields of the signal that offers, and of those before it
    low, high : per column, the range of nearly all fit rows; a value beyond it counts as its end
    """

    norms: dict[str, NodeNorms] = {}
    known: list[FieldNorms] = []
    recent: list[FieldNorms] = []
    low: list[float] = []
    high: list[float] = []


@dataclass(frozen=True, slots=True)
class Borne:
    """What n menus with k options in all are met with.

    Attributes
    ----------
    names, owners : of each column, those at options first
    at_options : float64[k, p]
        What is held of each option.
    of_menus : float64[n, q]
        What is the same for every option.
    """

    names: list[str]
    owners: list[str]
    at_options: Floats
    of_menus: Floats

    def within(self, low: list[float], high: list[float]) -> Borne:
        """The same, every column kept within a range."""
        count = self.at_options.shape[1]
        return Borne(
            self.names,
            self.owners,
            np.clip(self.at_options, low[:count], high[:count]),
            np.clip(self.of_menus, low[count:], high[count:]),
        )

    def take(self, menus: Ints, options: Ints) -> Borne:
        """The same of some menus, and of the places of their options."""
        return Borne(self.names, self.owners, self.at_options[options], self.of_menus[menus])


def readings_at_options(belief_map: BeliefMap, outcome: Outcome) -> Iterator[tuple[str, Reading]]:
    """Each family that is read at an option, with the field of the option that names its member.

    One that nothing but earlier choices feeds is left out: own choices are read as they are.
    """
    fed: dict[str, set[str]] = {}
    for kind, rules in belief_map.signals.items():
        for rule in rules:
            fed.setdefault(rule.node, set()).add(kind)
    for name in dict.fromkeys((outcome.field or "", *outcome.attributes)):
        for node in belief_map.nodes.values():
            own = name == outcome.field and fed.get(node.name) == {outcome.kind}
            if node.evidence is not None and node.dimensions == (name,) and not own:
                yield name, Reading(node.name, node.evidence, by_member=True)


def readings_of_menus(belief_map: BeliefMap, outcome: Outcome) -> Iterator[Reading]:
    """Each node that is the same for every option: single ones, and families a known field names."""
    for node in belief_map.nodes.values():
        if node.evidence is None:
            continue
        if not node.dimensions:
            yield Reading(node.name, node.evidence, by_member=False)
        elif len(node.dimensions) == 1 and (field := field_of(outcome, node.dimensions[0])):
            yield Reading(node.name, node.evidence, by_member=True, field=field)


def readings_of_choice(belief_map: BeliefMap, outcome: Outcome) -> tuple[Reading, ...]:
    """All nodes that a choice reads."""
    at_options = (reading for _, reading in readings_at_options(belief_map, outcome))
    return (*at_options, *readings_of_menus(belief_map, outcome))


def option_recipe(
    bearing: Bearing, belief_map: BeliefMap, outcome: Outcome, name: str, readings: list[Reading]
) -> Recipe:
    """How families are read at the members that a field of the options names."""
    asked = msgspec.structs.replace(outcome, of=name, given=(), recent={})
    return Recipe(belief_map, asked, tuple(readings), bearing.norms)


def menu_recipe(bearing: Bearing, belief_map: BeliefMap, outcome: Outcome) -> Recipe:
    """How what is the same for every option is read."""
    readings = tuple(
        one for one in readings_of_menus(belief_map, outcome) if one.node in bearing.norms
    )
    fields = (tuple(bearing.known), tuple(bearing.recent))
    return Recipe(belief_map, outcome, readings, bearing.norms, *fields)


def rows_at_options(past: Past, rows: Rows, menus: Menus, outcome: Outcome, name: str) -> Rows:
    """One row per option, asked about the member that a field of the option names."""
    each = rows.take(menus.owner)
    member = menus.option if name == outcome.field else menus.levels(name, past)
    return Rows(each.twin, each.seen, each.opens, each.closes, member, each.signal, each.person)


def borne(
    bearing: Bearing,
    outcome: Outcome,
    views: Seeing,
    rows: Rows,
    menus: Menus,
    *,
    silenced: str | None = None,
    told: Iterable[Named] | None = None,
) -> Borne:
    """The columns of some menus.

    Of a single node, or one that a known field names, the band of its half-life is read.

    Parameters
    ----------
    views : Seeing
        Tells the nodes of `readings_of_choice`.
    silenced, told : as for `phi`
        The columns of fields of what is the same for every option.
    """
    names: list[str] = []
    owners: list[str] = []
    parts = [np.zeros((len(menus), 0))]
    for name, reading in readings_at_options(views.map, outcome):
        if reading.node not in bearing.norms:
            continue
        recipe = option_recipe(bearing, views.map, outcome, name, [reading])
        found = phi(
            recipe,
            views,
            rows_at_options(views.past, rows, menus, outcome, name),
            silenced=silenced,
        )
        kept = [place for place, owner in enumerate(found.owners) if owner != CIRCUMSTANCES]
        names += [found.names[place] for place in kept]
        owners += [found.owners[place] for place in kept]
        parts.append(found.table[:, kept])
    recipe = menu_recipe(bearing, views.map, outcome)
    found = phi(recipe, views, rows, silenced=silenced, told=told)
    kept = _of_menus(recipe, found.names, found.owners)
    names += [found.names[place] for place in kept]
    owners += [found.owners[place] for place in kept]
    return Borne(names, owners, np.concatenate(parts, axis=1), found.table[:, kept])


def _of_menus(recipe: Recipe, names: tuple[str, ...], owners: tuple[str, ...]) -> list[int]:
    """Columns of fields, and of nodes those of the band that the node is read at."""
    clock = recipe.belief_map.clock
    nodes = {reading.node: recipe.belief_map.nodes[reading.node] for reading in recipe.readings}
    bands = {
        f"{node.name}: band {format_span(node.half_life, clock)}{ending}"
        for node in nodes.values()
        for ending in ("", ", mean")
    }
    return [
        place
        for place, (name, owner) in enumerate(zip(names, owners, strict=True))
        if owner != CIRCUMSTANCES and (owner not in nodes or name in bands)
    ]
