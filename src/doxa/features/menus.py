"""Menus: the options that signals offer, with their attributes, and which one was taken.

An option is an object with an ``id``, the key of an object, or a plain name. What a choice says
is `otherwise` stands on every menu, without attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.payloads import Column, Columns
from doxa.features.events import field_codes, groups_of, members_of
from doxa.features.past import Past
from doxa.features.rows import FIRST, NONE, Bound, Rows
from doxa.state.timeline import Timeline

ID, KEY = "id", "key"


@dataclass(frozen=True, slots=True)
class Menus:
    """The options of n rows, one row's after the other.

    Attributes
    ----------
    start : int64[n + 1]
        Row i is offered the options ``start[i]..start[i + 1] - 1``.
    option : int64[k]
        Codes in `Past.coder` of the field that names the option taken.
    element : int64[k]
        Where the option's attributes stand in `fields`; -1 = it has none.
    put : dict of Column
        Attributes that are other than the payloads say: k values each.
    """

    start: Ints
    option: Ints
    element: Ints
    fields: Columns
    put: Mapping[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.option)

    @property
    def owner(self) -> Ints:
        """The row of each option."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def numbers(self, name: str) -> Floats:
        """An attribute of each option as a number; NaN where it has none."""
        if name in self.put:
            return self.put[name].numbers()
        return self._told(self.fields[name].numbers(), np.nan)

    def levels(self, name: str, past: Past) -> Ints:
        """The code of an attribute's value in the values of its name; -1 where it has none."""
        if name in self.put:
            return past.codes(name, self.put[name])
        return self._told(past.codes(name, self.fields[name]), NONE)

    def column(self, name: str) -> Column:
        """An attribute as the payloads hold it."""
        return self.fields[name]

    def place_of(self, option: Ints) -> Ints:
        """Where on its menu each row finds an option, int64[n]; -1 = it is not offered."""
        found = np.full(len(self.start) - 1, NONE)
        owner = self.owner
        hit = np.flatnonzero(self.option == option[owner])
        found[owner[hit]] = hit
        return found

    def take(self, rows: Ints) -> Menus:
        """The menus of the chosen rows."""
        size = np.diff(self.start)[rows]
        start = np.r_[0, np.cumsum(size)]
        place = np.arange(start[-1]) + np.repeat(self.start[rows] - start[:-1], size)
        put = {name: _part(column, place) for name, column in self.put.items()}
        return Menus(start, self.option[place], self.element[place], self.fields, put)

    def with_put(self, name: str, column: Column) -> Menus:
        """The same menus with other values of one attribute, one per option."""
        return replace(self, put={**self.put, name: column})

    def _told(self, values: np.ndarray, nothing: float) -> np.ndarray:
        if not len(values):
            return np.full(len(self), nothing)
        return np.where(self.element >= 0, values[self.element], nothing)


def _part(column: Column, place: Ints) -> Column:
    found = column.values
    taken = found[place] if isinstance(found, np.ndarray) else [found[at] for at in place.tolist()]
    return Column(taken, column.kind, column.calendar)


def menus_of(outcome: Outcome, past: Past, rows: Rows) -> Menus:
    """What each row is offered."""
    place, option, element, elements = _offered(outcome, past)
    size = np.bincount(place, minlength=len(past.columns[outcome.shown or ""].row))
    first = np.cumsum(size) - size
    known = np.full(len(past.signals) + 1, NONE)
    known[past.columns[outcome.shown or ""].row] = np.arange(len(size))
    asked = known[rows.signal]
    whole = Menus(np.r_[first, len(option)], option, element, elements)
    return whole.take(asked)


def sizes(outcome: Outcome, past: Past) -> Ints:
    """How many options each signal of the offering kind holds, in the order of its columns."""
    place, *_ = _offered(outcome, past)
    return np.bincount(place, minlength=len(past.columns[outcome.shown or ""].row)).astype(np.int64)


