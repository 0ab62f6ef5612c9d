"""Norms of payload fields: what is usual of a number, which levels a category has, item effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.domain.signal import TRAITS
from doxa.features.blocks.recent import newest_with
from doxa.features.known import (
    MOST_LEVELS,
    FieldNorms,
    Form,
    ItemEffects,
    carrier,
    form_of,
    known_fields,
    members_at,
    numbers_at,
)
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.traits import trait_signals, traits_read
from doxa.heads.glm import Family
from doxa.learning.effects import FOLDS, Named, best_worth, effects_of, row_effects

KNOTS = (0.25, 0.5, 0.75)
"""The slope of a trait that is a number may change at these quantiles of the fit rows."""
MORE_KNOTS = (0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95)
"""And at these, where there are people enough to tell."""
MANY_PEOPLE = 10_000
FEWEST_VALUES = 8
ITEMS = (Form.ITEM, Form.ITEMS)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields an outcome reads, as all fit rows have them, and as each part of the people may.

    Attributes
    ----------
    known, recent, traits : tuple of FieldNorms
    apart : tuple of tuples of FieldNorms
        `known` for the rows of each part of the people, with the item effects of the others; empty
        where no field names items.
    part : int64[n]
        The part of each fit row.
    """

    known: tuple[FieldNorms, ...]
    recent: tuple[FieldNorms, ...]
    apart: tuple[tuple[FieldNorms, ...], ...]
    part: Ints
    traits: tuple[FieldNorms, ...] = ()


def fields_of_fit(
    outcome: Outcome,
    past: Past,
    rows: Rows,
    y: Floats,
    family: Family,
    level: float | Floats,
    *,
    fewest: int = FEWEST_PEOPLE,
) -> Fields:
    """Learn the norms of an outcome's fields from labelled rows.

    Parameters
    ----------
    level : float or float64[n]
        The linear predictor but for items, from which effects are counted: of everybody, or by row.
    fewest : int
        Values that fewer people had are not known by name: what is stored must not hold them.
    """
    kind = carrier(outcome)
    _, person = np.unique(rows.person, return_inverse=True)
    known = [
        norms
        for field in known_fields(outcome)
        if (norms := _norms(past, kind, field, rows.signal, person, fewest)) is not None
    ]
    recent = [
        norms
        for source, names in outcome.recent.items()
        for field in names
        if (
            norms := _norms(
                past, source, field, newest_with(outcome, past, source, field, rows), person, fewest
            )
        )
        is not None
        and norms.form not in ITEMS
    ]
    part = person % FOLDS
    everybody = np.ones(len(y), dtype=bool)
    items = [norms for norms in known if norms.form in ITEMS]
    named = [
        _named(past, norms, rows, y, np.zeros(len(y)) + level, person, family) for norms in items
    ]
    order = np.argsort([len(np.unique(one.code)) for one in named], kind="stable").tolist()
    worths = _worths(named, order)
    met = [_met(past, norms, int(rows.seen.at.max(initial=0))) for norms in items]
    whole = _filled(past, known, items, _effects(named, order, worths, everybody), met, fewest)
    apart = [
        _filled(past, known, items, _effects(named, order, worths, part != own), met, fewest)
        for own in range(FOLDS if items else 0)
    ]
    traits = [
        _bent(past, norms, signal, MORE_KNOTS if person.max(initial=0) >= MANY_PEOPLE else KNOTS)
        for field in traits_read(past.map, outcome)
        for signal in (trait_signals(past, rows, field),)
        if (norms := _norms(past, TRAITS, field, signal, person, fewest)) is not None
        and norms.form not in ITEMS
    ]
    return Fields(whole, tuple(recent), tuple(apart), part.astype(np.int64), tuple(traits))


def _bent(past: Past, norms: FieldNorms, signal: Ints, quantiles: Sequence[float]) -> FieldNorms:
    """A number with knots, where it has values enough to bend between."""
    if norms.form is not Form.NUMBER:
        return norms
    told = numbers_at(past, norms.kind, norms.field, signal)
    told = told[~np.isnan(told)]
    if len(np.unique(told)) < FEWEST_VALUES:
        return norms
    knots = np.unique(np.quantile(told, quantiles, method="nearest"))
    return msgspec.structs.replace(norms, knots=knots.tolist())


