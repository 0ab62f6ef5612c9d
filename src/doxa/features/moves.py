"""Moves: how far an attribute of an option lies from where this person saw it last."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Outcome
from doxa.features.menus import Menus, menus_of
from doxa.features.moments import at_offers
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.state.recalled import Cut, newest


def moves_of(outcome: Outcome, past: Past, rows: Rows, menus: Menus, attribute: str) -> Floats:
    """The attribute of each option less what the same person last saw of the same option, float64[k].

    Last is strictly before the row, on the newest menu that told it. NaN where there is none, or
    where the option has no such number now.
    """
    offers = at_offers(outcome, past)
    offers = offers.take(np.isin(offers.twin, np.unique(rows.twin)))
    earlier = menus_of(outcome, past, offers)
    value = earlier.numbers(attribute)
    told = np.flatnonzero(~np.isnan(value))
    owner = earlier.owner[told]
    span = int(max(earlier.option.max(initial=0), menus.option.max(initial=0))) + 1
    last = newest(
        offers.twin[owner] * span + earlier.option[told],
        Cut(offers.seen.at[owner], offers.seen.order[owner]),
        rows.twin[menus.owner] * span + menus.option,
        Cut(rows.seen.at[menus.owner], rows.seen.order[menus.owner]),
    )
    before = np.where(last >= 0, np.r_[value[told], np.nan][last], np.nan)
    return np.asarray(menus.numbers(attribute) - before)


def largest_moves(outcome: Outcome, past: Past, rows: Rows, attribute: str) -> Floats:
    """The largest |move| of the attribute over the options of each row, float64[n]; NaN without any."""
    menus = menus_of(outcome, past, rows)
    size = np.abs(moves_of(outcome, past, rows, menus, attribute))
    found = np.full(len(rows), -1.0)
    np.maximum.at(found, menus.owner, np.where(np.isnan(size), -1.0, size))
    return np.where(found < 0, np.nan, found)
