"""Labels: what became of each row, from the ledger alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome, Target
from doxa.domain.clock import Clock
from doxa.features.events import Events, asked_values, events_of, groups_of
from doxa.features.menus import menus_of, taken
from doxa.features.moments import is_at_signal
from doxa.features.past import Past
from doxa.features.rows import FIRST, Bound, Rows

CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Labels:
    """What became of n rows.

    Attributes
    ----------
    y : float64[n]
        0 or 1, a count, a sum or a value, the code of the option taken, how long it took (infinite:
        longer than the window); NaN where nothing decided it.
    resolved : bool[n]
        Whether the window had closed by the end of what is known; a row that is not resolved is
        counted, never scored as "no".
    """

    y: Floats
    resolved: NDArray[np.bool_]


def labels_of(outcome: Outcome, past: Past, rows: Rows, complete_until: int) -> Labels:
    """Label rows from all signals of the past.

    Parameters
    ----------
    complete_until : int
        The ledger is complete before this moment; windows ending later are unresolved.
    """
    if outcome.target is Target.CHOICE:
        y = _taken(outcome, past, rows)
    elif is_at_signal(outcome):
        y = _own_value(outcome, past, rows)
    else:
        events, group = events_of(outcome, past, rows)
        low, high = events.span(group, rows.opens, rows.closes)
        if outcome.target is Target.TIME_TO:
            y = _waited(events, low, high, past, rows)
        else:
            y = _DECIDE[outcome.target](events, low, high, outcome)
    return Labels(y, rows.closes.until(complete_until))


def chance_of(outcome: Outcome) -> Outcome:
    """The yes or no within an outcome: of a time whether it comes in the window; any other as it is.

    Examples
    --------
    >>> chance_of(Outcome(name="returns", target=Target.TIME_TO, kind="visit", within=7)).target.value
    'happens'
    """
    if outcome.target is not Target.TIME_TO:
        return outcome
    return msgspec.structs.replace(outcome, target=Target.HAPPENS)


def lengths_of(rows: Rows, clock: Clock) -> Ints:
    """How long each row's window is; on a position clock, how many positions it holds."""
    length = rows.closes.at - rows.opens.at
    if clock is Clock.TIME:
        return length
    return np.asarray(length + _counts_first(rows) - (rows.closes.order == FIRST))


def _counts_first(rows: Rows) -> NDArray[np.bool_]:
    """Where the position at which a window opens lies inside it, and so is the first of those waited."""
    return np.asarray(rows.opens.order == FIRST)


def _waited(events: Events, low: Ints, high: Ints, past: Past, rows: Rows) -> Floats:
    """How long the first event of each window took; infinite where none came."""
    found = np.full(len(rows), np.inf)
    there = np.flatnonzero(high > low)
    at = past.signals.at[events.signal[low[there]]]
    found[there] = at - rows.opens.at[there]
    if past.map.clock is Clock.POSITION:
        found[there] += _counts_first(rows)[there]
    return found


def _own_value(outcome: Outcome, past: Past, rows: Rows) -> Floats:
    """The asked value of the row's own signal; of several about one member, the first."""
    if outcome.each is not None:
        signal, member, value = asked_values(outcome, past)
        known, wanted = groups_of([signal, member], [rows.signal, rows.member])
        _, first = np.unique(known, return_index=True)
        return np.asarray(np.r_[value[first], np.nan][wanted])
    columns = past.columns[outcome.kind]
    known = np.full(len(past.signals), np.nan)
    known[columns.row] = columns.fields[outcome.field or ""].numbers()
    return np.asarray(known[rows.signal])


def _taken(outcome: Outcome, past: Past, rows: Rows) -> Floats:
    """The code of the option taken, as far as it was on offer."""
    option = taken(outcome, past, rows).option
    if outcome.options is None:
        return np.where(option >= 0, option, np.nan).astype(np.float64)
    offered = menus_of(outcome, past, rows).place_of(option) >= 0
    return np.where(offered, option, np.nan).astype(np.float64)


def already_done(outcome: Outcome, past: Past, rows: Rows) -> NDArray[np.bool_]:
    """Rows of a trigger whose twin did it between the trigger and the origin."""
    if outcome.after is None:
        return np.zeros(len(rows), dtype=bool)
    events, group = events_of(outcome, past, rows)
    at, order = past.signals.at[rows.signal], past.signals.order[rows.signal]
    low, high = events.span(group, Bound(at, order + 1), rows.opens)
    return high > low


def _happens(events: Events, low: Ints, high: Ints, outcome: Outcome) -> Floats:
    return np.asarray(high > low, dtype=np.float64)


def _never(events: Events, low: Ints, high: Ints, outcome: Outcome) -> Floats:
    return np.asarray(high == low, dtype=np.float64)


def _count(events: Events, low: Ints, high: Ints, outcome: Outcome) -> Floats:
    if outcome.once is None:
        return (high - low).astype(np.float64)
    earlier = _same_before(events)
    return _added(low, high, lambda place, opens: (earlier[place] < opens).astype(np.float64))


def _same_before(events: Events) -> Ints:
    """The event before each that counts as one with it, in the same group; -1 = none."""
    sort = np.lexsort((events.distinct, events.group))
    again = (np.diff(events.group[sort]) == 0) & (np.diff(events.distinct[sort]) == 0)
    before = np.full(len(sort), -1)
    before[sort[1:][again]] = sort[:-1][again]
    return before


def _sum(events: Events, low: Ints, high: Ints, outcome: Outcome) -> Floats:
    return _added(low, high, lambda place, opens: events.value[place])


def _added(low: Ints, high: Ints, worth: Callable[[Ints, Ints], Floats]) -> Floats:
    """The sum over each window of what its events are worth, given where the window opens."""
    total = np.zeros(len(low))
    for start in range(0, len(low), CHUNK):
        opens, closes = low[start : start + CHUNK], high[start : start + CHUNK]
        size = closes - opens
        window = np.repeat(np.arange(len(size)), size)
        place = np.arange(len(window)) - np.repeat(np.cumsum(size) - size - opens, size)
        added = np.bincount(window, worth(place, opens[window]), minlength=len(size))
        total[start : start + CHUNK] = added
    return total


def _value(events: Events, low: Ints, high: Ints, outcome: Outcome) -> Floats:
    """The first value in the window; NaN without one."""
    there = high > low
    return (
        np.where(there, events.value[np.where(there, low, 0)], np.nan)
        if len(events.value)
        else np.full(len(low), np.nan)
    )


_DECIDE = {
    Target.HAPPENS: _happens,
    Target.NEVER: _never,
    Target.COUNT: _count,
    Target.SUM: _sum,
    Target.VALUE: _value,
}
