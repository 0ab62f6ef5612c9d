"""Claims as a map reads them: checked strictly when they come in, once more when replayed."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

from doxa.beliefmap import values
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.names import listed, nearest
from doxa.beliefmap.renames import former_names
from doxa.beliefmap.values import Calendar
from doxa.domain.claim import Claim, ClaimKind, canonical_words, open_address
from doxa.domain.clock import Clock
from doxa.domain.node import Address, NodeKind, parse_address
from doxa.errors import InputError, SignalError
from doxa.types import Json, Moment

LONGEST = 512
"""Characters of a claim's own words: what is longer is a document, not a claim."""

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_DEFAULTS = msgspec.structs.asdict(Claim())
_DECODER = msgspec.json.Decoder(Claim)


def checked_claim(payload: dict[str, Json], belief_map: BeliefMap) -> dict[str, Json]:
    """The payload of a claim in its one form, or a `SignalError` that names the field.

    Addresses and words are made canonical, times become moments, defaults are left out.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map("{doxa: 1, product: p, nodes: {fair: {kind: belief}}}")
    >>> checked_claim({"about": "fair", "holds": False, "weight": 1}, shop)
    {'about': 'fair', 'holds': False}
    """
    claim = _decoded(payload)
    if claim.weight <= 0 or not math.isfinite(claim.weight):
        raise SignalError(f"is {claim.weight:g}", where=_of("weight"), expected="above zero")
    begins, ends = (
        _moment(claim, "valid_from", belief_map),
        _moment(claim, "valid_until", belief_map),
    )
    if begins is not None and ends is not None and ends <= begins:
        raise SignalError("ends before it begins", where=_of("valid_until"), expected="a later one")
    if claim.supersedes == "" or (claim.supersedes_source and not claim.supersedes):
        raise SignalError("is missing", where=_of("supersedes"), expected="the id of a claim")
    target = _declared(claim, belief_map) if claim.about is not None else _open(claim)
    found = msgspec.structs.replace(claim, valid_from=begins, valid_until=ends, **target)
    whole: dict[str, Json] = msgspec.structs.asdict(found)
    return {name: value for name, value in whole.items() if value != _DEFAULTS[name]}


def claim_of(payload: bytes) -> Claim | None:
    """A claim as it lies in the ledger; None for what is none."""
    try:
        return _DECODER.decode(payload)
    except msgspec.ValidationError:
        return None


def target_of(claim: Claim, belief_map: BeliefMap) -> Address | None:
    """The node a claim is about; None where this map has no such node.

    Nodes renamed since carry the claims about their former names.
    """
    if claim.about is None:
        if not claim.says or claim.kind is None or claim.kind not in list(ClaimKind):
            return None
        found = open_address(ClaimKind(claim.kind), claim.says)
        return None if found.node in belief_map.unopened else found
    try:
        found = parse_address(claim.about)
    except InputError:
        return None
    name = former_names(belief_map).get(found.node, found.node)
    node = belief_map.nodes.get(name)
    if node is None or node.kind is NodeKind.TRAIT or len(node.dimensions) != len(found.member):
        return None
    return Address(name, found.member)


def calendar_of(belief_map: BeliefMap) -> Calendar:
    """How a map reads the times of a claim."""
    return values.schema_of(belief_map).calendar


def _of(field: str) -> str:
    return f"payload.{field}"


def _decoded(payload: dict[str, Json]) -> Claim:
    try:
        return msgspec.convert(payload, Claim, strict=True)
    except msgspec.ValidationError as error:
        found = _AT.match(str(error))
        what, path = (found["what"], found["path"] or "") if found else (str(error), "")
        problem = what[:1].lower() + what[1:]
        known = ", ".join(Claim.__struct_fields__)
        unknown = "unknown field" in problem
        raise SignalError(
            f"is no claim: {problem}",
            where=f"payload{path}",
            expected=f"one of {known}" if unknown else "",
        ) from None


def _moment(claim: Claim, field: str, belief_map: BeliefMap) -> Moment | None:
    told: Any = getattr(claim, field)
    if told is None:
        return None
    found = values.moment(told, calendar_of(belief_map))
    if found is None:
        timed = belief_map.clock is Clock.TIME
        expected = "ISO 8601 text, or a moment" if timed else "a whole number"
        raise SignalError(f"{told!r} is no time", where=_of(field), expected=expected)
    return found


def _declared(claim: Claim, belief_map: BeliefMap) -> dict[str, Any]:
    about = claim.about or ""
    if claim.says is not None or claim.kind is not None:
        raise SignalError(
            "has words of its own beside a node", where=_of("about"), expected="one of them"
        )
    try:
        address = parse_address(about)
    except InputError as error:
        raise SignalError(error.problem, where=_of("about"), expected=error.expected) from None
    node = belief_map.nodes.get(address.node)
    if node is None:
        names = [n.name for n in belief_map.nodes.values() if n.kind is not NodeKind.TRAIT]
        raise SignalError(
            f"the map declares no node {address.node!r}",
            where=_of("about"),
            expected=f"one of {listed(names)}" if names else "a claim in words: says and kind",
            hint=nearest(address.node, names),
        )
    if node.kind is NodeKind.TRAIT:
        raise SignalError(
            f"{node.name!r} is a trait", where=_of("about"), hint="traits arrive as 'traits'"
        )
    if len(address.member) != len(node.dimensions) or "" in address.member:
        form = f"{node.name}[{', '.join(node.dimensions)}]" if node.dimensions else node.name
        raise SignalError(f"{about!r} names no one node", where=_of("about"), expected=form)
    return {"about": str(address)}


def _open(claim: Claim) -> dict[str, Any]:
    words = " ".join((claim.says or "").split())
    if not canonical_words(words):
        raise SignalError("is missing", where=_of("says"), expected="a claim's words, or 'about'")
    if len(words) > LONGEST:
        raise SignalError(
            f"has {len(words)} characters", where=_of("says"), expected=f"at most {LONGEST}"
        )
    kind = claim.kind or ClaimKind.BELIEF.value
    if kind not in list(ClaimKind):
        raise SignalError(
            f"{kind!r} is no kind of claim",
            where=_of("kind"),
            expected=f"one of {', '.join(ClaimKind)}",
            hint=nearest(kind, ClaimKind),
        )
    return {"says": words, "kind": kind}
