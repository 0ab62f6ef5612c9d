"""Writing down who read whom, without making the reader wait."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from doxa.storage.accesses import Access, AccessLog


class Scribe:
    """Gathers accesses while a batch is being written, and then writes those as the next.

    A read costs one append to a list; under load, batches grow and commits stay few.

    Parameters
    ----------
    log : AccessLog
    """

    def __init__(self, log: AccessLog) -> None:
        self._log = log
        self._waiting: list[Access] = []
        self._writing: Future[None] | None = None
        self._failed: BaseException | None = None
        self._free = threading.Condition(threading.RLock())

    def note(self, accesses: list[Access]) -> None:
        """Take rows; they are written soon.

        Raises
        ------
        StoreError
            An earlier batch could not be written: who reads without being logged is told so.
        """
        with self._free:
            self._tell()
            self._waiting += accesses
            self._go_on()

    def flush(self) -> None:
        """Return when everything noted so far is durable, or raise as `note` does."""
        with self._free:
            self._free.wait_for(lambda: self._writing is None)
            self._tell()

    def _tell(self) -> None:
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed

    def _go_on(self) -> None:
        if self._writing is None and self._waiting:
            batch, self._waiting = self._waiting, []
            self._writing = self._log.log(batch)
            self._writing.add_done_callback(self._written)

    def _written(self, batch: Future[None]) -> None:
        with self._free:
            self._writing, self._failed = None, batch.exception() or self._failed
            self._go_on()
            self._free.notify_all()
