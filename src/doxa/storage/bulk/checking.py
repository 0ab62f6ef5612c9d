"""Every row is judged here, whatever file it came from: taken, or refused with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, cast

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import MINUTE, Clock
from doxa.domain.content import canonical_payload, content_id
from doxa.domain.signal import BUILT_IN_KINDS, DEFAULT_SOURCE, TRAITS
from doxa.storage.bulk.batch import RawBatch, Reject, Rows
from doxa.storage.bulk.moments import BEGINNING
from doxa.types import Moment

LONGEST_NAME = 512
TOLERANCE = 5 * MINUTE
_DECODE = msgspec.json.Decoder(dict[str, Any]).decode
_NUL = b"\\u0000"


class Refused(Exception):
    """Internal: this row cannot be taken; the field and the reason."""


class Checker:
    """Turns raw rows into rows for the ledger and rejects.

    Parameters
    ----------
    map : BeliefMap
        Gives the clock and the kinds that exist.
    now : int
        Rows more than five minutes later are refused, unless `allow_future`.

    Attributes
    ----------
    unknown_kinds : Counter of str
        Kinds that the map does not declare, with the number of rows, since they were last taken.
    """

    def __init__(self, map: BeliefMap, now: Moment, allow_future: bool = False) -> None:
        self._clock = map.clock
        self._known = frozenset({*map.signals, *BUILT_IN_KINDS})
        timed = map.clock is Clock.TIME and not allow_future
        self._latest = now + TOLERANCE if timed else 2**62
        self.unknown_kinds: Counter[str] = Counter()

    def check(self, table: str, raw: RawBatch) -> tuple[Rows, list[Reject]]:
        """The rows that can be taken, in order, and those that cannot."""
        clean = self._all(raw)
        if clean is not None:
            return clean, []
        rows, rejects = Rows(), list[Reject]()
        kinds, good = self._known, set[str]()
        for n, line in enumerate(raw.line):
            try:
                self._take(raw, n, rows, kinds, good)
            except Refused as why:
                rejects.append(Reject(table, line, *why.args))
            else:
                rows.line.append(line)
        return rows, rejects

    def _all(self, raw: RawBatch) -> Rows | None:
        """All rows at once, None when one of them is to be refused: then each is looked at."""
        at, assumed = self._timely(raw.at), _empty(raw.recorded)
        recorded = at if assumed else self._timely(raw.recorded)
        order = [0] * len(raw) if _empty(raw.order) else raw.order
        source = [name or DEFAULT_SOURCE for name in raw.source]
        if at is None or recorded is None or not {type(place) for place in order} <= {int}:
            return None
        texts = (raw.twin, source, raw.id if raw.has_id else ())
        if not set(raw.kind) <= self._known or not all(map(_fit, texts)):
            return None
        if not (_fit(set(raw.session) - {None}) and _fit(set(raw.device) - {None})):
            return None
        if not _fit(set(raw.id) - {None}):
            return None
        try:
            payload = [_payload(value) for value in raw.payload]
        except Refused:
            return None
        rows = Rows(
            line=raw.line,
            twin=cast("list[str]", raw.twin),
            kind=cast("list[str]", raw.kind),
            source=source,
            at=at,
            recorded=recorded,
            assumed=[assumed] * len(raw),
            order=cast("list[int]", order),
            session=raw.session,
            device=raw.device,
            payload=payload,
            derived=[name is None for name in raw.id],
        )
        rows.id = _ids(rows, raw.id)
        return rows

    def _timely(self, moments: list[Moment | str | None]) -> list[Moment] | None:
        """The same moments when all are there and none lies in the future."""
        if {type(moment) for moment in moments} != {int}:
            return None
        whole = cast("list[Moment]", moments)
        return whole if max(whole) <= self._latest else None

    def _take(
        self, raw: RawBatch, n: int, rows: Rows, kinds: frozenset[str], good: set[str]
    ) -> None:
        twin, kind = raw.twin[n], raw.kind[n]
        if twin not in good:
            good.add(_name("twin", twin))
        if kind not in kinds:
            self._unknown(kind)
        assert twin is not None
        assert kind is not None
        source, session, device = raw.source[n] or DEFAULT_SOURCE, raw.session[n], raw.device[n]
        for field, text in (("source", source), ("session", session), ("device", device)):
            if text is not None and text not in good:
                good.add(_name(field, text))
        at, recorded = self._moments(raw.at[n], raw.recorded[n], kind)
        order = raw.order[n]
        if type(order) is str:
            raise Refused("order", order)
        payload = _payload(raw.payload[n])
        given = raw.id[n]
        if given is not None or raw.has_id:
            rows.id.append(_name("id", given))
        else:
            rest = {"order": order or 0, "session": session, "device": device}
            rows.id.append(content_id(twin, kind, source, at, payload, **rest))  # type: ignore[arg-type]
        rows.derived.append(given is None)
        rows.twin.append(twin)
        rows.kind.append(kind)
        rows.source.append(source)
        rows.at.append(at)
        rows.recorded.append(at if recorded is None else recorded)
        rows.assumed.append(recorded is None)
        rows.order.append(order or 0)  # type: ignore[arg-type]
        rows.session.append(session)
        rows.device.append(device)
        rows.payload.append(payload)

    def _moments(
        self, at: Moment | str | None, recorded: Moment | str | None, kind: str
    ) -> tuple[Moment, Moment | None]:
        if at is None:
            if kind != TRAITS:
                raise Refused("at", "no time")
            at = BEGINNING[self._clock]
        if type(at) is str:
            raise Refused("at", at)
        if type(recorded) is str:
            raise Refused("recorded", recorded)
        if at > self._latest:  # type: ignore[operator]
            raise Refused("at", "more than 5 minutes in the future")
        if recorded is not None and recorded > self._latest:  # type: ignore[operator]
            raise Refused("recorded", "more than 5 minutes in the future")
        return at, recorded  # type: ignore[return-value]

    def _unknown(self, kind: str | None) -> None:
        _name("kind", kind)
        assert kind is not None
        if len(self.unknown_kinds) < 1000:
            self.unknown_kinds[kind] += 1
        raise Refused("kind", "not declared by the map")

    def take_unknown_kinds(self) -> Counter[str]:
        """Unknown kinds since the last call."""
        found, self.unknown_kinds = self.unknown_kinds, Counter()
        return found

    def nearest_kind(self, kind: str) -> str | None:
        """The declared kind whose name is most like this one."""
        return next(iter(get_close_matches(kind, sorted(self._known), 1)), None)


def _name(field: str, text: str | None) -> str:
    if text is None or text == "":
        raise Refused(field, f"no {field}")
    if len(text) > LONGEST_NAME:
        raise Refused(field, f"longer than {LONGEST_NAME} characters")
    if "\0" in text:
        raise Refused(field, "holds a NUL character")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(field, "not valid UTF-8") from None
    return text


def _ids(rows: Rows, given: Sequence[str | None]) -> list[str]:
    parts = zip(
        given, rows.twin, rows.kind, rows.source, rows.at, rows.payload,
        rows.order, rows.session, rows.device, strict=True,
    )  # fmt: skip
    return [
        name
        or content_id(twin, kind, source, at, payload, order=order, session=session, device=device)
        for name, twin, kind, source, at, payload, order, session, device in parts
    ]


def _empty(column: Sequence[object]) -> bool:
    return column.count(None) == len(column)


def _fit(texts: Iterable[str | None]) -> bool:
    """Whether all can be names."""
    try:
        for text in {*texts}:
            _name("", text)
    except Refused:
        return False
    return True


def _payload(value: Any) -> bytes:
    if value is None:
        return b"{}"
    try:
        if isinstance(value, str | bytes):
            value = _DECODE(value)
        elif not isinstance(value, dict):
            raise Refused("payload", "not an object")
        payload = canonical_payload(value)
    except msgspec.DecodeError as error:
        wrong = isinstance(error, msgspec.ValidationError) and "Expected" in str(error)
        raise Refused("payload", "not an object" if wrong else "not JSON") from None
    except UnicodeError:
        raise Refused("payload", "not valid UTF-8") from None
    except (TypeError, RecursionError):
        raise Refused("payload", "holds a value that JSON cannot") from None
    if _NUL in payload and _NUL in payload.replace(b"\\\\", b""):
        raise Refused("payload", "holds a NUL character")
    return payload
