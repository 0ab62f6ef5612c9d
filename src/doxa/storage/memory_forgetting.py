"""Forgetting people in a store in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import msgspec

from doxa.domain.clock import AHEAD, Clock
from doxa.domain.identity import Alias, person
from doxa.storage.blocks import decode_block, without_twins
from doxa.storage.corrections import Merging
from doxa.storage.forgotten import (
    Erased,
    Forgotten,
    ForgottenList,
    mark_of,
    new_key,
    other_key,
    refusal,
    refused_merge,
    refused_until,
)
from doxa.storage.memory_archive import MemoryArchive
from doxa.storage.rows import AT, ID, SOURCE, TWIN, Row
from doxa.types import Moment


class MemoryForgetting(MemoryArchive):
    """Takes people out and refuses what they sent before."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self._sources: dict[str, int] = {}
        self._forgotten: dict[str, Forgotten] = {}
        self._forgotten_key = ""

    def forget(self, twin: str, at: Moment) -> Erased:
        """Erase a person; from now on nothing serves them and older signals are refused."""
        with self._lock:
            names = {key: name for name, key in self._twins.items()}
            parts = person(self._aliases, self._twins[twin]) if twin in self._twins else ()
            counts: Counter[str] = Counter()
            for name in {twin, *(names[key] for key in parts)}:
                counts.update(self._forget(name, at, None).counts)
            return Erased(counts=dict(counts))

    def forget_listed(self, given: ForgottenList) -> Erased:
        """Forget again everybody on a list."""
        with self._lock:
            if self._forgotten_key and given.twins and self._forgotten_key != given.key:
                raise other_key()
            self._forgotten_key = self._forgotten_key or given.key
            news = {
                entry.mark: entry
                for entry in given.twins
                if entry.is_news(self._forgotten.get(entry.mark))
            }
            counts: Counter[str] = Counter()
            for twin in list(self._twins):
                entry = news.get(mark_of(given.key, twin)) if news else None
                if entry is not None and entry.until is not None:
                    counts.update(self._forget(twin, entry.forgotten_at, entry.until).counts)
            self._forgotten.update(news)
            return Erased(counts=dict(counts))

    def purge(self, at: Moment) -> bool:
        """There are no files."""
        for mark, entry in self._forgotten.items():
            if entry.purged_at is None:
                self._forgotten[mark] = msgspec.structs.replace(entry, purged_at=at)
        return True

    def purge_pending(self) -> bool:
        """Whether `purge` was not called since somebody was forgotten."""
        return any(entry.purged_at is None for entry in self._forgotten.values())

    def forgotten(self) -> ForgottenList:
        """Everybody who was forgotten."""
        order = sorted(self._forgotten.values(), key=lambda one: (one.forgotten_at, one.mark))
        return ForgottenList(key=self._forgotten_key, twins=tuple(order))

    def forgotten_among(self, twins: Collection[str]) -> dict[str, Forgotten]:
        """Those of some ids that were forgotten."""
        if not self._forgotten:
            return {}
        entries = {twin: self._forgotten.get(mark_of(self._forgotten_key, twin)) for twin in twins}
        return {twin: entry for twin, entry in entries.items() if entry is not None}

    def _forget(self, twin: str, at: Moment, until: Moment | None) -> Erased:
        with self._lock:
            self._forgotten_key = self._forgotten_key or new_key()
            mark = mark_of(self._forgotten_key, twin)
            latest = at + AHEAD if self.clock is Clock.TIME else 2**63
            rows = [row for row in self._rows.values() if row[TWIN] == twin]
            newest = max((row[AT] for row in rows if row[AT] <= latest), default=None)
            entry = Forgotten(
                mark=mark,
                forgotten_at=at,
                until=until
                if until is not None
                else refused_until(self.clock, at, newest, self._forgotten.get(mark)),
            )
            counts = self._erase(twin, at, until)
            self._forgotten[mark] = entry
            self._anybody_forgotten = True
            return Erased(counts={place: count for place, count in counts.items() if count})

    def _erase(self, twin: str, at: Moment, until: Moment | None) -> dict[str, int]:
        key = self._twins.get(twin, 0)
        signals = {
            seq: row
            for seq, row in self._rows.items()
            if row[TWIN] == twin and (until is None or row[AT] <= until)
        }
        for seq, row in signals.items():
            del self._rows[seq], self._places[row[SOURCE], row[ID]]
        gone = set(signals)
        taken_back = [row for row in self._retractions if row.seq in gone]
        self._retractions = [row for row in self._retractions if row.seq not in gone]
        left = {row[TWIN] for row in self._rows.values()}
        heard = {row[SOURCE] for row in self._rows.values()}
        sources = {row[SOURCE] for row in signals.values()} - heard
        self._sources = {
            name: code
            for code, name in enumerate(name for name in self._sources if name not in sources)
        }
        said = [row for row in self._aliases if key in (row.alias, row.into)]
        if twin not in left:
            self._aliases = [row for row in self._aliases if row not in said]
        read = [one for one in self._accesses if one.twin == key]
        if twin not in left:
            self._accesses = [one for one in self._accesses if one.twin != key]
        return {
            "accesses": len(read) if twin not in left else 0,
            "retractions": len(taken_back),
            "aliases": len(said) if twin not in left else 0,
            "forecasts": self._erase_forecasts(key, at, until),
            "signals": len(signals),
            "snapshots": int(self._snapshots.pop(key, None) is not None),
            "twins": int(twin not in left and self._twins.pop(twin, None) is not None),
            "sources": len(sources),
        }

    def _erase_forecasts(self, key: int, at: Moment, until: Moment | None) -> int:
        erased = 0
        for name, one in list(self._forecasts.items()):
            body, count = without_twins(one.body, frozenset({key}))
            if body is one.body or (until is not None and one.recorded > at):
                continue
            erased += count
            self._forecasts[name] = msgspec.structs.replace(one, body=body)
            self._erase_settled(name, key)
            if not decode_block(body).twins:
                del self._forecasts[name]
        return erased

    def _erase_settled(self, name: str, key: int) -> None:
        one = self._settled.get(name)
        if one is None:
            return
        body, _ = without_twins(one.body, frozenset({key}))
        if decode_block(body).twins:
            self._settled[name] = msgspec.structs.replace(one, body=body)
        else:
            del self._settled[name]

    def merge(self, merging: Merging) -> Alias | None:
        """Say who is whom; None when it is said already."""
        named = self.forgotten_among((merging.alias, merging.into))
        for entry in named.values():
            if merging.recorded <= entry.forgotten_at:
                raise refused_merge(entry)
        return super().merge(merging)

    def _check_forgotten(self, rows: Sequence[Row]) -> None:
        if not self._forgotten:
            return
        for row in rows:
            entry = self._forgotten.get(mark_of(self._forgotten_key, row[TWIN]))
            if entry is not None and entry.until is not None and row[AT] <= entry.until:
                raise refusal(row[ID], entry)
