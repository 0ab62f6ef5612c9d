"""The oracle of labels: who is asked when, and what became of it, by plain loops over signals.

It shares nothing with `doxa.features` but the words of the domain and the map. Payload values are
compared as they stand, so histories must hold canonical ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from doxa.beliefmap.model import AmongSignal, AmongTrait, BeliefMap, Condition, Operator, Outcome
from doxa.domain.clock import Clock, local_day, parse_time
from doxa.domain.evidence import Once
from doxa.domain.signal import TRAITS, Signal
from doxa.types import Json, Moment

Key: TypeAlias = tuple[float, float]
BEFORE, AFTER = -math.inf, math.inf


@dataclass(frozen=True)
class Asked:
    """One moment at which one twin is asked: cuts of the form (at, order), signals below are before.

    ``seen`` ends what may be read, ``[opens, closes)`` is the window, ``known`` is when the
    forecast could be made, ``signal`` what triggers or asks.
    """

    twin: str
    member: str | None
    seen: Key
    opens: Key
    closes: Key
    known: Moment
    signal: Signal | None


def asked(
    signals: Sequence[Signal],
    belief_map: BeliefMap,
    outcome: Outcome,
    *,
    origins: Iterable[Moment] = (),
    members: Sequence[str] = (),
) -> list[Asked]:
    """Every moment at which an outcome is asked of anybody who is eligible.

    Parameters
    ----------
    origins : moments
        For outcomes without a trigger.
    members : list of str
        Asked at each moment of a window, for outcomes of a family.
    """
    if outcome.target.value in ("value", "choice") and outcome.after is None:
        found = _at_signals(signals, outcome)
    else:
        moments = _triggers(signals, outcome) if outcome.after else _grid(signals, outcome, origins)
        whom = members if outcome.of else [None]
        found = [_about(moment, member) for moment in moments for member in whom]
    return [moment for moment in found if _eligible(moment, signals, belief_map, outcome)]


def label(
    moment: Asked, signals: Sequence[Signal], belief_map: BeliefMap, outcome: Outcome
) -> float:
    """What became of it; NaN where nothing decided it."""
    if moment.signal is not None and outcome.after is None:
        return _number(moment.signal.payload.get(outcome.field or ""))
    events = [s for s in signals if _decides(s, moment, outcome) and _inside(s, moment)]
    target = outcome.target.value
    if target in ("happens", "never"):
        return float(bool(events) is (target == "happens"))
    if target == "count":
        return float(len({_one(number, s, outcome, belief_map) for number, s in enumerate(events)}))
    if target == "time_to":
        first = belief_map.clock is Clock.POSITION and outcome.after is None
        waited = (s.at - int(moment.opens[0]) + int(first) for s in events)
        return min(waited, default=math.inf)
    values = [(s.at, s.order, _number(s.payload.get(outcome.field or ""))) for s in events]
    if target == "sum":
        return math.fsum(value for _, _, value in values)
    return min(values)[2] if values else math.nan


def resolved(moment: Asked, complete_until: Moment) -> bool:
    """Whether nothing at or after `complete_until` could change the label."""
    return moment.closes <= (complete_until, BEFORE)


def _cut(signal: Signal) -> Key:
    return (signal.at, signal.order)


def _inside(signal: Signal, moment: Asked) -> bool:
    return moment.opens <= _cut(signal) < moment.closes


def _about(moment: Asked, member: str | None) -> Asked:
    return Asked(
        moment.twin,
        member,
        moment.seen,
        moment.opens,
        moment.closes,
        moment.known,
        moment.signal,
    )


def _grid(signals: Sequence[Signal], outcome: Outcome, origins: Iterable[Moment]) -> list[Asked]:
    assert outcome.within is not None
    found = []
    for origin in origins:
        start, end = (origin, BEFORE), (origin + outcome.within, BEFORE)
        twins = sorted({s.twin for s in signals})
        found += [Asked(twin, None, start, start, end, origin, None) for twin in twins]
    return found


def _triggers(signals: Sequence[Signal], outcome: Outcome) -> list[Asked]:
    found = []
    for signal in signals:
        if signal.kind != outcome.after:
            continue
        for later in outcome.plus or (0,):
            origin = signal.at + later
            ends = math.inf if outcome.within is None else origin + outcome.within
            if outcome.until is not None:
                ends = min(ends, _time(signal.payload.get(outcome.until)))
            if ends < origin:
                continue
            start = (origin, signal.order + 1 if later == 0 else AFTER)
            known = max(origin, signal.recorded)
            found.append(Asked(signal.twin, None, start, start, (ends, AFTER), known, signal))
    return found


def _at_signals(signals: Sequence[Signal], outcome: Outcome) -> list[Asked]:
    found = []
    for signal in signals:
        if signal.kind != outcome.kind or not _passes(outcome.when, signal):
            continue
        if math.isnan(_number(signal.payload.get(outcome.field or ""))):
            continue
        seen, closes = _cut(signal), (signal.at, signal.order + 1)
        known = max(signal.at, signal.recorded)
        named: list[str | None] = [None]
        if outcome.of is not None:
            named = list(_members(signal, outcome))
        found += [Asked(signal.twin, one, seen, seen, closes, known, signal) for one in named]
    return found


def _eligible(
    moment: Asked, signals: Sequence[Signal], belief_map: BeliefMap, outcome: Outcome
) -> bool:
    timed = belief_map.clock is Clock.TIME
    told = [
        s for s in signals if s.twin == moment.twin and (not timed or s.recorded <= moment.known)
    ]
    if not any(s.at <= moment.seen[0] and s.cause is None for s in told):
        return False
    if outcome.after is not None and moment.signal is not None:
        since = (moment.signal.at, moment.signal.order + 1)
        if any(_decides(s, moment, outcome) and since <= _cut(s) < moment.opens for s in told):
            return False
    seen = [s for s in told if _cut(s) < moment.seen]
    return all(_admits(among, seen, moment) for among in outcome.among)


def _admits(among: object, seen: list[Signal], moment: Asked) -> bool:
    if isinstance(among, AmongTrait):
        told = [s for s in seen if s.kind == TRAITS and among.trait in s.payload and not s.cause]
        newest = max(told, key=lambda s: (_cut(s), str(s.payload[among.trait] or "")), default=None)
        return newest is not None and str(newest.payload[among.trait]) in among.values
    assert isinstance(among, AmongSignal)
    start: Key = (BEFORE, BEFORE)
    if among.within is not None:
        start = (moment.seen[0] - among.within, BEFORE)
    if among.since is not None:
        cuts = [(s.at, s.order + 1) for s in seen if s.kind == among.since]
        start = max([start, *cuts])
    count = sum(
        s.kind == among.kind
        and _cut(s) >= start
        and _passes(among.when, s)
        and all(_same(name, s, moment.signal) for name in among.same)
        for s in seen
    )
    return (count >= among.at_least) is among.did


def _decides(signal: Signal, moment: Asked, outcome: Outcome) -> bool:
    if signal.twin != moment.twin or signal.kind != outcome.kind:
        return False
    if not _passes(outcome.when, signal):
        return False
    if outcome.target.value in ("sum", "value") and math.isnan(
        _number(signal.payload.get(outcome.field or ""))
    ):
        return False
    if outcome.of is not None and moment.member not in _members(signal, outcome):
        return False
    return all(_same(name, signal, moment.signal) for name in outcome.same)


def _same(name: str, signal: Signal, other: Signal | None) -> bool:
    assert other is not None
    if name in ("session", "source"):
        return bool(getattr(signal, name) == getattr(other, name))
    return bool(signal.payload.get(name) == other.payload.get(name))


def _members(signal: Signal, outcome: Outcome) -> list[str]:
    value = signal.payload.get(outcome.by.get(outcome.of or "", outcome.of or ""))
    named = value if isinstance(value, list) else [value]
    return [str(one) for one in dict.fromkeys(map(str, named)) if one not in ("None", "")]


def _one(number: int, signal: Signal, outcome: Outcome, belief_map: BeliefMap) -> object:
    """What a counted event is one of."""
    if outcome.once is None:
        return number
    session = signal.session if outcome.once is Once.SESSION else None
    if belief_map.clock is Clock.POSITION:
        return session or signal.at
    return session, local_day(signal.at, belief_map.zone.default)


def _passes(condition: Condition | None, signal: Signal) -> bool:
    for test in condition.tests if condition else ():
        value = signal.payload.get(test.field)
        if test.operator is Operator.IN:
            if value is None or str(value) not in test.values:
                return False
        elif test.operator is Operator.GT:
            if not _number(value) > float(test.values[0]):
                return False
        else:
            raise ValueError(f"the oracle of labels knows no {test.operator.value!r} in its worlds")
    return True


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _time(value: Json) -> float:
    if isinstance(value, str):
        return float(parse_time(value))
    return -math.inf if value is None else _number(value)
