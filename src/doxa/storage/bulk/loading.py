"""From staged chunks into the ledger: a chunk and the progress of the load in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from doxa.domain.clock import Clock
from doxa.errors import SignalError
from doxa.storage.bulk.batch import Reject, Rows
from doxa.storage.bulk.chunks import Chunks
from doxa.storage.bulk.ordinals import Ordinals
from doxa.storage.bulk.rejecting import Limit
from doxa.storage.bulk.staging import Progress
from doxa.storage.forgotten import Forgotten
from doxa.storage.port import BulkAppended, Load
from doxa.storage.rows import SignalRows
from doxa.types import Moment


class BulkLedger(Protocol):
    """What a load needs of a store."""

    clock: Clock

    def append_rows(self, rows: SignalRows, load: Load | None = None) -> BulkAppended:
        """Add many rows, and how far their load came, in one transaction."""

    def load(self, fingerprint: str) -> Load | None:
        """How far the load of an input came, None when it never began."""

    def forgotten_among(self, twins: Collection[str]) -> dict[str, Forgotten]:
        """Those of some ids that were forgotten."""


_FORGOTTEN = "belongs to a person who was forgotten later"


@dataclass(slots=True)
class Outcome:
    """What became of the staged rows in this run.

    `resumed` rows were in the ledger before it; `forgotten` rows are of people who were forgotten
    since: they are refused, and no limit counts them.
    """

    appended: int = 0
    duplicates: int = 0
    conflicts: int = 0
    forgotten: int = 0
    resumed: int = 0


@dataclass(slots=True)
class Loader:
    """Loads the chunks of one load, from the first that the ledger does not have yet."""

    store: BulkLedger
    chunks: Chunks
    ordinals: Ordinals
    names: tuple[str, ...]
    fingerprint: str
    started: Moment
    rejects: Path

    def run(self, total: int, limit: Limit, refused: int, progress: Progress) -> Outcome:
        """Load what is not loaded yet.

        Parameters
        ----------
        total : int
            Staged rows.
        refused : int
            Rows refused before; rows whose id conflicts add to them.
        """
        found = self.store.load(self.fingerprint)
        done, rows = (0, 0) if found is None else (found.chunks, found.rows)
        outcome = Outcome(resumed=rows)
        for number, (pair, chunk) in enumerate(self._ahead(done), done + 1):
            rows += len(chunk)
            load = Load(
                fingerprint=self.fingerprint, started=self.started, chunks=number, rows=rows
            )
            kept = self._without_forgotten(pair, chunk, outcome)
            outcome.conflicts += self._append(pair, kept, load, outcome)
            limit.check(refused + outcome.conflicts, refused + total, self.rejects)
            progress("loading", rows, total)
        return outcome

    def _ahead(self, done: int) -> Iterator[tuple[tuple[int, int], Rows]]:
        """Chunks in order, the next one read while the last is written."""
        pairs = self.chunks.staged()[done:]
        with ThreadPoolExecutor(1) as pool:
            waiting = [pool.submit(self._read, pair) for pair in pairs[:1]]
            for place, pair in enumerate(pairs):
                rows = waiting.pop().result()
                waiting = [pool.submit(self._read, after) for after in pairs[place + 1 : place + 2]]
                yield pair, rows

    def _read(self, pair: tuple[int, int]) -> Rows:
        rows = self.chunks.read(*pair)
        for place, ordinal in self.ordinals.of(*pair):
            rows.id[place] = f"{rows.id[place]}.{ordinal}"
        return rows

    def _without_forgotten(self, pair: tuple[int, int], rows: Rows, outcome: Outcome) -> Rows:
        """The rows but those of people who were forgotten after they occurred."""
        until = {
            twin: entry.until
            for twin, entry in self.store.forgotten_among(set(rows.twin)).items()
            if entry.until is not None
        }
        places = [
            place
            for place, (twin, at) in enumerate(zip(rows.twin, rows.at, strict=True))
            if twin in until and at <= until[twin]
        ]
        if not places:
            return rows
        table = self.names[pair[0]]
        rejects = [Reject(table, rows.line[place], "twin", _FORGOTTEN) for place in places]
        self.chunks.write_rejects(self.chunks.path(*pair, "forgotten.rejects"), rejects)
        outcome.forgotten += len(places)
        return rows.without(set(places))

    def _append(self, pair: tuple[int, int], rows: Rows, load: Load, outcome: Outcome) -> int:
        conflicts: list[Reject] = []
        try:
            appended = self.store.append_rows(columns(rows, 0, len(rows)), load)
        except SignalError:
            appended = self._sift(self.names[pair[0]], rows, 0, len(rows), conflicts)
            self.chunks.write_rejects(self.chunks.path(*pair, "conflicts.rejects"), conflicts)
            self.store.append_rows(columns(rows, 0, 0), load)
        outcome.appended += appended.added
        outcome.duplicates += appended.duplicates
        return len(conflicts)

    def _sift(
        self, table: str, rows: Rows, first: int, end: int, conflicts: list[Reject]
    ) -> BulkAppended:
        """Append by halves, so that only the rows at fault stay out."""
        try:
            return self.store.append_rows(columns(rows, first, end))
        except SignalError as error:
            if end - first == 1:
                conflicts.append(Reject(table, rows.line[first], "id", error.problem))
                return BulkAppended(added=0, duplicates=0)
        middle = (first + end) // 2
        one = self._sift(table, rows, first, middle, conflicts)
        two = self._sift(table, rows, middle, end, conflicts)
        return BulkAppended(added=one.added + two.added, duplicates=one.duplicates + two.duplicates)


def columns(rows: Rows, first: int, end: int) -> SignalRows:
    """Some of the rows as the store takes them."""
    part = slice(first, end)
    return SignalRows(
        id=rows.id[part],
        twin=rows.twin[part],
        kind=rows.kind[part],
        source=rows.source[part],
        at=rows.at[part],
        recorded=rows.recorded[part],
        order=rows.order[part],
        assumed=rows.assumed[part],
        session=rows.session[part],
        device=rows.device[part],
        cause=[None] * len(rows.id[part]),
        payload=rows.payload[part],
    )
