"""What a twin holds: nodes with their opinions, one by one or by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import BeliefMap, Node
from doxa.domain.node import Address, NodeKind
from doxa.errors import InputError
from doxa.reading.many import Wanted, read_rows
from doxa.reading.opinion import Opinion, Opinions
from doxa.reading.priors import Asked
from doxa.runtime.addresses import address_of
from doxa.runtime.frozen import Frozen
from doxa.state.evidence import claims_about
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

    def as_dict(self) -> dict[str, Json]:
        """The node as plain fields."""
        head: dict[str, Json] = {"node": str(self.node), "kind": self.kind.value}
        return {**head, "says": self.says, "met": self.met, **self.opinion.as_dict()}


def opinion(frozen: Frozen, text: str, members: Mapping[str, Any]) -> Opinion:
    """The opinion about one node; where nothing is known, the prior says so."""
    address = address_of(frozen.belief_map, text, members)
    return read_address(frozen, address).one(0)


def read_address(frozen: Frozen, address: Address) -> Opinions:
    """One row: a node that is declared, met or not."""
    node = readable_node(frozen.belief_map, address.node)
    member = frozen.folded.members.code(address.node, address.member)
    return _read(frozen, [(node, np.array([member], dtype=np.int64))])[0]


def readable_node(belief_map: BeliefMap, name: str) -> Node:
    """The node, unless it needs a consent that nobody gave."""
    node = belief_map.nodes[name]
    if node.opt_in:
        raise InputError(
            f"{name!r} is read only with the person's consent, and none is recorded",
            hint="opt_in nodes stay absent in this version",
        )
    return node


def held(frozen: Frozen, kind: NodeKind | None = None) -> tuple[Held, ...]:
    """All single nodes, and all members of families that were met, in the order of the map."""
    nodes = [
        node
        for node in frozen.belief_map.nodes.values()
        if node.kind is not NodeKind.TRAIT and not node.opt_in and kind in (None, node.kind)
    ]
    met = [_met(frozen, node) for node in nodes]
    asked = [
        (node, codes if node.dimensions else _single(frozen, node))
        for node, codes in zip(nodes, met, strict=True)
    ]
    found = _read(frozen, asked)
    return tuple(
        each
        for (node, codes), known, read in zip(asked, met, found, strict=True)
        for each in _held(frozen, node, codes, set(known.tolist()), read)
    )


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


def _held(frozen: Frozen, node: Node, codes: Ints, met: set[int], read: Opinions) -> Iterator[Held]:
    names = frozen.folded.members.names(node.name)
    for row, code in enumerate(codes.tolist()):
        address = Address(node.name, names[code])
        yield Held(
            node=address,
            kind=node.kind,
            says=says(node, address),
            opinion=read.one(row),
            met=code in met,
        )


def _single(frozen: Frozen, node: Node) -> Ints:
    return np.array([frozen.folded.members.code(node.name, ())], dtype=np.int64)


def _met(frozen: Frozen, node: Node) -> Ints:
    """Codes of the members that evidence or claims speak of."""
    nodes = frozen.folded.state.nodes
    native, claims = nodes.get(node.name), nodes.get(claims_about(node.name))
    if native is None and claims is None:
        return _NONE
    tables = [table.member for table in (native, claims) if table is not None]
    return np.unique(tables[0] if len(tables) == 1 else np.concatenate(tables))


_NONE = np.zeros(0, dtype=np.int64)


def _read(frozen: Frozen, asked: Sequence[tuple[Node, Ints]]) -> list[Opinions]:
    """Rows of some nodes, by codes of members."""
    folded, wanted = frozen.folded, []
    for node, member in asked:
        twin = np.full(len(member), frozen.key)
        rows = Asked(twin, member, folded.members, folded.state.traits)
        wanted.append(Wanted(node, twin, member, frozen.priors.prior(node, rows)))
    return read_rows(folded.state, wanted, frozen.now, frozen.voices)
