"""The oracle's claims: which of one person's claims count at a moment, by plain loops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.renames import former_names
from doxa.domain.claim import ClaimKind, open_address
from doxa.domain.evidence import Channel, Evidence
from doxa.domain.node import Address, parse_address
from doxa.domain.signal import CLAIM, Signal
from doxa.types import Moment


def counting_claims(
    signals: Iterable[Signal], now: Moment, belief_map: BeliefMap
) -> Iterator[tuple[Signal, Evidence]]:
    """The claims among some signals that count at a moment, as evidence of no rule."""
    claims = [s for s in signals if s.kind == CLAIM and s.cause is None]
    claims = [s for s in claims if _target(s, belief_map) is not None]
    for claim in claims:
        target = _target(claim, belief_map)
        begins, ends = _interval(claim)
        gone = any(_replaces(other, claim) and _interval(other)[0] <= now for other in claims)
        if target is None or gone or not begins <= now < ends:
            continue
        channel = Channel.FOR if claim.payload.get("holds", True) else Channel.AGAINST
        weight = claim.payload.get("weight", 1.0)
        assert isinstance(weight, int | float)
        yield claim, Evidence(-1, target.node, target.member, channel, float(weight))


def claimed(signals: Iterable[Signal], belief_map: BeliefMap) -> set[Address]:
    """Every node that some signals make claims about."""
    told = (_target(signal, belief_map) for signal in signals if signal.kind == CLAIM)
    return {address for address in told if address is not None}


def _target(claim: Signal, belief_map: BeliefMap) -> Address | None:
    about, says, kind = (claim.payload.get(name) for name in ("about", "says", "kind"))
    if isinstance(about, str):
        address = parse_address(about)
        name = former_names(belief_map).get(address.node, address.node)
        return Address(name, address.member) if name in belief_map.nodes else None
    return None if says is None else open_address(ClaimKind(str(kind)), str(says))


def _interval(claim: Signal) -> tuple[float, float]:
    begins, ends = (claim.payload.get(name) for name in ("valid_from", "valid_until"))
    assert not isinstance(begins, str)
    assert not isinstance(ends, str)
    first = claim.at if begins is None else max(claim.at, _number(begins))
    return first, float("inf") if ends is None else _number(ends)


def _number(told: object) -> int:
    assert isinstance(told, int)
    return told


def _replaces(new: Signal, old: Signal) -> bool:
    """Named by id, made before, and not the person's own word unless by the person."""
    source = new.payload.get("supersedes_source", new.source)
    if new is old or (source, new.payload.get("supersedes")) != (old.source, old.id):
        return False
    allowed = new.source == "self" or old.source != "self"
    return allowed and (old.at, old.order) <= (new.at, new.order)
