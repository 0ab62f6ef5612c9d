"""Entries: what cells are kept about, and which entries share one table.

An entry is a node, declared or open, or the claims about a node that is read from counts or
values. Entries whose cells have equal columns have one layout and stand in one table: folding, joining and reading then
cost the same for fifty nodes as for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap, Node, Occasion, Rule
from doxa.beliefmap.open_nodes import nodes_of
from doxa.domain.evidence import Channel, EvidenceKind, Once
from doxa.domain.node import NodeKind
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
CLAIMED = 3
"""What the grains of claims are higher by."""

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
    entry, layout, channel, grain : int64[rules + claims]
        By rule: the entry's code; the place in `layouts`; the channel; what is taken as one:
        0 a signal (or nothing), 1 a session, 2 a day. Behind the map's rules come two for the
        claims about each node, for and against; their grains are 3 to 5, so that what was
        claimed and what was shown are occasions apart.
    claims : dict of node to number of its rule for claims that it holds; the next is against
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
    claims: dict[str, int]
    layouts: tuple[Layout, ...]
    nodes: tuple[Node, ...]


@per_map
def entries_of(belief_map: BeliefMap) -> Entries:
    """The entries of a map; worked out once."""
    nodes = nodes_of(belief_map)
    names = tuple(e for name in nodes for e in (name, claims_about(name)))
    codes = {name: code for code, name in enumerate(names)}
    claimed = [node for node in nodes.values() if node.kind is not NodeKind.TRAIT]
    told = [_of_rule(nodes[rule.node], rule) for rule in belief_map.rules]
    first = len(told)
    told += [_of_claim(node, channel) for node in claimed for channel in _SIDES]
    layouts: dict[Layout, Node] = {}
    for each in told:
        layouts.setdefault((KIND_OF_CHANNEL[each.channel], cell_bands(each.node)), each.node)
    place = {layout: code for code, layout in enumerate(layouts)}

    def column(values: Iterable[int]) -> Ints:
        return np.array(list(values), dtype=np.int64)

    return Entries(
        codes=codes,
        names=names,
        entry=column(codes[each.entry] for each in told),
        layout=column(place[KIND_OF_CHANNEL[e.channel], cell_bands(e.node)] for e in told),
        channel=column(int(each.channel) for each in told),
        grain=column(each.grain for each in told),
        claims={node.name: first + 2 * index for index, node in enumerate(claimed)},
        layouts=tuple(layouts),
        nodes=tuple(layouts.values()),
    )


_SIDES = (Channel.FOR, Channel.AGAINST)


class _Told(NamedTuple):
    """Where one rule's evidence goes."""

    node: Node
    entry: str
    channel: Channel
    grain: int


def _of_rule(node: Node, rule: Rule) -> _Told:
    return _Told(node, _entry(node, rule.channel), rule.channel, _grain(node, rule))


def _of_claim(node: Node, channel: Channel) -> _Told:
    return _Told(node, _entry(node, channel), channel, CLAIMED + _GRAINS[node.occasion])


def _entry(node: Node, channel: Channel) -> str:
    about = KIND_OF_CHANNEL[channel] is EvidenceKind.OPINION
    claimed = about and node.evidence not in (None, EvidenceKind.OPINION)
    return claims_about(node.name) if claimed else node.name


def _grain(node: Node, rule: Rule) -> int:
    kind = KIND_OF_CHANNEL[rule.channel]
    if kind is EvidenceKind.OPINION:
        return _GRAINS[node.occasion]
    return _ONCE[rule.once] if kind is EvidenceKind.OCCURRENCE else 0