def _norms(
    past: Past, kind: str, field: str, signal: Ints, person: Ints, fewest: int
) -> FieldNorms | None:
    """The norms of one field without effects; None for text, which says nothing here."""
    form = form_of(past, kind, field)
    if form is None:
        return None
    if form is Form.NUMBER:
        told = numbers_at(past, kind, field, signal)
        told = told[~np.isnan(told)]
        return FieldNorms(
            kind=kind, field=field, form=form, mean=float(told.mean()) if len(told) else 0.0
        )
    if form is Form.CATEGORY:
        owner, code = members_at(past, kind, field, signal)
        people = _people(code, person[owner], len(past.values(field)))
        ranked = np.argsort(-people, kind="stable")[:MOST_LEVELS]
        kept = [past.values(field)[c] for c in ranked.tolist() if people[c] >= fewest]
        return FieldNorms(kind=kind, field=field, form=form, levels=sorted(kept))
    return FieldNorms(kind=kind, field=field, form=form)


def _met(past: Past, norms: FieldNorms, until: int) -> Ints:
    """How many people met each value of a field by the last moment that is fitted."""
    signal = past.columns[norms.kind].row
    signal = signal[past.signals.at[signal] <= until]
    owner, code = members_at(past, norms.kind, norms.field, signal)
    _, person = np.unique(past.signals.twin[signal], return_inverse=True)
    return _people(code, person[owner], len(past.values(norms.field)))


def _people(code: Ints, person: Ints, size: int) -> Ints:
    """How many people have each code."""
    span = int(person.max(initial=0)) + 1
    pairs = np.unique(code * span + person)
    return np.bincount(pairs // span, minlength=size).astype(np.int64)


def _named(
    past: Past,
    norms: FieldNorms,
    rows: Rows,
    y: Floats,
    offset: Floats,
    person: Ints,
    family: Family,
) -> Named:
    owner, code = members_at(past, norms.kind, norms.field, rows.signal)
    return Named(owner, code, y, offset, person, len(past.values(norms.field)), family)


def _worths(named: Sequence[Named], order: Sequence[int]) -> dict[int, float]:
    """The worth of each field's items, chosen with the effects of the fields before it in place."""
    found = {}
    offset = named[0].offset if named else np.zeros(0)
    for place in order:
        one = _with_offset(named[place], offset)
        found[place] = best_worth(one)
        offset = offset + row_effects(one, effects_of(one, found[place]))
    return found


def _effects(
    named: Sequence[Named], order: Sequence[int], worths: dict[int, float], chosen: Ints
) -> dict[int, Floats]:
    """Effects of every field from the chosen rows; a field with few values comes first."""
    found = {}
    kept = np.asarray(chosen, dtype=bool)
    offset = named[0].offset[kept] if named else np.zeros(0)
    for place in order:
        one = _with_offset(named[place].of_rows(kept), offset)
        found[place] = effects_of(one, worths[place])
        offset = offset + row_effects(one, found[place])
    return found


def _with_offset(named: Named, offset: Floats) -> Named:
    return Named(named.row, named.code, named.y, offset, named.person, named.size, named.family)


def _filled(
    past: Past,
    known: Sequence[FieldNorms],
    items: Sequence[FieldNorms],
    effects: dict[int, Floats],
    met: Sequence[Ints],
    fewest: int,
) -> tuple[FieldNorms, ...]:
    """The norms with effects of the members that enough people met."""
    found = {}
    for place, effect in effects.items():
        kept = np.flatnonzero(met[place] >= fewest).tolist()
        names = past.values(items[place].field)
        told = ItemEffects([names[code] for code in kept], effect[kept].tolist())
        found[items[place].field] = msgspec.structs.replace(items[place], effects=told)
    return tuple(found.get(norms.field, norms) for norms in known)
