"""Nodes and how they are addressed: ``prices_are_fair``, ``buys[FLUID MILK]``."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from doxa.errors import InputError


class NodeKind(StrEnum):
    """What a node stands for."""

    BELIEF = "belief"
    GOAL = "goal"
    PREFERENCE = "preference"
    FEELING = "feeling"
    CONSTRAINT = "constraint"
    TRAIT = "trait"


class Address(msgspec.Struct, frozen=True, order=True):
    """A node, and for a member of a family the values of its dimensions in declared order.

    Examples
    --------
    >>> str(Address("buys", ("FLUID MILK",))), str(Address("prices_are_fair"))
    ('buys[FLUID MILK]', 'prices_are_fair')
    """

    node: str
    member: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.member:
            return self.node
        return f"{self.node}[{', '.join(_escape(part) for part in self.member)}]"


def parse_address(text: str) -> Address:
    """Read the text form of an address; a comma or bracket inside a value is escaped by a backslash.

    Examples
    --------
    >>> parse_address("buys[FLUID MILK]")
    Address(node='buys', member=('FLUID MILK',))
    """
    name, bracket, rest = text.partition("[")
    if not bracket:
        return Address(name.strip())
    if not rest.endswith("]") or not name.strip():
        raise InputError(f"{text!r} is not a node address", expected="a name, or name[member]")
    return Address(name.strip(), tuple(_split(rest[:-1])))


def _escape(part: str) -> str:
    return part.replace("\\", "\\\\").replace(",", "\\,").replace("]", "\\]")


def _split(text: str) -> list[str]:
    parts: list[str] = []
    current, escaped = "", False
    for letter in text:
        if escaped or letter not in "\\,":
            current, escaped = current + letter, False
        elif letter == "\\":
            escaped = True
        else:
            parts, current = [*parts, current.strip()], ""
    return [*parts, current.strip()]
