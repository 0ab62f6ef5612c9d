"""What nothing feeds: nodes without rules, outcomes that can never come true, idle keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from doxa.beliefmap.contexts import CONTEXTS
from doxa.beliefmap.model import (
    AmongTrait,
    BeliefMap,
    Condition,
    Node,
    Outcome,
    Rule,
)
from doxa.domain.evidence import EvidenceKind
from doxa.domain.node import NodeKind
from doxa.domain.signal import TRAITS

Finding = tuple[str, str]
"""A path in the map, and a sentence about it."""
ELEMENT_NAMES = frozenset({"key", "value"})
"""Fields that walking an object gives."""
ENVELOPE = frozenset({"source", *CONTEXTS})
"""What every signal tells beside its payload."""


def unfed(belief_map: BeliefMap, seen: Mapping[str, Set[str]] | None = None) -> list[Finding]:
    """Every part of the map that no signal can ever reach.

    Parameters
    ----------
    belief_map : BeliefMap
    seen : mapping of kind to set of fields, optional
        The kinds and payload fields that signals were seen to carry, nested elements included;
        with it, kinds that never came and fields that no signal of the kind carried are found.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> text = "{doxa: 1, product: shop, nodes: {calm: {kind: belief}}, signals: {visit: []}}"
    >>> for path, sentence in unfed(parse_map(text)): print(path, "-", sentence)
    nodes.calm - no rule says anything about it
    """
    found = [
        *_nodes(belief_map),
        *_outcomes(belief_map),
    ]
    return found if seen is None else [*found, *_unseen(belief_map, seen)]


def _nodes(belief_map: BeliefMap) -> Iterator[Finding]:
    parents = {node.part_of for node in belief_map.nodes.values()}
    for name, node in belief_map.nodes.items():
        reached = node.done is not None or name in parents or node.kind is NodeKind.TRAIT
        if node.evidence is None and not reached:
            yield f"nodes.{name}", "no rule says anything about it"
        yield from _idle(node)


def _idle(node: Node) -> Iterator[Finding]:
    if node.evidence is None or node.evidence is EvidenceKind.VALUE:
        return
    for key in ("scale", "above"):
        if getattr(node, key) is not None:
            yield f"nodes.{node.name}.{key}", "does nothing: no rule gives this node values"


def _outcomes(belief_map: BeliefMap) -> Iterator[Finding]:
    for name, outcome in belief_map.outcomes.items():
        for field in _contradicted(outcome.when):
            yield f"outcomes.{name}.when.{field}", "no value passes: it can never come true"
        if outcome.of and outcome.items and not _families(belief_map, outcome.of):
            yield f"outcomes.{name}.of", f"no family of nodes is over {outcome.of}"
    for kind, rules in belief_map.signals.items():
        for index, rule in enumerate(rules):
            for field in _contradicted(rule.when):
                yield f"signals.{kind}[{index}].when.{field}", "no value passes: it never applies"


def _families(belief_map: BeliefMap, dimension: str) -> bool:
    return any(dimension in node.dimensions for node in belief_map.nodes.values())


def _contradicted(when: Condition | None) -> Iterator[str]:
    """Fields of which present: false is asked together with a value."""
    if when is None:
        return
    absent = {t.field for t in when.tests if t.operator == "present" and t.values == ("false",)}
    yield from sorted(
        {t.field for t in when.tests if t.field in absent and t.operator != "present"}
    )


def _unseen(belief_map: BeliefMap, seen: Mapping[str, Set[str]]) -> Iterator[Finding]:
    for kind, rules in belief_map.signals.items():
        if kind not in seen:
            yield f"signals.{kind}", "no such signal was seen"
            continue
        for index, rule in enumerate(rules):
            for field in sorted(_rule_fields(rule) - seen[kind]):
                yield f"signals.{kind}[{index}]", f"no {kind} carried the field {field}"
    yield from _unseen_outcomes(belief_map, seen)
    yield from _unseen_traits(belief_map, seen.get(TRAITS, frozenset()))


def _rule_fields(rule: Rule) -> set[str]:
    named = {rule.value, rule.amount, rule.each, rule.weight.field, *rule.fields}
    tests = {test.field for test in rule.when.tests} if rule.when else set()
    found = {name for name in named | tests if name is not None}
    return found - ENVELOPE - (ELEMENT_NAMES if rule.each else frozenset())


def _unseen_outcomes(belief_map: BeliefMap, seen: Mapping[str, Set[str]]) -> Iterator[Finding]:
    for name, outcome in belief_map.outcomes.items():
        for kind in sorted({outcome.kind, outcome.after or outcome.kind} - set(seen)):
            yield f"outcomes.{name}", f"waits for {kind}, and no such signal was seen"
        carried = _outcome_fields(outcome) - ENVELOPE
        for field in sorted(carried - seen.get(outcome.kind, carried)):
            yield f"outcomes.{name}", f"no {outcome.kind} carried the field {field}"


def _outcome_fields(outcome: Outcome) -> set[str]:
    tests = {test.field for test in outcome.when.tests} if outcome.when else set()
    named = {outcome.field, outcome.each, *outcome.same, *tests}
    found = {name for name in named if name is not None}
    return found - (ELEMENT_NAMES if outcome.each else frozenset())


def _unseen_traits(belief_map: BeliefMap, traits: Set[str]) -> Iterator[Finding]:
    for name in belief_map.personas:
        if name not in traits:
            yield f"personas.{name}", "no such trait was seen"
    for name, trait in belief_map.groups.items():
        if trait not in traits:
            yield f"groups.{name}", f"the trait {trait} was never seen"
    for name, outcome in belief_map.outcomes.items():
        for each in outcome.among:
            if isinstance(each, AmongTrait) and each.trait not in traits:
                yield f"outcomes.{name}.among", f"the trait {each.trait} was never seen"
