"""What a twin holds: nodes with their opinions, one by one or by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.open_nodes import nodes_of, open_nodes
from doxa.domain.claim import canonical_words, is_open
from doxa.domain.node import Address, NodeKind, parse_address
from doxa.errors import InputError
from doxa.reading.coupling.read import Settled, Wanted, read_coupled, settle
from doxa.reading.opinion import Opinion, Opinions
from doxa.runtime.addresses import address_of
from doxa.runtime.frozen import Frozen
from doxa.runtime.living.intervals import dated
from doxa.state.entries import entry_of_key, keyed, member_of_key, node_of
from doxa.types import Json


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One node of a twin.

    Attributes
    ----------
    node : Address
    kind : NodeKind
    says : str
        The map's sentence, members filled in.
    opinion : Opinion
    met : bool
        Whether any evidence or claim speaks of it; where not, the opinion is the prior.
    """

    node: Address
    kind: NodeKind
    says: str
    opinion: Opinion
    met: bool

    @property
    def open(self) -> bool:
        """Whether it is a claim in its own words, which the map does not declare."""
        return is_open(self.node.node)

    @property
    def name(self) -> str:
        """What to call it: its address, or the words of an open node."""
        return f"“{self.says}”" if self.open else str(self.node)

    def as_dict(self) -> dict[str, Json]:
        """The node as plain fields."""
        head: dict[str, Json] = {"node": str(self.node), "kind": self.kind.value}
        told: dict[str, Json] = {"says": self.says, "open": self.open, "met": self.met}
        return {**head, **told, **self.opinion.as_dict()}


def opinion(frozen: Frozen, text: str, members: Mapping[str, Any]) -> Opinion:
    """The opinion about one node; where nothing is known, the prior says so."""
    return opinion_at(frozen, asked_address(frozen, text, members))


def opinion_at(frozen: Frozen, address: Address) -> Opinion:
    """The opinion about one node; of a constraint, with its interval."""
    found = native_opinion(frozen, address)
    kind = nodes_of(frozen.belief_map)[address.node].kind
    return dated(frozen, address, found) if kind is NodeKind.CONSTRAINT else found


def native_opinion(frozen: Frozen, address: Address) -> Opinion:
    """The opinion about one node; of a constraint, without its interval."""
    node = nodes_of(frozen.belief_map)[address.node]
    member = frozen.folded.members.code(address.node, address.member)
    return _records(frozen, (node,), [(0, member)])[0]


def asked_address(frozen: Frozen, text: str, members: Mapping[str, Any]) -> Address:
    """The address of a node that is there to be read: declared, or a claim's own words.

    What the purpose may not see is refused in the words for what the map does not declare, so that
    nobody learns that it exists.

    Raises
    ------
    UnknownName
        No such node or claim, or none that this purpose sees.
    InputError
        The person does not let it be read; or it is claimed as several kinds.
    """
    found = [] if text in frozen.belief_map.nodes else _claimed(frozen, canonical_words(text))
    if len(found) > 1:
        kinds = [str(each) for each in found]
        raise InputError(f"{text!r} is claimed as {len(kinds)} kinds", expected=" or ".join(kinds))
    if found:
        return found[0]
    name = parse_address(text).node
    if name in frozen.view.withheld and frozen.view.sight.sees(name):
        raise InputError(
            f"{text!r} is read only with the person's consent, and none is recorded",
            hint="a `consent` signal gives it",
        )
    return address_of(frozen.belief_map, text, members)


def _claimed(frozen: Frozen, words: str) -> list[Address]:
    """Open nodes of these words that anybody ever claimed of the person."""
    folded = frozen.folded
    claimed = set(folded.state.claims.key.tolist())
    codes = [
        (name, folded.members.codes.get(name, {}).get((words,)))
        for name in open_nodes(frozen.belief_map)
    ]
    return [
        Address(name, (words,))
        for name, code in codes
        if code is not None and int(keyed(folded.state.entries[name], code)) in claimed
    ]


def read_address(frozen: Frozen, address: Address) -> Opinions:
    """One row: a node that is declared or open, met or not."""
    node = nodes_of(frozen.belief_map)[address.node]
    member = frozen.folded.members.code(address.node, address.member)
    return _read(frozen, (node,), [(0, member)])


def settled_around(frozen: Frozen, address: Address) -> Settled | None:
    """The field around one node; None where it has no edge."""
    node = nodes_of(frozen.belief_map)[address.node]
    code = frozen.folded.members.code(address.node, address.member)
    column = np.array([code], dtype=np.int64)
    wanted = Wanted((node,), np.zeros_like(column), np.full_like(column, frozen.key), column)
    return settle(frozen.folded.state, wanted, frozen.now, frozen.voices, frozen.leaning)


def held(frozen: Frozen, kind: NodeKind | None = None) -> tuple[Held, ...]:
    """All single nodes, and all members of families that were met, in the order of the map.

    Open nodes come last, by kind.
    """
    nodes, asked, met = _asked(frozen, kind)
    names = [frozen.folded.members.names(node.name) or [()] for node in nodes]
    read = _records(frozen, nodes, asked)
    return tuple(
        Held(
            node=address,
            kind=nodes[place].kind,
            says=says_of(frozen, address),
            opinion=dated(frozen, address, opinion)
            if nodes[place].kind is NodeKind.CONSTRAINT
            else opinion,
            met=code in met.get(address.node, ()),
        )
        for (place, code), opinion in zip(asked, read, strict=True)
        for address in (Address(nodes[place].name, names[place][code]),)
    )


