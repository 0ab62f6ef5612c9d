"""Everything held of one person, as one record: signals with their sources, and what follows."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from doxa.beliefmap.fingerprint import fingerprint
from doxa.domain.clock import Clock, format_moment
from doxa.domain.signal import Signal
from doxa.errors import UnknownName
from doxa.runtime.frozen import Frozen, asking, freeze, traits
from doxa.runtime.held import held
from doxa.runtime.identity import person_at
from doxa.runtime.intake.names import given_name
from doxa.runtime.observing import moment_now
from doxa.runtime.wiring import Wiring
from doxa.storage.blocks import decode_block
from doxa.storage.port import ForecastSet
from doxa.storage.settled import Settled
from doxa.types import Json, Moment

FORMAT = 1

When = str | int
"""ISO 8601 text in UTC, or a position."""


class ExportedSignal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A signal as it was sent, and when it was taken back, if it was."""

    id: str
    twin: str
    kind: str
    source: str
    at: When
    recorded: str
    payload: dict[str, Any]
    order: int = 0
    session: str | None = None
    device: str | None = None
    cause: str | None = None
    assumed: bool = False
    retracted: str | None = None


class ExportedMerge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is whom, as it was said."""

    alias: str
    into: str
    at: When
    recorded: str
    joined: bool = True
    offset: int = 0


class ExportedMap(msgspec.Struct, frozen=True, kw_only=True):
    """By which map the opinions were read."""

    product: str
    fingerprint: str


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Everything held of one person.

    Attributes
    ----------
    doxa_export : int
        Version of this form.
    twin : str
        The twin that stands for the person.
    twins : list of str
        It and all its aliases.
    signals, merges
        What is held; everything below follows from it and is not read back.
    """

    doxa_export: int
    exported_at: str
    clock: str
    map: ExportedMap
    twin: str
    twins: list[str]
    signals: list[ExportedSignal]
    merges: list[ExportedMerge]
    traits: dict[str, Any] = {}
    opinions: list[dict[str, Any]] = []
    forecasts: list[dict[str, Any]] = []
    accesses: list[dict[str, Any]] = []


def export(wiring: Wiring, twin: Any, now: Any = None) -> dict[str, Json]:
    """Gather everything held of one person; see `Twins.export`."""
    name = given_name("twin", twin)
    key = wiring.store.twin_key(name)
    if key is None:
        raise UnknownName("nothing is held of this twin", where=name, hint="look at the id")
    person = person_at(wiring, key, None, None)
    frozen = freeze(wiring, name, asking(wiring, None, None, now))
    clock = wiring.belief_map.clock
    keys = sorted((person.key, *person.aliases))
    names = dict(zip(keys, wiring.store.twin_names(keys), strict=True))
    found: dict[str, Json] = msgspec.to_builtins(
        Export(
            doxa_export=FORMAT,
            exported_at=format_moment(moment_now(wiring, now)),
            clock=clock.value,
            map=ExportedMap(
                product=wiring.belief_map.product, fingerprint=fingerprint(wiring.belief_map)
            ),
            twin=names[person.key],
            twins=[names[person.key], *sorted(names[alias] for alias in person.aliases)],
            signals=_signals(wiring, keys, clock),
            merges=_merges(wiring, names, clock),
            traits=traits(frozen),
            opinions=_opinions(frozen),
            forecasts=_forecasts(wiring, names),
            accesses=_accesses(wiring, names),
        )
    )
    return found


def _opinions(frozen: Frozen) -> list[dict[str, Any]]:
    """Every node that was met: nodes as the map has them, open ones last, members by name."""
    place = {name: number for number, name in enumerate(frozen.belief_map.nodes)}
    met = [each for each in held(frozen) if each.met]
    met.sort(key=lambda each: (place.get(each.node.node, len(place)), each.node))
    return [each.as_dict() for each in met]


def _signals(wiring: Wiring, keys: list[int], clock: Clock) -> list[ExportedSignal]:
    """Own signals of all twins, those taken back among them, by time."""
    store = wiring.store
    gone = {(row.source, row.id): row.recorded for row in store.retractions(keys)}
    signals = [signal for key in keys for signal in store.signals(key)]
    signals.sort(key=lambda signal: (signal.at, signal.order, signal.source, signal.id))
    return [_signal(signal, gone.get((signal.source, signal.id)), clock) for signal in signals]


def _signal(signal: Signal, retracted: Moment | None, clock: Clock) -> ExportedSignal:
    return ExportedSignal(
        id=signal.id,
        twin=signal.twin,
        kind=signal.kind,
        source=signal.source,
        at=_when(signal.at, clock),
        recorded=format_moment(signal.recorded),
        payload=signal.payload,
        order=signal.order,
        session=signal.session,
        device=signal.device,
        cause=signal.cause,
        assumed=signal.assumed,
        retracted=None if retracted is None else format_moment(retracted),
    )


def _merges(wiring: Wiring, names: dict[int, str], clock: Clock) -> list[ExportedMerge]:
    """What was said of these twins among each other; what was said of anybody else is theirs."""
    if len(names) == 1:
        return []
    return [
        ExportedMerge(
            alias=names[row.alias],
            into=names[row.into],
            at=_when(row.at, clock),
            recorded=format_moment(row.recorded),
            joined=row.joined,
            offset=row.offset,
        )
        for row in wiring.store.aliases(list(names))
        if row.alias in names and row.into in names
    ]


def _forecasts(wiring: Wiring, names: dict[int, str]) -> list[dict[str, Any]]:
    """Recorded forecasts of what the person would do, and what became of them."""
    settled = {each.forecast_set: each for each in wiring.store.settled()}
    return [
        told
        for made in wiring.store.forecast_sets()
        for told in _of_set(made, settled.get(made.id), names, wiring)
    ]


def _accesses(wiring: Wiring, names: dict[int, str]) -> list[dict[str, Any]]:
    """Who read the person through a key, and what they were shown."""
    return [
        {
            "twin": names[row.twin],
            "at": format_moment(row.at),
            "reader": row.reader,
            "purpose": row.purpose,
            "face": row.face,
            "nodes": list(row.nodes),
        }
        for row in wiring.store.accesses(list(names))
    ]


def _of_set(
    made: ForecastSet, settled: Settled | None, names: dict[int, str], wiring: Wiring
) -> list[dict[str, Any]]:
    block, clock = decode_block(made.body), wiring.belief_map.clock
    if not names.keys() & set(block.twins):
        return []
    columns = block.arrays()
    became = [None] * len(columns["twin"])
    if settled is not None:
        found = decode_block(settled.body).arrays()["y"].tolist()
        became = [None if math.isnan(y) else y for y in found]
    rows = zip(*(columns[name].tolist() for name in _COLUMNS), became, strict=True)
    return [
        {
            "set": made.id,
            "outcome": made.outcome,
            "twin": names[block.twins[twin]],
            "item": block.items[item] if item >= 0 else None,
            "probability": probability,
            "origin": _when(made.origin, clock),
            "closes": _when(closes, clock),
            "recorded": format_moment(made.recorded),
            "population": made.population,
            "label": made.label,
            "became": y,
        }
        for twin, item, probability, closes, y in rows
        if block.twins[twin] in names
    ]


_COLUMNS = ("twin", "item", "probability", "closes")


def _when(moment: Moment, clock: Clock) -> When:
    return moment if clock is Clock.POSITION else format_moment(moment)
