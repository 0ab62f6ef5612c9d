"""Claims as they stand at a moment: which count, which are over, which were replaced and by what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import msgspec
import numpy as np

from doxa.beliefmap.batches import evidence_of_batch
from doxa.beliefmap.claims import claim_of
from doxa.beliefmap.columns import EvidenceColumns, Ints, Members, SignalColumns
from doxa.beliefmap.marking import ALWAYS, FOREVER
from doxa.domain.evidence import Channel
from doxa.domain.view import Sight
from doxa.runtime.frozen import Frozen, voices
from doxa.state.claims import Claims, Spans, claim_evidence, claims_of, spans
from doxa.state.entries import entries_of, keyed
from doxa.types import Moment

COUNTS, UPCOMING, EXPIRED, SUPERSEDED = "counts", "upcoming", "expired", "superseded"


class ClaimTold(msgspec.Struct, frozen=True, kw_only=True):
    """One claim about a node, and how it stands at the moment read.

    Attributes
    ----------
    id, source : str
        Of the signal.
    at, recorded : int
    holds : bool
    weight : float
    quote : str or None
    valid_from, valid_until : int or None
        The interval given; None = without that end.
    state : str
        counts, upcoming, expired or superseded.
    supersedes, superseded_by : str or None
        Ids of the claims it replaced and that replaced it.
    """

    id: str
    source: str
    at: Moment
    recorded: Moment
    holds: bool
    weight: float
    quote: str | None
    valid_from: Moment | None
    valid_until: Moment | None
    state: str
    supersedes: str | None
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class ClaimsTold:
    """All claims of some rows, and how they stand.

    Attributes
    ----------
    entries : dict of entry to code
    rows : SignalColumns
    claims : Claims
        Those that the reader may see.
    spans : Spans
    now : int
    quotes : dict of row to quote
    sight : Sight
        What was claimed by those it does not hear is not named.
    """

    entries: Mapping[str, int]
    rows: SignalColumns
    claims: Claims
    spans: Spans
    now: Moment
    quotes: Mapping[int, str]
    sight: Sight

    @classmethod
    def of(cls, frozen: Frozen, rows: SignalColumns, codes: Members) -> ClaimsTold:
        """The claims among the rows that a reading saw."""
        visible = voices(frozen.belief_map, rows.sources).visible
        claims = claims_of(rows, frozen.belief_map, codes)
        claims = claims.take(np.flatnonzero(visible[claims.source]))
        told = {row: claim_of(rows.payload[row]) for row in claims.row.tolist()}
        quotes = {row: one.quote for row, one in told.items() if one is not None and one.quote}
        entries = entries_of(frozen.belief_map).codes
        stand = spans(claims, visible)
        return cls(entries, rows, claims, stand, frozen.now, quotes, frozen.view.sight)

    def evidence(self, frozen: Frozen, codes: Members) -> EvidenceColumns:
        """What the rows say by the map's rules, and the claims that count at the moment read."""
        counting = np.flatnonzero(self.spans.at(self.now))
        return self._evidence(frozen, codes, self.claims.take(counting))

    def all_evidence(self, frozen: Frozen, codes: Members) -> EvidenceColumns:
        """The same with every claim that counted at any moment; see `counting`."""
        ever = np.flatnonzero(self.spans.begins < self.spans.ends)
        return self._evidence(frozen, codes, self.claims.take(ever))

    def _evidence(self, frozen: Frozen, codes: Members, claims: Claims) -> EvidenceColumns:
        shown = evidence_of_batch(frozen.belief_map, self.rows, codes)
        claimed = claim_evidence(claims, frozen.belief_map, claims.row)
        both = (
            np.concatenate([getattr(part, each.name) for part in (shown, claimed)])
            for each in fields(EvidenceColumns)
        )
        return EvidenceColumns(*both)

    def counting(self) -> tuple[Ints, Ints]:
        """From when on and up to when each of the rows counts: always, but for claims."""
        since = np.full(len(self.rows), ALWAYS)
        until = np.full(len(self.rows), FOREVER)
        since[self.claims.row], until[self.claims.row] = self.spans.begins, self.spans.ends
        return since, until

    def turning(self, node: str, member: int) -> list[Moment]:
        """Moments up to now at which claims about a node begin or cease to count."""
        same = np.flatnonzero(self.claims.key == keyed(self.entries[node], member))
        ends = np.concatenate([self.spans.begins[same], self.spans.ends[same]])
        return [moment for moment in ends.tolist() if ALWAYS < moment <= self.now]

    def about(self, node: str, member: int) -> tuple[ClaimTold, ...]:
        """The claims about one node, newest first."""
        same = np.flatnonzero(self.claims.key == keyed(self.entries[node], member))
        return tuple(self._one(place) for place in same.tolist()[::-1])

    def _one(self, place: int) -> ClaimTold:
        claims, row = self.claims, int(self.claims.row[place])
        begins, ends = int(claims.begins[place]), int(claims.ends[place])
        by, replaced = int(self.spans.by[place]), claims.replaces[place]
        return ClaimTold(
            id=claims.id[place][1],
            source=claims.id[place][0],
            at=int(claims.at[place]),
            recorded=int(self.rows.recorded[row]),
            holds=bool(claims.channel[place] == Channel.FOR),
            weight=float(claims.weight[place]),
            quote=self.quotes.get(row),
            valid_from=None if begins == ALWAYS else begins,
            valid_until=None if ends == FOREVER else ends,
            state=self._state(place),
            supersedes=replaced[1] if replaced and self.sight.hears(replaced[0]) else None,
            superseded_by=claims.id[by][1] if by >= 0 else None,
        )

    def _state(self, place: int) -> str:
        if self.spans.superseded[place] <= self.now:
            return SUPERSEDED
        if self.claims.ends[place] <= self.now:
            return EXPIRED
        return COUNTS if self.spans.begins[place] <= self.now else UPCOMING
