"""Sway: the columns of a choice in which the person's state speaks for or against an option.

What is held of an option is a column as it is. What is the same for the whole menu, c, is one
column per option (c where it is that option, else 0) and one per attribute (c times the attribute):
who is short of money minds the price more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.bearing import Borne
from doxa.features.menus import Menus
from doxa.heads.tastes import ATTRIBUTES, Columns

HELD, SWAYED = "held", "swayed"
"""Blocks of columns, each with a penalty of its own."""
MOST_SWAYED = 256
"""So many columns of products at most: options offered to most people come first."""


def sway_columns(
    found: Borne, menus: Menus, place: Ints, options: list[str], plain: Columns
) -> Columns:
    """The columns of what is borne.

    Parameters
    ----------
    place : int64[k]
        Of each option among `options`; -1 = none of them.
    plain : the columns of `plain_columns` on the same menus
    """
    return Columns.of(list(_columns(found, menus, place, options, plain)), len(menus))


def _columns(
    found: Borne, menus: Menus, place: Ints, options: list[str], plain: Columns
) -> Iterator[tuple[str, str, str, Floats]]:
    at_options = found.at_options.shape[1]
    names, owners = found.names, found.owners
    for number in range(at_options):
        yield HELD, owners[number], names[number], found.at_options[:, number]
    x = plain.block(ATTRIBUTES)
    attributes = [
        name for name, own in zip(plain.names, plain.blocks, strict=True) if own == ATTRIBUTES
    ]
    common = found.of_menus[menus.owner]
    count = common.shape[1]
    if not count:
        return
    named = max(MOST_SWAYED // count - len(attributes), 0)
    for number in range(count):
        name, owner = names[at_options + number], owners[at_options + number]
        for spot, attribute in enumerate(attributes[:MOST_SWAYED]):
            yield SWAYED, owner, f"{name}, by {attribute}", common[:, number] * x[:, spot]
        for spot, option in enumerate(options[:named]):
            own = np.where(place == spot, common[:, number], 0.0)
            yield SWAYED, owner, f"{name}, for {option}", own
