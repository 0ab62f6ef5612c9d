"""The one writer thread of an open store: many callers, one transaction, one sync."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar

from doxa.errors import StoreError
from doxa.storage.port import Appended
from doxa.storage.rows import ID, Row
from doxa.storage.sqlite.append import Appender
from doxa.storage.sqlite.connection import begin, store_error

T = TypeVar("T")
Job: TypeAlias = Callable[[sqlite3.Connection, Appender], T]
_MOST_CALLS = 1024


@dataclass(slots=True, eq=False)
class _Call:
    """Somebody waits for this: rows to append, or a job to run in the transaction."""

    rows: Sequence[Row]
    job: Job[Any] | None
    future: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Takes what is queued, writes it in one transaction, then lets all callers go.

    A call that cannot be written fails alone.
    """

    def __init__(self, connection: sqlite3.Connection, workspace: int, path: Path) -> None:
        self._connection = connection
        self._appender = Appender(connection, workspace)
        self._path = path
        self._queue: SimpleQueue[_Call | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="doxa-writer", daemon=True)
        self._thread.start()

    def append(self, rows: Sequence[Row]) -> Future[list[Appended]]:
        """Queue rows; equal ids are looked at by content."""
        return self._enqueue(_Call(rows, None))

    def run(self, job: Job[T]) -> Future[T]:
        """Queue a job; what it writes stands or falls as one."""
        return self._enqueue(_Call((), job))

    def close(self) -> None:
        """Write what is queued, then end the thread and its connection."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _enqueue(self, call: _Call) -> Future[Any]:
        with self._gate:
            if self._closed:
                raise StoreError("the store is closed", where=str(self._path))
            self._queue.put(call)
        return call.future

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._take()
            group = [call for call in group if call.future.set_running_or_notify_cancel()]
            if group:
                self._write(group)

    def _take(self) -> tuple[list[_Call], bool]:
        """Wait for one call, then take what else is there; False at the end."""
        group: list[_Call] = []
        call = self._queue.get()
        try:
            while call is not None:
                group.append(call)
                if len(group) == _MOST_CALLS:
                    return group, True
                call = self._queue.get_nowait()
        except Empty:
            return group, True
        return group, False

    def _write(self, group: list[_Call]) -> None:
        try:
            self._commit(group)
        except BaseException as error:
            self._give_up(group, error)
        for call in group:
            call.settle()

    def _commit(self, group: list[_Call]) -> None:
        begin(self._connection)
        self._appender.start()
        for appends, calls in groupby(group, key=lambda call: call.job is None):
            if appends:
                self._append(list(calls))
            else:
                for call in calls:
                    self._run_job(call)
        self._connection.execute("COMMIT")
        self._appender.end(kept=True)

    def _give_up(self, group: list[_Call], error: BaseException) -> None:
        """Nothing of the group was written; every caller learns why."""
        self._appender.end(kept=False)
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            error, cause = store_error(error, self._path), error
            error.__cause__ = cause
        for call in group:
            call.error = error

    def _append(self, calls: list[_Call]) -> None:
        """All rows at once, which works when they are new; else each call for itself."""
        rows = [row for call in calls for row in call.rows]
        try:
            with self._appender.savepoint():
                seq = self._appender.add_new(rows)
        except sqlite3.IntegrityError:
            for call in calls:
                self._alone(call, partial(self._appender.add, call.rows))
            return
        for call in calls:
            call.result = [
                Appended(row[ID], place, False) for place, row in enumerate(call.rows, seq)
            ]
            seq += len(call.rows)

    def _run_job(self, call: _Call) -> None:
        assert call.job is not None
        self._alone(call, partial(call.job, self._connection, self._appender))

    def _alone(self, call: _Call, action: Callable[[], Any]) -> None:
        """Do what a call asks; its failure undoes its own writes only."""
        try:
            with self._appender.savepoint():
                call.result = action()
        except Exception as error:
            if not self._connection.in_transaction:
                raise
            call.error = error
            if isinstance(error, sqlite3.Error):
                call.error = store_error(error, self._path)
                call.error.__cause__ = error
