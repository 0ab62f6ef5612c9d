"""What was seen of the fields that a head reads: learned with it, from the same fit rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import FieldType, Outcome
from doxa.features.known import FieldNorms, Form, numbers_at
from doxa.features.menus import Menus
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.support import Range, Support
from doxa.features.traits import trait_signals
from doxa.heads.tastes import ChoiceRecipe, option_places


def support_of_fields(
    past: Past, rows: Rows, known: Sequence[FieldNorms], traits: Sequence[FieldNorms] = ()
) -> Support:
    """Of what is known of the asking signal, and of the person's traits, over some rows.

    A field that names items has no ends: an item that was never seen is forecast as a new one.
    """
    parts = [(norms, rows.signal) for norms in known]
    parts += [(norms, trait_signals(past, rows, norms.field)) for norms in traits]
    found = (_of_field(past, norms, signal) for norms, signal in parts)
    return Support([one for one in found if one is not None])


def _of_field(past: Past, norms: FieldNorms, signal: Ints) -> Range | None:
    if past.map.fields.get(norms.field) is FieldType.TIME:
        return None
    if norms.form is Form.NUMBER:
        return Range.of(norms.field, norms.kind, numbers_at(past, norms.kind, norms.field, signal))
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
