"""What is usual of what a choice reads beside options: norms of nodes and fields, ranges of columns."""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.features.bearing import (
    Bearing,
    Borne,
    borne,
    menu_recipe,
    option_recipe,
    readings_at_options,
    readings_of_choice,
    readings_of_menus,
    rows_at_options,
)
from doxa.features.known import form_of
from doxa.features.menus import Menus
from doxa.features.norms import NodeNorms
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.glm import Family
from doxa.learning.design import TAIL
from doxa.learning.fields import ITEMS, fields_of_fit
from doxa.learning.training import norms_of


def learned_bearing(
    belief_map: BeliefMap, outcome: Outcome, past: Past, rows: Rows, menus: Menus
) -> tuple[Bearing | None, Borne]:
    """How the state of people is read by a choice, and its columns for some fit rows.

    Fields that name items are not read: an item is known by what became of it, and of a choice
    something else becomes with every option.
    """
    views = Views(past, readings_of_choice(belief_map, outcome))
    asked = msgspec.structs.replace(
        outcome,
        given=tuple(
            field
            for field in outcome.given
            if form_of(past, outcome.shown or "", field) not in (*ITEMS, None)
        ),
    )
    nothing = np.zeros(len(rows))
    fields = fields_of_fit(asked, past, rows, nothing, Family.GAUSSIAN, 0.0)
    bearing = Bearing(known=list(fields.known), recent=list(fields.recent))
    norms: dict[str, NodeNorms] = {}
    for name, reading in readings_at_options(belief_map, outcome):
        recipe = option_recipe(bearing, belief_map, outcome, name, [reading])
        each = rows_at_options(past, rows, menus, outcome, name)
        norms[reading.node] = norms_of(recipe, reading, views, each)
    for reading in readings_of_menus(belief_map, outcome):
        recipe = menu_recipe(bearing, belief_map, outcome)
        norms[reading.node] = norms_of(recipe, reading, views, rows)
    bearing = msgspec.structs.replace(bearing, norms=norms)
    found = borne(bearing, outcome, views, rows, menus)
    if not found.names:
        return None, found
    ends = [
        np.quantile(table, [TAIL, 1 - TAIL], axis=0) for table in (found.at_options, found.of_menus)
    ]
    low, high = np.concatenate(ends, axis=1).tolist()
    bearing = msgspec.structs.replace(bearing, low=low, high=high)
    return bearing, found.within(low, high)
