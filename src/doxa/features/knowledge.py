"""Features as known then: a late signal is hidden from every origin before it was recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from doxa.beliefmap.columns import ARRAYS, EvidenceColumns, Ints, SignalColumns
from doxa.domain.clock import Clock
from doxa.features.copies import of_sources
from doxa.features.past import KindColumns, Past
from doxa.features.rows import Rows
from doxa.state.timeline import Timeline


def known_moment(past: Past, rows: Rows) -> Ints:
    """When each row's forecast could be made: its origin, but not before its own signal was known."""
    known = rows.seen.at.copy()
    own = rows.signal >= 0
    known[own] = np.maximum(known[own], past.signals.recorded[rows.signal[own]])
    return known


def as_known(past: Past, rows: Rows) -> tuple[Past, Rows]:
    """The past and rows to compute features from, with nothing a row could not have known.

    A twin whose late signals straddle an origin (happened before it, recorded after it) is read at
    that origin through a copy of its signals that leaves them out; everybody else shares one past.
    The rows' `twin` then is the copy's key, their `person` stays who it is.
    On a position clock nothing says when a signal was learned, and nothing is hidden.
    """
    late = past.signals.recorded > past.signals.at
    if past.map.clock is Clock.POSITION or not len(rows) or not late.any():
        return past, rows
    known = known_moment(past, rows)
    affected = _straddled(past.signals, rows, known)
    if not len(affected):
        return past, rows
    pairs, copy = np.unique(
        np.stack([rows.twin[affected], known[affected]], axis=1), axis=0, return_inverse=True
    )
    new_key = int(max(past.signals.twin.max(), rows.twin.max())) + 1
    twin = rows.twin.copy()
    twin[affected] = new_key + copy.ravel()
    sources, keys = _copies(past.signals, pairs, new_key)
    return with_copies(past, sources, keys), replace(rows, twin=twin)


def _straddled(signals: SignalColumns, rows: Rows, known: Ints) -> Ints:
    """Rows from which at least one signal of their twin must be hidden."""
    late = np.flatnonzero(signals.recorded > signals.at)
    twins, group = np.unique(rows.twin, return_inverse=True)
    sort = np.lexsort((known, group))
    timeline = Timeline.of(group[sort], known[sort], np.zeros(len(sort), np.int64), len(twins))
    place = np.minimum(np.searchsorted(twins, signals.twin[late]), len(twins) - 1)
    of = np.where(twins[place] == signals.twin[late], place, -1)
    low = timeline.before(of, signals.at[late], strictly=True)
    high = timeline.before(of, signals.recorded[late], strictly=True)
    change = np.zeros(len(sort) + 1, dtype=np.int64)
    np.add.at(change, low, 1)
    np.add.at(change, np.maximum(high, low), -1)
    return np.sort(sort[np.cumsum(change[:-1]) > 0])


def _copies(signals: SignalColumns, pairs: Ints, new_key: int) -> tuple[Ints, Ints]:
    """Signals to copy, and the key of the copy each belongs to."""
    by_twin = np.argsort(signals.twin, kind="stable")
    ordered = signals.twin[by_twin]
    sources, keys = [], []
    for number, (twin, known) in enumerate(pairs.tolist()):
        low, high = np.searchsorted(ordered, [twin, twin + 1])
        own = np.sort(by_twin[low:high])
        own = own[signals.recorded[own] <= known]
        sources.append(own)
        keys.append(np.full(len(own), new_key + number))
    return np.concatenate(sources), np.concatenate(keys)


def with_copies(past: Past, sources: Ints, keys: Ints) -> Past:
    """The past with copies of some signals, and of their evidence, behind it under given keys."""
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(past.signals, name), getattr(past.signals, name)[sources]])
        for name in (*ARRAYS, *(("device",) if past.signals.device is not None else ()))
    }
    columns["twin"][len(past.signals) :] = keys
    return replace(
        past,
        signals=replace(past.signals, **columns),
        evidence=_evidence_too(past, sources),
        marks=past.marks.with_copies(sources, len(past.signals)),
        columns={kind: _fields_too(past, found, sources) for kind, found in past.columns.items()},
        first_copy=len(past.signals) if past.first_copy is None else past.first_copy,
    )


def _fields_too(past: Past, found: KindColumns, sources: Ints) -> KindColumns:
    place = np.full(len(past.signals), -1)
    place[found.row] = np.arange(len(found.row))
    copied = np.flatnonzero(place[sources] >= 0)
    return found.with_copies(place[sources[copied]], len(past.signals) + copied)


def _evidence_too(past: Past, sources: Ints) -> EvidenceColumns:
    found = past.evidence
    place, owner = of_sources(found.row, sources)
    return EvidenceColumns(
        np.concatenate([found.row, len(past.signals) + owner]),
        np.concatenate([found.rule, found.rule[place]]),
        np.concatenate([found.member, found.member[place]]),
        np.concatenate([found.weight, found.weight[place]]),
        np.concatenate([found.value, found.value[place]]),
    )
