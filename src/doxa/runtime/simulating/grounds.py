"""What the effect of each change rests on: who in the ledger was treated so, and whether by lot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.known_fields import fields_by_kind
from doxa.beliefmap.model import BeliefMap, Condition, Operator, Test
from doxa.beliefmap.payloads import Bools, Columns, columns_of
from doxa.beliefmap.scenario_words import what
from doxa.beliefmap.scenarios import Assume, Change, Put, Send
from doxa.beliefmap.values import schema_of
from doxa.domain.ground import FEWEST, Grounds, Seen, grounds_of
from doxa.features.support import Range
from doxa.reading.view import heard
from doxa.runtime.identity import people_at
from doxa.runtime.purposes import Asked
from doxa.runtime.wiring import Wiring
from doxa.types import Json, Moment

Scan = Callable[[str, tuple[str, ...], Callable[[Columns], Bools]], Ints]
"""Gives the people who have a signal of a kind whose fields pass."""

OTHERS = "other people"
OTHER_FORM = "another form of it"


@dataclass(frozen=True, slots=True)
class Log:
    """The ledger up to a moment, as whoever asks sees it, to count people in.

    Attributes
    ----------
    own : int64[n], ascending, or None
        People like those asked about; None = everybody.
    """

    wiring: Wiring
    asked: Asked
    until: Moment
    known_at: Moment | None = None
    own: Ints | None = None

    def people(self, kind: str, names: tuple[str, ...], keep: Callable[[Columns], Bools]) -> Ints:
        """Who has a signal of a kind whose fields pass."""
        wiring = self.wiring
        if wiring.others is not None:
            wiring = replace(wiring, store=wiring.others)
        identity = people_at(wiring, self.until, self.known_at)
        found = [np.zeros(0, dtype=np.int64)]
        batches = wiring.store.scan(
            kinds=[kind], until=self.until, known_at=self.known_at, identity=identity
        )
        for batch in batches:
            told = heard(batch, self.asked.sight)
            found.append(np.unique(told.twin[keep(self._columns(told, names))]))
        return np.unique(np.concatenate(found))

    def _columns(self, batch: SignalColumns, names: tuple[str, ...]) -> Columns:
        return columns_of(batch.payload, names, schema_of(self.asked.belief_map))

    def split(self, people: Ints) -> tuple[int, int]:
        """How many are like those asked about, and how many are not."""
        if self.own is None:
            return len(people), 0
        inside = int(np.isin(people, self.own).sum())
        return inside, len(people) - inside


def grounds_of_change(change: Change, log: Log, seen: Range | None = None) -> Grounds:
    """The label of what one change does, with its reasons.

    Parameters
    ----------
    seen : Range or None
        Of a field that is put: what heads saw of it.
    """
    if isinstance(change, Assume):
        return grounds_of(Seen(what=f"the assumption that {what(change)}"))
    if isinstance(change, Send):
        return grounds_of(_sent(change, log))
    return grounds_of(_put(change, log, seen))


def _sent(change: Send, log: Log) -> Seen:
    count = partial(_with, log, change.kind)
    name = what(change)
    action = log.asked.belief_map.actions.get(change.action or "")
    if action is None or action.randomised is None:
        return Seen(what=name, observed=len(count(change.payload)))
    treated, elsewhere = log.split(count(change.payload))
    control, control_elsewhere = log.split(count(action.control))
    if min(treated, control) >= FEWEST or not action.sets:
        where = OTHERS
    else:
        form = count(dict(action.sets))
        where = OTHERS if elsewhere >= FEWEST else OTHER_FORM
        elsewhere = max(elsewhere, len(form) - treated)
    return Seen(
        what=name,
        randomised=True,
        treated=treated,
        control=control,
        treated_elsewhere=elsewhere,
        control_elsewhere=control + control_elsewhere,
        elsewhere=where,
    )


def _with(log: Log, kind: str, payload: Mapping[str, Json]) -> Ints:
    """Who has a signal that carries all of this."""
    tests = [
        Test(field=field, operator=Operator.IN, values=(_literal(value),))
        for field, value in payload.items()
        if not isinstance(value, (list, dict)) and value is not None
    ]
    names = tuple(test.field for test in tests)
    condition = Condition(tests=tuple(tests)) if tests else None
    return log.people(kind, names, lambda columns: mask(condition, columns))


def _literal(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _put(change: Put, log: Log, seen: Range | None) -> Seen:
    inside = _within(change, seen)
    people = np.zeros(0, dtype=np.int64)
    for kind in kinds_of(change, log.asked.belief_map):
        if inside:
            found = log.people(kind, (change.field,), lambda columns: np.ones(len(columns), bool))
        elif seen is None or seen.low is None:
            found = _with(log, kind, {change.field: change.to})
        else:
            continue
        people = np.union1d(people, found)
    return Seen(what=what(change), observed=len(people))


def _within(change: Put, seen: Range | None) -> bool:
    """Whether numbers inside the range that was seen are put."""
    if seen is None or seen.low is None or seen.high is None or seen.low == seen.high:
        return False
    if change.to is None:
        return bool(seen.quantiles) and seen.low <= change.changed(seen.quantiles[2]) <= seen.high
    if isinstance(change.to, (list, dict, str)):
        return False
    return seen.low <= float(change.to) <= seen.high


def kinds_of(change: Put, belief_map: BeliefMap) -> tuple[str, ...]:
    """The kinds of signal whose field a change puts."""
    if change.kind is not None:
        return (change.kind,)
    return tuple(k for k, names in fields_by_kind(belief_map).items() if change.field in names)
