"""What an outcome became of before: the events and windows that people have lived through."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome
from doxa.features.eligibility import eligible
from doxa.features.moments import after_triggers, at_signals, is_at_signal
from doxa.features.past import Past
from doxa.features.rows import FIRST, LAST, NONE, Bound, Rows
from doxa.features.since import first_seen


def lived(outcome: Outcome, past: Past, asked: Rows) -> Rows:
    """Every earlier row of the people of some rows: it was decided before one of these.

    At a signal each signal; after a trigger each trigger; in a window of no trigger one window after
    the other from the twin's start. Of a family, each member that some row asks for.
    """
    twins = np.unique(asked.twin)
    if is_at_signal(outcome):
        rows = at_signals(outcome, past)
        return rows.take(np.isin(rows.twin, twins))
    until = int(asked.seen.at.max(initial=0))
    if outcome.after is not None:
        rows = after_triggers(outcome, past)
        rows = rows.take(np.isin(rows.twin, twins))
    else:
        rows = _windows(outcome, past, twins, until)
    rows = rows.take(rows.closes.at <= until)
    rows = rows.take(eligible(outcome, past, rows))
    return rows if outcome.of is None else rows.for_members(np.unique(asked.member))


def how_many(outcome: Outcome, past: Past, asked: Rows) -> int:
    """About how many rows `lived` gives of windows: at most, before anybody is asked if eligible."""
    twins = np.unique(asked.twin)
    if outcome.after is not None:
        count = int(np.isin(past.signals.twin[past.of_kind(outcome.after)], twins).sum())
        count *= max(len(outcome.plus), 1)
    else:
        count = int(_number(outcome, past, twins, int(asked.seen.at.max(initial=0))).sum())
    return count * (1 if outcome.of is None else len(np.unique(asked.member)))


def known_from(outcome: Outcome, rows: Rows) -> Bound:
    """When what became of rows is known: a row asked at or after it knows.

    At a signal, with it; a window without its end is known at its end.
    """
    if is_at_signal(outcome):
        return rows.seen
    open_end = rows.closes.order == FIRST
    order = np.where(open_end, LAST, rows.closes.order)
    return Bound(rows.closes.at - open_end, order)


def _number(outcome: Outcome, past: Past, twins: Ints, until: int) -> Ints:
    """How many whole windows each twin has lived through."""
    start = first_seen(past).of_twins(twins, np.full(len(twins), until))
    return np.maximum(until - start, 0) // (outcome.within or 1)


def _windows(outcome: Outcome, past: Past, twins: Ints, until: int) -> Rows:
    within = outcome.within or 1
    count = _number(outcome, past, twins, until)
    start = first_seen(past).of_twins(twins, np.full(len(twins), until))
    twin = np.repeat(twins, count)
    turn = np.arange(len(twin)) - np.repeat(np.cumsum(count) - count, count)
    at = np.repeat(start, count) + turn * within
    first = np.full(len(at), FIRST)
    nothing = np.full(len(at), NONE)
    opens = Bound(at, first)
    return Rows(twin, opens, opens, Bound(at + within, first), nothing, nothing, twin)
