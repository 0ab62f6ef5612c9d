"""Rows an outcome is fitted or scored on: a selection of an evaluation, turned into moments."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.evaluation import People, Selection
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.moments import origins
from doxa.domain.clock import Clock
from doxa.errors import InputError
from doxa.features.eligibility import eligible
from doxa.features.events import field_codes, member_events
from doxa.features.known import carrier, numbers_at
from doxa.features.moments import after_triggers, at_origins, at_signals, is_at_signal
from doxa.features.moves import largest_moves
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.traits import trait_is


def top_members(outcome: Outcome, past: Past, before: int) -> Ints:
    """Codes of the members asked for: those named, or the `top` most met before a moment.

    `top: n` counts distinct people; ties go by name, whatever came first into the ledger.
    """
    items = outcome.items
    if outcome.of is None:
        return np.zeros(0, dtype=np.int64)
    coder = past.coder(outcome.of)
    if items is not None and items.names:
        return np.array([coder(name) for name in items.names], dtype=np.int64)
    people = people_met(outcome, past, before)
    by_name = np.argsort(np.argsort(past.values(outcome.of)))[: len(people)]
    ranked = np.lexsort((by_name, -people))
    ranked = ranked[people[ranked] > 0]
    return ranked[: items.top] if items is not None and items.top else ranked


def people_met(outcome: Outcome, past: Past, before: int) -> Ints:
    """How many people met each member, by code, as far as was known before a moment."""
    signal, member = member_events(outcome, past)
    met = past.signals.at[signal]
    if past.map.clock is Clock.TIME:
        met = np.maximum(met, past.signals.recorded[signal])
    early = (met < before) & (member >= 0)
    twins, twin = np.unique(past.signals.twin[signal[early]], return_inverse=True)
    pairs = np.unique(member[early] * len(twins) + twin)
    return np.bincount(pairs // max(len(twins), 1)).astype(np.int64)


def known_members(outcome: Outcome, past: Past, before: int) -> Ints:
    """Codes of the members that enough people met for a population to hold something of them."""
    if outcome.of is None:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(people_met(outcome, past, before) >= FEWEST_PEOPLE)


def select_rows(outcome: Outcome, past: Past, selection: Selection, members: Ints) -> Rows:
    """All eligible rows of a selection, members varying fastest."""
    rows = moments_of(outcome, past, selection)
    rows = rows.take(_kept(outcome, past, selection, rows))
    rows = rows.take(eligible(outcome, past, rows))
    if outcome.of is not None and not is_at_signal(outcome):
        rows = rows.for_members(members)
    if selection.resolved_by is not None:
        rows = rows.take(rows.closes.at <= selection.resolved_by.last)
    return rows


def moments_of(outcome: Outcome, past: Past, selection: Selection) -> Rows:
    """The moments of a selection: a grid of origins, triggers, or the asked signals."""
    if is_at_signal(outcome):
        return at_signals(outcome, past)
    if outcome.after is not None:
        return after_triggers(outcome, past)
    found = origins(selection, past.map, outcome.within)
    return at_origins(outcome, np.unique(past.signals.twin), found)


def _kept(outcome: Outcome, past: Past, selection: Selection, rows: Rows) -> NDArray[np.bool_]:
    kept = np.ones(len(rows), dtype=bool)
    if selection.begin is not None:
        kept &= rows.seen.at >= selection.begin.moment
    if selection.end is not None:
        kept &= rows.seen.at <= selection.end.last
    if selection.before is not None:
        kept &= rows.seen.at < selection.before.moment
    for name, values in selection.traits.items():
        kept &= trait_is(past, rows, name, values)
    if selection.when is not None:
        kept &= _passes(outcome, past, selection, rows)
    if selection.nth is not None:
        kept &= _nth(outcome, past, selection.nth.per, rows) >= selection.nth.begin
    kept &= _share(selection, rows)
    for name, share in selection.largest.items():
        kept &= _among_largest(outcome, past, name, share, rows)
    for name, share in selection.without_largest.items():
        kept &= ~_among_largest(outcome, past, name, share, rows)
    return kept


def _among_largest(
    outcome: Outcome, past: Past, field: str, share: float, rows: Rows
) -> NDArray[np.bool_]:
    """The share of the moments whose signals have the largest values of a field; ties are in.

    An attribute of options counts by how far it moved: the largest |x - x last seen| on the menu.
    """
    if field in outcome.attributes:
        value = largest_moves(outcome, past, rows, field)
    else:
        value = numbers_at(past, carrier(outcome), field, rows.signal)
    told = value[~np.isnan(value)]
    if not len(told):
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(value >= np.quantile(told, 1 - share, method="higher"))


def _passes(outcome: Outcome, past: Past, selection: Selection, rows: Rows) -> NDArray[np.bool_]:
    kind = carrier(outcome)
    columns = past.columns[kind]
    passed = np.zeros(len(past.signals) + 1, dtype=bool)
    passed[columns.row] = mask(selection.when, columns.fields)
    return passed[rows.signal]


def _nth(outcome: Outcome, past: Past, per: str | None, rows: Rows) -> Ints:
    """The number of each moment among its person's, 1 = the first, anew per value of a field."""
    part = np.zeros(len(rows), dtype=np.int64)
    if per is not None:
        part = field_codes(past, carrier(outcome), per, rows.signal)
    order = np.lexsort((rows.seen.order, rows.seen.at, part, rows.twin))
    fresh = np.r_[True, np.diff(rows.twin[order]) != 0]
    fresh[1:] |= np.diff(part[order]) != 0
    first = np.flatnonzero(fresh)[np.cumsum(fresh) - 1]
    number = np.empty(len(rows), dtype=np.int64)
    number[order] = np.arange(len(rows)) - first + 1
    return number


def _share(selection: Selection, rows: Rows) -> NDArray[np.bool_]:
    """The first or last share of the moments by (at, order)."""
    kept = np.ones(len(rows), dtype=bool)
    place = np.empty(len(rows), dtype=np.int64)
    place[np.lexsort((rows.seen.order, rows.seen.at))] = np.arange(len(rows))
    if selection.first is not None:
        kept &= place < round(selection.first * len(rows))
    if selection.last is not None:
        kept &= place >= len(rows) - round(selection.last * len(rows))
    return kept


def in_parts(units: Sequence[str], people: People) -> NDArray[np.bool_]:
    """Which units fall into the chosen remainders of their id, as a number or hashed."""
    return np.isin(
        [_remainder(unit, people.modulus, people.hashed) for unit in units], people.parts
    )


def _remainder(unit: str, modulus: int, hashed: bool) -> int:
    if hashed:
        digest = hashlib.blake2b(unit.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % modulus
    try:
        return int(unit) % modulus
    except ValueError as error:
        raise InputError(
            f"the id {unit!r} is not a number",
            expected="whole numbers for `mod`",
            hint="use `hash`",
        ) from error
