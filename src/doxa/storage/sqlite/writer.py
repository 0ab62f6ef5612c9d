"""The one writer of an open store: many callers, one transaction, one sync."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import chain, groupby, pairwise
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar

from doxa.errors import ForgottenTwin, StoreError
from doxa.storage.port import Appended
from doxa.storage.rows import ID, Row
from doxa.storage.sqlite.append import Appender
from doxa.storage.sqlite.connection import begin, store_error

T = TypeVar("T")
Job: TypeAlias = Callable[[sqlite3.Connection, Appender], T]
_MOST_CALLS = 1024


class _Call:
    """Somebody waits for this: rows to append, or a job to run in the transaction.

    A caller that blocks waits for a bare lock, which costs a fraction of a future. Callers let
    each other go, one after the other: let go all at once, they would fight for the
    interpreter's lock and for the processor.
    """

    __slots__ = ("_done", "error", "future", "job", "next", "result", "rows")

    def __init__(
        self, rows: Sequence[Row], job: Job[Any] | None = None, future: Future[Any] | None = None
    ) -> None:
        self.rows = rows
        self.job = job
        self.future = future
        self.next: _Call | None = None
        self.result: Any = None
        self.error: BaseException | None = None
        self._done = threading.Lock()
        self._done.acquire()

    def wanted(self) -> bool:
        """Whether anyone still waits."""
        return self.future is None or self.future.set_running_or_notify_cancel()

    def settle(self) -> None:
        """Let the caller go."""
        if self.future is None:
            self._done.release()
        elif self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)

    def wait(self) -> Any:
        """What came of it, once it is durable."""
        try:
            self._done.acquire()
        except BaseException:
            threading.Thread(target=self._stand_in, daemon=True).start()
            raise
        self._pass_on()
        if self.error is not None:
            raise self.error
        return self.result

    def _pass_on(self) -> None:
        if self.next is not None:
            self.next.settle()

    def _stand_in(self) -> None:
        """Wait in the place of a caller that was interrupted."""
        self._done.acquire()
        self._pass_on()


def _settle(group: Sequence[_Call]) -> None:
    """Let all callers go: futures at once, threads in a chain."""
    waiting = [call for call in group if call.future is None]
    for call, following in pairwise(waiting):
        call.next = following
    for call in (*waiting[:1], *(call for call in group if call.future is not None)):
        call.settle()


class Writer:
    """Takes what is queued, writes it in one transaction, then lets all callers go.

    A call that cannot be written fails alone. While nobody else is waiting, a caller writes in
    its own thread: the way through the queue would cost it two changes of threads.
    """

    def __init__(self, connection: sqlite3.Connection, workspace: int, path: Path) -> None:
        connection.execute("PRAGMA busy_timeout = 0")
        self._connection = connection
        self._appender = Appender(connection, workspace)
        self._path = path
        self._queue: SimpleQueue[_Call | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._turn = threading.Lock()
        self._crowded = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="doxa-writer", daemon=True)
        self._thread.start()

    def append(self, rows: Sequence[Row]) -> list[Appended]:
        """Write rows; equal ids are looked at by content."""
        call = _Call(rows)
        if not self._write_alone(call):
            self._enqueue(call)
        found: list[Appended] = call.wait()
        return found

    def submit(self, rows: Sequence[Row]) -> Future[list[Appended]]:
        """Queue rows without waiting."""
        future: Future[list[Appended]] = Future()
        self._enqueue(_Call(rows, None, future))
        return future

    def post(self, job: Job[T]) -> Future[T]:
        """Queue a job without waiting."""
        future: Future[T] = Future()
        self._enqueue(_Call((), job, future))
        return future

    def run(self, job: Job[T]) -> T:
        """Run a job in a transaction; what it writes stands or falls as one."""
        call = _Call((), job)
        self._enqueue(call)
        result: T = call.wait()
        return result

    def close(self) -> None:
        """Write what is queued, then end the thread and its connection."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        with self._turn:
            self._connection.close()

    def _enqueue(self, call: _Call) -> None:
        with self._gate:
            self._check_open()
            self._queue.put(call)

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed", where=str(self._path))

    def _write_alone(self, call: _Call) -> bool:
        """Write in the caller's thread, if nobody else is there.

        It takes nobody along: an interrupt of this thread must not reach other callers.
        """
        if self._crowded or not self._turn.acquire(blocking=False):
            return False
        try:
            self._check_open()
            self._write([call])
        finally:
            self._turn.release()
        return True

    def _run(self) -> None:
        while (call := self._queue.get()) is not None:
            if call.wanted():
                with self._turn:
                    group = [call]
                    self._write(group, joined=True)
                    self._crowded = len(group) > 1

    def _queued(self) -> Iterator[_Call]:
        """What else is there by now."""
        try:
            for _ in range(_MOST_CALLS):
                call = self._queue.get_nowait()
                if call is None:
                    self._queue.put(None)
                    return
                if call.future is None or call.wanted():
                    yield call
        except Empty:
            return

    def _write(self, group: list[_Call], *, joined: bool = False) -> None:
        """Write a group; if `joined`, with all that is queued once the file's lock is taken."""
        try:
            self._commit(group, joined=joined)
        except BaseException as error:
            self._give_up(group, error)
        _settle(group)

    def _commit(self, group: list[_Call], *, joined: bool) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        begin(self._connection)
        self._appender.start()
        if joined:
            group.extend(self._queued())
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
        rows = list(chain.from_iterable([call.rows for call in calls]))
        try:
            seq = self._appender.add_new(rows)
        except (sqlite3.IntegrityError, ForgottenTwin):
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
        self._appender.wary()

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
