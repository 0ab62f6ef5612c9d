"""Conditions tested on one person at a time through the facade: what finding people must agree with."""

from __future__ import annotations

import operator

from doxa.beliefmap.cohorts.tree import All, Any, Not, OfGoal, OfKind, OfNode, OfTrait, Tree
from doxa.runtime.twin import Twin

_SIGNS = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}


def holds(tree: Tree, twin: Twin) -> bool:
    """A condition on one person."""
    if isinstance(tree, Not):
        return not holds(tree.part, twin)
    if isinstance(tree, All):
        return all(holds(part, twin) for part in tree.parts)
    if isinstance(tree, Any):
        return any(holds(part, twin) for part in tree.parts)
    if isinstance(tree, OfTrait):
        return _trait_holds(tree, twin.traits().get(tree.name))
    if isinstance(tree, OfKind):
        return any(each.opinion.status == tree.word for each in twin.opinions(tree.kind.value))
    if isinstance(tree, OfGoal):
        return _goal_holds(tree, twin)
    assert isinstance(tree, OfNode)
    if not tree.anyone:
        return _told(tree, getattr(twin.opinion(str(tree.node)), tree.facet))
    every = [each for each in twin.opinions() if each.met and each.node.node == tree.node.node]
    return any(_told(tree, getattr(each.opinion, tree.facet)) for each in every)


def _goal_holds(tree: OfGoal, twin: Twin) -> bool:
    asked = [
        each
        for each in twin.goals()
        if tree.node is None
        or each.node == tree.node
        or (tree.anyone and each.node.node == tree.node.node)
    ]
    if tree.node is not None and not tree.anyone and not asked:
        return _told(tree, {"status": "unmet", "progress": None}.get(tree.facet, 0.0))
    return any(_told(tree, getattr(each, tree.facet)) for each in asked)


def _told(test: OfNode | OfGoal, found: object) -> bool:
    if found is None:
        return False
    if isinstance(found, str):
        return (found in test.values) is (test.operator.value == "in")
    sign = _SIGNS.get(test.operator.value)
    if sign is None:
        return (found in map(float, test.values)) is (test.operator.value == "in")
    return bool(sign(found, float(test.values[0])))


def _trait_holds(test: OfTrait, found: object) -> bool:
    if found is None:
        return False
    if test.operator.value in _SIGNS:
        return isinstance(found, int) and _SIGNS[test.operator.value](found, float(test.values[0]))
    return (str(found) in test.values) is (test.operator.value == "in")
