"""Every row is judged here, whatever file it came from: taken, or refused with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import cast

from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import AHEAD, BEGINNING, Clock
from doxa.domain.content import content_id
from doxa.domain.signal import BUILT_IN_KINDS, DEFAULT_SOURCE, TRAITS
from doxa.storage.bulk import judging
from doxa.storage.bulk.batch import RawBatch, Reject, Rows
from doxa.storage.bulk.judging import Refused
from doxa.types import Moment


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
        self._map, self._clock = map, map.clock
        self._known = frozenset({*map.signals, *BUILT_IN_KINDS})
        self._latest_recorded = 2**62 if allow_future else now + AHEAD
        self._latest = self._latest_recorded if map.clock is Clock.TIME else 2**62
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
        at, assumed = _timely(raw.at, self._latest), _empty(raw.recorded)
        recorded = at if assumed else _timely(raw.recorded, self._latest_recorded)
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
            payload = [
                judging.payload(value, kind or "", self._map)
                for value, kind in zip(raw.payload, raw.kind, strict=True)
            ]
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

    def _take(
        self, raw: RawBatch, n: int, rows: Rows, kinds: frozenset[str], good: set[str]
    ) -> None:
        twin, kind = raw.twin[n], raw.kind[n]
        if twin not in good:
            good.add(judging.name("twin", twin))
        if kind not in kinds:
            self._unknown(kind)
        assert twin is not None
        assert kind is not None
        source, session, device = raw.source[n] or DEFAULT_SOURCE, raw.session[n], raw.device[n]
        for field, text in (("source", source), ("session", session), ("device", device)):
            if text is not None and text not in good:
                good.add(judging.name(field, text))
        at, recorded = self._moments(raw.at[n], raw.recorded[n], kind)
        order = raw.order[n]
        if isinstance(order, str):
            raise Refused("order", order)
        payload = judging.payload(raw.payload[n], kind, self._map)
        given = raw.id[n]
        if given is not None or raw.has_id:
            rows.id.append(judging.name("id", given))
        else:
            derived = content_id(
                twin, kind, source, at, payload, order=order or 0, session=session, device=device
            )
            rows.id.append(derived)
        rows.derived.append(given is None)
        rows.twin.append(twin)
        rows.kind.append(kind)
        rows.source.append(source)
        rows.at.append(at)
        rows.recorded.append(at if recorded is None else recorded)
        rows.assumed.append(recorded is None)
        rows.order.append(order or 0)
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
        if isinstance(at, str):
            raise Refused("at", at)
        if isinstance(recorded, str):
            raise Refused("recorded", recorded)
        if at > self._latest:
            raise Refused("at", "more than 5 minutes in the future")
        if recorded is not None and recorded > self._latest_recorded:
            raise Refused("recorded", "more than 5 minutes in the future")
        return at, recorded

    def _unknown(self, kind: str | None) -> None:
        judging.name("kind", kind)
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


def _timely(moments: list[Moment | str | None], latest: Moment) -> list[Moment] | None:
    """The same moments when all are there and none lies in the future."""
    if {type(moment) for moment in moments} != {int}:
        return None
    whole = cast("list[Moment]", moments)
    return whole if max(whole) <= latest else None


def _empty(column: Sequence[object]) -> bool:
    return column.count(None) == len(column)


def _fit(texts: Iterable[str | None]) -> bool:
    """Whether all can be names."""
    try:
        for text in {*texts}:
            judging.name("", text)
    except Refused:
        return False
    return True
