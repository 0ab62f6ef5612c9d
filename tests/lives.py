"""What somebody did, as signals: for worlds that tests make up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from doxa.domain.signal import Signal
from doxa.types import Json


def life(
    person: int, steps: Iterable[tuple[str, int, Mapping[str, Json], str | None]]
) -> list[Signal]:
    """One person's signals, from (kind, at, payload, session); known from the beginning."""
    return [
        Signal(
            id=f"{person}-{place}",
            twin=f"p{person}",
            kind=kind,
            at=at,
            recorded=0,
            payload=dict(payload),
            session=session,
        )
        for place, (kind, at, payload, session) in enumerate(steps)
    ]


def in_order(person: int, steps: Sequence[tuple[str, Mapping[str, Json]]]) -> list[Signal]:
    """One person's signals, one after the other, from (kind, payload)."""
    return life(person, [(kind, at, payload, None) for at, (kind, payload) in enumerate(steps)])


def as_rows(signals: Iterable[Signal]) -> list[dict[str, Any]]:
    """Signals as `observe_many` takes them."""
    return [
        {
            "twin": each.twin,
            "kind": each.kind,
            "at": each.at,
            "id": each.id,
            "payload": dict(each.payload),
        }
        for each in signals
    ]
