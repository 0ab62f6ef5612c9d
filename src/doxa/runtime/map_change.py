"""How two maps differ in meaning: comments, line numbers and the order of keys do not count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from doxa.beliefmap.model import BeliefMap

_NO_MEANING = frozenset({"text", "line"})


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
    before, after = _meaning(msgspec.to_builtins(old)), _meaning(msgspec.to_builtins(new))
    return [
        phrase
        for section in BeliefMap.__struct_fields__
        for phrase in _section(section, before.get(section), after.get(section))
    ]


def _meaning(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _meaning(one) for key, one in value.items() if key not in _NO_MEANING}
    if isinstance(value, list | tuple):
        return [_meaning(one) for one in value]
    return value


def _section(name: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if not isinstance(before or {}, dict) or not isinstance(after or {}, dict):
        yield f"{name} changed"
        return
    old, new = before or {}, after or {}
    yield from (f"{name}.{key} added" for key in new if key not in old)
    yield from (f"{name}.{key} removed" for key in old if key not in new)
    for key in old:
        if key in new and old[key] != new[key]:
            yield f"{name}.{key} changed{_keys(old[key], new[key])}"


def _keys(old: Any, new: Any) -> str:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ""
    told = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return f" ({', '.join(told)})"
