"""What a map declares, gathered before anything is compiled: rules and outcomes refer to it."""

from __future__ import annotations

from dataclasses import dataclass

from doxa.beliefmap.document import Mapping, Scalar, Sequence, Tree
from doxa.beliefmap.header import Header
from doxa.beliefmap.literals import distinct, field_name, mapping, one_of, required, text
from doxa.beliefmap.model import BeliefMap, FieldType
from doxa.beliefmap.names import identifier, key_label, nearest, unknown
from doxa.domain.clock import Clock
from doxa.domain.node import Address, NodeKind
from doxa.domain.signal import BUILT_IN_KINDS

NUMBERS = frozenset({FieldType.NUMBER, FieldType.FLAG})


@dataclass(frozen=True, slots=True)
class Outline:
    """A declared node before it is compiled: its kind and, for a family, its dimensions."""

    kind: NodeKind
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """Every name a map declares."""

    header: Header
    kinds: frozenset[str]
    nodes: dict[str, Outline]
    outcomes: tuple[str, ...]
    purposes: tuple[str, ...]

    @property
    def clock(self) -> Clock:
        """The clock of the map."""
        return self.header.clock

    def kind(self, tree: Tree) -> str:
        """A signal kind that stands under `signals`."""
        name = text(tree, "a signal kind")
        if name not in self.kinds and name not in BUILT_IN_KINDS:
            raise _unknown_kind(tree, name, self.kinds)
        return name

    def node(self, tree: Tree) -> str:
        """A declared node, by name alone."""
        name = text(tree, "the name of a node")
        if name not in self.nodes:
            raise unknown(tree, "node", name, self.nodes)
        return name

    def address(self, tree: Tree) -> Address:
        """A node: a name, ``{family: MEMBER}`` or ``{family: [M1, M2]}``."""
        if not isinstance(tree, Mapping):
            return Address(self.node(tree))
        if len(tree.entries) != 1:
            raise tree.error("is not a node", expected="a name, or {family: MEMBER}")
        name, body = next(iter(tree.entries.items()))
        if name not in self.nodes:
            raise unknown(tree, "node", name, self.nodes)
        dimensions = self.nodes[name].dimensions
        if not dimensions:
            raise tree.error(f"{name!r} is no family", expected=f"just {name}")
        return Address(name, _member(body, dimensions))

    def group(self, tree: Tree) -> str:
        """A declared group."""
        return one_of(tree, self.header.groups, "group")

    def outcome(self, tree: Tree) -> str:
        """A declared outcome."""
        return one_of(tree, self.outcomes, "outcome")

    def numeric(self, tree: Tree) -> str:
        """A payload field that can be read as a number."""
        name = field_name(tree)
        self.typed(tree, name, NUMBERS, "a number or a flag")
        return name

    def typed(self, tree: Tree, name: str, types: frozenset[FieldType], expected: str) -> None:
        """Refuse a field whose declared type is another."""
        found = self.header.fields.get(name)
        if found is not None and found not in types:
            raise tree.error(
                f"field {name!r} is declared {found.value!r} under fields", expected=expected
            )


def _member(body: Tree, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    items = body.items if isinstance(body, Sequence) else (body,)
    member = tuple(text(item, "the value of a dimension") for item in items)
    if len(member) != len(dimensions):
        raise body.error(
            f"names {len(member)} of {len(dimensions)} dimensions",
            expected=f"one value for each of {', '.join(dimensions)}",
        )
    return member


def check_kind(section: Mapping, name: str, kinds: frozenset[str]) -> None:
    """Refuse a key that is no signal kind of the map."""
    if name not in kinds and name not in BUILT_IN_KINDS:
        raise _unknown_kind(Scalar(name, section.places[name]), name, kinds)


def _unknown_kind(tree: Tree, name: str, kinds: frozenset[str]) -> Exception:
    return unknown(tree, "signal kind", name, sorted(kinds), hint=f"add '{name}: []' under signals")


def gather(top: Mapping, header: Header) -> Declared:
    """The names that stand in a map."""
    return Declared(
        header=header,
        kinds=frozenset(_keys(top, "signals", label_keys=True)),
        nodes=_outlines(top.get("nodes")),
        outcomes=_keys(top, "outcomes"),
        purposes=_keys(top, "purposes"),
    )


def _keys(top: Mapping, name: str, *, label_keys: bool = False) -> tuple[str, ...]:
    tree = top.get(name)
    if tree is None:
        return ()
    section = mapping(tree, f"{name} by name")
    if label_keys:
        return tuple(key_label(section, key) for key in section.entries)
    return tuple(identifier(section, key) for key in section.entries)


def _outlines(tree: Tree | None) -> dict[str, Outline]:
    if tree is None:
        return {}
    section = mapping(tree, "nodes by name")
    return {identifier(section, name): _outline(body) for name, body in section.entries.items()}


def _check_kind_key(keys: Mapping) -> None:
    """Point at a misspelt ``kind`` rather than at its absence."""
    for key in keys.entries if "kind" not in keys.entries else ():
        if hint := nearest(key, ["kind"]):
            raise keys.key_error(key, f"unknown key {key!r}", expected="kind", hint=hint)


def _outline(body: Tree) -> Outline:
    keys = mapping(body, "a node, such as {kind: belief}")
    _check_kind_key(keys)
    kind = one_of(required(keys, "kind", f"one of {', '.join(NodeKind)}"), NodeKind, "kind")
    return Outline(NodeKind(kind), _dimensions(keys.get("of")))


def _dimensions(tree: Tree | None) -> tuple[str, ...]:
    if tree is None:
        return ()
    if not isinstance(tree, Sequence):
        return (field_name(tree, "a dimension"),)
    found = distinct(tree, field_name, "dimensions, such as [topic, skill]")
    if not found:
        raise tree.error("is an empty list", expected="a dimension, or a list of them")
    return found


def declared_by(belief_map: BeliefMap) -> Declared:
    """The names a compiled map declares."""
    header = Header(
        product=belief_map.product,
        clock=belief_map.clock,
        zone=belief_map.zone,
        bands=belief_map.bands,
        fields=belief_map.fields,
        groups=belief_map.groups,
    )
    return Declared(
        header=header,
        kinds=frozenset(belief_map.signals),
        nodes={n.name: Outline(n.kind, n.dimensions) for n in belief_map.nodes.values()},
        outcomes=tuple(belief_map.outcomes),
        purposes=tuple(belief_map.purposes),
    )
