"""Goals, constraints and pooled families, checked as a whole once the rules are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doxa.beliefmap.document import Mapping
from doxa.beliefmap.model import Edge, Node, Rule
from doxa.beliefmap.wider import entangled
from doxa.domain.evidence import EvidenceKind
from doxa.domain.node import NodeKind
from doxa.errors import MapError


def check_living(
    top: Mapping, nodes: dict[str, Node], signals: dict[str, tuple[Rule, ...]]
) -> None:
    """Refuse intervals and deadlines that no evidence could set, limits without a deadline, and
    families that fall back on a node of another kind of evidence."""
    rules = [rule for kind in signals.values() for rule in kind]
    for node in nodes.values():
        for key, problem, expected in _problems(node, [r for r in rules if r.node == node.name]):
            raise _at(top, node, key, problem, expected)
        if node.within is not None:
            _check_pooled(top, node, nodes[node.within])


def _check_pooled(top: Mapping, node: Node, parent: Node) -> None:
    """Members that fall back on another node are read as it is, from for and against or values."""
    kinds = [each.evidence or EvidenceKind.OPINION for each in (node, parent)]
    problem = None
    if parent.kind is NodeKind.TRAIT:
        problem = f"{parent.name!r} is a trait", "a node that opinions are held of"
    elif EvidenceKind.OCCURRENCE in kinds:
        problem = (
            "how often something happens falls back on nothing: silence is evidence too",
            "nodes with for or against, or values",
        )
    elif kinds[0] is not kinds[1]:
        problem = (
            f"{node.name!r} takes {kinds[0].value} evidence, {parent.name!r} {kinds[1].value}",
            "one evidence kind for both",
        )
    elif node.scale != parent.scale:
        problem = (
            f"{node.name!r} and {parent.name!r} have different scales",
            "one scale for both: the mean of the one is the prior mean of the other",
        )
    if problem is not None:
        raise _at(top, node, "within", *problem)


def check_apart(top: Mapping, nodes: dict[str, Node], edges: tuple[Edge, ...]) -> None:
    """Refuse edges that join a family to what it falls back on, however long the chain."""
    pairs = [(edge.source.node, edge.target.node) for edge in edges if edge.sign]
    found = entangled(nodes, pairs)
    if found is not None:
        family, wider = found
        raise _at(
            top,
            nodes[family],
            "within",
            f"edges join {family!r} to {wider!r}, on which it falls back",
            "the one or the other: supports and contradicts, or within",
        )


def _problems(node: Node, rules: list[Rule]) -> Iterator[tuple[str, str, str]]:
    counted = node.evidence in (EvidenceKind.OCCURRENCE, EvidenceKind.VALUE)
    for key, spoken in _spoken(node, rules):
        if counted and spoken:
            yield key, f"{node.name!r} counts or takes values", "a node with for or against"
    done = node.done
    limit = done is not None and done.target in ("count", "sum") and done.at_most is not None
    due = node.deadline is not None or any(rule.deadline is not None for rule in rules)
    if node.kind is NodeKind.GOAL and limit and not due:
        yield "done", "a limit is kept up to a deadline, and there is none", "a deadline beside it"


def _spoken(node: Node, rules: Iterable[Rule]) -> Iterator[tuple[str, bool]]:
    told = list(rules)
    yield "from", node.begins is not None or any(rule.begins is not None for rule in told)
    yield "until", node.ends is not None or any(rule.ends is not None for rule in told)
    yield "deadline", node.deadline is not None or any(rule.deadline is not None for rule in told)


def _at(top: Mapping, node: Node, key: str, problem: str, expected: str) -> MapError:
    section = top.entries["nodes"]
    assert isinstance(section, Mapping)
    body = section.entries[node.name]
    assert isinstance(body, Mapping)
    if key in body.entries:
        return body.entries[key].error(problem, expected=expected)
    return section.key_error(node.name, problem, expected=expected)
