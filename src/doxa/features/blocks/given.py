"""Given: what is known of the asking signal, each field against what is usual."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.known import FieldNorms, Form, ItemEffects, members_at, numbers_at, single_at
from doxa.features.past import Past


def columns(norms: FieldNorms, past: Past, signal: Ints) -> Iterator[tuple[str, Floats]]:
    """The columns of one field at some signals of its kind.

    A number: value - mean, and max(0, value - knot) where its slope may change. A category: one column per level. An item: its effect; a list of
    items: mean and largest effect, and ln(1 + n). A missing value is 0 in each, and 1 in the
    column ``missing``; an item that the population does not know moves nothing and is ``new``.

    Parameters
    ----------
    signal : int64[n]
        Rows of the past; -1 = no such signal, all missing.
    """
    name = norms.field
    if norms.form is Form.NUMBER:
        value = numbers_at(past, norms.kind, name, signal)
        missing = np.isnan(value)
        yield name, np.where(missing, 0.0, value - norms.mean)
        for knot in norms.knots:
            yield f"{name} beyond {knot:g}", np.where(missing, 0.0, np.maximum(value - knot, 0.0))
        yield f"{name}, missing", missing.astype(np.float64)
    elif norms.form is Form.CATEGORY:
        yield from _levels(norms, past, signal)
    elif norms.form is Form.ITEM:
        yield from _item(norms, past, signal)
    else:
        yield from _items(norms, past, signal)


def _levels(norms: FieldNorms, past: Past, signal: Ints) -> Iterator[tuple[str, Floats]]:
    owner, code = members_at(past, norms.kind, norms.field, signal)
    coder = past.coder(norms.field)
    for level in norms.levels:
        column = np.zeros(len(signal))
        column[owner[code == coder(level)]] = 1.0
        yield f"{norms.field}: {level}", column
    missing = np.ones(len(signal))
    missing[owner] = 0.0
    yield f"{norms.field}, missing", missing


def _item(norms: FieldNorms, past: Past, signal: Ints) -> Iterator[tuple[str, Floats]]:
    code = single_at(past, norms.kind, norms.field, signal)
    effect = _effects(norms).by_code(past.values(norms.field))[code]
    yield f"{norms.field}, effect", np.nan_to_num(effect)
    yield f"{norms.field}, new", np.where(code >= 0, np.isnan(effect), 0.0).astype(np.float64)
    yield f"{norms.field}, missing", (code < 0).astype(np.float64)


def _items(norms: FieldNorms, past: Past, signal: Ints) -> Iterator[tuple[str, Floats]]:
    owner, code = members_at(past, norms.kind, norms.field, signal)
    effect = np.nan_to_num(_effects(norms).by_code(past.values(norms.field))[code])
    mean, largest, count = over_members(owner, effect[:, None], len(signal))
    yield f"{norms.field}, mean effect", mean[:, 0]
    yield f"{norms.field}, largest effect", largest[:, 0]
    yield f"{norms.field}, number", np.log1p(count)
    yield f"{norms.field}, missing", (count == 0).astype(np.float64)


def _effects(norms: FieldNorms) -> ItemEffects:
    return norms.effects or ItemEffects([], [])


def over_members(owner: Ints, table: Floats, size: int) -> tuple[Floats, Floats, Ints]:
    """Mean and largest value per owner of each column, 0 where an owner has none, and how many.

    Parameters
    ----------
    owner : int64[m]
        Ascending.
    table : float64[m, p]

    Examples
    --------
    >>> mean, largest, n = over_members(np.array([1, 1]), np.array([[1.0], [3.0]]), 2)
    >>> mean.ravel().tolist(), largest.ravel().tolist(), n.tolist()
    ([0.0, 2.0], [0.0, 3.0], [0, 2])
    """
    count = np.bincount(owner, minlength=size)
    mean, largest = np.zeros((size, table.shape[1])), np.zeros((size, table.shape[1]))
    there = np.flatnonzero(count)
    if len(there):
        start = (np.cumsum(count) - count)[there]
        mean[there] = np.add.reduceat(table, start, axis=0) / count[there, None]
        largest[there] = np.maximum.reduceat(table, start, axis=0)
    return mean, largest, count.astype(np.int64)
