"""Appending rows within a transaction: all at once when they are new, one by one when not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from doxa.storage.port import Appended
from doxa.storage.rows import AT, ID, SOURCE, TWIN, Row, check_same
from doxa.storage.sqlite.linked import drop_snapshots
from doxa.storage.sqlite.names import Names
from doxa.storage.sqlite.refusals import Refusals
from doxa.types import Moment

_MARKS = """
SELECT erased, floor, (SELECT max(seq) FROM signals), EXISTS (SELECT 1 FROM snapshots),
       EXISTS (SELECT 1 FROM aliases), EXISTS (SELECT 1 FROM retractions)
FROM workspaces WHERE key = ?
"""
_INSERT = "INSERT INTO signals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_MORE = ", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TOGETHER = 64
_KNOWN = """
SELECT s.seq, t.id, k.text, f.text, s.id, s.occurred_at, s.recorded_at, s.ord, s.assumed,
       s.session, s.device, s.cause, s.payload
FROM terms f
JOIN signals s ON s.workspace = f.workspace AND s.source = f.key AND s.id = ?
JOIN twins t ON t.key = s.twin
JOIN terms k ON k.key = s.kind
WHERE f.workspace = ? AND f.role = 'source' AND f.text = ?
"""
_DROP = "DELETE FROM snapshots WHERE workspace = ? AND twin = ? AND until > ?"
_RETRACTED = (
    "SELECT 1 FROM retractions r JOIN signals s USING (workspace, twin, seq) WHERE s.seq = ?"
)


class Appender:
    """Writes rows of one workspace; lives on the writer's connection.

    `start` opens the books of a transaction, `end` closes them.
    """

    def __init__(self, connection: sqlite3.Connection, workspace: int) -> None:
        self._connection = connection
        self._workspace = workspace
        self._names = Names(workspace)
        self._refusals = Refusals(connection, workspace)
        self._erased = 0
        self._seq = 0
        self._snapshots = False
        self._aliases = False
        self._retractions = False

    def start(self) -> None:
        """Look up where the ledger stands; the transaction has begun."""
        self._names.drop(0)
        found = self._connection.execute(_MARKS, (self._workspace,)).fetchone()
        erased, floor, newest, self._snapshots, self._aliases, self._retractions = found
        if erased != self._erased:
            self.forgot()
            self._erased = erased
        self._seq = max(floor, newest or 0)

    def wary(self) -> None:
        """A job ran in this transaction: it may have written what there was none of at its start."""
        self._snapshots = self._aliases = self._retractions = True

    def forgot(self) -> None:
        """Somebody was forgotten: nothing remembered of names holds any more."""
        self._names.clear()
        self._refusals.reload()

    def end(self, *, kept: bool) -> None:
        """The transaction is over."""
        if kept:
            self._names.keep()
        else:
            self._names.drop(0)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is done within stands or falls as one, inside the running transaction."""
        mark, seq = self._names.mark(), self._seq
        self._connection.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self._names.drop(mark)
            self._seq = seq
            self._connection.execute("ROLLBACK TO step")
            self._connection.execute("RELEASE step")
            raise
        self._connection.execute("RELEASE step")

    def check_named(self, twins: Sequence[str], recorded: Moment) -> None:
        """Refuse what was said about people before they were forgotten."""
        self._refusals.check_named(twins, recorded)

    def twin_keys(self, twins: Sequence[str]) -> list[int]:
        """The keys of twins by id; those never met get one."""
        self._names.learn_twins(self._connection, set(twins))
        return [self._names.twins[twin] for twin in twins]

    def add_new(self, rows: Sequence[Row], load: int | None = None) -> int:
        """Insert rows that are all new; IntegrityError, and nothing done, when one is not.

        Returns the first seq.

        Raises
        ------
        ForgottenTwin
            A row is of a person who was forgotten, from before that; nothing is done.
        """
        self._refusals.check(rows)
        first = self._seq + 1
        if len(rows) > _TOGETHER or not self._insert_together(rows, load):
            with self.savepoint():
                self._names.learn(self._connection, rows)
                self._connection.executemany(_INSERT, self._bound(rows, load))
        self._drop_snapshots(rows)
        self._seq += len(rows)
        return first

    def _bound(self, rows: Sequence[Row], load: int | None) -> list[tuple[Any, ...]]:
        """Rows as the table has them: names as keys, seq in front."""
        twins, kinds, sources = self._names.twins, self._names.kinds, self._names.sources
        workspace = self._workspace
        return [
            (seq, workspace, twins[row[0]], kinds[row[1]], sources[row[2]], load, *row[3:])
            for seq, row in enumerate(rows, self._seq + 1)
        ]

    def _insert_together(self, rows: Sequence[Row], load: int | None) -> bool:
        """One statement for all rows; False, and nothing done, when a name is new.

        The driver lets go of the interpreter's lock once per row of ``executemany``; with many
        callers waiting for that lock, getting it back each time costs more than the insert.
        """
        try:
            bound = self._bound(rows, load)
        except KeyError:
            return False
        if bound:
            statement = f"{_INSERT}{_MORE * (len(bound) - 1)}"
            self._connection.execute(statement, list(chain.from_iterable(bound)))
        return True

    def add(self, rows: Sequence[Row], load: int | None = None) -> list[Appended]:
        """Insert the rows that are new, once it is sure that none conflicts."""
        known: dict[tuple[str, str], Row] = {}
        places: dict[tuple[str, str], int] = {}
        new: list[Row] = []
        results: list[tuple[tuple[str, str], bool]] = []
        next_seq = self._seq + 1
        for row in rows:
            name = (row[SOURCE], row[ID])
            if name not in known:
                found = self._find(row)
                known[name] = row if found is None else found[1]
                places[name] = next_seq + len(new) if found is None else found[0]
                if found is None:
                    new.append(row)
                    results.append((name, False))
                    continue
            check_same(known[name], row)
            results.append((name, True))
        if new:
            self.add_new(new, load)
        return [
            Appended(name[1], places[name], duplicate, duplicate and self._retracted(places[name]))
            for name, duplicate in results
        ]

    def _retracted(self, seq: int) -> bool:
        if not self._retractions:
            return False
        return self._connection.execute(_RETRACTED, (seq,)).fetchone() is not None

    def _find(self, row: Row) -> tuple[int, Row] | None:
        names = (row[ID], self._workspace, row[SOURCE])
        found = self._connection.execute(_KNOWN, names).fetchone()
        return None if found is None else (found[0], found[1:])

    def _drop_snapshots(self, rows: Sequence[Row]) -> None:
        if self._snapshots:
            oldest: dict[str, int] = {}
            for row in rows:
                oldest[row[TWIN]] = min(row[AT], oldest.get(row[TWIN], row[AT]))
            keys = self._names.twins
            old = [(self._workspace, keys[twin], at) for twin, at in oldest.items()]
            if self._aliases:
                for workspace, twin, at in old:
                    drop_snapshots(self._connection, workspace, [twin], at)
            else:
                self._connection.executemany(_DROP, old)
