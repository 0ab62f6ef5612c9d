"""What the checks of stores are made of: sample signals, and short ways to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias

import msgspec

from doxa.beliefmap.model import Zone
from doxa.domain.clock import DAY, Clock, parse_time
from doxa.domain.signal import Signal
from doxa.errors import DoxaError
from doxa.storage.port import Snapshot, Store
from doxa.storage.rows import SignalRows


class MakeStore(Protocol):
    """Makes an empty store on a clock and with a zone."""

    def __call__(self, *, clock: Clock = Clock.TIME, zone: Zone | None = None) -> Store: ...


Check: TypeAlias = Callable[[MakeStore], None]
NOON = parse_time("2020-03-01T12:00:00Z")


def make_signal(id_: str, twin: str = "ann", at: int = NOON, **fields: Any) -> Signal:
    """A purchase, unless the fields say otherwise; recorded a second after it happened."""
    given: dict[str, Any] = {"kind": "purchase", "recorded": at + 1_000_000, **fields}
    return Signal(id=id_, twin=twin, at=at, **given)


def make_snapshot(twin: int, last_seq: int, aliases: tuple[int, ...] = ()) -> Snapshot:
    """A snapshot of everything up to a day after noon."""
    return Snapshot(
        twin=twin,
        fingerprint="f",
        until=NOON + DAY,
        newest_at=NOON,
        newest_recorded=NOON,
        last_seq=last_seq,
        state=b"\x00state",
        aliases=aliases,
    )


def rows_of(signals: Sequence[Signal]) -> SignalRows:
    """Signals as columns for a bulk append."""
    return SignalRows(
        **{
            name: [getattr(signal, name) for signal in signals]
            for name in SignalRows.__dataclass_fields__
            if name not in ("payload", "assumed")
        },
        assumed=[int(signal.assumed) for signal in signals],
        payload=[msgspec.json.encode(signal.payload) for signal in signals],
    )


@contextmanager
def opened(make: MakeStore, clock: Clock = Clock.TIME, zone: Zone | None = None) -> Iterator[Store]:
    """An empty store, closed at the end."""
    store = make(clock=clock, zone=zone)
    try:
        yield store
    finally:
        store.close()


def key_of(store: Store, twin: str = "ann") -> int:
    """The key of a twin that must be there."""
    key = store.twin_key(twin)
    assert key is not None
    return key


def scanned_ids(store: Store, **selection: Any) -> list[str]:
    """The ids a scan gives, in its order."""
    return [name for batch in store.scan(ids=True, **selection) for name in batch.ids or ()]


def refused(kind: type[DoxaError], store: Store, signals: Sequence[Signal]) -> DoxaError:
    """The error with which an append is refused."""
    return raised(kind, lambda: store.append(signals))


def raised(kind: type[DoxaError], action: Callable[[], object]) -> DoxaError:
    """The error an action must raise."""
    try:
        action()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")
