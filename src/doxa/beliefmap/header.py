"""The head of a map: version, product, clock, zone, bands, field types, groups."""

from __future__ import annotations

from dataclasses import dataclass

from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.literals import (
    distinct,
    field_name,
    half_life,
    mapping,
    one_of,
    required,
    text,
)
from doxa.beliefmap.model import FieldType, Zone
from doxa.beliefmap.names import identifier, key_label
from doxa.domain.clock import DAY, HOUR, Clock, zone
from doxa.errors import InputError
from doxa.types import HalfLife

VERSION = "1"
TIME_BANDS: tuple[HalfLife, ...] = (
    6.0 * HOUR,
    3.0 * DAY,
    21.0 * DAY,
    180.0 * DAY,
    float("inf"),
)
POSITION_BANDS: tuple[HalfLife, ...] = (2.0, 8.0, 32.0, 128.0, float("inf"))
MOST_BANDS = 16


@dataclass(frozen=True, slots=True)
class Header:
    """What everything below the head of a map is read by."""

    product: str
    clock: Clock
    zone: Zone
    bands: tuple[HalfLife, ...]
    fields: dict[str, FieldType]
    groups: dict[str, str]


def read_header(top: Mapping) -> Header:
    """Read the head of a map."""
    check_version(top)
    clock = _clock(top)
    return Header(
        product=text(required(top, "product", "the product's name"), "the product's name"),
        clock=clock,
        zone=_zone(top.get("timezone")),
        bands=_bands(top.get("bands"), clock),
        fields=_fields(top.get("fields")),
        groups=_groups(top.get("groups")),
    )


def check_version(top: Mapping) -> None:
    """Refuse any version of the grammar but this one."""
    version = required(top, "doxa", "doxa: 1")
    if text(version) != VERSION:
        raise version.error(
            f"version {text(version)!r} of the grammar is not known", expected="doxa: 1"
        )


def _clock(top: Mapping) -> Clock:
    tree = top.get("clock")
    return Clock(one_of(tree, Clock, "clock")) if tree else Clock.TIME


def _zone(tree: Tree | None) -> Zone:
    if tree is None:
        return Zone()
    if not isinstance(tree, Mapping):
        return Zone(default=zone_name(tree))
    mapping(tree, "a zone, or {from: trait, default: zone}", ["from", "default"])
    trait = field_name(required(tree, "from", "the trait that holds the zone"), "a trait")
    return Zone(default=zone_name(required(tree, "default", "a zone")), trait=trait)


def zone_name(tree: Tree) -> str:
    """The name of a time zone that exists."""
    name = text(tree, "a time zone, such as Europe/London")
    try:
        zone(name)
    except InputError as error:
        raise tree.error(error.problem, expected=error.expected) from error
    return name


def _bands(tree: Tree | None, clock: Clock) -> tuple[HalfLife, ...]:
    if tree is None:
        return POSITION_BANDS if clock is Clock.POSITION else TIME_BANDS
    found = distinct(tree, lambda item: half_life(item, clock), "half-lives, such as [3d, never]")
    if not 1 <= len(found) <= MOST_BANDS:
        raise tree.error(f"holds {len(found)} bands", expected=f"1 to {MOST_BANDS} half-lives")
    return tuple(sorted(found))


def _fields(tree: Tree | None) -> dict[str, FieldType]:
    if tree is None:
        return {}
    found = {}
    section = mapping(tree, "payload fields and their types")
    for name, kind in section.entries.items():
        key_label(section, name)
        found[name] = FieldType(one_of(kind, FieldType, "type"))
    return found


def _groups(tree: Tree | None) -> dict[str, str]:
    if tree is None:
        return {}
    section = mapping(tree, "groups, such as household: {trait: household}")
    found = {}
    for name, body in section.entries.items():
        identifier(section, name)
        keys = mapping(body, "{trait: name}", ["trait"])
        found[name] = field_name(required(keys, "trait", "{trait: name}"), "a trait")
    return found
