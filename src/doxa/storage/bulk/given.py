"""Rows from Python: the dicts that `observe_many` takes, and evaluation files yield."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import Clock
from doxa.domain.content import canonical_payload
from doxa.errors import InputError
from doxa.storage.bulk.batch import RawBatch
from doxa.storage.bulk.moments import MomentReader
from doxa.storage.bulk.rows import canonical_text

_TEXTS = ("twin", "kind", "source", "session", "device", "id")
KEYS = (*_TEXTS, "at", "recorded", "order", "payload")


def given_batches(
    rows: Iterable[Mapping[str, Any]], map: BeliefMap, size: int
) -> Iterator[RawBatch]:
    """Batches of rows given as dicts with the keys of `observe_many`.

    Raises
    ------
    InputError
        When a row is no dict, or has a key that no signal has.
    """
    moment = MomentReader(map.clock, map.zone.default)
    recorded = MomentReader(Clock.TIME, map.zone.default)
    place = MomentReader(Clock.POSITION, "UTC")
    raw = RawBatch()
    for number, row in enumerate(rows, 1):
        _check_keys(row, number)
        raw.line.append(number)
        for name in _TEXTS:
            getattr(raw, name).append(canonical_text(row.get(name)))
        raw.at.append(moment(row.get("at")))
        raw.recorded.append(recorded(row.get("recorded")))
        raw.order.append(place(row.get("order")))
        raw.payload.append(_plain(row.get("payload")))
        if len(raw) == size:
            yield raw
            raw = RawBatch()
    if len(raw):
        yield raw


def _check_keys(row: Any, number: int) -> None:
    if not isinstance(row, Mapping):
        raise InputError("a row is not a dict", where=f"row {number}", expected=", ".join(KEYS))
    unknown = next((key for key in row if key not in KEYS), None)
    if unknown is not None:
        raise InputError(
            f"unknown key {unknown!r}", where=f"row {number}", expected=", ".join(KEYS)
        )


def _plain(payload: Any) -> Any:
    """Dates, decimals and NumPy scalars as JSON has them; anything odd is left for the check."""
    if type(payload) is not dict:
        return dict(payload) if isinstance(payload, Mapping) else payload
    try:
        return msgspec.json.decode(canonical_payload(payload))
    except (TypeError, UnicodeError, msgspec.MsgspecError, RecursionError):
        return payload
