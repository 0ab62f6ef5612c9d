"""Claims of people, kept one by one: which of them count depends on the moment and on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.claims import calendar_of, claim_of, target_of
from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints, Members, SignalColumns
from doxa.beliefmap.marking import ALWAYS, FOREVER
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.values import moment
from doxa.domain.evidence import Channel
from doxa.domain.signal import CLAIM
from doxa.state.entries import entries_of, entry_of_key, keyed, member_of_key
from doxa.state.tables import taken, together

SELF = "self"
"""The source of a person's own word."""

Key: TypeAlias = tuple[str, str]
"""What names a signal: its source and its id."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of some twins about nodes of one map, n rows by (twin, at, order, source, id).

    Attributes
    ----------
    row : int64[n]
        Row of the `SignalColumns` it comes from; -1 when it comes from a snapshot.
    twin, source, at, order, session, day : int64[n]
        As in `SignalColumns`.
    key : int64[n]
        Node and member, `keyed` by the entry of the node.
    channel : int64[n]
    weight : float64[n]
    begins, ends : int64[n]
        The interval given; `ALWAYS` and `FOREVER` where none was.
    id : list of Key
    replaces : list of Key or None
    words : list of str
        As they were said, of open nodes; else empty.
    """

    row: Ints
    twin: Ints
    source: Ints
    at: Ints
    order: Ints
    session: Ints
    day: Ints
    key: Ints
    channel: Ints
    weight: Floats
    begins: Ints
    ends: Ints
    id: list[Key]
    replaces: list[Key | None]
    words: list[str]

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def none(cls) -> Claims:
        """No claims of anybody."""
        return _NONE

    def take(self, rows: Ints) -> Claims:
        """Some of the rows."""
        return taken(self, rows)


_INTS = np.zeros(0, dtype=np.int64)
_NONE = Claims(
    row=_INTS,
    twin=_INTS,
    source=_INTS,
    at=_INTS,
    order=_INTS,
    session=_INTS,
    day=_INTS,
    key=_INTS,
    channel=_INTS,
    weight=np.zeros(0),
    begins=_INTS,
    ends=_INTS,
    id=[],
    replaces=[],
    words=[],
)


def claims_of(signals: SignalColumns, belief_map: BeliefMap, members: Members) -> Claims:
    """The claims among some signals; what doxa caused itself is none.

    Parameters
    ----------
    signals : SignalColumns
        With the ids of claims.
    """
    if CLAIM not in signals.kinds:
        return Claims.none()
    rows = np.flatnonzero((signals.kind == signals.kinds.index(CLAIM)) & ~signals.inert)
    told = [found for row in rows.tolist() if (found := _read(signals, row, belief_map, members))]
    if not told:
        return Claims.none()
    kept = np.array([one.row for one in told], dtype=np.int64)
    claims = Claims(
        row=kept,
        **{name: getattr(signals, name)[kept] for name in _OF_SIGNALS},
        key=np.array([one.key for one in told], dtype=np.int64),
        channel=np.array([int(one.channel) for one in told], dtype=np.int64),
        weight=np.array([one.weight for one in told], dtype=np.float64),
        begins=np.array([one.begins for one in told], dtype=np.int64),
        ends=np.array([one.ends for one in told], dtype=np.int64),
        id=[one.id for one in told],
        replaces=[one.replaces for one in told],
        words=[one.words for one in told],
    )
    return in_order(claims)


_OF_SIGNALS = ("twin", "source", "at", "order", "session", "day")


@dataclass(frozen=True, slots=True)
class _One:
    row: int
    key: int
    channel: Channel
    weight: float
    begins: int
    ends: int
    id: Key
    replaces: Key | None
    words: str


def _read(signals: SignalColumns, row: int, belief_map: BeliefMap, members: Members) -> _One | None:
    claim = claim_of(signals.payload[row])
    target = None if claim is None else target_of(claim, belief_map)
    if claim is None or target is None or not claim.weight > 0:
        return None
    source = signals.sources[signals.source[row]]
    calendar = calendar_of(belief_map)
    begins, ends = moment(claim.valid_from, calendar), moment(claim.valid_until, calendar)
    replaces = None
    if claim.supersedes is not None:
        replaces = (claim.supersedes_source or source, claim.supersedes)
    assert signals.ids is not None
    return _One(
        row=row,
        key=int(
            keyed(
                entries_of(belief_map).codes[target.node], members.code(target.node, target.member)
            )
        ),
        channel=Channel.FOR if claim.holds else Channel.AGAINST,
        weight=claim.weight,
        begins=ALWAYS if begins is None else begins,
        ends=FOREVER if ends is None else ends,
        id=(source, signals.ids[row]),
        replaces=replaces,
        words=claim.says or "",
    )


