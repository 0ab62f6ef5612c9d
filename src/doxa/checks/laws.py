"""The laws of reading as checks that any store or reading can be put through.

Every check takes a `Reader` and raises `AssertionError` with the readings that break the law.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Protocol, TypeAlias

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.open_nodes import nodes_of
from doxa.checks.evaluate import evaluate
from doxa.checks.oracle_claims import claimed
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.types import Json, Moment

Readings: TypeAlias = dict[Address, dict[str, Json]]
"""Opinions as plain fields (`Opinion.as_dict`), by address; nodes never met are left out."""

SLACK = 1e-9


class Reader(Protocol):
    """One twin's signals, a map and a moment (on both clocks) in; opinions out."""

    def __call__(
        self,
        signals: Sequence[Signal],
        belief_map: BeliefMap,
        now: Moment,
        known_at: Moment | None = None,
    ) -> Readings:
        """Read every node; signals come in any order and may repeat."""


def assert_close(found: Readings, expected: Readings, why: str) -> None:
    """Equal addresses and words, numbers within 1e-9; only fields that both sides have count."""
    assert found.keys() == expected.keys(), (why, sorted(found), sorted(expected))
    for address, told in expected.items():
        for name in told.keys() & found[address].keys():
            mine, theirs = found[address][name], told[name]
            if isinstance(mine, int | float) and isinstance(theirs, int | float):
                close = math.isclose(mine, theirs, rel_tol=SLACK, abs_tol=SLACK)
                assert close, (why, str(address), name, mine, theirs)
            else:
                assert mine == theirs, (why, str(address), name, mine, theirs)


def number(told: dict[str, Json], name: str) -> float:
    """A number of an opinion."""
    value = told[name]
    assert isinstance(value, int | float), (name, value)
    return float(value)


def kind_of(belief_map: BeliefMap, address: Address) -> EvidenceKind | None:
    """The kind of evidence the node of an address takes."""
    return nodes_of(belief_map)[address.node].evidence


def claimed_by(signals: Sequence[Signal], belief_map: BeliefMap) -> set[Address]:
    """Nodes read from counts or values about which some signals make claims."""
    ruled = {
        Address(piece.node, piece.member)
        for signal in signals
        for piece in evaluate(signal, belief_map)
        if piece.channel in (Channel.FOR, Channel.AGAINST)
    }
    return {
        address
        for address in ruled | claimed(signals, belief_map)
        if kind_of(belief_map, address) is not EvidenceKind.OPINION
    }


