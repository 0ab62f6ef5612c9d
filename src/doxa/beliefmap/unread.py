"""What of the grammar is checked but not yet read by anything in this version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from doxa.beliefmap.model import BeliefMap, FieldType, Node, Outcome, Target

Finding = tuple[str, str]
"""A path in the map, and a sentence about it."""

T = TypeVar("T")

_LATER = "is checked, but not read yet"

NODES: dict[str, tuple[Callable[[Node], bool], str]] = {
    "held_by": (lambda node: node.held_by is not None, f"{_LATER}: each person holds their own"),
}
"""Keys of nodes that nothing reads; take a line out when its reader arrives."""

LIVING = ("motivates", "blocks", "part_of", "about")
"""Edges that goals and feelings read."""

OUTCOMES: dict[str, tuple[Callable[[Outcome], bool], str]] = {
    "each": (
        lambda outcome: (
            outcome.each is not None
            and outcome.of is None
            and outcome.after is None
            and not outcome.within
        ),
        f"{_LATER} at a signal that does not say 'of' what: no forecast",
    ),
}
"""Forms and keys of outcomes that nothing reads."""


def unread(belief_map: BeliefMap) -> list[Finding]:
    """The parts of this map that are checked but change nothing in this version.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> text = "{doxa: 1, product: p, groups: {flat: {trait: flat}}, " \\
    ...     "nodes: {cooks: {kind: belief, held_by: flat}}}"
    >>> for path, sentence in unread(parse_map(text)): print(path, "-", sentence)
    nodes.cooks.held_by - is checked, but not read yet: each person holds their own
    """
    return [
        *_keys("nodes", belief_map.nodes.items(), NODES),
        *(
            (f"edges[{index}]", f"{_LATER}: it says nothing")
            for index, edge in enumerate(belief_map.edges)
            if edge.kind not in LIVING and not edge.sign
        ),
        *_keys("outcomes", belief_map.outcomes.items(), OUTCOMES),
        *(
            (f"outcomes.{outcome.name}.given", f"{_LATER} beside options: {field} names items")
            for outcome in belief_map.outcomes.values()
            if outcome.target is Target.CHOICE
            for field in outcome.given
            if belief_map.fields.get(field) in (FieldType.ITEM, FieldType.ITEMS)
        ),
        *(
            (
                f"outcomes.{outcome.name}.value",
                f"{_LATER} where {outcome.field} is a category: no forecast",
            )
            for outcome in belief_map.outcomes.values()
            if outcome.target is Target.VALUE
            and belief_map.fields.get(outcome.field or "") is FieldType.CATEGORY
        ),
    ]


def _keys(
    section: str,
    items: Iterable[tuple[str, T]],
    keys: dict[str, tuple[Callable[[T], bool], str]],
) -> Iterator[Finding]:
    for name, item in items:
        for key, (has, sentence) in keys.items():
            if has(item):
                yield f"{section}.{name}.{key}", sentence
