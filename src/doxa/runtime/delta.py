"""What one signal changed: each node it spoke of, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from doxa.beliefmap.claims import claim_of, target_of
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.open_nodes import nodes_of
from doxa.beliefmap.rows import evidence_of
from doxa.beliefmap.sights import sight_of
from doxa.domain.clock import Clock
from doxa.domain.content import canonical_payload
from doxa.domain.node import Address
from doxa.domain.signal import CLAIM, Signal
from doxa.reading.opinion import Opinion
from doxa.runtime.folding.fold import Folded
from doxa.runtime.folding.twin_state import readable
from doxa.runtime.frozen import Frozen, counting, newest
from doxa.runtime.held import held, read_address
from doxa.runtime.identity import person_at
from doxa.runtime.known_claims import known_claims
from doxa.runtime.versions import field_at, priors_at
from doxa.runtime.views import gate_of, seen_folded
from doxa.runtime.wiring import Wiring
from doxa.storage.port import Appended
from doxa.types import Json

MOVED = 0.1
"""A credence that moved by so much has changed."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One node before and after something came in."""

    node: Address
    before: Opinion
    after: Opinion

    @property
    def what(self) -> tuple[str, ...]:
        """What happened to the node: formed, solidified, contested, reversed, faded, dissolved,
        revived; rose or fell when its credence moved by a tenth or more."""
        return what_changed(self.before, self.after)

    def as_dict(self) -> dict[str, Json]:
        """The change as plain fields."""
        both = {"before": self.before.as_dict(), "after": self.after.as_dict()}
        return {"node": str(self.node), "what": list(self.what), **both}


_AGED = {"fading": "faded", "dissolved": "dissolved"}
_TURNED = {"solid": "solidified", "contested": "contested", "reversed": "reversed"}


def what_changed(before: Opinion, after: Opinion) -> tuple[str, ...]:
    """The words for a change of status, then of credence."""
    return tuple(_of_status(before.status, after.status)) + tuple(_of_credence(before, after))


def _of_status(before: str, after: str) -> Iterator[str]:
    if before == after:
        return
    if before == "unmet":
        yield "formed"
    if after in _AGED:
        yield _AGED[after]
        return
    if before in _AGED:
        yield "revived"
    if after in _TURNED:
        yield _TURNED[after]


def _of_credence(before: Opinion, after: Opinion) -> Iterator[str]:
    moved = after.credence - before.credence
    if abs(moved) >= MOVED:
        yield "rose" if moved > 0 else "fell"


def delta(
    wiring: Wiring, signal: Signal, appended: Appended, purpose: str | None = None
) -> tuple[Change, ...]:
    """The nodes a signal spoke of, read just without and just with it, as a purpose may see them.

    Both are read when the store learned of it, from what stood in the ledger up to its place; a
    duplicate changed nothing, and so did a signal that the purpose does not see.
    """
    addresses = _spoken_of(wiring, wiring.belief_map, signal)
    hears = sight_of(wiring.belief_map, purpose).hears(signal.source)
    if appended.duplicate or not addresses or not hears:
        return ()
    before, after = _around(wiring, signal, appended.seq, purpose)
    if after.view.closed:
        return ()
    seen = nodes_of(before.belief_map).keys() & nodes_of(after.belief_map).keys()
    return tuple(
        Change(
            node=address,
            before=read_address(before, address).one(0),
            after=read_address(after, address).one(0),
        )
        for address in addresses
        if address.node in seen
    )


def changes(earlier: Frozen, later: Frozen) -> tuple[Change, ...]:
    """Nodes whose status changed, or whose credence moved by a tenth or more."""
    every = {each.node: each.opinion for each in held(later)}
    known = nodes_of(later.belief_map)
    gone = [each.node for each in held(earlier) if each.node not in every]
    every |= {node: read_address(later, node).one(0) for node in gone if node.node in known}
    found = []
    for node, after in every.items():
        if node.node not in nodes_of(earlier.belief_map):
            continue  # the person let it be read only since
        before = read_address(earlier, node).one(0)
        if abs(before.credence - after.credence) >= MOVED or before.status != after.status:
            found.append(Change(node=node, before=before, after=after))
    return tuple(found)


def _spoken_of(wiring: Wiring, belief_map: BeliefMap, signal: Signal) -> list[Address]:
    """Distinct nodes in the order of the rules."""
    said = evidence_of(belief_map, signal, inert=signal.cause is not None)
    found = dict.fromkeys(Address(one.node, one.member) for one in said)
    if signal.kind == CLAIM and signal.cause is None:
        found |= dict.fromkeys(_claimed(wiring, belief_map, signal))
    return list(found)


def _claimed(wiring: Wiring, belief_map: BeliefMap, signal: Signal) -> Iterator[Address]:
    """The node of a claim, and that of the claim it supersedes."""
    claim = claim_of(canonical_payload(signal.payload))
    told = [claim]
    if claim is not None and claim.supersedes is not None:
        named = (claim.supersedes_source or signal.source, claim.supersedes)
        told.append(known_claims(wiring, signal.twin).get(named))
    for each in told:
        target = None if each is None else target_of(each, belief_map)
        if target is not None:
            yield target


def _around(wiring: Wiring, signal: Signal, seq: int, purpose: str | None) -> tuple[Frozen, Frozen]:
    """The twin without and with the signal at some place of the ledger."""
    key = wiring.store.twin_key(signal.twin)
    assert key is not None
    timed = wiring.belief_map.clock is Clock.TIME
    until = max(signal.at, signal.recorded) if timed else None
    person = person_at(wiring, key, until, None)
    found = readable(wiring, wiring.belief_map, person, until, None, before_seq=seq)
    if found.snapshot is not None and found.snapshot.until > signal.at:
        found = readable(wiring, wiring.belief_map, person, until, None, cached=False)

    def frozen(folded: Folded) -> Frozen:
        gate = gate_of(wiring.belief_map, purpose, folded)
        view = gate.view(person.key)
        seen, shown = seen_folded(wiring, gate, view, person, folded, until, None)
        return Frozen(
            wiring=wiring,
            twin=signal.twin,
            person=person,
            belief_map=seen,
            priors=priors_at(wiring, None, view.sight),
            field=field_at(wiring, seen, None, view.sight),
            now=newest(shown) if until is None else until,
            known_at=None,
            folded=shown,
            view=view,
        )

    after = frozen(found.folded(seq))
    before = replace(frozen(found.folded(seq - 1)), now=after.now)
    return counting(before), counting(after)
