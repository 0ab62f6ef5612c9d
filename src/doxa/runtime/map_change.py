"""How two maps differ in meaning: comments, line numbers and the order of keys do not count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from doxa.beliefmap.fingerprint import fingerprint, question
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.renames import carried, former_names
from doxa.types import Json

_NO_MEANING = frozenset({"text", "line", "renamed_from"})
_NO_SECTION = frozenset({"text", "former", "unopened"})


class MapChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of a map that another map has otherwise.

    Attributes
    ----------
    part : str
        Such as ``nodes.fair``, ``signals.purchase`` or ``bands``.
    change : ``added``, ``removed``, ``changed`` or ``renamed``
    keys : tuple of str
        What of it changed.
    before : str
        The node's former name, where it was renamed.
    """

    part: str
    change: str
    keys: tuple[str, ...] = ()
    before: str = ""

    def __str__(self) -> str:
        text = f"{self.part} {self.change}"
        if self.before:
            text += f" from {self.before}"
        return f"{text} ({', '.join(self.keys)})" if self.keys else text


class MapDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What changes when a map takes the place of another, and what that leaves behind.

    Attributes
    ----------
    changes : tuple of MapChange
    evidence : bool
        The same signals give other cells: snapshots are folded anew and all heads are stale.
    asked_anew : tuple of str
        Outcomes that both maps have and that now ask another question: their heads are stale.
    no_longer_asked, never_fitted : tuple of str
        Outcomes that only the old map has, and only the new one.
    perhaps_renamed : tuple of (str, str)
        Nodes that went and came in the same form: perhaps the same under a new name.
    """

    changes: tuple[MapChange, ...]
    evidence: bool
    asked_anew: tuple[str, ...]
    no_longer_asked: tuple[str, ...]
    never_fitted: tuple[str, ...]
    perhaps_renamed: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Json]:
        """The difference as plain fields."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        return told


def map_diff(old: BeliefMap, new: BeliefMap) -> MapDiff:
    """What changes from one map to another.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> old = parse_map("{doxa: 1, product: shop, nodes: {ease: {kind: belief}}}")
    >>> new = parse_map("{doxa: 1, product: shop, nodes: {calm: {kind: belief, renamed_from: ease}}}")
    >>> found = map_diff(old, new)
    >>> [str(change) for change in found.changes], found.evidence
    (['nodes.calm renamed from ease'], False)
    """
    names = {before: name for before, name in former_names(new).items() if before in old.nodes}
    before, after = _meaning(old, names), _meaning(new, {})
    renames = tuple(
        MapChange(part=f"nodes.{name}", change="renamed", before=gone)
        for gone, name in names.items()
    )
    found = [
        change
        for section in BeliefMap.__struct_fields__
        if section not in _NO_SECTION
        for change in _section(section, before.get(section), after.get(section))
    ]
    both = [name for name in old.outcomes if name in new.outcomes]
    return MapDiff(
        changes=(*renames, *found),
        evidence=fingerprint(old, names) != fingerprint(new),
        asked_anew=tuple(
            name
            for name in both
            if question(old.outcomes[name], names) != question(new.outcomes[name])
        ),
        no_longer_asked=tuple(name for name in old.outcomes if name not in new.outcomes),
        never_fitted=tuple(name for name in new.outcomes if name not in old.outcomes),
        perhaps_renamed=tuple(_perhaps(before["nodes"], after["nodes"])),
    )


def differences(old: BeliefMap, new: BeliefMap) -> list[str]:
    """What changed, one phrase each; none when the maps mean the same.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> old = parse_map("{doxa: 1, product: shop, nodes: {calm: {kind: belief}}}")
    >>> new = parse_map("{doxa: 1, product: shop, nodes: {calm: {kind: belief, base: 0.2}}}")
    >>> differences(old, new)
    ['nodes.calm changed (base)']
    """
    return [str(change) for change in map_diff(old, new).changes]


def _meaning(belief_map: BeliefMap, names: Mapping[str, str]) -> dict[str, Any]:
    """The map as plain values without what means nothing, nodes under their present names."""
    plain = carried(_meant(msgspec.to_builtins(belief_map)), names)
    now = {name: names.get(name, name) for name in belief_map.nodes}
    nodes = {
        now[name]: {**node, "name": now[name]} for name, node in plain.get("nodes", {}).items()
    }
    return {**plain, "nodes": nodes}


def _meant(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _meant(one) for key, one in value.items() if key not in _NO_MEANING}
    if isinstance(value, list | tuple):
        return [_meant(one) for one in value]
    return value


def _section(name: str, before: Any, after: Any) -> Iterator[MapChange]:
    if before == after:
        return
    if not isinstance(before or {}, dict) or not isinstance(after or {}, dict):
        yield MapChange(part=name, change="changed")
        return
    old, new = before or {}, after or {}
    yield from (MapChange(part=f"{name}.{key}", change="added") for key in new if key not in old)
    yield from (MapChange(part=f"{name}.{key}", change="removed") for key in old if key not in new)
    for key in old:
        if key in new and old[key] != new[key]:
            yield MapChange(part=f"{name}.{key}", change="changed", keys=_keys(old[key], new[key]))


def _keys(old: Any, new: Any) -> tuple[str, ...]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ()
    return tuple(key for key in {**old, **new} if old.get(key) != new.get(key))


def _perhaps(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Nodes that went, each with the only one that came in the same form."""
    gone = {name: _form(node) for name, node in old.items() if name not in new}
    come = {name: _form(node) for name, node in new.items() if name not in old}
    for name, form in gone.items():
        alike = [other for other, its in come.items() if its == form]
        if len(alike) == 1 and list(gone.values()).count(form) == 1:
            yield name, alike[0]


def _form(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in ("name", "says")}
