"""Rows for features: whom, at which moments, about which members; as known at each moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation_rows import untriggered
from doxa.beliefmap.model import Outcome
from doxa.domain.clock import Clock
from doxa.errors import InputError
from doxa.features.eligibility import eligible
from doxa.features.events import groups_of
from doxa.features.knowledge import as_known
from doxa.features.labels import chance_of, labels_of
from doxa.features.moments import after_triggers, at_origins, at_signals, is_at_signal
from doxa.features.past import Past, read_past
from doxa.features.plan import outcome_named
from doxa.features.rows import NONE, Rows
from doxa.learning.population import fields_for_fit
from doxa.runtime.folding.rows import seen_scan
from doxa.runtime.identity import newest_at, people_at
from doxa.runtime.purposes import Asked, asked_by
from doxa.runtime.wiring import Wiring
from doxa.types import Moment

UNMET = np.iinfo(np.int64).max >> 33
"""The key of somebody nobody has met: no twin's, and small enough to be packed with a member."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are made from.

    Attributes
    ----------
    past : Past
        Everything a purpose may see; people are those known now.
    outcome : Outcome
        As the purpose has it.
    until : int
        The ledger holds everything before this moment.
    closed : int64[...]
        Keys of people who do not let the purpose read them.
    """

    past: Past
    outcome: Outcome
    until: Moment
    closed: Ints


def ground_of(wiring: Wiring, name: str, purpose: str | None = None) -> Ground:
    """Read the ledger for the features of one outcome.

    Raises
    ------
    InputError
        The purpose may not forecast the outcome, or the ledger is empty.
    """
    outcome = outcome_named(wiring.belief_map, name)
    seen = asked_by(wiring.belief_map, purpose, outcome)
    newest = newest_at(wiring)
    if newest is None:
        raise InputError("there are no features: the ledger is empty", hint="load history")
    seen_outcome = seen.belief_map.outcomes.get(name, outcome)
    past = read_past(
        seen.belief_map,
        seen_scan(
            wiring.store, seen.belief_map, seen.sight, identity=people_at(wiring, None, None)
        ),
        fields=fields_for_fit(seen.belief_map, [seen_outcome]),
    )
    return Ground(past, seen_outcome, newest + 1, _closed(wiring, seen, newest))


def _closed(wiring: Wiring, seen: Asked, newest: Moment) -> Ints:
    every = np.unique(people_at(wiring, None, None).roots(wiring.store.twins()))
    kept, _ = seen.readable(wiring, every, people_at(wiring, None, None), newest, None)
    return np.setdiff1d(every, every if kept is None else kept)


def keys_of(wiring: Wiring, twins: Sequence[str]) -> Ints:
    """The key of the person each id stands for; `UNMET` and beyond for ids that were never met."""
    names = list(dict.fromkeys(twins))
    known = wiring.store.twin_keys(names)
    unmet = iter(range(UNMET, UNMET + len(names)))
    keys = np.array([next(unmet) if key is None else key for key in known], dtype=np.int64)
    keys = people_at(wiring, None, None).roots(keys)
    place = {name: number for number, name in enumerate(names)}
    return keys[[place[twin] for twin in twins]]


def every_row(
    wiring: Wiring,
    ground: Ground,
    twins: Ints | None,
    at: Sequence[Moment] | None,
    items: Ints | None,
) -> Rows:
    """All eligible rows of an outcome.

    Parameters
    ----------
    twins : keys of people, None = all
    at : moments; left out, now (on a position clock, after the newest position), and where signals
        or triggers ask the outcome, every one of them
    items : codes of the members asked for, where an outcome has members and no signal names them
    """
    outcome, past = ground.outcome, ground.past
    if is_at_signal(outcome):
        rows = at_signals(outcome, past)
    elif outcome.after is not None:
        rows = after_triggers(outcome, past)
    else:
        everybody = np.unique(past.signals.twin)
        moments = at or [ground.until if past.map.clock is Clock.POSITION else wiring.clock()]
        rows = at_origins(outcome, everybody if twins is None else np.unique(twins), moments)
    kept = ~np.isin(rows.person, ground.closed)
    if twins is not None:
        kept &= np.isin(rows.person, twins)
    if at is not None:
        kept &= np.isin(rows.seen.at, np.asarray(at, dtype=np.int64))
    rows = rows.take(kept)
    rows = rows.take(eligible(outcome, past, rows))
    if outcome.of is None or is_at_signal(outcome):
        return rows
    if items is None:
        raise InputError(
            f"outcome {outcome.name!r} is asked per {outcome.of}: which ones?", where="items"
        )
    return rows.for_members(items)


def exact_rows(ground: Ground, twin: Ints, at: Ints, member: Ints) -> Rows:
    """One row for each (person, moment, member) asked, whether eligible or not, in their order.

    Raises
    ------
    InputError
        No signal asks the outcome of this person at that moment.
    """
    outcome, past = ground.outcome, ground.past
    if untriggered(outcome):
        moments, place = np.unique(at, return_inverse=True)
        grid = at_origins(outcome, np.zeros(1, dtype=np.int64), moments.tolist()).take(place)
        return Rows(twin, grid.seen, grid.opens, grid.closes, member, grid.signal, twin)
    asked = at_signals(outcome, past) if is_at_signal(outcome) else after_triggers(outcome, past)
    own = [asked.person, asked.seen.at]
    wanted = [twin, at]
    if is_at_signal(outcome) and outcome.of is not None:
        own, wanted = [*own, asked.member], [*wanted, member]
    code, found = groups_of(own, wanted)
    first = np.full(int(code.max(initial=-1)) + 1, NONE)
    first[code[::-1]] = np.arange(len(code))[::-1]
    if (found < 0).any():
        row = int(np.flatnonzero(found < 0)[0])
        raise InputError(
            f"no {outcome.after or outcome.kind!r} asks {outcome.name!r} at this moment",
            where=f"row {row + 1}",
            expected="the moment of such a signal of this person",
        )
    rows = asked.take(first[found])
    if outcome.of is None or is_at_signal(outcome):
        return rows
    return Rows(rows.twin, rows.seen, rows.opens, rows.closes, member, rows.signal, rows.person)


def as_known_then(ground: Ground, rows: Rows) -> tuple[Past, Rows]:
    """The past and rows to make features from: nothing in them was learned after its moment."""
    return as_known(ground.past, rows)


def labels(ground: Ground, rows: Rows) -> Floats:
    """What became of each row, of a time whether it came; NaN where its window has not closed."""
    found = labels_of(chance_of(ground.outcome), ground.past, rows, ground.until)
    return np.where(found.resolved, found.y, np.nan)
