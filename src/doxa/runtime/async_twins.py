"""The facades for asyncio: the methods of `Twins` and `Twin`, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator, Mapping
from functools import partial, wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec

from doxa.beliefmap.model import BeliefMap
from doxa.domain.signal import DEFAULT_SOURCE
from doxa.runtime import observing
from doxa.runtime.async_reader import AsyncReader
from doxa.runtime.awaited import Awaited, Threads, awaited
from doxa.runtime.intake.given import Given
from doxa.runtime.receipt import Receipt
from doxa.runtime.twin import Twin
from doxa.runtime.twins import Twins

P = ParamSpec("P")


class AsyncTwin(Awaited[Twin]):
    """One person, frozen, as `Twin`: its methods are awaited, what is known at once is not."""

    @property
    def frozen(self) -> Twin:
        """The twin itself, whose methods block."""
        return self._subject

    @property
    def id(self) -> str:
        """The product's own id."""
        return self._subject.id

    opinion = awaited(Twin.opinion)
    opinions = awaited(Twin.opinions)
    beliefs = awaited(Twin.beliefs)
    preferences = awaited(Twin.preferences)
    feelings = awaited(Twin.feelings)
    goals = awaited(Twin.goals)
    constraints = awaited(Twin.constraints)
    traits = awaited(Twin.traits)
    explain = awaited(Twin.explain)
    forecast = awaited(Twin.forecast)
    simulate = awaited(Twin.simulate)
    recommend = awaited(Twin.recommend)
    timeline = awaited(Twin.timeline)
    course = awaited(Twin.course)
    graph = awaited(Twin.graph)
    changes = awaited(Twin.changes)
    questions = awaited(Twin.questions)


def _twin(
    method: Callable[Concatenate[Twins, P], Twin],
) -> Callable[Concatenate[AsyncTwins, P], Coroutine[Any, Any, AsyncTwin]]:
    read = awaited(method)

    @wraps(method)
    async def run(self: AsyncTwins, /, *given: P.args, **named: P.kwargs) -> AsyncTwin:
        return AsyncTwin(await read(self, *given, **named), self._threads)

    return run


class AsyncTwins(Awaited[Twins]):
    """The twins of one workspace of a store, for asyncio; made by `doxa.open_async`.

    Every method of `Twins` is here under its name, with its parameters, and is awaited. `observe`
    waits for the writer alone and takes no thread: a thousand at once share a few syncs. All others
    run in a small pool of threads. Cancelling stops the waiting; what was begun is finished. Functions
    given as `progress` are called in those threads.
    """

    @property
    def map(self) -> BeliefMap:
        """The belief map that is active."""
        return self._subject.map

    @property
    def twins(self) -> Twins:
        """The facade whose methods block."""
        return self._subject

    async def observe(
        self,
        twin: str,
        kind: str,
        payload: Mapping[str, Any] | None = None,
        *,
        at: Any = None,
        source: str = DEFAULT_SOURCE,
        session: str | None = None,
        device: str | None = None,
        id: str | None = None,
        order: int = 0,
        cause: str | None = None,
        recorded: Any = None,
        now: Any = None,
    ) -> Receipt:
        """Take in one signal, as `Twins.observe`; done when it is durable."""
        given = Given(
            twin=twin,
            kind=kind,
            payload=payload,
            at=at,
            source=source,
            session=session,
            device=device,
            id=id,
            order=order,
            cause=cause,
            recorded=recorded,
        )
        durable, receipt = observing.submit(self._subject.wiring, given, now)
        return receipt(await asyncio.wrap_future(durable))

    async def reader(self, key: str, *, purpose: str) -> AsyncReader:
        """Read through a key, as `Twins.reader`."""
        found = await self._threads.run(partial(self._subject.reader, key, purpose=purpose))
        return AsyncReader(found, self._threads)

    observe_many = awaited(Twins.observe_many)
    believe = awaited(Twins.believe)
    merge = awaited(Twins.merge)
    unmerge = awaited(Twins.unmerge)
    retract = awaited(Twins.retract)
    export = awaited(Twins.export)
    load = awaited(Twins.load)
    twin = _twin(Twins.twin)
    read = awaited(Twins.read)
    accesses = awaited(Twins.accesses)
    snapshot = awaited(Twins.snapshot)
    backfill = awaited(Twins.backfill)
    fit = awaited(Twins.fit)
    effects = awaited(Twins.effects)
    populations = awaited(Twins.populations)
    population = awaited(Twins.population)
    compare = awaited(Twins.compare)
    promote = awaited(Twins.promote)
    rollback = awaited(Twins.rollback)
    refresh = awaited(Twins.refresh)
    forecast = awaited(Twins.forecast)
    shares = awaited(Twins.shares)
    features = awaited(Twins.features)
    simulate = awaited(Twins.simulate)
    find = awaited(Twins.find)
    save_cohort = awaited(Twins.save_cohort)
    cohorts = awaited(Twins.cohorts)
    saved_condition = awaited(Twins.saved_condition)
    cohort = awaited(Twins.cohort)
    drop_cohort = awaited(Twins.drop_cohort)
    fidelity = awaited(Twins.fidelity)
    live_fidelity = awaited(Twins.live_fidelity)
    audit = awaited(Twins.audit)
    forget = awaited(Twins.forget)
    purge = awaited(Twins.purge)
    forgotten = awaited(Twins.forgotten)
    reapply = awaited(Twins.reapply)
    sandbox = awaited(Twins.sandbox)

    async def close(self) -> None:
        """Write what is pending and let go of the file; a second time does nothing."""
        if not self._threads.closed:
            await self._threads.run(self._subject.close)
            self._threads.close()

    async def __aenter__(self) -> AsyncTwins:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class AsyncOpening:
    """A store about to be opened: await it, or enter it with ``async with``."""

    def __init__(self, opening: Callable[[], Twins]) -> None:
        self._opening = opening
        self._opened: AsyncTwins | None = None

    def __await__(self) -> Generator[Any, None, AsyncTwins]:
        return self._open().__await__()

    async def _open(self) -> AsyncTwins:
        threads = Threads()
        try:
            return AsyncTwins(await threads.run(self._opening), threads)
        except BaseException:
            threads.close()
            raise

    async def __aenter__(self) -> AsyncTwins:
        self._opened = await self
        return self._opened

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._opened is not None
        await self._opened.close()
