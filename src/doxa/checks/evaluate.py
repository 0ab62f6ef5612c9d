"""An independent evaluator of a map's rules for one signal: slow, plain, for checking others."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from doxa.beliefmap.model import BeliefMap, Condition, Operator, Rule, Test
from doxa.domain.clock import BEGINNING, Clock
from doxa.domain.evidence import Channel, Evidence
from doxa.domain.signal import Signal
from doxa.types import Json


def evaluate(signal: Signal, belief_map: BeliefMap) -> list[Evidence]:
    """What one signal says: for, against, count and value rules with conditions and `each`.

    A signal that doxa caused says nothing; neither does a missing field or a weight of 0.
    """
    if signal.cause is not None:
        return []
    found = []
    for number, rule in enumerate(belief_map.rules):
        if rule.kind == signal.kind:
            whole = {**_around(signal, belief_map), **_said(signal.payload)}
            for payload in _elements(rule, whole):
                found += _apply(number, rule, payload)
    return found


def _said(payload: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in payload.items() if value not in (None, "")}


def _around(signal: Signal, belief_map: BeliefMap) -> dict[str, Json]:
    """When, on what and in which session it was; without a time, nothing of the calendar."""
    told: dict[str, Json] = {"device": signal.device, "session": signal.session}
    if belief_map.clock is Clock.TIME and signal.at != BEGINNING[Clock.TIME]:
        when = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=signal.at)
        local = when.astimezone(ZoneInfo(belief_map.zone.default))
        told["weekpart"] = "weekend" if local.isoweekday() > 5 else "weekday"
        told["daypart"] = ("night", "morning", "afternoon", "evening")[local.hour // 6]
    return told


def _elements(rule: Rule, payload: dict[str, Json]) -> list[dict[str, Json]]:
    if rule.each is None:
        return [payload]
    told = payload.get(rule.each)
    if isinstance(told, dict):
        return [{**payload, "key": key, "value": value} for key, value in told.items()]
    lines = told if isinstance(told, list) else []
    return [{**payload, **line} for line in lines if isinstance(line, dict)]


def _apply(number: int, rule: Rule, payload: dict[str, Json]) -> list[Evidence]:
    if rule.when is not None and not _holds(rule.when, payload):
        return []
    weight, value = _weight(rule, payload), _number(payload.get(rule.value or rule.amount or ""))
    if weight is None or not weight > 0:
        return []
    if rule.channel is Channel.VALUE and value is None:
        return []
    told = math.nan if value is None else value
    return [
        Evidence(number, rule.node, member, rule.channel, weight, told)
        for member in _members(rule, payload)
    ]


def _members(rule: Rule, payload: dict[str, Json]) -> list[tuple[str, ...]]:
    if rule.constant:
        return [rule.constant]
    members: list[tuple[str, ...]] = [()]
    for field in rule.fields:
        told = payload.get(field)
        choices = told if isinstance(told, list) else [told]
        members = [(*m, _text(choice)) for m in members for choice in choices if choice is not None]
    return members


def _weight(rule: Rule, payload: dict[str, Json]) -> float | None:
    if rule.channel is Channel.VALUE:
        return 1.0
    if rule.weight.field is None:
        return rule.weight.constant
    told = _number(payload.get(rule.weight.field))
    if told is None:
        return None
    return math.log1p(told) if rule.weight.log1p else told


def _holds(condition: Condition, payload: dict[str, Json]) -> bool:
    return all(_passes(test, payload.get(test.field)) for test in condition.tests)


def _passes(test: Test, told: Json) -> bool:
    if test.operator is Operator.PRESENT:
        return (told is not None) == (test.values[0] in ("true", "1"))
    if told is None:
        return False
    same = any(_equal(told, value) for value in test.values)
    if test.operator is Operator.IN:
        return same
    if test.operator is Operator.NOT:
        return not same
    number = _number(told)
    if number is None:
        return False
    bound = float(test.values[0])
    return {
        Operator.GT: number > bound,
        Operator.GE: number >= bound,
        Operator.LT: number < bound,
        Operator.LE: number <= bound,
    }[test.operator]


def _equal(told: Json, literal: str) -> bool:
    number = _number(told)
    if number is None:
        return _text(told) == literal
    try:
        return number == float(literal)
    except ValueError:
        return literal == {1.0: "true", 0.0: "false"}.get(number)


def _number(told: Json) -> float | None:
    if isinstance(told, bool | int | float) and not math.isnan(told):
        return float(told)
    return None


def _text(told: Json) -> str:
    if isinstance(told, float) and told.is_integer():
        return str(int(told))
    return str(told)
