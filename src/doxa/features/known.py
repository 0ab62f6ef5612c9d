"""What is known of the signal that asks an outcome, and of those just before it: payload fields."""

from __future__ import annotations

from enum import StrEnum

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import FieldType, Outcome
from doxa.beliefmap.payloads import Column
from doxa.features.events import members_of
from doxa.features.past import Past
from doxa.features.rows import NONE

MOST_LEVELS = 50
"""A text field with more values than this is an item: one effect each, no column of its own."""


class Form(StrEnum):
    """What a known field is turned into."""

    NUMBER = "number"
    CATEGORY = "category"
    ITEM = "item"
    ITEMS = "items"


_DECLARED = {
    FieldType.NUMBER: Form.NUMBER,
    FieldType.FLAG: Form.NUMBER,
    FieldType.TIME: Form.NUMBER,
    FieldType.CATEGORY: Form.CATEGORY,
    FieldType.ITEM: Form.ITEM,
    FieldType.ITEMS: Form.ITEMS,
}


class ItemEffects(msgspec.Struct, frozen=True):
    """How far each member moves the linear predictor, whoever the person is; others move nothing."""

    members: list[str]
    effects: list[float]

    def by_code(self, names: list[str]) -> Floats:
        """The effect of each value by its code, NaN where none is known; one NaN more at the end."""
        known = dict(zip(self.members, self.effects, strict=True))
        return np.array([known.get(name, np.nan) for name in names] + [np.nan])


class FieldNorms(msgspec.Struct, frozen=True, kw_only=True):
    """One payload field as a head reads it.

    Attributes
    ----------
    kind, field : the kind of signal that carries it, and its name there
    mean : of a number over the fit rows; a missing one counts as that
    knots : where the slope of a number may change; none = one straight line
    levels : values of a category that ten people had or more, each a column
    effects : of an item, or of the items of a list
    """

    kind: str
    field: str
    form: Form
    mean: float = 0.0
    knots: list[float] = []
    levels: list[str] = []
    effects: ItemEffects | None = None


def carrier(outcome: Outcome) -> str:
    """The kind of signal that asks the outcome: the trigger, the one that offers, else the deciding one."""
    return outcome.after or outcome.shown or outcome.kind


def known_fields(outcome: Outcome) -> tuple[str, ...]:
    """Fields of the asking signal that are known: `given`, and of a trigger those `by` names."""
    named = [field for name, field in outcome.by.items() if name != outcome.of]
    return tuple(dict.fromkeys((*outcome.given, *(named if outcome.after else ()))))


def field_of(outcome: Outcome, dimension: str) -> str | None:
    """The known field that names members along a dimension; None where none does."""
    field = outcome.by.get(dimension, dimension)
    return field if dimension != outcome.of and field in known_fields(outcome) else None


def form_of(past: Past, kind: str, field: str) -> Form | None:
    """What the values of a field are turned into: as declared, else as they come; text is nothing."""
    declared = past.map.fields.get(field)
    if declared is not None:
        return _DECLARED.get(declared)
    column = _column(past, kind, field)
    if list in column.types:
        return Form.ITEMS
    if column.is_numeric:
        return Form.NUMBER
    return Form.CATEGORY if len(column.lists().names) <= MOST_LEVELS else Form.ITEM


def numbers_at(past: Past, kind: str, field: str, signal: Ints) -> Floats:
    """A field of some signals of a kind as numbers; NaN where there is none."""
    known = np.full(len(past.signals) + 1, np.nan)
    known[past.columns[kind].row] = _column(past, kind, field).numbers()
    return np.asarray(known[signal])


def members_at(past: Past, kind: str, field: str, signal: Ints) -> tuple[Ints, Ints]:
    """What a field of some signals names: the place of the signal among them, and the value's code.

    Codes are those of `Past.coder(field)`; a list gives each of its values, in the order of places.
    """
    row, code = members_of(past, field, _column(past, kind, field))
    place = np.full(len(past.signals) + 1, NONE)
    place[past.columns[kind].row] = np.arange(len(past.columns[kind].row))
    asked = place[signal]
    size = np.bincount(row, minlength=len(past.columns[kind].row) + 1)
    start = np.r_[0, np.cumsum(size)[:-1]]
    count = np.where(asked >= 0, size[asked], 0)
    owner = np.repeat(np.arange(len(signal)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return owner, code[start[asked[owner]] + within]


def single_at(past: Past, kind: str, field: str, signal: Ints) -> Ints:
    """The code of the one value a field of each signal names; -1 where it names none, or several."""
    owner, code = members_at(past, kind, field, signal)
    found = np.full(len(signal), NONE)
    found[owner] = code
    several = np.bincount(owner, minlength=len(signal)) > 1
    return np.where(several, NONE, found)


def _column(past: Past, kind: str, field: str) -> Column:
    return past.columns[kind].fields[field]
