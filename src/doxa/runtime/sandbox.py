"""The sandbox: one person's signals copied aside, to be added to, read, and kept or dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

import msgspec

from doxa.domain.signal import DEFAULT_SOURCE, Signal
from doxa.errors import InputError
from doxa.runtime.believing import Said, believe
from doxa.runtime.delta import Change, changes
from doxa.runtime.frozen import Frozen, asking, freeze
from doxa.runtime.identity import NOBODY
from doxa.runtime.intake.given import Given
from doxa.runtime.intake.names import given_name
from doxa.runtime.observing import moment_now, observe, observe_many
from doxa.runtime.receipt import Receipt
from doxa.runtime.twin import Twin
from doxa.runtime.wiring import Wiring
from doxa.storage.corrections import Merging, Retracting
from doxa.storage.memory import MemoryStore
from doxa.storage.port import Store

ASSUMED = "sandbox"
"""The source of what is only assumed."""


class Sandbox:
    """One person aside: what is put in here is read as if it had come, and nothing else knows of it.

    The ledger is read once, when the sandbox is made, and written to by `commit` alone. Also a
    context manager, which drops what was not committed.

    Attributes
    ----------
    wiring : Wiring
        The store, in memory, that everything here runs on.
    """

    def __init__(self, origin: Wiring, twin: str, now: Any = None) -> None:
        self.id = given_name("twin", twin)
        self.wiring = forked(origin, self.id)
        self._origin = origin
        self._now = now
        self._before = self._frozen(None, None)
        self._kept: list[Signal] = []

    def observe(
        self,
        kind: str,
        payload: Mapping[str, Any] | None = None,
        *,
        at: Any = None,
        source: str = DEFAULT_SOURCE,
        session: str | None = None,
        device: str | None = None,
        id: str | None = None,
        order: int = 0,
    ) -> Receipt:
        """Let a signal come in, as `Twins.observe` would take it."""
        given = Given(
            twin=self.id,
            kind=kind,
            payload=payload,
            at=at,
            source=source,
            session=session,
            device=device,
            id=id,
            order=order,
        )
        receipt = observe(self._open(), given, self._now)
        return self._noted(receipt)

    def believe(
        self,
        claim: str,
        *,
        holds: bool = True,
        weight: float = 1.0,
        source: str = DEFAULT_SOURCE,
        kind: str | None = None,
        at: Any = None,
    ) -> Receipt:
        """Let a claim come in, as `Twins.believe` would take it."""
        return self._noted(self._claimed(claim, holds, weight, source, kind, at))

    def assume(
        self, claim: str, *, holds: bool = True, weight: float = 1.0, at: Any = None
    ) -> None:
        """Take a node to hold, or not to: read like a claim, and never committed."""
        self._claimed(claim, holds, weight, ASSUMED, None, at)

    def twin(self, as_of: Any = None, known_at: Any = None, *, purpose: str | None = None) -> Twin:
        """The person as they read in here."""
        return Twin(self._frozen(as_of, known_at, purpose))

    def diff(self) -> tuple[Change, ...]:
        """What reads otherwise than when the sandbox was made."""
        return changes(self._before, self._frozen(None, None))

    @property
    def pending(self) -> tuple[Signal, ...]:
        """What `commit` would write, in the order it came in."""
        return tuple(self._kept)

    def commit(self, *, now: Any = None) -> list[Receipt]:
        """Write to the ledger what was observed and believed here, all or nothing; then close.

        What was only assumed is not written: a ledger holds what happened and what was said.
        """
        self._open()
        recorded = moment_now(self._origin, self._now if now is None else now)
        rows = [msgspec.structs.replace(signal, recorded=recorded) for signal in self._kept]
        receipts = observe_many(self._origin, rows, recorded)
        self.discard()
        return receipts

    def discard(self) -> None:
        """Drop everything; a sandbox that was committed or dropped can only be read."""
        self._kept = []
        self._closed = True

    _closed = False

    def _open(self) -> Wiring:
        if self._closed:
            raise InputError(
                "the sandbox was committed or dropped", where=self.id, hint="make a new one"
            )
        return self.wiring

    def _claimed(
        self, claim: str, holds: bool, weight: float, source: str, kind: str | None, at: Any
    ) -> Receipt:
        said = Said(what=claim, holds=holds, weight=weight, kind=kind)
        return believe(self._open(), said, Given(twin=self.id, at=at, source=source), self._now)

    def _noted(self, receipt: Receipt) -> Receipt:
        if not receipt.duplicate:
            key = self.wiring.store.twin_key(self.id)
            own = self.wiring.store.signals(NOBODY if key is None else key)
            self._kept += [signal for signal in own if signal.id == receipt.id][-1:]
        return receipt

    def _frozen(self, as_of: Any, known_at: Any, purpose: str | None = None) -> Frozen:
        asked = asking(self.wiring, as_of, known_at, self._now)
        return freeze(self.wiring, self.id, asked, purpose)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()


def forked(origin: Wiring, twin: str) -> Wiring:
    """A store in memory with one person's signals, on the same maps and populations."""
    source = origin.store
    with source.steady():
        store = MemoryStore(clock=origin.belief_map.clock, zone=source.zone)
        for version in source.maps():
            store.put_map(version.text, version.fingerprint, version.active_from)
        for population in source.populations():
            store.put_population(msgspec.structs.replace(population, active_from=None))
        for activation in source.activations():
            store.activate_population(activation.version, activation.active_from)
        _copy(source, store, twin)
    return replace(origin, store=store, populations=dict(origin.populations), others=source)


def _copy(source: Store, store: MemoryStore, twin: str) -> None:
    key = source.twin_key(twin)
    if key is None:
        return
    linked = source.aliases([key]) if source.amendments().aliases else []
    keys = sorted({key, *(end for row in linked for end in (row.alias, row.into))})
    names = dict(zip(keys, source.twin_names(keys), strict=True))
    store.restore(
        [signal for each in keys for signal in source.signals(each)],
        [
            Merging(
                alias=names[row.alias],
                into=names[row.into],
                at=row.at,
                recorded=row.recorded,
                joined=row.joined,
                offset=row.offset,
            )
            for row in linked
        ],
        [
            Retracting(source=row.source, id=row.id, recorded=row.recorded)
            for row in source.retractions(keys)
        ],
    )
