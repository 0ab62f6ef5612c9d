"""What each purpose of a map may see of anybody, and the map as it looks to somebody who may."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from doxa.beliefmap.conditions import fields_read
from doxa.beliefmap.consent import readable_names
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import (
    Among,
    AmongNode,
    AmongSignal,
    AmongTrait,
    BeliefMap,
    Done,
    Node,
    Outcome,
    Purpose,
    Zone,
)
from doxa.beliefmap.names import listed, nearest
from doxa.domain.claim import ClaimKind, is_open, open_family
from doxa.domain.view import EVERYTHING, Sight, View
from doxa.errors import UnknownName

_KEPT = 64


def purpose_named(belief_map: BeliefMap, name: str) -> Purpose:
    """The purpose of that name, or `UnknownName` with the nearest."""
    found = belief_map.purposes.get(name)
    if found is None:
        known = list(belief_map.purposes)
        raise UnknownName(
            f"the map declares no purpose {name!r}",
            expected=f"one of {listed(known)}" if known else "a purpose, and the map has none",
            hint=nearest(name, known),
        )
    return found


def sight_of(belief_map: BeliefMap, purpose: str | None) -> Sight:
    """What a purpose may see of anybody; None, the operator, sees everything.

    A source is heard where its `seen_by` names the purpose; sources that the map does not declare
    follow `default`. A protected trait is seen by ``sees: all`` without `except`, and by those who
    name it. So are open nodes, by kind; and by an `except` that names some of their kinds, the others.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map('''
    ... doxa: 1
    ... product: shop
    ... sources: {support: {seen_by: [care]}}
    ... nodes: {fair: {kind: belief}, worried: {kind: belief}}
    ... purposes: {care: {sees: all}, ads: {sees: [fair]}}
    ... ''')
    >>> sight = sight_of(shop, "ads")
    >>> sight.only, sight.unheard, sight_of(shop, "care").hidden
    (('fair',), ('support',), ())
    """
    if purpose is None:
        return EVERYTHING
    found = purpose_named(belief_map, purpose)
    names = (*readable_names(belief_map), *(open_family(kind) for kind in ClaimKind))
    hidden = tuple(sorted(name for name in names if not _sees(belief_map, found, name)))
    only = None if found.sees is None else tuple(sorted(set(names).difference(hidden)))
    seen_by = {name: source.seen_by for name, source in belief_map.sources.items()}
    heard = {name: each is None or purpose in each for name, each in seen_by.items()}
    if heard.get("default", True):
        unheard = tuple(sorted(name for name, hears in heard.items() if not hears))
        return Sight(hidden=hidden, only=only, unheard=unheard)
    told = tuple(sorted(name for name, hears in heard.items() if hears))
    return Sight(hidden=hidden, only=only, heard=told)


def _sees(belief_map: BeliefMap, purpose: Purpose, name: str) -> bool:
    if name in purpose.hidden:
        return False
    if purpose.sees is not None:
        return name in purpose.sees
    if is_open(name) and purpose.hidden:
        return any(is_open(each) for each in purpose.hidden)
    node = belief_map.nodes.get(name)
    return node is None or not node.protected or not purpose.hidden


def learning_sight(belief_map: BeliefMap, sight: Sight) -> Sight:
    """What of a sight decides what is learned: nodes with evidence, personas, sources, local days.

    Purposes that differ only in other traits share one.
    """
    zone = belief_map.zone.trait
    hidden = [
        name
        for name, node in belief_map.nodes.items()
        if node.evidence is not None and not sight.sees(name)
    ]
    hidden += [name for name in belief_map.personas if not sight.sees(name)]
    if zone is not None and not sight.sees(zone):
        hidden.append(zone)
    return msgspec.structs.replace(sight, hidden=tuple(sorted(set(hidden))), only=None)


def may_forecast(belief_map: BeliefMap, purpose: str | None, outcome: Outcome) -> bool:
    """Whether the map lets a purpose forecast an outcome.

    It must be among its `forecasts`, and no node or trait that decides who is asked may be hidden.
    """
    if purpose is None:
        return True
    told, sight = purpose_named(belief_map, purpose), sight_of(belief_map, purpose)
    named = told.forecasts is None or outcome.name in told.forecasts
    return named and all(sight.sees(name) for name in names_asked(outcome))


def kinds_asked(outcome: Outcome) -> frozenset[str]:
    """The kinds of signals that decide an outcome: what happens, its trigger, who is asked."""
    kinds = {outcome.kind, outcome.after, outcome.shown}
    for each in outcome.among:
        if isinstance(each, AmongSignal):
            kinds |= {each.kind, each.since}
    return frozenset(kind for kind in kinds if kind is not None)


@dataclass(frozen=True, slots=True)
class _Looks:
    """How a map looks without some of its names, by those names."""

    maps: dict[frozenset[str], BeliefMap] = field(default_factory=dict)


@per_map
def _looks(belief_map: BeliefMap) -> _Looks:
    return _Looks()


def seen_map(belief_map: BeliefMap, view: View) -> BeliefMap:
    """The map as if it had never declared the nodes and traits that a view does not see.

    Rules about them, edges to them, and whatever is decided by them are gone with them: what is
    read, explained or forecast by this map cannot have been served by them. Kinds of signals stay.
    """
    gone = frozenset(name for name in _named(belief_map) if not view.sees(name))
    if not gone:
        return belief_map
    looks = _looks(belief_map).maps
    if gone not in looks:
        if len(looks) >= _KEPT:
            looks.clear()
        looks[gone] = _without(belief_map, gone)
    return looks[gone]


@per_map
def _named(belief_map: BeliefMap) -> frozenset[str]:
    """Everything that a map can lose: declared names, and traits it only mentions."""
    found = {*readable_names(belief_map), *belief_map.groups.values()}
    found |= {open_family(kind) for kind in ClaimKind}
    for outcome in belief_map.outcomes.values():
        found |= names_asked(outcome)
    return frozenset(found | ({belief_map.zone.trait} if belief_map.zone.trait else set()))


def _telling(belief_map: BeliefMap, gone: frozenset[str]) -> frozenset[tuple[str, str]]:
    """The fields, by kind, that tell of what is gone: its rules read them."""
    found: set[tuple[str, str]] = set()
    for kind, rules in belief_map.signals.items():
        for rule in rules:
            if rule.node in gone:
                found.update((kind, field) for field in fields_read(rule))
    return frozenset(found)


def _outcome(outcome: Outcome, telling: frozenset[tuple[str, str]]) -> Outcome:
    """The outcome without last values that would tell of what is gone."""
    recent = {
        kind: tuple(field for field in fields if (kind, field) not in telling)
        for kind, fields in outcome.recent.items()
    }
    return msgspec.structs.replace(outcome, recent={k: f for k, f in recent.items() if f})


def _without(belief_map: BeliefMap, gone: frozenset[str]) -> BeliefMap:
    telling = _telling(belief_map, gone)
    outcomes = {
        name: _outcome(outcome, telling)
        for name, outcome in belief_map.outcomes.items()
        if not gone.intersection(names_asked(outcome))
    }
    return msgspec.structs.replace(
        belief_map,
        zone=Zone(default=belief_map.zone.default)
        if belief_map.zone.trait in gone
        else belief_map.zone,
        groups={name: trait for name, trait in belief_map.groups.items() if trait not in gone},
        nodes={
            name: _node(node, gone) for name, node in belief_map.nodes.items() if name not in gone
        },
        edges=tuple(
            edge
            for edge in belief_map.edges
            if edge.source.node not in gone and edge.target.node not in gone
        ),
        signals={
            kind: tuple(rule for rule in rules if rule.node not in gone)
            for kind, rules in belief_map.signals.items()
        },
        outcomes=outcomes,
        actions={
            name: msgspec.structs.replace(
                action,
                moderated_by=tuple(each for each in action.moderated_by if each not in gone),
                unit=None if belief_map.groups.get(action.unit or "") in gone else action.unit,
            )
            for name, action in belief_map.actions.items()
            if not gone.intersection(_among(action.among))
        },
        rollout=None
        if belief_map.rollout is None
        else msgspec.structs.replace(
            belief_map.rollout,
            draws=tuple(name for name in belief_map.rollout.draws if name in outcomes),
        ),
        personas=tuple(name for name in belief_map.personas if name not in gone),
        unopened=tuple(sorted(name for name in gone if is_open(name))),
        text="",
    )


def _node(node: Node, gone: frozenset[str]) -> Node:
    """A node whose parent, or whose end, is not seen stands without it."""
    parent = None if node.part_of in gone else node.part_of
    within = None if node.within in gone else node.within
    done = _done(node.done, gone)
    return msgspec.structs.replace(node, part_of=parent, within=within, done=done)


def _done(done: Done | None, gone: frozenset[str]) -> Done | None:
    if done is None or done.node is None:
        return done
    return None if done.node.node in gone else done


def names_asked(outcome: Outcome) -> set[str]:
    """Nodes and traits that decide who is asked an outcome."""
    return _among(outcome.among)


def _among(among: tuple[Among, ...]) -> set[str]:
    nodes = {each.node.node for each in among if isinstance(each, AmongNode)}
    return nodes | {each.trait for each in among if isinstance(each, AmongTrait)}
