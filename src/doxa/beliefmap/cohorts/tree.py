"""Conditions on people as trees: tests of nodes, goals, traits and forecasts, joined by and, or, not."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from doxa.beliefmap.model import Operator
from doxa.domain.node import Address, NodeKind

STATUSES = ("unmet", "forming", "held", "solid", "contested", "reversed", "fading", "dissolved")
TRUTHS = ("neither", "true", "false", "both")
NUMBERS = (
    *("credence", "uncertainty", "change", "ambivalence", "disagreement", "solidity", "trend"),
    *("support", "attack", "evidence", "occasions", "mean", "spread", "rate"),
)
"""What can be said of an opinion: words, and numbers that can be compared."""

GOAL_STATUSES = ("unmet", "active", "advancing", "stalled", "blocked", "achieved", "abandoned")
GOAL_NUMBERS = ("progress", "motivation", "commitment")
"""What can be said of a goal besides; ``unmet`` is the goal's."""


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the tests."""


class OfNode(Leaf, frozen=True, kw_only=True):
    """A test of one node, or of any member met of a family.

    Attributes
    ----------
    facet : str
        One of `NUMBERS`, or ``status`` or ``truth``.
    operator : Operator
    values : tuple of str
        Numbers as text, or names of statuses or truths.
    anyone : bool
        True for ``buys[*]``: some member that the person met.
    """

    node: Address
    facet: str
    operator: Operator
    values: tuple[str, ...]
    anyone: bool = False


class OfKind(Leaf, frozen=True, kw_only=True):
    """Some node of a kind that stands like this: ``belief.contested``."""

    kind: NodeKind
    word: str


class OfGoal(Leaf, frozen=True, kw_only=True):
    """A test of how a goal stands as living state.

    Attributes
    ----------
    node : Address or None
        None for ``goal.stalled``: some goal of the person.
    facet : str
        ``status``, or one of `GOAL_NUMBERS`.
    operator : Operator
    values : tuple of str
        Names of `GOAL_STATUSES`, or numbers as text.
    anyone : bool
        True for ``learn[*]``: some member among the person's goals.
    """

    node: Address | None
    facet: str
    operator: Operator
    values: tuple[str, ...]
    anyone: bool = False


class OfTrait(Leaf, frozen=True, kw_only=True):
    """A test of a trait, compared as a field of a payload is."""

    name: str
    operator: Operator
    values: tuple[str, ...]


class OfForecast(Leaf, frozen=True, kw_only=True):
    """A test of what a person is forecast to do."""

    outcome: str
    item: str | None
    operator: Operator
    value: float


class Not(msgspec.Struct, frozen=True):
    """What does not hold; it holds where the part cannot be told."""

    part: Tree


class All(msgspec.Struct, frozen=True):
    """Every part holds."""

    parts: tuple[Tree, ...]


class Any(msgspec.Struct, frozen=True):
    """Some part holds."""

    parts: tuple[Tree, ...]


Tree: TypeAlias = "OfNode | OfKind | OfGoal | OfTrait | OfForecast | Not | All | Any"


def names_of(tree: Tree) -> list[str]:
    """The nodes and traits that a condition names, each once."""
    named = (_named(leaf) for leaf in leaves(tree))
    return list(dict.fromkeys(name for name in named if name is not None))


def _named(leaf: Leaf) -> str | None:
    if isinstance(leaf, OfTrait):
        return leaf.name
    if isinstance(leaf, OfNode | OfGoal) and leaf.node is not None:
        return leaf.node.node
    return None


def leaves(tree: Tree) -> list[Leaf]:
    """The tests of a condition, from left to right."""
    if isinstance(tree, Leaf):
        return [tree]
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts
    return [leaf for part in parts for leaf in leaves(part)]