def _offered(outcome: Outcome, past: Past) -> tuple[Ints, Ints, Ints, Columns]:
    """Place of the signal, code and element of every option offered, by place; each once."""
    if outcome.options is None:
        return _levels(outcome, past)
    fields = past.columns[outcome.shown or ""].fields
    name = outcome.options or ""
    elements = fields.each(name)
    coder = past.coder(outcome.field or "")
    code = elements[ID].codes(coder)
    code = np.where(code >= 0, code, elements[KEY].codes(coder))
    owner = np.zeros(0, np.int64) if elements.owner is None else elements.owner
    row, plain = members_of(past, outcome.field or "", fields[name])
    parts = [
        (owner[code >= 0], code[code >= 0], np.flatnonzero(code >= 0)),
        (row, plain, np.full(len(row), NONE)),
    ]
    if outcome.otherwise is not None:
        offers = np.unique(np.concatenate([owner, row]))
        other = np.full(len(offers), coder(outcome.otherwise))
        parts.append((offers, other, np.full(len(offers), NONE)))
    place, option, element = (np.concatenate(each) for each in zip(*parts, strict=True))
    # An option named twice is one option: the first that was named.
    span = int(option.max(initial=0)) + 1
    _, once = np.unique(place * span + option, return_index=True)
    once.sort()
    once = once[np.argsort(place[once], kind="stable")]
    return place[once], option[once], element[once], elements


def _levels(outcome: Outcome, past: Past) -> tuple[Ints, Ints, Ints, Columns]:
    """The same of a category: every signal offers all its levels, and what is otherwise."""
    columns = past.columns[outcome.shown or ""]
    code = level_codes(outcome, past)
    place = np.repeat(np.arange(len(columns.row)), len(code))
    nothing = np.full(len(place), NONE)
    return place, np.tile(code, len(columns.row)), nothing, columns.fields


def level_codes(outcome: Outcome, past: Past) -> Ints:
    """Codes of the levels of a category, and of what is otherwise, which comes last."""
    coder = past.coder(outcome.field or "")
    names = (*outcome.levels, outcome.otherwise) if outcome.otherwise else outcome.levels
    return np.array([coder(name) for name in names], dtype=np.int64)


def as_offered(outcome: Outcome, past: Past, option: Ints) -> Ints:
    """Options as a menu offers them: a value of a category that is none of its levels is otherwise."""
    if outcome.options is not None or not outcome.levels:
        return option
    codes = level_codes(outcome, past)
    return np.where((option < 0) | np.isin(option, codes), option, codes[-1])


@dataclass(frozen=True, slots=True)
class Taken:
    """What n rows took.

    Attributes
    ----------
    option : int64[n]
        Its code; -1 = nothing that is known.
    known : Bound
        When that was known: with the signal that says so, or at the end of the window.
    """

    option: Ints
    known: Bound


def taken(outcome: Outcome, past: Past, rows: Rows) -> Taken:
    """The option of each row that was taken, and when that was known."""
    if outcome.within is None:
        code = field_codes(past, outcome.kind, outcome.field or "", rows.signal)
        code = as_offered(outcome, past, code)
        return Taken(code, Bound(rows.seen.at, rows.seen.order))
    signal = past.columns[outcome.kind].row
    shown = outcome.shown or ""
    same = [
        (
            field_codes(past, outcome.kind, name, signal),
            field_codes(past, shown, name, rows.signal),
        )
        for name in outcome.same
    ]
    groups, wanted = groups_of(
        [past.signals.twin[signal], *(own for own, _ in same)],
        [rows.twin, *(asked for _, asked in same)],
    )
    at, order = past.signals.at[signal], past.signals.order[signal]
    code = field_codes(past, outcome.kind, outcome.field or "", signal)
    sort = np.lexsort((code, order, at, groups))
    sort = sort[code[sort] >= 0]
    timeline = Timeline.of(groups[sort], at[sort], order[sort], int(groups.max(initial=-1)) + 1)
    low = timeline.before(wanted, rows.opens.at, rows.opens.order, strictly=True)
    high = timeline.before(wanted, rows.closes.at, rows.closes.order, strictly=True)
    there = (wanted >= 0) & (high > low)
    first = sort[np.where(there, low, 0)] if len(sort) else np.zeros(len(low), np.int64)
    other = (
        NONE if outcome.otherwise is None else past.coder(outcome.field or "")(outcome.otherwise)
    )
    closed = Bound(rows.closes.at + 1, np.full(len(rows), FIRST))
    if not len(sort):
        return Taken(np.full(len(rows), other), closed)
    return Taken(
        np.where(there, code[first], other),
        Bound(np.where(there, at[first], closed.at), np.where(there, order[first], closed.order)),
    )