def check_order(
    reader: Reader, signals: Sequence[Signal], belief_map: BeliefMap, now: Moment, seed: int
) -> None:
    """Law 1: any order of the same signals reads alike, and duplicates by id change nothing."""
    rng = random.Random(seed)
    shuffled = [*signals, *rng.sample(list(signals), len(signals) // 2)]
    rng.shuffle(shuffled)
    expected = reader(signals, belief_map, now)
    assert_close(reader(shuffled, belief_map, now), expected, "order or duplicates matter")


def check_agree(
    reader: Reader,
    other: Reader,
    signals: Sequence[Signal],
    belief_map: BeliefMap,
    now: Moment,
) -> None:
    """Laws 1 and 4: two readers (engines, replay and live, columns and rows) agree."""
    found, expected = reader(signals, belief_map, now), other(signals, belief_map, now)
    assert_close(found, expected, "readers differ")


def check_as_of(
    reader: Reader, signals: Sequence[Signal], belief_map: BeliefMap, now: Moment
) -> None:
    """Law 3: what happens later changes nothing of a reading as of now."""
    past = [signal for signal in signals if signal.at <= now]
    found, expected = reader(signals, belief_map, now), reader(past, belief_map, now)
    assert_close(found, expected, "the future is seen")


def check_late(
    reader: Reader,
    signals: Sequence[Signal],
    belief_map: BeliefMap,
    now: Moment,
    late: Signal,
) -> None:
    """Law 3: a late signal changes readings known after its `recorded` only."""
    before, after = late.recorded - 1, late.recorded
    without = reader(signals, belief_map, now, before)
    assert_close(reader([*signals, late], belief_map, now, before), without, "known too early")
    known = [signal for signal in signals if signal.recorded <= after]
    expected = reader([*known, late], belief_map, now)
    assert_close(reader([*signals, late], belief_map, now, after), expected, "a late one is lost")


def check_bounds(
    reader: Reader, signals: Sequence[Signal], belief_map: BeliefMap, now: Moment
) -> None:
    """Law 5: credence and uncertainty lie in [0, 1]."""
    for address, told in reader(signals, belief_map, now).items():
        for name in ("credence", "uncertainty"):
            assert 0 <= number(told, name) <= 1, (str(address), name, told[name])


def check_never_lowers(
    reader: Reader,
    signals: Sequence[Signal],
    changed: Sequence[Signal],
    belief_map: BeliefMap,
    now: Moment,
    address: Address,
) -> None:
    """Law 5: with more support, a raised value or one more occurrence, credence is no lower.

    Parameters
    ----------
    changed : signals
        The same with the support added or the value raised; a confirmation by the person is
        support from the source ``self``.
    address : Address
        The node that the change speaks of; met before it.
    """
    before = reader(signals, belief_map, now)[address]
    after = reader(changed, belief_map, now)[address]
    lower = number(before, "credence") - number(after, "credence")
    assert lower <= SLACK, (str(address), before, after)


def check_never_unsure(
    reader: Reader, signals: Sequence[Signal], more: Signal, belief_map: BeliefMap, now: Moment
) -> None:
    """Law 5: more evidence never raises the uncertainty of anything."""
    before = reader(signals, belief_map, now)
    after = reader([*signals, more], belief_map, now)
    for address, told in before.items():
        higher = number(after[address], "uncertainty") - number(told, "uncertainty")
        assert higher <= SLACK, (str(address), told, after[address])


def check_silence(
    reader: Reader, signals: Sequence[Signal], belief_map: BeliefMap, now: Moment, later: Moment
) -> None:
    """Law 5: what silence does to each kind of evidence.

    For and against: credence moves towards the base rate and never across, uncertainty never
    falls. A member that falls back goes no further than that, but the way its base rate, which is
    the wider node's credence, moves meanwhile. Occurrences: credence falls, where no claims about
    them fade beside them. Everything: status moves only to fading and dissolved.
    """
    claimed = claimed_by(signals, belief_map)
    before = reader(signals, belief_map, now)
    after = reader([s for s in signals if s.at <= now], belief_map, later)
    for address, told in before.items():
        then, why = after[address], (str(address), told, after[address])
        if told["status"] != then["status"]:
            allowed = ("dissolved",) if told["status"] == "fading" else ("fading", "dissolved")
            assert then["status"] in allowed, why
        credence, now_credence = number(told, "credence"), number(then, "credence")
        kind = kind_of(belief_map, address)
        if kind is EvidenceKind.OCCURRENCE and address not in claimed:
            assert now_credence <= credence + SLACK, why
        if kind is EvidenceKind.OPINION:
            base, moved = number(told, "base"), number(then, "base") - number(told, "base")
            low, high = sorted((credence, base))
            assert now_credence >= low - SLACK or moved < 0, why
            assert now_credence <= high + SLACK or moved > 0, why
            assert number(then, "uncertainty") >= number(told, "uncertainty") - SLACK, why


def check_repeats(
    reader: Reader, once: Signal, belief_map: BeliefMap, address: Address, weight: float
) -> None:
    """Law 6: one statement ten times in one occasion counts at most 1 + ln 10 of once.

    Holds as written for a statement of weight 1 or more; a lighter one counts at most as much as
    one of weight 1 said ten times.
    """
    repeats = [msgspec.structs.replace(once, id=f"{once.id}-{n}") for n in range(10)]
    one = reader([once], belief_map, once.at)[address]
    ten = reader(repeats, belief_map, once.at)[address]
    told = number(ten, "support") + number(ten, "attack")
    trust = (number(one, "support") + number(one, "attack")) / counts(weight)
    bound = (1 + math.log(10)) * trust * max(counts(weight), 1.0)
    assert told <= bound * (1 + SLACK), (one, ten)


def fallen_through(belief_map: BeliefMap, address: Address) -> list[Address]:
    """A node and all that it falls back on."""
    found, nodes = [address], belief_map.nodes
    while address.node in nodes and nodes[address.node].within is not None:
        node = nodes[address.node]
        wider = nodes[node.within or ""]
        told = dict(zip(node.dimensions, address.member, strict=True))
        address = Address(wider.name, tuple(told[name] for name in wider.dimensions))
        found.append(address)
    return found


def counts(weight: float) -> float:
    """What one occasion of some weight counts: W up to 1, 1 + ln W beyond."""
    return weight if weight <= 1 else 1 + math.log(weight)


def check_solid_stays(
    reader: Reader,
    signals: Sequence[Signal],
    contrary: Signal,
    belief_map: BeliefMap,
    address: Address,
) -> None:
    """Law 6: a solid belief stays on its side after one contrary occasion of weight <= 1.

    The side is where more evidence stands. The contrary occasion comes from somebody else than
    the person, whose own word no evidence of others outweighs.
    """
    before = reader(signals, belief_map, contrary.at)[address]
    if before["status"] != "solid":
        return
    after = reader([*signals, contrary], belief_map, contrary.at)[address]
    was = number(before, "support") - number(before, "attack")
    now = number(after, "support") - number(after, "attack")
    assert was * now >= -SLACK, (before, after)


def check_alternation(
    reader: Reader, signals: Sequence[Signal], belief_map: BeliefMap, address: Address
) -> None:
    """Law 6: equal weights in turn, at gaps up to half a half-life, keep one status from the 4th.

    Parameters
    ----------
    signals : for, against, for, ... in the order of time, each an occasion.
    """
    told = [
        reader(signals[: end + 1], belief_map, signals[end].at)[address]["status"]
        for end in range(3, len(signals))
    ]
    assert len(set(told)) <= 1, told


def check_own_output(
    reader: Reader, signals: Sequence[Signal], belief_map: BeliefMap, now: Moment
) -> None:
    """Law 6: what doxa put out changes nothing when it is fed back."""
    fed = [
        msgspec.structs.replace(signal, id=f"{signal.id}-fed", at=signal.at - 1, cause="doxa")
        for signal in signals
    ]
    found, expected = reader([*signals, *fed], belief_map, now), reader(signals, belief_map, now)
    assert_close(found, expected, "its own output is taken for evidence")


def check_trust(
    reader: Reader,
    signals: Sequence[Signal],
    belief_map: BeliefMap,
    lowered: BeliefMap,
    source: str,
    now: Moment,
) -> None:
    """Law 7: lowering a source's trust attenuates only that source's sums.

    Nodes of which, and of what they fall back on, the source said nothing read as before; so do occurrences that it only counted.
    """
    claimed = claimed_by(signals, belief_map)
    before, after = reader(signals, belief_map, now), reader(signals, lowered, now)
    others = [signal for signal in signals if signal.source != source]
    alone = reader([s for s in signals if s.source == source], belief_map, now)
    untouched = {
        address
        for address in reader(others, belief_map, now)
        if not any(each in alone for each in fallen_through(belief_map, address))
        or (kind_of(belief_map, address) is EvidenceKind.OCCURRENCE and address not in claimed)
    }
    found = {address: after[address] for address in untouched}
    expected = {address: before[address] for address in untouched}
    assert_close(found, expected, "trust reaches too far")


def check_neighbours(
    reader: Reader, signals: Sequence[Signal], belief_map: BeliefMap, now: Moment
) -> None:
    """Edges move credences alone, and only of nodes that a chain of them joins.

    Uncertainty, status and everything else of a node are its own; a node without an edge reads
    exactly as in a map without edges, and the native credence of every node is what it reads there.
    """
    alone = msgspec.structs.replace(belief_map, edges=())
    found, expected = reader(signals, belief_map, now), reader(signals, alone, now)
    assert found.keys() == expected.keys()
    joined = {end.node for e in belief_map.edges if e.sign for end in (e.source, e.target)}
    for address, told in expected.items():
        here = found[address]
        if address.node not in joined:
            assert here == told, (str(address), here, told)
            continue
        assert_close(
            {address: {**here, "credence": here["native"]}}, {address: told}, "more than a credence"
        )


def check_parts(
    reader: Reader,
    signals: Sequence[Signal],
    changed: Sequence[Signal],
    belief_map: BeliefMap,
    now: Moment,
    touched: str,
) -> None:
    """What is said of one node moves nothing that no chain of edges, or of falling back, joins to it.

    Parameters
    ----------
    touched : name of the only node that the changed signals speak of otherwise
    """
    near = {touched}
    while True:
        ends = [{edge.source.node, edge.target.node} for edge in belief_map.edges if edge.sign]
        more = set().union(*(pair for pair in ends if pair & near)) - near
        more |= {node.name for node in belief_map.nodes.values() if node.within in near} - near
        if not more:
            break
        near |= more
    before, after = reader(signals, belief_map, now), reader(changed, belief_map, now)
    for address, told in before.items():
        if address.node not in near:
            assert after[address]["credence"] == told["credence"], (str(address), told)
