"""Entries: what cells are kept about, and which entries share one table.

An entry is a node, or the claims about a node that is read from counts or values. Entries whose
cells have equal columns have one layout and stand in one table: folding, joining and reading then
cost the same for fifty nodes as for one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap, Node, Occasion, Rule
from doxa.domain.evidence import Channel, EvidenceKind, Once
from doxa.state.bands import cell_bands
from doxa.types import HalfLife

SLOTS: dict[EvidenceKind, tuple[str, ...]] = {
    EvidenceKind.OPINION: ("for", "against"),
    EvidenceKind.OCCURRENCE: ("count", "amount", "gaps", "gap_sum", "gap_squares"),
    EvidenceKind.VALUE: ("n", "sum", "squares"),
}
"""The C sums that are kept per band, by kind of evidence; the order of the second axis of sums."""

KIND_OF_CHANNEL = {
    Channel.FOR: EvidenceKind.OPINION,
    Channel.AGAINST: EvidenceKind.OPINION,
    Channel.COUNT: EvidenceKind.OCCURRENCE,
    Channel.VALUE: EvidenceKind.VALUE,
}

Layout = tuple[EvidenceKind, tuple[HalfLife, ...]]
"""What decides the columns of a cell: the kind of evidence, and the half-lives kept."""

_SHIFT = 32
_CLAIMS = "claims:"
_GRAINS = {Occasion.SIGNAL: 0, Occasion.SESSION: 1, Occasion.DAY: 2}
_ONCE = {None: 0, Once.SESSION: 1, Once.DAY: 2}


def claims_about(node: str) -> str:
    """The entry of claims about a node that is read from counts or values."""
    return _CLAIMS + node


def node_of(entry: str) -> str:
    """The node that an entry of evidence or cells is about."""
    return entry.removeprefix(_CLAIMS)


def keyed(entry: int | Ints, member: int | Ints) -> Ints:
    """Keys of (entry, member) in a table of many entries: ordered by entry, then by member."""
    return np.asarray(entry) << _SHIFT | member


def entry_of_key(key: Ints) -> Ints:
    """The entry's code in a key."""
    return key >> _SHIFT


def member_of_key(key: Ints) -> Ints:
    """The member's code in a key."""
    return key & ((1 << _SHIFT) - 1)


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a map, and what evidence of each of its rules goes into.

    Attributes
    ----------
    codes : dict of entry to code
        Every node, and the claims about it.
    names : tuple of entry by code
    entry, layout, channel, grain : int64[rules]
        By rule: the entry's code; the place in `layouts`; the channel; what is taken as one:
        0 a signal (or nothing), 1 a session, 2 a day.
    layouts : tuple of Layout
    nodes : tuple of Node
        One node of each layout.
    """

    codes: dict[str, int]
    names: tuple[str, ...]
    entry: Ints
    layout: Ints
    channel: Ints
    grain: Ints
    layouts: tuple[Layout, ...]
    nodes: tuple[Node, ...]


@per_map
def entries_of(belief_map: BeliefMap) -> Entries:
    """The entries of a map; worked out once."""
    names = tuple(e for name in belief_map.nodes for e in (name, claims_about(name)))
    codes = {name: code for code, name in enumerate(names)}
    rules = belief_map.rules
    layouts = {_layout(belief_map, rule): belief_map.nodes[rule.node] for rule in rules}
    place = {layout: code for code, layout in enumerate(layouts)}

    def column(values: list[int]) -> Ints:
        return np.array(values, dtype=np.int64)

    return Entries(
        codes=codes,
        names=names,
        entry=column([codes[_entry(belief_map, rule)] for rule in rules]),
        layout=column([place[_layout(belief_map, rule)] for rule in rules]),
        channel=column([int(rule.channel) for rule in rules]),
        grain=column([_grain(belief_map.nodes[rule.node], rule) for rule in rules]),
        layouts=tuple(layouts),
        nodes=tuple(layouts.values()),
    )


def _entry(belief_map: BeliefMap, rule: Rule) -> str:
    native = belief_map.nodes[rule.node].evidence
    about = KIND_OF_CHANNEL[rule.channel] is EvidenceKind.OPINION
    claimed = about and native not in (None, EvidenceKind.OPINION)
    return claims_about(rule.node) if claimed else rule.node


def _layout(belief_map: BeliefMap, rule: Rule) -> Layout:
    return KIND_OF_CHANNEL[rule.channel], cell_bands(belief_map.nodes[rule.node])


def _grain(node: Node, rule: Rule) -> int:
    kind = KIND_OF_CHANNEL[rule.channel]
    if kind is EvidenceKind.OPINION:
        return _GRAINS[node.occasion]
    return _ONCE[rule.once] if kind is EvidenceKind.OCCURRENCE else 0
