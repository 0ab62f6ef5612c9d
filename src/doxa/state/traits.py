"""Traits: the last value of each, by source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.domain.signal import TRAITS
from doxa.types import Json


@dataclass(frozen=True, slots=True)
class Traits:
    """One row per (twin, source, trait): the value at its newest (at, order).

    Attributes
    ----------
    twin, source, at, order : int64[n]
    name : list of str
    value : list of Json
        None where the trait was cleared.
    """

    twin: Ints
    source: Ints
    at: Ints
    order: Ints
    name: list[str]
    value: list[Json]

    def take(self, rows: Ints) -> Traits:
        """Some rows of the table."""
        columns = (self.twin[rows], self.source[rows], self.at[rows], self.order[rows])
        picked = rows.tolist()
        return Traits(*columns, [self.name[r] for r in picked], [self.value[r] for r in picked])


def last_traits(signals: SignalColumns) -> Traits:
    """The last value of every trait of every twin.

    Between equal (at, order) the larger value as JSON text holds, so that the set of signals
    alone decides.
    """
    if TRAITS not in signals.kinds:
        return NONE_SAID
    rows = np.flatnonzero((signals.kind == signals.kinds.index(TRAITS)) & ~signals.inert)
    if not len(rows):
        return NONE_SAID
    found: list[TraitRow] = []
    for row in rows.tolist():
        key = (int(signals.twin[row]), int(signals.source[row]))
        when = (int(signals.at[row]), int(signals.order[row]))
        payload: dict[str, Json] = msgspec.json.decode(signals.payload[row])
        found += [(key, name, when, value) for name, value in payload.items()]
    return newest(found)


TraitRow: TypeAlias = tuple[tuple[int, int], str, tuple[int, int], Json]
"""(twin, source), trait, (at, order), value."""


def newest(rows: list[TraitRow]) -> Traits:
    """Of rows ((twin, source), trait, (at, order), value), the newest of each trait."""
    last: dict[tuple[tuple[int, int], str], tuple[tuple[int, int], bytes, Json]] = {}
    for key, name, when, value in rows:
        now = (when, msgspec.json.encode(value, order="sorted"), value)
        known = last.get((key, name))
        if known is None or now[:2] > known[:2]:
            last[key, name] = now
    keys = sorted(last)
    told = [last[key] for key in keys]
    return Traits(
        np.array([key[0][0] for key in keys], dtype=np.int64),
        np.array([key[0][1] for key in keys], dtype=np.int64),
        np.array([row[0][0] for row in told], dtype=np.int64),
        np.array([row[0][1] for row in told], dtype=np.int64),
        [key[1] for key in keys],
        [row[2] for row in told],
    )


NONE_SAID = newest([])
"""Of people who said nothing of the kind."""


def join_traits(a: Traits, b: Traits) -> Traits:
    """The last values over two sets of signals."""
    if not b.name:
        return a
    return newest([*_rows(a), *_rows(b)])


def _rows(traits: Traits) -> list[TraitRow]:
    columns = (traits.twin, traits.source, traits.at, traits.order)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    return [
        ((twin, source), name, (at, order), value)
        for (twin, source, at, order), name, value in zip(
            numbers, traits.name, traits.value, strict=True
        )
    ]
