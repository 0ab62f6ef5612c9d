"""The oracle's evidence: one twin's occasions, counts, values and gaps, by plain loops."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from doxa.beliefmap.model import BeliefMap, Occasion
from doxa.beliefmap.open_nodes import nodes_of
from doxa.checks.evaluate import evaluate
from doxa.checks.oracle_claims import counting_claims
from doxa.domain.clock import DAY, Clock, local_day
from doxa.domain.evidence import Channel, Evidence, EvidenceKind, Once
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.types import Moment

Pieces = list[tuple[Signal, Evidence]]
Fact = tuple[Moment, tuple[float, ...]]
"""When something counts, and how much it adds to each sum of its kind."""


@dataclass
class Source:
    """What one source told about one node: facts that add up, and when it spoke."""

    facts: list[Fact] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    def sums(self, now: Moment, half_life: float) -> list[float]:
        """Every sum decayed to a moment."""
        width = len(self.facts[0][1])
        return [
            sum(fact[slot] * 2.0 ** (-(now - at) / half_life) for at, fact in self.facts)
            for slot in range(width)
        ]


@dataclass
class Held:
    """What one twin's signals say about one node: by source; claims about it apart."""

    kind: EvidenceKind
    sources: dict[str, Source] = field(default_factory=dict)
    claims: Held | None = None


def held(
    signals: Iterable[Signal], belief_map: BeliefMap, now: Moment | None = None
) -> dict[Address, Held]:
    """Facts about every node the signals speak of; with a moment, also what is claimed then."""
    signals = list(signals)
    told: dict[tuple[Address, EvidenceKind, str], list[tuple[Signal, Evidence]]] = {}
    for signal in signals:
        for piece in evaluate(signal, belief_map):
            key = Address(piece.node, piece.member), _kind(piece.channel), signal.source
            told.setdefault(key, []).append((signal, piece))
    out: dict[Address, Held] = {}
    for (address, kind, source), pieces in told.items():
        _add(out, address, kind, source, pieces, belief_map)
    claims: dict[tuple[Address, str], Pieces] = {}
    for signal, piece in [] if now is None else counting_claims(signals, now, belief_map):
        key_of = Address(piece.node, piece.member), signal.source
        claims.setdefault(key_of, []).append((signal, piece))
    for (address, source), pieces in claims.items():
        _add(out, address, EvidenceKind.OPINION, source, pieces, belief_map)
    return out


def _add(
    out: dict[Address, Held],
    address: Address,
    kind: EvidenceKind,
    source: str,
    pieces: Pieces,
    belief_map: BeliefMap,
) -> None:
    """What one source showed, or what it claimed: occasions of their own."""
    native = nodes_of(belief_map)[address.node].evidence or kind
    here = out.setdefault(address, Held(native))
    if kind is not native:
        here.claims = here = here.claims or Held(kind)
    into = here.sources.setdefault(source, Source())
    into.facts += _FACTS[kind](pieces, belief_map)
    into.moments += [signal.at for signal, _ in pieces]


def _kind(channel: Channel) -> EvidenceKind:
    if channel in (Channel.FOR, Channel.AGAINST):
        return EvidenceKind.OPINION
    return EvidenceKind.OCCURRENCE if channel is Channel.COUNT else EvidenceKind.VALUE


def _place(signal: Signal, belief_map: BeliefMap, *, session: bool) -> tuple[object, ...]:
    """The session (where it counts) and the local day; on a position clock the position."""
    inside = signal.session if session else None
    if belief_map.clock is Clock.POSITION:
        return (inside,) if inside is not None else (None, signal.at)
    return inside, local_day(signal.at, belief_map.zone.default)


def _opinion_facts(pieces: Pieces, belief_map: BeliefMap) -> list[Fact]:
    occasions: dict[tuple[object, ...], Pieces] = {}
    for signal, piece in pieces:
        grain = nodes_of(belief_map)[piece.node].occasion
        place: tuple[object, ...] = (signal.source, signal.id)
        if grain is not Occasion.SIGNAL:
            place = _place(signal, belief_map, session=grain is Occasion.SESSION)
        occasions.setdefault((piece.channel, *place), []).append((signal, piece))
    facts: list[Fact] = []
    for (channel, *_), parts in occasions.items():
        total = sum(piece.weight for _, piece in parts)
        counts = float(total) if total <= 1 else 1 + math.log(total)
        at = max(signal.at for signal, _ in parts)
        facts.append((at, (counts, 0.0) if channel is Channel.FOR else (0.0, counts)))
    return facts


def _occurrence_facts(pieces: Pieces, belief_map: BeliefMap) -> list[Fact]:
    groups: dict[tuple[object, ...], Pieces] = {}
    facts: list[Fact] = []
    for place, (signal, piece) in enumerate(pieces):
        once = belief_map.rules[piece.rule].once
        key: tuple[object, ...] = (place,)
        if once is not None:
            key = (once, *_place(signal, belief_map, session=once is Once.SESSION))
        groups.setdefault(key, []).append((signal, piece))
        if not math.isnan(piece.value):
            facts.append((signal.at, (0.0, piece.value, 0.0, 0.0, 0.0)))
    counted = []
    for parts in groups.values():
        at = max(signal.at for signal, _ in parts)
        counted.append(at)
        facts.append((at, (max(piece.weight for _, piece in parts), 0.0, 0.0, 0.0, 0.0)))
    unit = DAY if belief_map.clock is Clock.TIME else 1
    counted.sort()
    for earlier, later in pairwise(counted):
        if later > earlier:
            gap = math.log((later - earlier) / unit)
            facts.append((later, (0.0, 0.0, 1.0, gap, gap * gap)))
    return facts


def _value_facts(pieces: Pieces, belief_map: BeliefMap) -> list[Fact]:
    return [(s.at, (1.0, piece.value, piece.value**2)) for s, piece in pieces]


_FACTS = {
    EvidenceKind.OPINION: _opinion_facts,
    EvidenceKind.OCCURRENCE: _occurrence_facts,
    EvidenceKind.VALUE: _value_facts,
}
