"""What a map reads: the fields of every kind of signal, and the traits of people.

>>> from doxa.beliefmap.map_file import parse_map
>>> text = "{doxa: 1, product: p, signals: {buy: []}, outcomes: {pays: {sum: price, of_signal: buy, within: 7d}}}"
>>> fields_by_kind(parse_map(text))["buy"]
frozenset({'price'})
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from doxa.beliefmap.conditions import fields_of, fields_read
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import Action, Among, AmongSignal, AmongTrait, BeliefMap, Outcome
from doxa.domain.node import NodeKind


@per_map
def fields_by_kind(belief_map: BeliefMap) -> dict[str, frozenset[str]]:
    """The fields that rules, outcomes and actions read of each kind of signal."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in belief_map.rules:
        found[rule.kind] |= {*fields_read(rule), *fields_of(rule.when)}
    for outcome in belief_map.outcomes.values():
        for kind, names in _of_outcome(outcome):
            found[kind].update(name for name in names if name)
    for action in belief_map.actions.values():
        for kind, names in _of_action(action):
            found[kind].update(names)
    return {kind: frozenset(names) for kind, names in found.items()}


@per_map
def traits_known(belief_map: BeliefMap) -> frozenset[str]:
    """The traits that a map reads."""
    found = {*belief_map.personas, *belief_map.groups.values()}
    found |= {node.name for node in belief_map.nodes.values() if node.kind is NodeKind.TRAIT}
    asked = [outcome.among for outcome in belief_map.outcomes.values()]
    asked += [action.among for action in belief_map.actions.values()]
    found |= {one.trait for among in asked for one in among if isinstance(one, AmongTrait)}
    return frozenset(found | ({belief_map.zone.trait} if belief_map.zone.trait else set()))


def _of_outcome(outcome: Outcome) -> Iterator[tuple[str, Iterable[str | None]]]:
    asked = (outcome.field, *fields_of(outcome.when), *outcome.same, outcome.each)
    dimension = outcome.by.get(outcome.of, outcome.of) if outcome.of else None
    yield outcome.kind, (*asked, dimension, *outcome.by.values())
    offers = outcome.shown or outcome.after or outcome.kind
    yield offers, (*outcome.given, outcome.options, *outcome.attributes)
    if outcome.after is not None:
        yield outcome.after, (*outcome.same, outcome.until, dimension)
    yield from outcome.recent.items()
    yield from _of_among(outcome.among)


def _of_action(action: Action) -> Iterator[tuple[str, Iterable[str]]]:
    told = (action.randomised,) if isinstance(action.randomised, str) else ()
    yield action.signal, (*action.sets, *action.control, *told)
    yield from _of_among(action.among)


def _of_among(among: tuple[Among, ...]) -> Iterator[tuple[str, Iterable[str]]]:
    for one in among:
        if isinstance(one, AmongSignal):
            yield one.kind, (*fields_of(one.when), *one.same)
