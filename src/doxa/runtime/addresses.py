"""Addresses as callers give them: a name with members by keyword, or ``buys[FLUID MILK]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doxa.beliefmap import values
from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.names import listed, nearest
from doxa.beliefmap.open_nodes import nodes_of
from doxa.domain.claim import is_open, kind_of_open, open_address
from doxa.domain.node import Address, NodeKind, parse_address
from doxa.errors import InputError, UnknownName


def address_of(belief_map: BeliefMap, text: str, members: Mapping[str, Any]) -> Address:
    """The address of a node that the map declares, or of an open one by family and words.

    Raises
    ------
    UnknownName
        The map declares no such node; names the nearest.
    InputError
        A family without its member, or a member the node does not have.
    """
    _check_unicode(text)
    found = parse_address(text)
    node = nodes_of(belief_map).get(found.node)
    if node is None:
        raise _unknown(belief_map, found.node)
    if node.kind is NodeKind.TRAIT:
        raise InputError(f"{node.name!r} is a trait, not an opinion", hint="see twin.traits()")
    if members:
        return Address(node.name, _members(belief_map, node, members))
    if len(found.member) != len(node.dimensions):
        raise InputError(
            f"{text!r} does not name one member", expected=_form(node), where=node.name
        )
    if is_open(node.name):
        return open_address(kind_of_open(node.name), found.member[0])
    return found


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError("is no valid Unicode (a lone surrogate)", where=repr(text)) from None


def _unknown(belief_map: BeliefMap, name: str) -> UnknownName:
    known = [node.name for node in belief_map.nodes.values() if node.kind is not NodeKind.TRAIT]
    return UnknownName(
        f"the map declares no node {name!r}",
        expected=f"one of {listed(known)}" if known else "a node, and the map has none",
        hint=nearest(name, known),
    )


def _form(node: Node) -> str:
    return f"{node.name}[{', '.join(node.dimensions)}]" if node.dimensions else node.name


def _members(belief_map: BeliefMap, node: Node, members: Mapping[str, Any]) -> tuple[str, ...]:
    if set(members) != set(node.dimensions):
        raise InputError(f"{node.name} has no members by {listed(members)}", expected=_form(node))
    schema = values.schema_of(belief_map)
    found = []
    for name in node.dimensions:
        text = values.member(members[name], schema.types.get(name), schema.calendar)
        if text is None:
            raise InputError(f"{members[name]!r} names no {name}", where=node.name)
        found.append(text)
    return tuple(found)
