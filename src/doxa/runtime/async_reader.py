"""Reads through a key for asyncio: the methods of `Reader`, awaited."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any

from doxa.runtime.awaited import Awaited, awaited
from doxa.runtime.reader import Reader, ReadTwin


class AsyncReader(Awaited[Reader]):
    """Somebody who reads through a key, as `Reader`: every method is awaited."""

    read = awaited(Reader.read)
    find = awaited(Reader.find)
    cohort = awaited(Reader.cohort)
    forecast = awaited(Reader.forecast)

    async def twin(self, id: str, as_of: Any = None, known_at: Any = None) -> AsyncReadTwin:
        """One twin, frozen on both clocks, as the purpose may see it."""
        found = await self._threads.run(partial(self._subject.twin, id, as_of, known_at))
        return AsyncReadTwin(found, self._threads)


class AsyncReadTwin(Awaited[ReadTwin]):
    """A twin read through a key, as `ReadTwin`: its faces are awaited."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._subject, name)
        if not callable(found):
            return found

        @wraps(found)
        async def run(*given: Any, **named: Any) -> Any:
            return await self._threads.run(partial(found, *given, **named))

        return run
