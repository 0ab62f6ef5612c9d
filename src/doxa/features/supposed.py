"""Supposed signals: an outcome at a signal asked before it comes, from what is given of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.payloads import Columns
from doxa.features.known import carrier
from doxa.features.past import KindColumns, Past
from doxa.features.rows import FIRST, NONE, Bound, Rows
from doxa.types import Json, Moment


def with_supposed(
    past: Past,
    outcome: Outcome,
    twins: Ints,
    origin: Moment,
    payload: Mapping[str, Json],
    *,
    session: int = NONE,
    source: str | None = None,
) -> tuple[Past, Rows]:
    """The past with one more signal per twin, which says nothing of any node, and the rows it asks.

    Parameters
    ----------
    twins : int64[n]
        Keys of those asked.
    origin : int
        When the signal is supposed to come; what is before it is read.
    payload : the fields given
    session : int
        Its code, as in `SignalColumns`.

    Returns
    -------
    Past, Rows
        The rows, one per twin, point to the supposed signals.
    """
    count, known = len(twins), len(past.signals)
    kinds = past.signals.kinds
    kind = carrier(outcome)
    kinds = kinds if kind in kinds else (*kinds, kind)
    sources = past.signals.sources
    if source is not None and source not in sources:
        sources = (*sources, source)
    new: dict[str, Any] = {
        "twin": twins,
        "at": np.full(count, origin),
        "recorded": np.full(count, origin),
        "order": np.zeros(count),
        "seq": np.zeros(count),
        "kind": np.full(count, kinds.index(kind)),
        "source": np.full(count, NONE if source is None else sources.index(source)),
        "session": np.full(count, session),
        "day": np.zeros(count),
        "inert": np.ones(count, dtype=bool),
    }
    columns: dict[str, Any] = {
        name: np.concatenate(
            [getattr(past.signals, name), np.asarray(values, getattr(past.signals, name).dtype)]
        )
        for name, values in new.items()
    }
    signals = replace(past.signals, **columns, kinds=kinds, sources=sources)
    signal = np.arange(known, known + count)
    told = dict(past.columns)
    told[kind] = _with_payload(past.columns[kind], payload, signal)
    cut = Bound(np.full(count, origin), np.full(count, FIRST))
    rows = Rows(twins, cut, cut, cut, np.full(count, NONE), signal, twins)
    return replace(past, signals=signals, columns=told), rows


def _with_payload(found: KindColumns, payload: Mapping[str, Json], signal: Ints) -> KindColumns:
    values = {
        name: [*column, *([payload.get(name)] * len(signal))]
        for name, column in found.fields.found.items()
    }
    size = len(found.row) + len(signal)
    fields = Columns(found.fields.schema, np.arange(size), values)
    return KindColumns(np.concatenate([found.row, signal]), fields, found.cleared)
