"""One node of one twin over time: readings, the evidence behind them, and when the status changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints, Members, SignalColumns
from doxa.beliefmap.open_nodes import nodes_of
from doxa.beliefmap.wider import wider_address
from doxa.domain.evidence import Channel
from doxa.domain.node import Address
from doxa.reading.coupling.over_time import Track, settled_over_time
from doxa.reading.coupling.read import Settled
from doxa.reading.falling_back import OwnPriors, fallen_back
from doxa.reading.opinion import Opinions, Status, joined_opinions
from doxa.reading.over_time import Story, over_time
from doxa.reading.pooled import Voices
from doxa.reading.prior import NUMBERS, Prior
from doxa.reading.priors import Asked
from doxa.runtime.claims_told import ClaimsTold
from doxa.runtime.frozen import Frozen, voices
from doxa.runtime.held import asked_address, says_of, settled_around
from doxa.runtime.seen_rows import seen_rows
from doxa.state.evidence import NodeEvidence, split
from doxa.state.people import seen
from doxa.types import Credence, Json, Moment, Uncertainty

STEPS = 120
"""Moments at equal distances, beside those of the evidence."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What was held at a moment.

    Attributes
    ----------
    low, high : float in [0, 1]
        Between them lies what the evidence leaves open: what already speaks for the node, and
        what does not speak against it.
    """

    at: Moment
    credence: Credence
    uncertainty: Uncertainty
    low: Credence
    high: Credence
    status: str


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence as the map's rule drew it."""

    at: Moment
    channel: Literal["for", "against", "count", "value"]
    weight: float
    value: float | None
    kind: str
    source: str


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """The first moment read at which the node has this status."""

    at: Moment
    status: str


class NodeTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """One node of one twin over time.

    Attributes
    ----------
    points : tuple of Point
        Each as if read then: only evidence up to its moment was seen.
    evidence : tuple of Piece
        Oldest first.
    turns : tuple of Turn
        Changes of status; when silence brought them, to the nearest moment read.
    """

    twin: str
    node: Address
    says: str
    clock: Literal["time", "position"]
    points: tuple[Point, ...]
    evidence: tuple[Piece, ...]
    turns: tuple[Turn, ...]

    def as_dict(self) -> dict[str, Json]:
        """The timeline as plain fields."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        return {**told, "node": str(self.node)}


def timeline(
    frozen: Frozen, text: str, members: Mapping[str, Any], *, steps: int = STEPS
) -> NodeTimeline:
    """One node of a frozen twin over time; see `Twin.timeline`."""
    return timelines(frozen, [asked_address(frozen, text, members)], steps=steps)[0]


def timelines(
    frozen: Frozen, nodes: Sequence[Address], *, steps: int = STEPS
) -> tuple[NodeTimeline, ...]:
    """Several nodes, from one look at the ledger."""
    rows = seen_rows(frozen)
    codes = Members()
    told = ClaimsTold.of(frozen, rows, codes)
    parts = split(rows, told.all_evidence(frozen, codes), frozen.belief_map)
    return tuple(_timeline(frozen, address, codes, parts, told, steps) for address in nodes)


def _timeline(
    frozen: Frozen,
    address: Address,
    codes: Members,
    parts: Mapping[str, NodeEvidence],
    told: ClaimsTold,
    steps: int,
) -> NodeTimeline:
    rows = told.rows
    node = nodes_of(frozen.belief_map)[address.node]
    member = codes.code(address.node, address.member)
    story = Story(node, frozen.key, member, parts, seen(rows), *told.counting())
    evidence = _evidence(story, rows)
    turning = [piece.at for piece in evidence] + told.turning(node.name, member)
    moments = _moments(story, turning, frozen.now, steps)
    heard = voices(frozen.belief_map, rows.sources)
    found = _read(frozen, address, story, codes, moments, heard)
    settled = settled_around(frozen, address)
    if settled is not None:
        found = _moved(frozen, settled, found, story, codes, moments, heard)
    points = tuple(_points(moments, found))
    return NodeTimeline(
        twin=frozen.twin,
        node=address,
        says=says_of(frozen, address),
        clock=frozen.belief_map.clock.value,
        points=points,
        evidence=tuple(evidence),
        turns=_turns(points),
    )


def _read(
    frozen: Frozen, address: Address, story: Story, codes: Members, moments: Ints, heard: Voices
) -> Opinions:
    """The native reading at every moment; a node that falls back does on the wider one as of then."""
    node, prior = story.node, _prior(frozen, address)
    above = wider_address(frozen.belief_map, address)
    if above is not None:
        wider = frozen.belief_map.nodes[above.node]
        other = replace(story, node=wider, member=codes.code(above.node, above.member))
        read = _read(frozen, above, other, codes, moments, heard)
        prior = fallen_back(prior, node, [read])
    return joined_opinions(list(over_time(story, moments, heard, prior=prior)))


def _moved(
    frozen: Frozen,
    settled: Settled,
    found: Opinions,
    story: Story,
    codes: Members,
    moments: Ints,
    heard: Voices,
) -> Opinions:
    """The readings of one node, each moved by what its neighbours held at the moment."""
    field, rows = settled.field, settled.rows
    own = int(rows.asked[0])
    names = frozen.folded.members.names
    tracks = []
    for row in [own, *np.delete(np.arange(len(rows.node)), own).tolist()]:
        node = field.nodes[rows.node[row]]
        address = Address(node.name, names(node.name)[rows.member[row]])
        prior, member = _prior(frozen, address), codes.code(address.node, address.member)
        beside = replace(story, node=node, member=member)
        read = found if row == own else _read(frozen, address, beside, codes, moments, heard)
        tracks.append(Track(int(rows.node[row]), member, read, prior))
    return replace(found, credence=settled_over_time(field, codes, tracks))


def _moments(story: Story, evidence: list[Moment], now: Moment, steps: int) -> Ints:
    """Equal steps from the first signal to now; and around evidence, so that jumps are sharp.

    Traits known from the beginning tell nobody from when on, and begin no timeline.
    """
    first = min([now, *story.seen.first.tolist(), *evidence])
    even = np.linspace(0, now - first, max(2, steps)).astype(np.int64) + first
    told = np.unique(np.array(evidence, dtype=np.int64))
    some = told[:: max(1, -(-len(told) // max(1, steps)))]
    return np.unique(np.concatenate([even, some, np.maximum(some - 1, first)]))


def _prior(frozen: Frozen, address: Address) -> Prior:
    """The prior of the node for this twin, its numbers the same at every moment."""
    node, folded = nodes_of(frozen.belief_map)[address.node], frozen.folded
    member = np.array([folded.members.code(node.name, address.member)], dtype=np.int64)
    asked = Asked(np.array([frozen.key]), member, folded.members, folded.state.traits)
    priors = frozen.priors
    found = (priors.given if isinstance(priors, OwnPriors) else priors).prior(node, asked)
    told: list[Any] = [np.ravel(getattr(found, name))[0].item() for name in NUMBERS]
    return Prior(*told)


def _points(moments: Ints, found: Opinions) -> list[Point]:
    known = found.native - found.base * found.uncertainty
    columns = (
        moments[found.twin],
        found.credence,
        found.uncertainty,
        np.maximum(known, 0.0),
        np.minimum(known + found.uncertainty, 1.0),
        found.status,
    )
    return [
        Point(
            at=at,
            credence=credence,
            uncertainty=uncertainty,
            low=min(low, credence),
            high=max(high, credence),
            status=Status(status).name.lower(),
        )
        for at, credence, uncertainty, low, high, status in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


def _evidence(story: Story, rows: SignalColumns) -> list[Piece]:
    parts = [story.evidence[name] for name in story.entries if name in story.evidence]
    found = [piece for part in parts for piece in _pieces(part, story, rows)]
    return sorted(found, key=lambda piece: piece.at)


def _pieces(part: NodeEvidence, story: Story, rows: SignalColumns) -> list[Piece]:
    own = (part.twin == story.twin) & (part.member == story.member)
    chosen = np.flatnonzero(own[part.cell])
    return [
        Piece(
            at=int(part.at[place]),
            channel=_CHANNELS[Channel(int(part.channel[place]))],
            weight=float(part.weight[place]),
            value=_value(part, place),
            kind=rows.kinds[rows.kind[row]],
            source=rows.sources[rows.source[row]],
        )
        for place, row in zip(chosen.tolist(), part.row[chosen].tolist(), strict=True)
    ]


_CHANNELS: dict[Channel, Literal["for", "against", "count", "value"]] = {
    Channel.FOR: "for",
    Channel.AGAINST: "against",
    Channel.COUNT: "count",
    Channel.VALUE: "value",
}


def _value(part: NodeEvidence, place: int) -> float | None:
    told = part.channel[place] not in (Channel.FOR, Channel.AGAINST)
    return float(part.value[place]) if told else None


def _turns(points: Sequence[Point]) -> tuple[Turn, ...]:
    return tuple(
        Turn(at=after.at, status=after.status)
        for before, after in pairwise(points)
        if before.status != after.status
    )
