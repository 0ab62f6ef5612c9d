"""Writing signals: checked, appended in one transaction, acknowledged when durable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from doxa.domain.clock import Clock
from doxa.domain.signal import Signal
from doxa.runtime.delta import delta
from doxa.runtime.intake.given import Given
from doxa.runtime.intake.signals import checked, checked_rows
from doxa.runtime.intake.times import asked_moment
from doxa.runtime.receipt import Receipt
from doxa.runtime.wiring import Wiring
from doxa.storage.port import Appended
from doxa.types import Moment


def observe(wiring: Wiring, given: Given, now: Any = None) -> Receipt:
    """Append one signal."""
    return _append(wiring, [checked(given, wiring.belief_map, moment_now(wiring, now))])[0]


def submit(
    wiring: Wiring, given: Given, now: Any = None
) -> tuple[Future[list[Appended]], Callable[[list[Appended]], Receipt]]:
    """Append one signal without waiting: what is done when it is durable, and its receipt then."""
    signal = checked(given, wiring.belief_map, moment_now(wiring, now))
    return wiring.store.submit([signal]), lambda done: _receipts(wiring, [signal], done)[0]


def observe_many(
    wiring: Wiring, rows: Iterable[Mapping[str, Any] | Signal], now: Any = None
) -> list[Receipt]:
    """Append many signals, all or none."""
    signals = checked_rows(rows, wiring.belief_map, moment_now(wiring, now))
    return _append(wiring, signals) if signals else []


def moment_now(wiring: Wiring, now: Any) -> Moment:
    """The time now on the wall clock: as given, else this machine's."""
    found = asked_moment("now", now, Clock.TIME, wiring.belief_map.zone.default)
    return wiring.clock() if found is None else found


def _append(wiring: Wiring, signals: list[Signal]) -> list[Receipt]:
    return _receipts(wiring, signals, wiring.store.append(signals))


def _receipts(wiring: Wiring, signals: list[Signal], appended: list[Appended]) -> list[Receipt]:
    return [
        Receipt(one.id, one.seq, one.duplicate, one.retracted, partial(delta, wiring, signal, one))
        for one, signal in zip(appended, signals, strict=True)
    ]
