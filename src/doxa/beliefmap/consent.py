"""The payload of a `consent` signal, checked against the map's purposes and nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.names import listed, nearest
from doxa.domain.consent import NODE, PURPOSE
from doxa.errors import SignalError

_FORM = "{purpose: name, given: true} or {node: name, given: true}"


def check_consent(belief_map: BeliefMap, payload: Mapping[str, Any]) -> None:
    """Refuse a consent that says nothing: it would be stored, and never count.

    Raises
    ------
    SignalError
        Names the field.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map("{doxa: 1, product: shop, purposes: {care: {sees: all}}}")
    >>> check_consent(shop, {"purpose": "care", "given": False})
    >>> check_consent(shop, {"purpose": "cure", "given": False})
    Traceback (most recent call last):
        ...
    doxa.errors.SignalError: payload.purpose: unknown purpose 'cure'; expected one of care; did you mean 'care'?
    """
    odd = next((key for key in payload if key not in (PURPOSE, NODE, "given")), None)
    if odd is not None:
        raise SignalError(f"a consent has no {odd!r}", where="payload", expected=_FORM)
    about = [name for name in (PURPOSE, NODE) if payload.get(name) is not None]
    if len(about) != 1:
        problem = "is about two things at once" if about else "does not say to what"
        raise SignalError(problem, where="payload", expected=_FORM)
    if not isinstance(payload.get("given"), bool):
        raise SignalError(
            f"{payload.get('given')!r} is neither given nor withdrawn",
            where="payload.given",
            expected="true or false",
        )
    _check_name(about[0], payload[about[0]], belief_map)


def _check_name(what: str, name: Any, belief_map: BeliefMap) -> None:
    known = list(belief_map.purposes if what == PURPOSE else readable_names(belief_map))
    if isinstance(name, str) and name in known:
        return
    hint = nearest(str(name), known)
    if isinstance(name, str) and "[" in name:
        hint = "a consent holds for a whole node, every member of it"
    raise SignalError(
        f"unknown {what} {name!r}",
        where=f"payload.{what}",
        expected=f"one of {listed(known)}" if known else f"a declared {what}, and there is none",
        hint=hint,
    )


@per_map
def readable_names(belief_map: BeliefMap) -> tuple[str, ...]:
    """Nodes, traits and personas that a purpose or a consent may name."""
    return tuple(dict.fromkeys((*belief_map.nodes, *belief_map.personas)))
