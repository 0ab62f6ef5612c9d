"""Events: the signals that decide an outcome, indexed so that any window of them can be counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.model import Outcome, Target
from doxa.beliefmap.payloads import Column
from doxa.domain.clock import Clock
from doxa.domain.evidence import Once
from doxa.errors import InputError
from doxa.features.past import Past
from doxa.features.rows import NONE, Bound, Rows
from doxa.state.timeline import Timeline

SMALL = 1 << 20
_OWN = {"session": "session", "source": "source"}
"""Names in `same` that mean the signal's own columns rather than payload fields."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events sorted by (group, at, order); a group is a twin, its member and what is `same`.

    Attributes
    ----------
    group : int64[m]
    value : float64[m]
        The summed or asked value; 1 where there is none.
    distinct : int64[m]
        Code of what `once` takes as one (the event's own place without `once`).
    signal : int64[m]
        The signal's row in the past.
    """

    timeline: Timeline
    group: Ints
    value: Floats
    distinct: Ints
    signal: Ints

    def span(self, group: Ints, opens: Bound, closes: Bound) -> tuple[Ints, Ints]:
        """First event inside each window and the one after its last, for each of q windows."""
        low = self.timeline.before(group, opens.at, opens.order, strictly=True)
        high = self.timeline.before(group, closes.at, closes.order, strictly=True)
        return low, np.maximum(high, low)


def events_of(outcome: Outcome, past: Past, rows: Rows) -> tuple[Events, Ints]:
    """The events of an outcome, and the group of each row (-1 = none of its kind ever came)."""
    signal, member, value = asked_values(outcome, past)
    key = [past.signals.twin[signal], member, *_same(outcome.kind, outcome, past, signal)]
    asked = [
        rows.twin,
        rows.member,
        *_same(outcome.after or outcome.kind, outcome, past, rows.signal),
    ]
    groups, wanted = groups_of(key, asked)
    at, order = past.signals.at[signal], past.signals.order[signal]
    ties = (value,) if outcome.target is Target.VALUE else ()
    sort = np.lexsort((*ties, order, at, groups))
    total = int(groups.max(initial=-1)) + 1
    timeline = Timeline.of(groups[sort], at[sort], order[sort], total)
    once = _distinct(outcome.once, past, signal)[sort]
    return Events(timeline, groups[sort], value[sort], once, signal[sort]), wanted


def member_events(outcome: Outcome, past: Past) -> tuple[Ints, Ints]:
    """Signal and member of every event of an outcome."""
    signal, member, _ = asked_values(outcome, past)
    return signal, member


def asked_values(outcome: Outcome, past: Past) -> tuple[Ints, Ints, Floats]:
    """Signal, member and value of every event, before sorting."""
    columns = past.columns[outcome.kind]
    fields = columns.fields.each(outcome.each) if outcome.each else columns.fields
    chosen = mask(outcome.when, fields)
    signal = columns.row[fields.rows]
    value = np.ones(len(signal))
    if outcome.target in (Target.SUM, Target.VALUE):
        value = fields[outcome.field or ""].numbers()
        chosen &= ~np.isnan(value)
    if outcome.of is None:
        kept = np.flatnonzero(chosen)
        return signal[kept], np.full(len(kept), NONE), value[kept]
    row, member = members_of(past, outcome.of, fields[outcome.by.get(outcome.of, outcome.of)])
    kept = np.flatnonzero(chosen[row])
    return signal[row[kept]], member[kept], value[row[kept]]


def members_of(past: Past, dimension: str, column: Column) -> tuple[Ints, Ints]:
    """Row and member code of every value of a column; a list gives each of its values."""
    return column.every(past.members, f"of:{dimension}")


def _same(kind: str, outcome: Outcome, past: Past, signal: Ints) -> list[Ints]:
    return [field_codes(past, kind, name, signal) for name in outcome.same]


def field_codes(past: Past, kind: str, name: str, signal: Ints) -> Ints:
    """Codes of a field (or of session, source) at some signals of a kind; -1 = nothing there."""
    known = np.full(len(past.signals) + 1, NONE)
    if name in _OWN:
        known[:-1] = getattr(past.signals, _OWN[name])
    else:
        columns = past.columns[kind]
        known[columns.row] = past.codes(name, columns.fields[name])
    return known[signal]


def _distinct(once: Once | None, past: Past, signal: Ints) -> Ints:
    """What counts as one, as in evidence: a session (or none) of one local day, or the day."""
    if once is None:
        return np.arange(len(signal))
    day = past.signals.day[signal]
    session = past.signals.session[signal] if once is Once.SESSION else np.full(len(day), NONE)
    if past.map.clock is Clock.POSITION:
        day = np.where(session != NONE, 0, past.signals.at[signal])
    _, part = np.unique(session, return_inverse=True)
    days, place = np.unique(day, return_inverse=True)
    return np.asarray(part * len(days) + place, dtype=np.int64)


def groups_of(known: Sequence[Ints], asked: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Dense codes of the distinct rows of `known`, and which of them each row of `asked` is."""
    if len(known) != len(asked):
        raise InputError("events and moments must be compared by the same fields")
    code = np.zeros(len(known[0]), dtype=np.int64)
    wanted = np.zeros(len(asked[0]), dtype=np.int64)
    for own, other in zip(known, asked, strict=True):
        place, spot, size = _ranked(own, other)
        there = (wanted >= 0) & (spot >= 0)
        code, wanted, _ = _ranked(code * size + place, np.where(there, wanted * size + spot, NONE))
    return code, wanted


def _ranked(known: Ints, asked: Ints) -> tuple[Ints, Ints, int]:
    """Dense codes of some numbers, those of others among them (-1 = not there), and how many.

    Numbers close together are looked up in a table; sorting them would take ten times as long.
    """
    low = int(known.min(initial=0))
    span = int(known.max(initial=0)) - low + 1
    if span > max(4 * len(known), SMALL):
        values, place = np.unique(known, return_inverse=True)
        spot = np.minimum(np.searchsorted(values, asked), len(values) - 1)
        found = np.where(values[spot] == asked, spot, NONE)
        return place.astype(np.int64), found.astype(np.int64), len(values)
    there = np.zeros(span, dtype=bool)
    there[known - low] = True
    table = np.where(there, np.cumsum(there) - 1, NONE)
    inside = (asked >= low) & (asked < low + span)
    spot = np.where(inside, asked, low) - low
    return table[known - low], np.where(inside, table[spot], NONE), int(there.sum())
