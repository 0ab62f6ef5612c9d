"""When an outcome is asked: on a grid of origins, after a trigger, or at the signal itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.conditions import fields_of, mask
from doxa.beliefmap.model import Outcome, Target
from doxa.errors import InputError
from doxa.features.events import member_events, members_of
from doxa.features.known import carrier, known_fields
from doxa.features.menus import sizes
from doxa.features.past import Past
from doxa.features.rows import FIRST, LAST, NONE, Bound, Rows, joined

AT_SIGNAL = (Target.VALUE, Target.CHOICE)
FEWEST_OPTIONS = 2
"""Who is offered fewer has nothing to choose."""


def is_at_signal(outcome: Outcome) -> bool:
    """Whether the outcome is decided by the very signal that asks it."""
    return outcome.target in AT_SIGNAL and outcome.after is None


def fields_needed(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    """The payload fields that moments and labels of an outcome read, by kind."""
    own = [outcome.field, outcome.of and outcome.by.get(outcome.of, outcome.of), outcome.each]
    needed = {outcome.kind: (*own, *outcome.same)}
    asked: tuple[str | None, ...] = (*outcome.same, *known_fields(outcome))
    if outcome.target is Target.CHOICE:
        asked = (*asked, outcome.options, *outcome.attributes, *fields_of(outcome.when))
    else:
        needed[outcome.kind] = (*needed[outcome.kind], *fields_of(outcome.when))
    if outcome.after is not None:
        asked = (*asked, outcome.until, *outcome.by.values(), outcome.of)
    for kind, names in ((carrier(outcome), asked), *outcome.recent.items()):
        needed[kind] = (*needed.get(kind, ()), *names, *outcome.same)
    return {
        kind: tuple(dict.fromkeys(name for name in names if name is not None))
        for kind, names in needed.items()
    }


def at_origins(outcome: Outcome, twins: Ints, origins: Sequence[int]) -> Rows:
    """Every twin at every origin: reads what is before o, window [o, o + within)."""
    if outcome.within is None:
        raise InputError(f"outcome {outcome.name!r} has no window", expected="within: a duration")
    at = np.repeat(np.asarray(origins, dtype=np.int64), len(twins))
    nothing = np.full(len(at), NONE)
    start = Bound(at, np.full(len(at), FIRST))
    end = Bound(at + outcome.within, np.full(len(at), FIRST))
    asked = np.tile(twins, len(origins))
    return Rows(asked, start, start, end, nothing, nothing, asked)


def after_triggers(outcome: Outcome, past: Past) -> Rows:
    """Every trigger, at each `plus`: reads up to and with it, window (o, o + within]."""
    signal = past.of_kind(outcome.after or "")
    at, order = past.signals.at[signal], past.signals.order[signal]
    parts = [_after(outcome, past, signal, at, order, later) for later in outcome.plus or (0,)]
    return joined(parts)


def _after(outcome: Outcome, past: Past, signal: Ints, at: Ints, order: Ints, later: int) -> Rows:
    seen = Bound(at + later, order + 1 if later == 0 else np.full(len(at), LAST))
    closes = _closing(outcome, past, signal, seen.at)
    kept = closes.at >= seen.at
    twin = past.signals.twin[signal]
    rows = Rows(twin, seen, seen, closes, np.full(len(at), NONE), signal, twin)
    return rows.take(kept)


def _closing(outcome: Outcome, past: Past, signal: Ints, at: Ints) -> Bound:
    last = np.full(len(at), LAST)
    ends = np.full(len(at), LAST)
    if outcome.within is not None:
        ends = at + outcome.within
    if outcome.until is not None:
        columns = past.columns[outcome.after or ""]
        until = np.full(len(past.signals), np.nan)
        until[columns.row] = columns.fields[outcome.until].numbers()
        found = until[signal]
        ends = np.minimum(ends, np.where(np.isnan(found), FIRST, found).astype(np.int64))
    return Bound(ends, last)


def at_signals(outcome: Outcome, past: Past) -> Rows:
    """Every signal that carries the asked value: reads strictly what is before it.

    An outcome of a family is asked once per member that the signal names; a choice at every signal
    that offers two options or more.
    """
    if outcome.target is Target.CHOICE:
        return at_offers(outcome, past)
    signal, member = _values_asked(outcome, past)
    sort = np.lexsort((past.signals.order[signal], past.signals.at[signal]))
    signal, member = signal[sort], member[sort]
    at, order = past.signals.at[signal], past.signals.order[signal]
    seen, twin = Bound(at, order), past.signals.twin[signal]
    return Rows(twin, seen, seen, Bound(at, order + 1), member, signal, twin)


def _values_asked(outcome: Outcome, past: Past) -> tuple[Ints, Ints]:
    """Signal and member of every value, whatever it is; a member named twice is asked once."""
    if outcome.each is not None:
        signal, member = member_events(outcome, past)
        pairs = np.unique(np.stack([signal, member]), axis=1)
        return pairs[0], pairs[1]
    columns = past.columns[outcome.kind]
    asked = mask(outcome.when, columns.fields) & columns.fields[outcome.field or ""].present()
    if outcome.of is None:
        place = np.flatnonzero(asked)
        return columns.row[place], np.full(len(place), NONE)
    named = columns.fields[outcome.by.get(outcome.of, outcome.of)]
    row, member = members_of(past, outcome.of, named)
    kept = asked[row]
    return columns.row[row[kept]], member[kept]


def at_offers(outcome: Outcome, past: Past) -> Rows:
    """Every signal that offers options, or holds a category: reads strictly what is before it.

    A choice made in another signal is decided in the window [at, at + within].
    """
    columns = past.columns[carrier(outcome)]
    asked = mask(outcome.when, columns.fields)
    if outcome.options is not None:
        asked &= sizes(outcome, past) >= FEWEST_OPTIONS
    signal = columns.row[np.flatnonzero(asked)]
    sort = np.lexsort((past.signals.order[signal], past.signals.at[signal]))
    signal = signal[sort]
    at, order = past.signals.at[signal], past.signals.order[signal]
    seen, twin = Bound(at, order), past.signals.twin[signal]
    closes = Bound(at, order + 1)
    if outcome.within is not None:
        closes = Bound(at + outcome.within, np.full(len(at), LAST))
    return Rows(twin, seen, seen, closes, np.full(len(at), NONE), signal, twin)
