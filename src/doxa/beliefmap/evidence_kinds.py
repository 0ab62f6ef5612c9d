"""The one kind of evidence each node takes, settled from its rules."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.document import Mapping, Sequence, Tree
from doxa.beliefmap.model import Node, Rule
from doxa.domain.evidence import Channel, EvidenceKind

KINDS = {
    Channel.FOR: EvidenceKind.OPINION,
    Channel.AGAINST: EvidenceKind.OPINION,
    Channel.COUNT: EvidenceKind.OCCURRENCE,
    Channel.VALUE: EvidenceKind.VALUE,
}


def settle(
    top: Mapping, nodes: dict[str, Node], signals: dict[str, tuple[Rule, ...]]
) -> tuple[dict[str, Node], dict[str, tuple[Rule, ...]]]:
    """Give each node the kind of evidence its rules draw; refuse two kinds.

    One exception: for/against about one *named* member of a family that counts or takes values
    (``{node: {buys: FRAGILE}, against: 0.5}``) is a claim about that member.
    """
    first = _first_rules(signals)
    settled = {
        kind: tuple(_checked(top, rule, index, first) for index, rule in enumerate(rules))
        for kind, rules in signals.items()
    }
    return {name: _settled(top, node, first.get(name)) for name, node in nodes.items()}, settled


def _first_rules(signals: dict[str, tuple[Rule, ...]]) -> dict[str, Rule]:
    """For each node the rule that decides its kind: the first one about no named member."""
    rules = [rule for each in signals.values() for rule in each]
    first: dict[str, Rule] = {}
    for rule in sorted(rules, key=_may_claim):
        first.setdefault(rule.node, rule)
    return first


def _may_claim(rule: Rule) -> bool:
    return bool(rule.constant) and rule.channel in (Channel.FOR, Channel.AGAINST)


def _checked(top: Mapping, rule: Rule, index: int, first: dict[str, Rule]) -> Rule:
    other = first[rule.node]
    kind, decided = KINDS[rule.channel], KINDS[other.channel]
    if kind is decided:
        return rule
    if _may_claim(rule):
        return msgspec.structs.replace(rule, claim=True)
    raise _rule_tree(top, rule.kind, index).error(
        f"{rule.node!r} takes {kind.value} evidence here, but {decided.value} evidence in line "
        f"{other.line}",
        expected="one evidence kind per node",
        hint="declare a second node",
    )


def _rule_tree(top: Mapping, kind: str, index: int) -> Tree:
    section = top.entries["signals"]
    assert isinstance(section, Mapping)
    rules = section.entries[kind]
    assert isinstance(rules, Sequence)
    return rules.items[index]


def _settled(top: Mapping, node: Node, rule: Rule | None) -> Node:
    if rule is None:
        return node
    kind = KINDS[rule.channel]
    if kind is EvidenceKind.VALUE and node.scale is None and node.above is None:
        section = top.entries["nodes"]
        assert isinstance(section, Mapping)
        raise section.entries[node.name].error(
            f"takes values (line {rule.line}) but has no scale",
            expected="scale: [worst, best], or above: a number",
        )
    return msgspec.structs.replace(node, evidence=kind)