def read_nodes(frozen: Frozen, kind: NodeKind | None = None) -> Opinions:
    """The opinions of `held` as columns."""
    asked = _singles(frozen.belief_map)[kind]
    if asked is not None:
        return _read(frozen, _nodes(frozen.belief_map)[kind], asked)
    nodes, asked, _ = _asked(frozen, kind)
    return _read(frozen, nodes, asked)


def _asked(
    frozen: Frozen, kind: NodeKind | None
) -> tuple[tuple[Node, ...], list[tuple[int, int]], dict[str, set[int]]]:
    """Nodes, what to read of them as (place, member), and the members met of each."""
    nodes = _nodes(frozen.belief_map)[kind]
    met = _met(frozen)
    asked = [
        (place, code)
        for place, node in enumerate(nodes)
        for code in (sorted(met.get(node.name, ())) if node.dimensions else (0,))
    ]
    return nodes, asked, met


@per_map
def _singles(belief_map: BeliefMap) -> dict[NodeKind | None, list[tuple[int, int]] | None]:
    """What `_asked` gives for kinds of which all nodes are single; None where one is a family."""
    return {
        kind: None
        if any(n.dimensions for n in nodes)
        else [(place, 0) for place in range(len(nodes))]
        for kind, nodes in _nodes(belief_map).items()
    }


@per_map
def _nodes(belief_map: BeliefMap) -> dict[NodeKind | None, tuple[Node, ...]]:
    """What may be read of a map: nodes by kind, and all of them under None."""
    every = nodes_of(belief_map).values()
    nodes = [node for node in every if node.kind is not NodeKind.TRAIT]
    return {
        kind: tuple(node for node in nodes if kind in (None, node.kind))
        for kind in (None, *NodeKind)
    }


def strongest(frozen: Frozen, kind: NodeKind, limit: int | None) -> tuple[Held, ...]:
    """Nodes of a kind that were met, highest credence first."""
    if limit is not None and limit < 0:
        raise InputError(f"limit is {limit}", expected="a number from 0 on")
    met = [each for each in held(frozen, kind) if each.met]
    met.sort(key=lambda each: (-each.opinion.credence, str(each.node)))
    return tuple(met[:limit])


def kind_named(name: str | NodeKind | None) -> NodeKind | None:
    """A kind of node by its name."""
    if name is None or name in list(NodeKind):
        return None if name is None else NodeKind(name)
    raise InputError(f"{name!r} is no kind of node", expected=", ".join(NodeKind))


def says(node: Node, address: Address) -> str:
    """The map's sentence about a node, its members filled in.

    Examples
    --------
    >>> node = Node(name="buys", kind=NodeKind.PREFERENCE, half_life=1.0, bands=(), period=1,
    ...     dimensions=("category",), says="Buys {category}.")
    >>> says(node, Address("buys", ("MILK",)))
    'Buys MILK.'
    """
    text = node.says
    for dimension, member in zip(node.dimensions, address.member, strict=True):
        text = text.replace(f"{{{dimension}}}", member)
    return text


def says_of(frozen: Frozen, address: Address) -> str:
    """The sentence about a node; of an open one, the words of the newest claim."""
    if not is_open(address.node):
        return says(frozen.belief_map.nodes[address.node], address)
    claims, state = frozen.folded.state.claims, frozen.folded.state
    member = frozen.folded.members.code(address.node, address.member)
    same = np.flatnonzero(claims.key == keyed(state.entries[address.node], member))
    return claims.words[int(same[-1])] if len(same) else address.member[0]


def _met(frozen: Frozen) -> dict[str, set[int]]:
    """Codes of the members that evidence or claims speak of, by node."""
    state = frozen.folded.state
    out: dict[str, set[int]] = {}
    names = [node_of(entry) for entry in state.entries]
    for cells in state.tables.values():
        entries, members = entry_of_key(cells.member).tolist(), member_of_key(cells.member).tolist()
        for entry, member in zip(entries, members, strict=True):
            out.setdefault(names[entry], set()).add(member)
    return out


def _records(
    frozen: Frozen, nodes: tuple[Node, ...], asked: Sequence[tuple[int, int]]
) -> list[Opinion]:
    """The same one by one, those that are known already as they are known."""
    known = frozen.known
    told = [known.get((nodes[place].name, code)) for place, code in asked] if known else []
    found = [opinion for opinion in told if opinion is not None]
    return found if found and len(found) == len(asked) else _read(frozen, nodes, asked).records()


def _read(frozen: Frozen, nodes: tuple[Node, ...], asked: Sequence[tuple[int, int]]) -> Opinions:
    """Rows of some nodes, by their places and codes of members."""
    node, codes = np.array(asked, dtype=np.int64).reshape(-1, 2).T
    wanted = Wanted(nodes, node, np.full(len(node), frozen.key), codes)
    return read_coupled(frozen.folded.state, wanted, frozen.now, frozen.voices, frozen.leaning)
