"""What was seen of the fields that a head reads: learned with it, from the same fit rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import FieldType, Outcome
from doxa.features.known import FieldNorms, Form, numbers_at
from doxa.features.menus import Menus
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.support import Range, Support
from doxa.features.traits import trait_signals
from doxa.heads.tastes import ChoiceRecipe, option_places


def support_of_fields(
    past: Past, rows: Rows, known: Sequence[FieldNorms], traits: Sequence[FieldNorms] = ()
) -> Support:
    """Of what is known of the asking signal, and of the person's traits, over some rows.

    A field that names items has no ends: an item that was never seen is forecast as a new one. Ends
    of a trait are those that ten people reach: what is stored must not hold the extremes of one.
    """
    found = [_of_field(past, norms, rows.signal) for norms in known]
    _, first = np.unique(rows.person, return_index=True)
    people = rows.take(first)
    for norms in traits:
        own = _of_field(past, norms, trait_signals(past, people, norms.field), FEWEST_PEOPLE)
        found.append(own)
    return Support([one for one in found if one is not None])


def _of_field(past: Past, norms: FieldNorms, signal: Ints, fewest: int = 1) -> Range | None:
    """What some signals hold of a field.

    Parameters
    ----------
    fewest : how many values lie at an end or beyond it
    """
    if past.map.fields.get(norms.field) is FieldType.TIME:
        return None
    if norms.form is Form.NUMBER:
        value = np.sort(numbers_at(past, norms.kind, norms.field, signal))
        value = value[~np.isnan(value)]
        if len(value) < 2 * fewest:
            return None
        ends = value[fewest - 1], value[-fewest]
        return Range.of(norms.field, norms.kind, np.clip(value, *ends))
    if norms.form is Form.CATEGORY and norms.levels:
        return Range(
            field=norms.field, kind=norms.kind, count=len(signal), levels=list(norms.levels)
        )
    return None


def support_of_menus(recipe: ChoiceRecipe, outcome: Outcome, past: Past, menus: Menus) -> Support:
    """Of the attributes of options, of all and of each that has a level of its own."""
    return Support(list(_of_menus(recipe, outcome, past, menus)))


def _of_menus(recipe: ChoiceRecipe, outcome: Outcome, past: Past, menus: Menus) -> Iterator[Range]:
    place, kind = option_places(recipe, past, menus), outcome.shown or ""
    parts = [
        (None, np.ones(len(menus), dtype=bool)),
        *((option, place == number) for number, option in enumerate(recipe.options)),
    ]
    for attribute in recipe.attributes:
        field = attribute.field
        if past.map.fields.get(field) is FieldType.TIME:
            continue
        if attribute.levels:
            count = int((menus.levels(field, past) >= 0).sum())
            yield Range(field=field, kind=kind, count=count, levels=list(attribute.levels))
            continue
        value = menus.numbers(field)
        for option, own in parts:
            found = Range.of(field, kind, value[own], option)
            if found is not None:
                yield found
