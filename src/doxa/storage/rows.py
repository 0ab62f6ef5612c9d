"""A signal as a row: what every store checks before it writes, and how it compares contents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.clock import EARLIEST, LATEST, Clock
from doxa.domain.signal import Signal
from doxa.errors import SignalConflict, SignalError, UnknownName
from doxa.types import Json, Moment

Row: TypeAlias = tuple[
    str, str, str, str, int, int, int, int, str | None, str | None, str | None, bytes
]
"""twin, kind, source, id, at, recorded, order, assumed, session, device, cause, payload."""

TWIN: Final = 0
KIND: Final = 1
SOURCE: Final = 2
ID: Final = 3
AT: Final = 4
RECORDED: Final = 5
ORDER: Final = 6
ASSUMED: Final = 7
SESSION: Final = 8
DEVICE: Final = 9
CAUSE: Final = 10
PAYLOAD: Final = 11
_COMPARED: Final = (
    ("kind", KIND),
    ("twin", TWIN),
    ("at", AT),
    ("order", ORDER),
    ("session", SESSION),
    ("device", DEVICE),
    ("cause", CAUSE),
)
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_CODES: Final = 2**62 - 1
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRows:
    """Signals column by column for a bulk append; all lists have the same length.

    `payload` holds JSON objects as bytes; they are stored as they are.
    """

    id: Sequence[str]
    twin: Sequence[str]
    kind: Sequence[str]
    source: Sequence[str]
    at: Sequence[Moment]
    recorded: Sequence[Moment]
    order: Sequence[int]
    assumed: Sequence[int]
    session: Sequence[str | None]
    device: Sequence[str | None]
    cause: Sequence[str | None]
    payload: Sequence[bytes]

    def __len__(self) -> int:
        return len(self.id)

    def rows(self, clock: Clock) -> list[Row]:
        """The same as rows, once their moments are known to fit the clock."""
        for name, column in (("at", self.at), ("recorded", self.recorded)):
            _check_column(name, column, clock)
        _check_column("order", self.order, Clock.POSITION)
        columns = (
            *(self.twin, self.kind, self.source, self.id, self.at, self.recorded),
            *(self.order, self.assumed, self.session, self.device, self.cause, self.payload),
        )
        return list(zip(*columns, strict=True))


def row_of(signal: Signal, clock: Clock) -> Row:
    """The row of a signal, or a `SignalError` that says which field cannot be stored.

    Examples
    --------
    >>> signal = Signal(id="t1", twin="ann", kind="buy", at=5, recorded=6, payload={"price": 2})
    >>> row_of(signal, Clock.TIME)[PAYLOAD]
    b'{"price":2}'
    """
    where = f"signal {signal.id!r}"
    _check_text(signal, where)
    low, high = bounds(clock)
    for name, value in (("at", signal.at), ("recorded", signal.recorded)):
        if value.__class__ is not int or not low <= value <= high:
            raise _bad_number(name, value, low, high, where)
    if signal.order.__class__ is not int or not _SMALLEST <= signal.order <= _LARGEST:
        raise _bad_number("order", signal.order, _SMALLEST, _LARGEST, where)
    return (
        signal.twin,
        signal.kind,
        signal.source,
        signal.id,
        signal.at,
        signal.recorded,
        signal.order,
        int(signal.assumed),
        signal.session,
        signal.device,
        signal.cause,
        encode_payload(signal.payload, where),
    )


def signal_of(row: Row) -> Signal:
    """The signal a row stands for."""
    return Signal(
        id=row[ID],
        twin=row[TWIN],
        kind=row[KIND],
        source=row[SOURCE],
        at=row[AT],
        recorded=row[RECORDED],
        order=row[ORDER],
        assumed=bool(row[ASSUMED]),
        session=row[SESSION],
        device=row[DEVICE],
        cause=row[CAUSE],
        payload=decode_payload(row[PAYLOAD]),
    )


def encode_payload(payload: dict[str, Json], where: str) -> bytes:
    """The payload as compact JSON; numbers that JSON cannot hold are refused."""
    try:
        encoded = _encoder.encode(payload)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise SignalError(f"payload cannot be written as JSON: {error}", where=where) from error
    if b"null" in encoded and _holds_nan(payload):
        raise SignalError(
            "payload holds a number that is not finite", where=where, expected="a number or null"
        )
    return encoded


def decode_payload(payload: bytes) -> dict[str, Json]:
    """The payload as a dict."""
    return cast("dict[str, Json]", _decoder.decode(payload))


def session_codes(sessions: Sequence[str | None]) -> Ints:
    """Sessions as numbers: equal for equal text in this process; -1 = none.

    Python's own hash is keyed anew in every process, so that nobody can name two sessions that
    are taken for one. The order of the numbers means nothing.

    Examples
    --------
    >>> codes = session_codes(["b7", None, "b7"])
    >>> int(codes[1]), bool(codes[0] == codes[2])
    (-1, True)
    """
    codes = np.fromiter(map(hash, sessions), np.int64, len(sessions)) & _CODES
    if None in sessions:
        codes[[session is None for session in sessions]] = -1
    return codes


def bounds(clock: Clock) -> tuple[Moment, Moment]:
    """The first and last moment of a clock that a store can hold."""
    return (EARLIEST, LATEST) if clock is Clock.TIME else (_SMALLEST, _LARGEST)


def check_same(known: Row, arrived: Row) -> None:
    """Raise `SignalConflict` naming the first field in which two rows of one id differ."""
    field = first_difference(known, arrived)
    if field is not None:
        raise SignalConflict(
            f"the ledger holds this id with another {field}",
            where=f"signal {arrived[ID]!r}",
            hint="give each signal of a source its own id",
        )


def first_difference(known: Row, arrived: Row) -> str | None:
    """The first field in which two rows of one id differ, None when their content is equal.

    Examples
    --------
    >>> row = ("ann", "buy", "till", "t1", 5, 6, 0, 0, None, None, None, b'{"price":2}')
    >>> first_difference(row, (*row[:11], b'{"price":2.0}'))
    >>> first_difference(row, (*row[:11], b'{"price":3}'))
    'payload.price'
    """
    for name, place in _COMPARED:
        if known[place] != arrived[place]:
            return name
    if known[PAYLOAD] == arrived[PAYLOAD]:
        return None
    old, new = decode_payload(known[PAYLOAD]), decode_payload(arrived[PAYLOAD])
    for key in sorted(old.keys() | new.keys()):
        if (key in old) != (key in new) or not _same_json(old.get(key), new.get(key)):
            return f"payload.{key}"
    return None


def unknown_signal(id_: str, source: str | None, sources: Sequence[str]) -> UnknownName:
    """What is said when an id names no signal, or several.

    Examples
    --------
    >>> print(unknown_signal("t1", "till", []))
    id: there is no signal 't1' of the source 'till'; explain lists the ids of signals
    """
    if sources:
        return UnknownName(
            f"several sources have a signal {id_!r}",
            where="source",
            expected=f"one of {', '.join(map(repr, sorted(sources)))}",
        )
    of = "" if source is None else f" of the source {source!r}"
    return UnknownName(
        f"there is no signal {id_!r}{of}", where="id", hint="explain lists the ids of signals"
    )


def _same_json(one: Json, other: Json) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same_json(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same_json, one, other))
    return one == other


def _holds_nan(value: object) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        return any(map(_holds_nan, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_holds_nan, value))


def _check_text(signal: Signal, where: str) -> None:
    """All texts at once when they are plain ASCII, as nearly all are; else one by one."""
    needed = (signal.id, signal.twin, signal.kind, signal.source)
    optional = (signal.session, signal.device, signal.cause)
    try:
        plain = "".join([*needed, *["" if text is None else text for text in optional]]).isascii()
    except TypeError:
        plain = False
    if plain and all(needed):
        return
    for name, text in zip(("id", "twin", "kind", "source"), needed, strict=True):
        if text == "":
            raise SignalError(f"{name} is empty", where=where, expected="a text")
        _check_unicode(name, text, where)
    for name, part in zip(("session", "device", "cause"), optional, strict=True):
        if part is not None:
            _check_unicode(name, part, where)


def _check_unicode(name: str, text: object, where: str) -> None:
    if not isinstance(text, str):
        raise SignalError(f"{name} is no text", where=where, expected="a text")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SignalError(f"{name} is no valid Unicode", where=ascii(where)) from error


def _bad_number(name: str, value: object, low: int, high: int, where: str) -> SignalError:
    if type(value) is not int:
        return SignalError(f"{name} is no whole number", where=where, expected="an int")
    expected = f"between {low} and {high}"
    return SignalError(f"{name} lies outside the clock", where=where, expected=expected)


def _check_column(name: str, column: Sequence[int], clock: Clock) -> None:
    low, high = bounds(clock)
    try:
        values = np.asarray(column, dtype=np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise SignalError(f"{name} is not whole numbers of 64 bits") from error
    outside = np.flatnonzero((values < low) | (values > high))
    if len(outside):
        raise SignalError(
            f"{name} lies outside the clock",
            where=f"row {outside[0]}",
            expected=f"between {low} and {high}",
        )
