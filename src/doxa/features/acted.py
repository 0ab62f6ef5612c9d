"""Who was acted upon: the product did something to the person inside the window of a row."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.model import Action, Condition, Operator, Test
from doxa.beliefmap.payloads import Bools
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.state.timeline import Timeline


def fields_of_actions(actions: Iterable[Action]) -> dict[str, tuple[str, ...]]:
    """The payload fields that tell an action from its control, by kind of signal."""
    found: dict[str, tuple[str, ...]] = {}
    for action in actions:
        names = (*found.get(action.signal, ()), *action.sets, *action.control)
        found[action.signal] = tuple(dict.fromkeys(names))
    return found


def acted_upon(past: Past, rows: Rows, actions: Iterable[Action]) -> Bools:
    """Rows whose person got the signal of an action between the origin and the end of the window.

    The signal counts where it carries what the action sets; one that carries what its control
    carries is the control, to whom nothing was done.

    Parameters
    ----------
    past : Past
        With the fields of `fields_of_actions`.
    """
    found = np.zeros(len(rows), dtype=bool)
    for action in actions:
        found |= _within(past, rows, _done(past, action))
    return found


def _done(past: Past, action: Action) -> Ints:
    columns = past.columns[action.signal]
    chosen = mask(carrying(action.sets), columns.fields)
    if action.control:
        chosen &= ~mask(carrying(action.control), columns.fields)
    return columns.row[chosen]


def carrying(values: dict[str, str]) -> Condition:
    """That a signal carries what an action, or its control, sets."""
    tests = (
        Test(field=name, operator=Operator.IN, values=(value,)) for name, value in values.items()
    )
    return Condition(tests=tuple(tests))


def _within(past: Past, rows: Rows, signal: Ints) -> Bools:
    if not len(signal) or not len(rows):
        return np.zeros(len(rows), dtype=bool)
    twins, group = np.unique(past.signals.twin[signal], return_inverse=True)
    at, order = past.signals.at[signal], past.signals.order[signal]
    sort = np.lexsort((order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
    place = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
    of = np.where(twins[place] == rows.twin, place, -1)
    low = timeline.before(of, rows.opens.at, rows.opens.order, strictly=True)
    high = timeline.before(of, rows.closes.at, rows.closes.order, strictly=True)
    return np.asarray((of >= 0) & (high > low))
