"""What of the grammar is checked but not yet read by anything in this version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from doxa.beliefmap.model import BeliefMap, Node, Outcome, Target

Finding = tuple[str, str]
"""A path in the map, and a sentence about it."""

T = TypeVar("T")

_LATER = "is checked, but not read yet"

NODES: dict[str, tuple[Callable[[Node], bool], str]] = {
    "done": (lambda node: node.done is not None, f"{_LATER}: progress stays unknown"),
    "part_of": (lambda node: node.part_of is not None, f"{_LATER}: progress is not passed up"),
    "deadline": (lambda node: node.deadline is not None, f"{_LATER}: nothing is due"),
    "value": (lambda node: node.value is not None, f"{_LATER}: goals weigh the same"),
    "from": (lambda node: node.begins is not None, f"{_LATER}: it is read by its half-life"),
    "until": (lambda node: node.ends is not None, f"{_LATER}: it is read by its half-life"),
    "held_by": (lambda node: node.held_by is not None, f"{_LATER}: each person holds their own"),
    "protected": (lambda node: node.protected, f"{_LATER}: it is shown and used like any trait"),
    "renamed_from": (lambda node: node.renamed_from is not None, _LATER),
}
"""Keys of nodes that nothing reads; take a line out when its reader arrives."""

OUTCOMES: dict[str, tuple[Callable[[Outcome], bool], str]] = {
    "choice": (lambda outcome: outcome.target is Target.CHOICE, f"{_LATER}: no forecast"),
    "time_to": (lambda outcome: outcome.target is Target.TIME_TO, f"{_LATER}: no forecast"),
    "each": (
        lambda outcome: outcome.each is not None and outcome.after is None and not outcome.within,
        f"{_LATER} at a signal: no forecast",
    ),
}
"""Forms and keys of outcomes that nothing reads."""


def unread(belief_map: BeliefMap) -> list[Finding]:
    """The parts of this map that are checked but change nothing in this version.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> text = "{doxa: 1, product: p, nodes: {busy: {kind: constraint, until: 14d}}}"
    >>> for path, sentence in unread(parse_map(text)): print(path, "-", sentence)
    nodes.busy.until - is checked, but not read yet: it is read by its half-life
    """
    return [
        *_keys("nodes", belief_map.nodes.items(), NODES),
        *(
            (f"edges[{index}]", f"{_LATER}: nodes are read one by one")
            for index, _ in enumerate(belief_map.edges)
        ),
        *_rules(belief_map),
        *_keys("outcomes", belief_map.outcomes.items(), OUTCOMES),
        *((f"actions.{name}", f"{_LATER}: no effect is known") for name in belief_map.actions),
        *([("rollout", f"{_LATER}: nobody is run forward")] if belief_map.rollout else []),
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


def _rules(belief_map: BeliefMap) -> Iterator[Finding]:
    for kind, rules in belief_map.signals.items():
        for index, rule in enumerate(rules):
            for key, value in (
                ("from", rule.begins),
                ("until", rule.ends),
                ("deadline", rule.deadline),
            ):
                if value is not None:
                    yield f"signals.{kind}[{index}].{key}", _LATER