def in_order(claims: Claims) -> Claims:
    """The same rows, sorted so that equal sets of claims stand alike."""
    if len(claims) < 2:
        return claims
    names = np.array([f"{source}\0{name}" for source, name in claims.id])
    return claims.take(np.lexsort((names, claims.order, claims.at, claims.twin)))


def joined_claims(parts: Sequence[Claims]) -> Claims:
    """Claims of several sets of signals as one."""
    told = [part for part in parts if len(part)]
    if len(told) < 2:
        return told[0] if told else Claims.none()
    return in_order(together(told))


@dataclass(frozen=True, slots=True)
class Spans:
    """From when to when each claim counts, the end excluded: int64[n] each.

    Attributes
    ----------
    by : int64[n]
        Row of the claim that superseded it, -1 when none did.
    superseded : int64[n]
        Since when; `FOREVER` when none did.
    """

    begins: Ints
    ends: Ints
    by: Ints
    superseded: Ints

    def at(self, now: int | Ints) -> NDArray[np.bool_]:
        """Which claims count at a moment."""
        found: NDArray[np.bool_] = (self.begins <= now) & (now < self.ends)
        return found


def spans(claims: Claims, visible: NDArray[np.bool_]) -> Spans:
    """When each claim counts: within its interval, from when it was made, until superseded.

    A claim is superseded from the first moment at which a visible one that names it counts, and
    for good: it does not come back when that one ends. It must have been made before; and nobody
    but the person supersedes the person's own word.

    Parameters
    ----------
    visible : bool[sources]
        What a reader may not see supersedes nothing for them.
    """
    begins = np.maximum(claims.at, claims.begins)
    by, since = np.full(len(claims), -1), np.full(len(claims), FOREVER)
    place = {(int(t), k): n for n, (t, k) in enumerate(zip(claims.twin, claims.id, strict=True))}
    for row, named in enumerate(claims.replaces):
        if named is None or named == claims.id[row] or not visible[claims.source[row]]:
            continue
        old = place.get((int(claims.twin[row]), named))
        if old is None or _later(claims, old, row):
            continue
        if named[0] == SELF and claims.id[row][0] != SELF:
            continue
        if begins[row] < since[old]:
            by[old], since[old] = row, begins[row]
    return Spans(begins, np.minimum(claims.ends, since), by, since)


def _later(claims: Claims, old: int, new: int) -> bool:
    """Rows stand in order of time; equal ones by id, so only (at, order) decides."""
    earlier = (claims.at[old], claims.order[old])
    return bool(earlier > (claims.at[new], claims.order[new]))


def claim_evidence(
    claims: Claims, belief_map: BeliefMap, row: Ints | None = None
) -> EvidenceColumns:
    """Claims as evidence, by the rules for claims that stand behind the map's own.

    Parameters
    ----------
    row : int64[n], optional
        Rows of the signals the evidence points into; left out, the claims themselves.
    """
    known = entries_of(belief_map)
    rule_of = np.full(len(known.names), -1, dtype=np.int64)
    for node, rule in known.claims.items():
        rule_of[known.codes[node]] = rule
    return EvidenceColumns(
        row=np.arange(len(claims)) if row is None else row,
        rule=rule_of[entry_of_key(claims.key)] + (claims.channel == Channel.AGAINST),
        member=member_of_key(claims.key),
        weight=claims.weight,
        value=np.full(len(claims), np.nan),
    )


def claim_signals(claims: Claims) -> SignalColumns:
    """Claims as rows that evidence may point into."""
    none = np.zeros(len(claims), dtype=np.int64)
    return SignalColumns(
        twin=claims.twin,
        at=claims.at,
        recorded=none,
        order=claims.order,
        seq=none,
        kind=none,
        source=claims.source,
        session=claims.session,
        day=claims.day,
        payload=[b"{}"] * len(claims),
        inert=none.astype(np.bool_),
        kinds=(CLAIM,),
        sources=(),
    )
