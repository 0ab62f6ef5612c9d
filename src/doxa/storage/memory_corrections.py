"""What a store in memory holds, and what is said about it afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import msgspec

from doxa.domain.identity import Alias, settled
from doxa.storage.corrections import Amendments, Merging, Retraction
from doxa.storage.port import Snapshot
from doxa.storage.rows import AT, TWIN, Row, unknown_signal
from doxa.types import Moment


class MemoryCorrections:
    """Rows with what names them, who is whom, and what was taken back."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self._newest_seq = 0
        self._newest_key = 0
        self._places: dict[tuple[str, str], int] = {}
        self._twins: dict[str, int] = {}
        self._snapshots: dict[int, Snapshot] = {}
        self._aliases: list[Alias] = []
        self._retractions: list[Retraction] = []
        self._amended = Amendments(0, 0)
        self._lock = threading.RLock()

    def amendments(self) -> Amendments:
        """How far the ledger is amended."""
        return self._amended

    def aliases(self, twins: Sequence[int] | None = None) -> list[Alias]:
        """What was said about who is whom."""
        if twins is None:
            return list(self._aliases)
        linked = self._linked(twins)
        return [row for row in self._aliases if row.alias in linked]

    def merge(self, merging: Merging) -> Alias | None:
        """Say who is whom; None when it is said already."""
        with self._lock:
            known = {**self._twins}
            fresh = iter(range(self._newest_key + 1, self._newest_key + 3))
            alias, into = (
                known[twin] if twin in known else known.setdefault(twin, next(fresh))
                for twin in (merging.alias, merging.into)
            )
            names = {key: twin for twin, key in known.items()}
            asked = Alias(
                alias=alias,
                into=into,
                at=merging.at,
                recorded=merging.recorded,
                joined=merging.joined,
                offset=merging.offset,
            )
            row = settled(self.aliases([alias, into]), asked, names.__getitem__)
            if row is not None:
                self._twins = known
                self._newest_key = max(known.values())
                self._aliases.append(row)
                self._amended = msgspec.structs.replace(
                    self._amended, aliases=self._amended.aliases + 1
                )
                self._drop_snapshots([alias, into])
            return row

    def retract(self, id: str, source: str | None, recorded: Moment) -> Retraction:
        """Take a signal back."""
        with self._lock:
            sources = [name for name, known in self._places if known == id]
            found = [name for name in sources if source in (None, name)]
            if len(found) != 1:
                raise unknown_signal(id, source, found)
            seq = self._places[found[0], id]
            for known in self._retractions:
                if known.seq == seq:
                    return msgspec.structs.replace(known, duplicate=True)
            row = self._rows[seq]
            retraction = Retraction(
                place=self._amended.retractions + 1,
                twin=self._twins[row[TWIN]],
                seq=seq,
                source=found[0],
                id=id,
                recorded=recorded,
            )
            self._retractions.append(retraction)
            self._amended = msgspec.structs.replace(self._amended, retractions=retraction.place)
            self._drop_snapshots([retraction.twin], row[AT])
            return retraction

    def retractions(self, twins: Sequence[int] | None = None) -> list[Retraction]:
        """What was taken back."""
        return [row for row in self._retractions if twins is None or row.twin in twins]

    def _retracted(self, known_at: Moment | None = None, upto: int | None = None) -> set[int]:
        return {
            row.seq
            for row in self._retractions
            if (known_at is None or row.recorded <= known_at)
            and (upto is None or row.place <= upto)
        }

    def _linked(self, twins: Iterable[int]) -> set[int]:
        """Everybody ever linked to some twins, however far."""
        found = set(twins)
        size = -1
        while len(found) != size:
            size = len(found)
            for row in self._aliases:
                if row.alias in found or row.into in found:
                    found |= {row.alias, row.into}
        return found

    def _drop_snapshots(self, twins: Iterable[int], since: Moment | None = None) -> None:
        """Drop those of some twins and all linked ones that hold anything later than a moment."""
        for twin in self._linked(twins):
            snapshot = self._snapshots.get(twin)
            if snapshot is not None and (since is None or since < snapshot.until):
                del self._snapshots[twin]
