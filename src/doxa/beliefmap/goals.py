"""Goals, compiled: when one counts as reached, what it is part of, and that nothing goes round."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.criteria import read_condition
from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.literals import fields, mapping, number, required, share
from doxa.beliefmap.model import Done, Edge, Node
from doxa.domain.node import NodeKind
from doxa.errors import MapError

_FORMS = ("count", "sum", "value", "happens", "node")
_EXPECTED = "exactly one of count, sum, value, happens or node"
_BOUNDS = {
    "count": ["at_least", "at_most"],
    "sum": ["at_least", "at_most"],
    "value": ["at_least", "at_most", "above"],
    "happens": [],
    "node": ["above"],
}


def read_done(tree: Tree, goal: str, declared: Declared) -> Done:
    """Read ``done: {count: kind, at_least: n}`` and its other forms."""
    section = mapping(tree, "{count: kind, at_least: n}")
    forms = [key for key in _FORMS if key in section.entries]
    if len(forms) != 1:
        raise section.error(
            f"holds {' and '.join(forms) if forms else 'none of them'}", expected=_EXPECTED
        )
    form = forms[0]
    if form == "node":
        return _by_node(section, goal, declared)
    bounds = _bounds(section, form)
    carried = form in ("sum", "value")
    body = required(section, form, _EXPECTED)
    kind = required(section, "of_signal", "a signal kind") if carried else body
    done = Done(
        target=form,
        kind=declared.kind(kind),
        field=declared.numeric(body) if carried else None,
        when=read_condition(section.get("when"), declared),
        same=fields(section.get("same")),
    )
    return msgspec.structs.replace(done, **bounds)


def _bounds(section: Mapping, form: str) -> dict[str, float]:
    carried = ["of_signal"] if form in ("sum", "value") else []
    mapping(section, _EXPECTED, [form, *carried, "when", "same", *_BOUNDS[form]])
    found = {key: number(tree) for key in _BOUNDS[form] if (tree := section.get(key))}
    if _BOUNDS[form] and len(found) != 1:
        raise section.error(
            f"has {len(found)} bounds", expected=f"exactly one of {', '.join(_BOUNDS[form])}"
        )
    return found


def _by_node(section: Mapping, goal: str, declared: Declared) -> Done:
    mapping(section, "{node: name, above: 0.85}", ["node", "above"])
    tree = required(section, "node", "a node")
    address = declared.address(tree)
    dimensions = declared.nodes[address.node].dimensions
    own = declared.nodes[goal].dimensions
    if not address.member and not set(dimensions) <= set(own):
        raise tree.error(
            f"{address.node!r} is a family over {', '.join(dimensions)}",
            expected=f"those among the dimensions of {goal!r}, or {{{address.node}: MEMBER}}",
        )
    above = share(required(section, "above", "a credence from 0 to 1"))
    return Done(target="node", node=address, above=above)


def read_parent(tree: Tree, goal: str, declared: Declared) -> str:
    """Read ``part_of``: a goal whose dimensions are among the child's."""
    parent = declared.node(tree)
    outline = declared.nodes[parent]
    if outline.kind is not NodeKind.GOAL:
        raise tree.error(f"{parent!r} is a {outline.kind.value}", expected="a goal")
    own = declared.nodes[goal].dimensions
    if not set(outline.dimensions) <= set(own):
        raise tree.error(
            f"{parent!r} is a family over {', '.join(outline.dimensions)}",
            expected=f"dimensions that {goal!r} has too, so that each child has one parent",
        )
    return parent


def check_no_circle(top: Mapping, nodes: dict[str, Node], edges: tuple[Edge, ...]) -> None:
    """Refuse goals that wait for themselves, by part_of or by done, over any number of steps."""
    waits = _waits(nodes, edges)
    state: dict[str, int] = {}
    for start in waits:
        circle = _circle(start, waits, state)
        if circle:
            raise _circle_error(top, circle)


def _waits(nodes: dict[str, Node], edges: tuple[Edge, ...]) -> dict[str, list[str]]:
    waits: dict[str, list[str]] = {name: [] for name in nodes}
    for name, node in nodes.items():
        if node.part_of:
            waits[node.part_of].append(name)
        if node.done and node.done.node:
            waits[name].append(node.done.node.node)
    for edge in edges:
        if edge.kind == "part_of":
            waits[edge.target.node].append(edge.source.node)
    return waits


def _circle(start: str, waits: dict[str, list[str]], state: dict[str, int]) -> list[str]:
    stack = [(start, iter(waits[start]))]
    if state.get(start):
        return []
    state[start] = 1
    while stack:
        name, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            state[name] = 2
            stack.pop()
        elif state.get(following) == 1:
            path = [each for each, _ in stack]
            return [*path[path.index(following) :], following]
        elif following not in state:
            state[following] = 1
            stack.append((following, iter(waits[following])))
    return []


def _circle_error(top: Mapping, circle: list[str]) -> MapError:
    section = top.entries["nodes"]
    assert isinstance(section, Mapping)
    return section.key_error(
        circle[0],
        f"goals wait for each other: {' <- '.join(circle)}",
        hint="take out one part_of or done",
    )
