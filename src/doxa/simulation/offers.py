"""Offers: what people are offered when a choice is asked of them, as they saw it last.

Whoever was never offered anything is offered all options that the head knows, each as it usually was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints, Values
from doxa.beliefmap.conditions import fields_of
from doxa.beliefmap.model import Outcome
from doxa.features.bearing import readings_at_options, readings_of_choice
from doxa.features.known import known_fields
from doxa.features.menus import ID, Menus, menus_of, taken
from doxa.features.moments import at_offers
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.rows import NONE, Rows
from doxa.heads.choice import ChoiceHead, choice_outcome
from doxa.heads.earlier import Earlier
from doxa.simulation.plan import Choice
from doxa.simulation.stage import people_at
from doxa.simulation.walk import asked_past

MIDDLE = 2
"""The place of the median among the quantiles of a range."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What N people are offered, and how long each takes to choose.

    Attributes
    ----------
    fields : payload fields of the offering signal, one value per person
    menus : Menus or None
        None of a category: every signal offers all its levels.
    later : int64[N]
        How long after the offer the choice comes, where it is made in another signal.
    """

    fields: dict[str, Values]
    menus: Menus | None
    later: Ints


@dataclass(frozen=True, slots=True)
class Offering:
    """What is known of one choice at the origin, of N people.

    Attributes
    ----------
    earlier : Earlier
        What they chose before.
    """

    choice: Choice
    offers: Offers
    earlier: Earlier


def offering_of(choice: Choice, past: Past, twins: Ints) -> Offering:
    """What is known of a choice at an origin."""
    head = choice.head
    outcome = choice_outcome(head, past.map)
    earlier = Earlier.of(head.recipe, outcome, past, twins)
    return Offering(choice, offers_of(head, past, twins), earlier)


def readings_met(offering: Offering, past: Past) -> tuple[Reading, ...]:
    """The nodes that a choice reads."""
    head = offering.choice.head
    if head.recipe.bearing is None:
        return ()
    found = readings_of_choice(past.map, choice_outcome(head, past.map))
    return tuple(one for one in found if one.node in head.recipe.bearing.norms)


def members_offered(offering: Offering, past: Past) -> dict[str, list[int]]:
    """Members of families that are read at what may be offered, in the nodes' own codes."""
    head, menus = offering.choice.head, offering.offers.menus
    outcome = choice_outcome(head, past.map)
    found: dict[str, list[int]] = {}
    if head.recipe.bearing is None:
        return found
    for name, reading in readings_at_options(past.map, outcome):
        values = past.values(name)
        named = list(head.recipe.options) if name == outcome.field else []
        if menus is not None:
            codes = menus.option if name == outcome.field else menus.levels(name, past)
            named += [values[code] for code in np.unique(codes[codes >= 0]).tolist()]
        found[reading.node] = [past.members.code(reading.node, (one,)) for one in named]
    return found


def offers_of(head: ChoiceHead, past: Past, twins: Ints) -> Offers:
    """What people are offered, from what happened before they are run forward.

    Parameters
    ----------
    past : Past
        With the fields that the choice needs.
    twins : int64[N]
    """
    outcome = choice_outcome(head, past.map)
    later = np.zeros(len(twins), dtype=np.int64)
    if outcome.options is None:
        return Offers({}, None, later)
    rows = at_offers(outcome, past)
    rows = rows.take(np.isin(rows.twin, twins))
    if outcome.within is not None:
        later = _later(outcome, past, rows, twins)
    place = _newest(outcome, past, rows, twins)
    columns = past.columns[outcome.shown or ""].fields
    named = (outcome.options, *known_fields(outcome), *fields_of(outcome.when))
    fields: dict[str, Values] = {}
    for name in dict.fromkeys(named):
        values = [*columns[name].values, None]
        fields[name] = [values[spot] for spot in place.tolist()]
    usual = _usual(head)
    fields[outcome.options] = [
        usual if spot == NONE else own
        for spot, own in zip(place.tolist(), fields[outcome.options], strict=True)
    ]
    asked = asked_past(past, outcome.shown or "", fields, len(twins))
    every = people_at(twins, np.zeros(len(twins), dtype=np.int64))
    menus = menus_of(outcome, asked, _signals(every))
    return Offers(fields, menus, later)


def _signals(rows: Rows) -> Rows:
    """Rows that each ask about the signal in their own place."""
    return Rows(
        rows.twin,
        rows.seen,
        rows.opens,
        rows.closes,
        rows.member,
        np.arange(len(rows)),
        rows.person,
    )


def _newest(outcome: Outcome, past: Past, rows: Rows, twins: Ints) -> Ints:
    """Where among the offering signals each person's newest one stands; -1 = never any."""
    columns = past.columns[outcome.shown or ""]
    place = np.full(len(past.signals) + 1, NONE)
    place[columns.row] = np.arange(len(columns.row))
    spot, options = place[rows.signal], columns.fields[outcome.options or ""].values
    order = np.lexsort((rows.seen.order, rows.seen.at, rows.twin))
    twin, at, rank = (own[order] for own in (rows.twin, rows.seen.at, rows.seen.order))
    last = np.r_[twin[1:] != twin[:-1], np.ones(min(len(twin), 1), dtype=bool)]
    found = dict(zip(twin[last].tolist(), spot[order][last].tolist(), strict=True))
    tied = np.r_[False, (twin[1:] == twin[:-1]) & (at[1:] == at[:-1]) & (rank[1:] == rank[:-1])]
    for here in np.flatnonzero(tied & last).tolist():
        # Of several at one moment, the order of their arrival decides nothing: the larger text does.
        same = (twin == twin[here]) & (at == at[here]) & (rank == rank[here])
        found[int(twin[here])] = max(spot[order][same].tolist(), key=lambda s: str(options[s]))
    return np.array([found.get(key, NONE) for key in twins.tolist()], dtype=np.int64)


def _usual(head: ChoiceHead) -> list[dict[str, Any]]:
    """All options of a head, with attributes that are numbers at their middle."""
    found = []
    for option in head.recipe.options:
        told: dict[str, Any] = {ID: option}
        for attribute in head.recipe.attributes:
            seen = head.support.of(attribute.field, option) or head.support.of(attribute.field)
            if seen is not None and seen.quantiles:
                told[attribute.field] = seen.quantiles[MIDDLE]
        found.append(told)
    return found


def _later(outcome: Outcome, past: Past, rows: Rows, twins: Ints) -> Ints:
    """How long after an offer each person mostly chose: the median of theirs; 0 without any."""
    told = taken(outcome, past, rows)
    other = NONE
    if outcome.otherwise is not None:
        other = past.coder(outcome.field or "")(outcome.otherwise)
    chose = np.flatnonzero((told.option >= 0) & (told.option != other))
    span = told.known.at[chose] - rows.seen.at[chose]
    order = np.lexsort((span, rows.twin[chose]))
    twin, span = rows.twin[chose][order], span[order]
    low = np.searchsorted(twin, twins, side="left")
    size = np.searchsorted(twin, twins, side="right") - low
    middle = np.minimum(low + np.maximum(size - 1, 0) // 2, max(len(span) - 1, 0))
    return np.where(size > 0, np.r_[span, 0][middle], 0)
