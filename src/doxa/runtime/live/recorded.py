"""A recorded set as rows of the ledger, and what became of each as far as was known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.contexts import contexts_of
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.beliefmap.payloads import Bools
from doxa.domain.clock import Clock
from doxa.domain.view import EVERYTHING
from doxa.features.acted import acted_upon, fields_of_actions
from doxa.features.labels import chance_of, labels_of
from doxa.features.moments import fields_needed
from doxa.features.past import Past, read_past
from doxa.features.rows import FIRST, LAST, NONE, Bound, Rows
from doxa.runtime.folding.rows import days_differ, seen_scan
from doxa.runtime.identity import people_at
from doxa.runtime.wiring import Wiring
from doxa.storage.blocks import Block, decode_block
from doxa.storage.identity import Identity
from doxa.storage.port import ForecastSet
from doxa.storage.settled import Settled
from doxa.types import Moment

LATEST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded set, decoded, with the map it was made under.

    Attributes
    ----------
    columns : as `runtime.recording` writes them
    """

    made: ForecastSet
    belief_map: BeliefMap
    outcome: Outcome
    block: Block
    columns: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]

    @classmethod
    def of(cls, made: ForecastSet, belief_map: BeliefMap) -> Recorded:
        """From the store's row."""
        block = decode_block(made.body)
        return cls(made, belief_map, belief_map.outcomes[made.outcome], block, block.arrays())

    def as_settled(self, settled: Settled) -> Recorded:
        """The same with the rows that were settled: people may have been forgotten meanwhile."""
        made = msgspec.structs.replace(self.made, body=settled.body)
        return Recorded.of(made, self.belief_map)

    @property
    def closes(self) -> Moment:
        """When its last window ends."""
        return int(self.columns["closes"].max(initial=self.made.origin))

    @property
    def readable(self) -> bool:
        """Whether what opened its windows was written down with it."""
        return self.outcome.after is None or "trigger" in self.columns

    def people(self, identity: Identity) -> Ints:
        """Who each forecast is about."""
        keys = np.array(self.block.twins, dtype=np.int64)
        return identity.roots(keys)[self.columns["twin"]] if len(keys) else keys

    def rows(self, past: Past, identity: Identity) -> tuple[Rows, Bools]:
        """The forecasts as rows of a past, and which of them it has the trigger of."""
        size = len(self.columns["twin"])
        member = np.full(size, NONE)
        if self.outcome.of is not None:
            coder = past.coder(self.outcome.of)
            codes = np.array([coder(name) for name in self.block.items] + [NONE], dtype=np.int64)
            member = codes[self.columns["item"]]
        signal, there = np.full(size, NONE), np.ones(size, dtype=bool)
        end = FIRST
        if self.outcome.after is not None:
            signal, there = _found(past, self.columns["trigger"].astype(np.int64))
            end = LAST
        person = self.people(identity)
        opens = Bound(np.full(size, self.made.origin), np.full(size, FIRST))
        closes = Bound(self.columns["closes"].astype(np.int64), np.full(size, end))
        return Rows(person, opens, opens, closes, member, signal, person), there


def _found(past: Past, seq: Ints) -> tuple[Ints, Bools]:
    known = past.signals.seq
    place = np.minimum(np.searchsorted(known, seq), max(len(known) - 1, 0))
    there = known[place] == seq if len(known) else np.zeros(len(seq), dtype=bool)
    return np.where(there, place, 0 if len(known) else NONE).astype(np.int64), np.asarray(there)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of n forecasts.

    Attributes
    ----------
    y : float64[n]
        Of a time, whether it came in the window. NaN where nothing decided it, or what it hung on was
        taken back.
    acted : bool[n]
        Whether the product did something to the person inside the window.
    """

    y: Floats
    acted: Bools


def became(wiring: Wiring, sets: Sequence[Recorded], known_at: Moment | None) -> list[Became]:
    """What became of some sets of one map as far as the ledger told at a moment; None = today.

    The ledger is read once for all of them.
    """
    if not sets:
        return []
    known = known_at if wiring.belief_map.clock is Clock.TIME else None
    identity = people_at(wiring, known, known)
    past = _past(wiring, sets, known, identity)
    return [_of_set(found, past, identity) for found in sets]


def _of_set(found: Recorded, past: Past, identity: Identity) -> Became:
    rows, there = found.rows(past, identity)
    y = np.full(len(rows), np.nan)
    acted = np.zeros(len(rows), dtype=bool)
    if there.any():
        chosen = np.flatnonzero(there)
        asked = rows.take(chosen)
        y[chosen] = labels_of(chance_of(found.outcome), past, asked, LATEST).y
        acted[chosen] = acted_upon(past, asked, found.belief_map.actions.values())
    return Became(y, acted)


def _past(
    wiring: Wiring, sets: Sequence[Recorded], known_at: Moment | None, identity: Identity
) -> Past:
    """The signals that decide some sets, and those by which the product acted."""
    belief_map = sets[0].belief_map
    fields: dict[str, tuple[str, ...]] = {}
    asked = {found.outcome.name: found.outcome for found in sets}.values()
    told = fields_of_actions(belief_map.actions.values())
    for needed in (*map(fields_needed, asked), told):
        for kind, names in needed.items():
            fields[kind] = tuple(dict.fromkeys((*fields.get(kind, ()), *names)))
    keys = np.unique(np.concatenate([found.people(identity) for found in sets])).tolist()
    until = max(found.closes for found in sets)
    store = wiring.store
    if days_differ(store.clock, store.zone, belief_map.zone, EVERYTHING):
        batches = seen_scan(
            store,
            belief_map,
            EVERYTHING,
            until=until,
            known_at=known_at,
            twins=keys,
            identity=identity,
        )
    else:
        triggered = any(each.after is not None for each in asked)
        batches = store.scan(
            kinds=tuple(fields),
            contexts=contexts_of(belief_map),
            since=None if triggered else min(found.made.origin for found in sets),
            until=until,
            known_at=known_at,
            twins=keys,
            identity=identity,
        )
    return read_past(belief_map, batches, fields=fields)
