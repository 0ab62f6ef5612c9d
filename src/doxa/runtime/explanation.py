"""Why a node reads as it does: the prior, and every signal behind it with what it still counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Members, SignalColumns
from doxa.beliefmap.model import Node
from doxa.beliefmap.open_nodes import nodes_of
from doxa.beliefmap.wider import wider_address
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.domain.node import Address
from doxa.reading.beta import CAP
from doxa.reading.coupling.shares import shares_of
from doxa.reading.explain import Contributions, explain
from doxa.reading.opinion import Opinion
from doxa.reading.prior import Prior
from doxa.reading.priors import Asked
from doxa.runtime.claims_told import EXPIRED, SUPERSEDED, ClaimsTold, ClaimTold
from doxa.runtime.frozen import Frozen, voices
from doxa.runtime.held import asked_address, read_address, says_of, settled_around
from doxa.runtime.seen_rows import seen_rows
from doxa.state.entries import claims_about
from doxa.state.evidence import NodeEvidence, split
from doxa.types import Json, Moment


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """What one signal says about the node, and what of it still counts.

    Attributes
    ----------
    id, kind, source : str
        Of the signal.
    at : int
        On the map's clock.
    recorded : int
    channel : str
        for, against, count or value.
    weight : float
        As the map's rule drew it.
    value : float or None
        A value, or the amount beside a count.
    now : float
        What it counts at the moment read, after decay, occasion, trust and the person's word.
    share : float or None
        What it adds to the credence; None for values and claims, which do not add up one by one.
    speaks_for : bool
        For the node: support, an occurrence, or a value beyond its threshold.
    quote : str or None
        The words a claim was taken from.
    """

    id: str
    kind: str
    source: str
    at: Moment
    recorded: Moment
    channel: str
    weight: float
    value: float | None
    now: float
    share: float | None
    speaks_for: bool
    quote: str | None = None


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """What a node that supports or contradicts this one adds to its credence.

    Attributes
    ----------
    node : Address
    relation : str
        supports or contradicts.
    weight : float
        Of the edge.
    credence : float
        The neighbour's own.
    share : float
        What it adds: below 0 too where it is less moved than this node is.
    """

    node: Address
    relation: Literal["supports", "contradicts"]
    weight: float
    credence: float
    share: float


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a node reads as it does.

    ``base + silence + sum of shares`` of the trail is the credence by its own evidence,
    ``opinion.native``; this and the shares of the neighbours make ``opinion.credence``.

    Attributes
    ----------
    base : float
        The credence before any evidence.
    falls_back_on : Address or None
        The wider node of this person, whose own credence `base` is; of values, its mean is where
        the mean starts.
    segment : str or None
        Whose base rate it is, such as ``age: 45-54``; None where it is that of people on the whole.
    silence : float
        What time without any occurrence would have taken; 0 for other kinds of evidence.
    adds_up : bool
        False where values or claims take part: they do not add up one by one.
    trail : tuple of Piece
        Newest first.
    claims : tuple of ClaimTold
        Every claim about the node, newest first, also those that do not count.
    neighbours : tuple of Neighbour
        Those that move it most first.
    """

    node: Address
    says: str
    opinion: Opinion
    base: float
    falls_back_on: Address | None
    segment: str | None
    silence: float
    adds_up: bool
    trail: tuple[Piece, ...]
    claims: tuple[ClaimTold, ...]
    neighbours: tuple[Neighbour, ...]

    @property
    def supporting(self) -> tuple[str, ...]:
        """Ids of the signals that speak for it, newest first."""
        return tuple(piece.id for piece in self.trail if piece.speaks_for)

    @property
    def attacking(self) -> tuple[str, ...]:
        """Ids of the signals that speak against it, newest first."""
        return tuple(piece.id for piece in self.trail if not piece.speaks_for)

    @property
    def expired(self) -> tuple[ClaimTold, ...]:
        """Claims whose interval is over."""
        return tuple(each for each in self.claims if each.state == EXPIRED)

    @property
    def superseded(self) -> tuple[ClaimTold, ...]:
        """Claims that another one replaced; `superseded_by` names it."""
        return tuple(each for each in self.claims if each.state == SUPERSEDED)

    def as_dict(self) -> dict[str, Json]:
        """The explanation as plain fields."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        sides: dict[str, Json] = {
            "supporting": list(self.supporting),
            "attacking": list(self.attacking),
            "expired": [each.id for each in self.expired],
            "superseded": [each.id for each in self.superseded],
        }
        near: list[Json] = [
            {**msgspec.to_builtins(each), "node": str(each.node)} for each in self.neighbours
        ]
        wider = None if self.falls_back_on is None else str(self.falls_back_on)
        head: dict[str, Json] = {"node": str(self.node), "falls_back_on": wider}
        return {**told, **head, **sides, "neighbours": near}


def explanation(frozen: Frozen, text: str, members: Mapping[str, Any]) -> Explanation:
    """Explain one node of a frozen twin."""
    address = asked_address(frozen, text, members)
    node = nodes_of(frozen.belief_map)[address.node]
    opinion = read_address(frozen, address).one(0)
    rows, codes = seen_rows(frozen, ids=True), Members()
    told = ClaimsTold.of(frozen, rows, codes)
    parts = split(rows, told.evidence(frozen, codes), frozen.belief_map)
    native, claims = parts.get(node.name), parts.get(claims_about(node.name))
    member = codes.code(node.name, address.member)
    asked = _asked(frozen, node, address)
    prior = frozen.priors.prior(node, asked)
    silence = _silence(frozen, address, opinion)
    adds_up = node.evidence is not EvidenceKind.VALUE and claims is None
    trail: list[Piece] = []
    for part in (native, claims):
        if part is not None:
            found = _contributions(frozen, part, member, prior, rows.sources)
            shares = _shares(found, node, prior, opinion, silence) if adds_up else None
            trail += _pieces(rows, found, shares, told.quotes)
    trail.sort(key=lambda piece: (-piece.at, piece.id))
    return Explanation(
        node=address,
        says=says_of(frozen, address),
        opinion=opinion,
        base=opinion.base,
        falls_back_on=wider_address(frozen.belief_map, address),
        segment=frozen.priors.segment(node, asked),
        silence=silence,
        adds_up=adds_up,
        trail=tuple(trail),
        claims=told.about(node.name, member),
        neighbours=_neighbours(frozen, address),
    )


def _asked(frozen: Frozen, node: Node, address: Address) -> Asked:
    member = np.array([frozen.folded.members.code(node.name, address.member)], dtype=np.int64)
    folded = frozen.folded
    return Asked(np.array([frozen.key]), member, folded.members, folded.state.traits)


def _silence(frozen: Frozen, address: Address, opinion: Opinion) -> float:
    """What the exposure alone takes from the base of an occurrence."""
    if nodes_of(frozen.belief_map)[address.node].evidence is not EvidenceKind.OCCURRENCE:
        return 0.0
    entries = {address.node, claims_about(address.node)}
    state = frozen.folded.state
    silent = replace(frozen, folded=replace(frozen.folded, state=state.without(*entries)))
    return read_address(silent, address).one(0).native - opinion.base


def _neighbours(frozen: Frozen, address: Address) -> tuple[Neighbour, ...]:
    """The nodes joined to this one, with their exact shares."""
    settled = settled_around(frozen, address)
    if settled is None:
        return ()
    found = shares_of(settled, int(settled.rows.asked[0]))
    nodes, members = settled.field.nodes, frozen.folded.members
    names = [
        Address(nodes[node].name, members.names(nodes[node].name)[member])
        for node, member in zip(
            settled.rows.node[found.row].tolist(),
            settled.rows.member[found.row].tolist(),
            strict=True,
        )
    ]
    beside = [
        Neighbour(
            node=name,
            relation="supports" if sign > 0 else "contradicts",
            weight=weight,
            credence=credence,
            share=share,
        )
        for name, sign, weight, credence, share in zip(
            names,
            found.sign.tolist(),
            found.weight.tolist(),
            settled.credence[found.row].tolist(),
            found.share.tolist(),
            strict=True,
        )
    ]
    return tuple(sorted(beside, key=lambda each: (-abs(each.share), str(each.node))))


def _contributions(
    frozen: Frozen, evidence: NodeEvidence, member: int, prior: Prior, sources: tuple[str, ...]
) -> Contributions:
    base, own = float(np.ravel(prior.base)[0]), float(np.ravel(prior.own_base)[0])
    heard = voices(frozen.belief_map, sources)
    return explain(
        evidence, frozen.key, member, frozen.now, heard, base, None if math.isnan(own) else own
    )


def _shares(
    found: Contributions, node: Node, prior: Prior, opinion: Opinion, silence: float
) -> Floats:
    """What each piece adds: (support (1 - a) - attack a) over what everything weighs."""
    if node.evidence is EvidenceKind.OCCURRENCE:
        total = found.support.sum()
        moved = opinion.native - opinion.base - silence
        return found.support * (moved / total if total > 0 else 0.0)
    base, strength = float(np.ravel(prior.base)[0]), float(np.ravel(prior.strength)[0])
    n = float((found.support + found.attack).sum())
    scale = CAP / (n + CAP)
    return (found.support * (1 - base) - found.attack * base) * scale / (n * scale + strength)


def _pieces(
    rows: SignalColumns, found: Contributions, shares: Floats | None, quotes: Mapping[int, str]
) -> list[Piece]:
    ids = rows.ids or []
    return [
        Piece(
            id=ids[row],
            kind=rows.kinds[rows.kind[row]],
            source=rows.sources[rows.source[row]],
            at=int(rows.at[row]),
            recorded=int(rows.recorded[row]),
            channel=Channel(int(found.channel[place])).name.lower(),
            weight=float(found.weight[place]),
            value=_value(found, place),
            now=float(found.support[place] + found.attack[place]),
            share=None if shares is None else float(shares[place]),
            speaks_for=bool(found.support[place] > 0 or found.attack[place] <= 0),
            quote=quotes.get(row),
        )
        for place, row in enumerate(found.row.tolist())
    ]


def _value(found: Contributions, place: int) -> float | None:
    if found.channel[place] in (Channel.FOR, Channel.AGAINST):
        return None
    return float(found.value[place])
