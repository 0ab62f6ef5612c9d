"""Goals and constraints, checked as a whole: what marks them must be able to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doxa.beliefmap.document import Mapping
from doxa.beliefmap.model import Node, Rule
from doxa.domain.evidence import EvidenceKind
from doxa.domain.node import NodeKind
from doxa.errors import MapError


def check_living(
    top: Mapping, nodes: dict[str, Node], signals: dict[str, tuple[Rule, ...]]
) -> None:
    """Refuse intervals and deadlines that no evidence could set, and limits without a deadline."""
    rules = [rule for kind in signals.values() for rule in kind]
    for node in nodes.values():
        for key, problem, expected in _problems(node, [r for r in rules if r.node == node.name]):
            raise _at(top, node, key, problem, expected)


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
