"""Menus under a scenario: attributes of options as its changes put them, each held against what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap import values
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.payloads import Bools, Column
from doxa.beliefmap.scenarios import Put, Scenario
from doxa.errors import InputError
from doxa.features.eligibility import eligible
from doxa.features.menus import Menus
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.support import Support, Verdict, checked


def changed_menus(
    outcome: Outcome, past: Past, rows: Rows, menus: Menus, scenario: Scenario, support: Support
) -> tuple[Menus, list[Verdict]]:
    """The menus with every attribute that a scenario puts, and what of it lies outside of what was seen.

    A change holds for a row whose moment lies in its span (of a scenario that begins nowhere, in its
    first moment), for people that `among` admits, and for options that `when` admits. Of two on one
    attribute both act, in order.

    Raises
    ------
    InputError
        A change puts no attribute of these options, or multiplies what is no number.
    """
    found: list[Verdict] = []
    for put in scenario.changes:
        if not isinstance(put, Put) or put.field not in outcome.attributes:
            what = put.field if isinstance(put, Put) else type(put).__name__.lower()
            raise InputError(
                f"{what!r} is no attribute of the options of {outcome.name!r}",
                where="changes",
                expected=f"one of {', '.join(outcome.attributes) or 'none: it has no attributes'}",
            )
        if put.kind not in (None, outcome.shown):
            continue
        asked = _asked(put, scenario, outcome, past, rows)[menus.owner] & options_of(put, menus)
        menus, after = put_on(menus, put, asked, past)
        found += _verdicts(outcome, past, menus, put.field, after, asked, support)
    return menus, found


def put_on(menus: Menus, put: Put, asked: Bools, past: Past) -> tuple[Menus, list[Any]]:
    """Menus with an attribute of some options, bool[k], as a change puts it; and its values."""
    after = [
        _put(put, one) if hit else one
        for one, hit in zip(attribute_of(menus, put.field), asked.tolist(), strict=True)
    ]
    kind, calendar = past.map.fields.get(put.field), menus.column(put.field).calendar
    told: Any = after
    if all(one is None or isinstance(one, int | float) for one in after):
        told = np.array([np.nan if one is None else one for one in after], dtype=np.float64)
    return menus.with_put(put.field, Column(told, kind, calendar)), after


def _asked(put: Put, scenario: Scenario, outcome: Outcome, past: Past, rows: Rows) -> Bools:
    """Rows whose moment and person a change is for."""
    at = np.zeros(len(rows), dtype=np.int64)
    if scenario.begins is not None:
        at = rows.seen.at - scenario.begins
    asked = at >= put.begin
    if put.end is not None:
        asked &= at < put.end
    if put.among:
        asked &= eligible(msgspec.structs.replace(outcome, among=put.among), past, rows)
    return np.asarray(asked)


def options_of(put: Put, menus: Menus) -> Bools:
    """Options that a change is for; what has no attributes has none to put."""
    known = menus.element >= 0
    if put.when is None or not known.any():
        return known
    return np.asarray(known & mask(put.when, menus.fields)[np.maximum(menus.element, 0)])


def attribute_of(menus: Menus, name: str) -> list[Any]:
    """An attribute of every option, as it stands; None where it has none."""
    if name in menus.put:
        found = menus.put[name].values
        return found.tolist() if isinstance(found, np.ndarray) else list(found)
    inner = menus.column(name).values
    whole = inner.tolist() if isinstance(inner, np.ndarray) else list(inner)
    return [whole[place] if place >= 0 else None for place in menus.element.tolist()]


def _put(put: Put, value: Any) -> Any:
    if put.times is None and put.plus is None:
        return put.to
    if values.absent(value):
        return value
    number = values.number(value)
    if number != number:
        raise InputError(
            f"{value!r} is no number to be changed", where=f"changes: {put.field}", hint="use 'to'"
        )
    return put.changed(number)


def _verdicts(
    outcome: Outcome,
    past: Past,
    menus: Menus,
    name: str,
    after: Sequence[Any],
    asked: Bools,
    support: Support,
) -> Iterator[Verdict]:
    """Of each option the values put that are not alike: of numbers the ends."""
    names = past.values(outcome.field or "")
    by_option: dict[str, list[Any]] = {}
    for place in np.flatnonzero(asked).tolist():
        by_option.setdefault(names[int(menus.option[place])], []).append(after[place])
    for option, told in by_option.items():
        numbers = sorted(one for one in map(values.number, told) if one == one)
        distinct = [numbers[0], numbers[-1]] if len(numbers) == len(told) else told
        for value in dict.fromkeys(map(_hashable, distinct)):
            verdict = checked(support, name, value, option)
            if verdict.flagged:
                yield verdict


def _hashable(value: Any) -> Any:
    return str(value) if isinstance(value, list | dict) else value
