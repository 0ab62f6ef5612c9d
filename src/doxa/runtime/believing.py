"""Claims, written down: somebody says that something holds of a person, or does not."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.domain.claim import ClaimKind
from doxa.domain.signal import CLAIM
from doxa.errors import InputError, SignalError, UnknownName
from doxa.runtime.addresses import address_of
from doxa.runtime.intake.given import Given
from doxa.runtime.intake.names import given_name
from doxa.runtime.intake.times import given_moment
from doxa.runtime.known_claims import known_claims
from doxa.runtime.observing import observe
from doxa.runtime.receipt import Receipt
from doxa.runtime.wiring import Wiring
from doxa.state.claims import SELF
from doxa.types import Json

_ADDRESS = re.compile(r"\S*_\S*|\w+\[.*\]")
"""What looks like an address: with these, a typing error must not become a claim of its own."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as it was given: nothing is checked yet; see `Twins.believe`."""

    what: Any
    kind: Any = None
    holds: Any = True
    weight: Any = 1.0
    quote: Any = None
    valid_from: Any = None
    valid_until: Any = None
    supersedes: Any = None


def believe(wiring: Wiring, said: Said, given: Given, now: Any = None) -> Receipt:
    """Append one claim signal."""
    payload = _payload(wiring, said)
    if said.supersedes is not None:
        payload |= _superseded(wiring, said, given)
    return observe(wiring, msgspec.structs.replace(given, kind=CLAIM, payload=payload), now)


def _payload(wiring: Wiring, said: Said) -> dict[str, Any]:
    belief_map = wiring.belief_map
    if not isinstance(said.what, str):
        raise SignalError(
            f"is no text but {type(said.what).__name__}", where="claim", expected="a node or words"
        )
    moments = {
        name: given_moment(
            name, getattr(said, name), belief_map.clock, belief_map.zone.default, exact=True
        )
        for name in ("valid_from", "valid_until")
    }
    return {
        **_target(belief_map, said),
        "holds": said.holds,
        "weight": said.weight,
        "quote": said.quote,
        **moments,
    }


def _target(belief_map: BeliefMap, said: Said) -> dict[str, Json]:
    """The declared node that the text names, else a claim in its own words."""
    name = said.what.partition("[")[0].strip()
    node = belief_map.nodes.get(name)
    if node is None:
        if _ADDRESS.fullmatch(said.what.strip()):
            address_of(belief_map, said.what, {})  # says which names there are
        return {
            "says": said.what,
            "kind": ClaimKind.BELIEF.value if said.kind is None else said.kind,
        }
    address = address_of(belief_map, said.what, {})
    if said.kind is not None and said.kind != node.kind.value:
        raise SignalError(
            f"{name!r} is a {node.kind.value}", where="kind", expected=node.kind.value
        )
    return {"about": str(address)}


def _superseded(wiring: Wiring, said: Said, given: Given) -> dict[str, Json]:
    """The claim replaced: of the same source where both have the id, never the person's own word."""
    source, name = given_name("source", given.source), given_name("supersedes", said.supersedes)
    known = known_claims(wiring, given_name("twin", given.twin))
    sources = [each for each, id_ in known if id_ == name]
    if not sources:
        raise UnknownName(
            f"no claim about this person has the id {name!r}",
            where="supersedes",
            hint="twin.explain(node).claims lists them with their ids",
        )
    if source not in sources and len(sources) > 1:
        raise InputError(
            f"{len(sources)} sources have a claim {name!r}",
            where="supersedes",
            hint="observe a 'claim' with supersedes_source",
        )
    before = source if source in sources else sources[0]
    if before == SELF and source != SELF:
        raise InputError(
            f"{name!r} is the person's own word",
            where="supersedes",
            expected="a claim of another source",
            hint="only the person takes it back (source='self')",
        )
    return {"supersedes": name, **({} if before == source else {"supersedes_source": before})}
