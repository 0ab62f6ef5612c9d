"""Calls that block, awaited: each runs in a thread of a small pool, so that the loop goes on."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from doxa.errors import StoreError

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")

THREADS = 8
"""Calls that run at once; more wait for their turn."""


class Threads:
    """The pool of one open store; its threads are made when they are needed first."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="doxa-async")
        self.closed = False

    async def run(self, call: Callable[[], T]) -> T:
        """What a call gives. Cancelled, it is no longer waited for; what was begun is finished."""
        if self.closed:
            raise StoreError("the store is closed")
        inside = partial(contextvars.copy_context().run, call)
        return await asyncio.get_running_loop().run_in_executor(self._pool, inside)

    def close(self) -> None:
        """Take no more calls."""
        self.closed = True
        self._pool.shutdown(wait=False)


class Awaited(Generic[S]):
    """Something whose methods block, and the threads in which they do."""

    def __init__(self, subject: S, threads: Threads) -> None:
        self._subject = subject
        self._threads = threads


def awaited(
    method: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[Awaited[S], P], Coroutine[Any, Any, T]]:
    """A method of the subject as one that is awaited, with the same parameters and the same words.

    Examples
    --------
    >>> class Slow(Awaited[list[int]]):
    ...     count = awaited(list[int].count)
    >>> async def two() -> int:
    ...     return await Slow([1, 2, 2], Threads()).count(2)
    >>> asyncio.run(two())
    2
    """

    @wraps(method)
    async def run(self: Awaited[S], /, *given: P.args, **named: P.kwargs) -> T:
        return await self._threads.run(partial(method, self._subject, *given, **named))

    return run
