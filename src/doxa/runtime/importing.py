"""Reading an export back: what was held of one person, into a store that need not know them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from doxa.beliefmap.fingerprint import fingerprint
from doxa.domain.clock import Clock, parse_time
from doxa.domain.json_text import NotJson, read_json
from doxa.domain.signal import Signal
from doxa.errors import InputError
from doxa.runtime.export import FORMAT, Export, ExportedMerge, ExportedSignal, When
from doxa.runtime.intake.names import given_name
from doxa.runtime.intake.signals import checked_rows
from doxa.runtime.observing import moment_now
from doxa.runtime.wiring import Wiring
from doxa.storage.corrections import Merging, Retracting
from doxa.types import Json, Moment

EXPECTED = "what doxa export wrote"


class LoadReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was not there before and is now, durably.

    Attributes
    ----------
    twin : str
        The twin that stands for the person.
    signals, merges, retractions : int
        How many of each were added; what was there already is not counted.
    same_map : bool
        The store reads evidence by the same rules as the one that exported. Otherwise opinions
        may differ.
    """

    twin: str
    signals: int
    merges: int
    retractions: int
    same_map: bool

    def as_dict(self) -> dict[str, Json]:
        """The receipt as plain fields."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        return told


def load(wiring: Wiring, given: Mapping[str, Any] | Path | str, now: Any = None) -> LoadReceipt:
    """Read an export back, all or nothing; see `Twins.load`."""
    found = read_export(given)
    clock = wiring.belief_map.clock
    if found.clock != clock.value:
        raise InputError(
            f"the export runs on the {found.clock} clock, this store on the {clock} clock",
            where="clock",
            hint="load it into a store with the map it came from",
        )
    _check_twins(found)
    signals = [_signal(each, f"signals[{n}]", clock) for n, each in enumerate(found.signals)]
    checked = checked_rows(signals, wiring.belief_map, moment_now(wiring, now)) if signals else []
    restored = wiring.store.restore(
        checked,
        [_merging(each, f"merges[{n}]", clock) for n, each in enumerate(found.merges)],
        [
            Retracting(
                source=each.source, id=each.id, recorded=_time(each.retracted, f"signals[{n}]")
            )
            for n, each in enumerate(found.signals)
            if each.retracted is not None
        ],
    )
    return LoadReceipt(
        twin=found.twin,
        signals=restored.signals,
        merges=restored.mergings,
        retractions=restored.retractions,
        same_map=found.map.fingerprint == fingerprint(wiring.belief_map),
    )


def read_export(given: Mapping[str, Any] | Path | str) -> Export:
    """An export from its record or its file, its form checked.

    Raises
    ------
    InputError
        Says which field is not as `Twins.export` writes it.
    """
    document, where = (given, "export") if isinstance(given, Mapping) else _from_file(given)
    version = document.get("doxa_export") if isinstance(document, Mapping) else None
    if version is None:
        raise InputError("is no export: it names no doxa_export", where=where, expected=EXPECTED)
    if type(version) is not int or version > FORMAT or version < 1:
        raise InputError(
            f"is an export of version {version!r}",
            where=where,
            expected=f"version {FORMAT}",
            hint="upgrade doxa to read newer ones",
        )
    try:
        return msgspec.convert(document, Export)
    except msgspec.ValidationError as error:
        raise InputError(f"is no export: {error}", where=where, expected=EXPECTED) from error


def _from_file(given: Path | str) -> tuple[Any, str]:
    where = str(given)
    try:
        return read_json(Path(given).read_text(encoding="utf-8")), where
    except NotJson as error:
        raise InputError(str(error), where=where, expected=EXPECTED) from error
    except UnicodeDecodeError as error:
        raise InputError("is no UTF-8 text", where=where, expected=EXPECTED) from error
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read ({told})", where=where, expected=EXPECTED) from error


def _check_twins(found: Export) -> None:
    """Everything in it is about the twins it names."""
    named = {given_name("twins", twin) for twin in found.twins}
    if found.twin not in named:
        raise InputError(f"{found.twin!r} is not among its twins", where="twin", expected=EXPECTED)
    for n, signal in enumerate(found.signals):
        if signal.twin not in named:
            raise _stranger(signal.twin, f"signals[{n}].twin")
    for n, merge in enumerate(found.merges):
        for field, twin in (("alias", merge.alias), ("into", merge.into)):
            if twin not in named:
                raise _stranger(twin, f"merges[{n}].{field}")


def _stranger(twin: str, where: str) -> InputError:
    return InputError(f"{twin!r} is not among the twins of the export", where=where)


def _signal(each: ExportedSignal, where: str, clock: Clock) -> Signal:
    return Signal(
        id=each.id,
        twin=each.twin,
        kind=each.kind,
        source=each.source,
        at=_moment(each.at, f"{where}.at", clock),
        recorded=_time(each.recorded, f"{where}.recorded"),
        payload=each.payload,
        order=each.order,
        session=each.session,
        device=each.device,
        cause=each.cause,
        assumed=each.assumed,
    )


def _merging(each: ExportedMerge, where: str, clock: Clock) -> Merging:
    return Merging(
        alias=each.alias,
        into=each.into,
        at=_moment(each.at, f"{where}.at", clock),
        recorded=_time(each.recorded, f"{where}.recorded"),
        joined=each.joined,
        offset=each.offset,
    )


def _moment(given: When, where: str, clock: Clock) -> Moment:
    if clock is Clock.TIME:
        return _time(given, where)
    if type(given) is int:
        return given
    raise InputError(f"{given!r} is no position", where=where, expected="a whole number")


def _time(given: When | None, where: str) -> Moment:
    if not isinstance(given, str):
        raise InputError(f"{given!r} is no time", where=where, expected="ISO 8601 text")
    try:
        return parse_time(given)
    except InputError as error:
        raise InputError(error.problem, where=where, expected=error.expected) from error
