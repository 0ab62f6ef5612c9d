"""The store in an asyncio program: the same answers, durable observes, and a loop that goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

import doxa
from doxa.beliefmap.map_file import parse_map
from doxa.errors import ForgottenTwin, SignalError, StoreError
from doxa.runtime.async_twins import AsyncTwin, AsyncTwins
from doxa.runtime.intake.signals import BadRows
from doxa.runtime.twin import Twin
from doxa.runtime.twins import Twins

MAP = parse_map("""
doxa: 1
product: cafe
nodes:
  comes: {kind: preference, says: "Comes here."}
signals:
  visit: [{node: comes, count: 1}]
""")
WHEN = "2026-03-01T10:00"


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main, debug=True)


@pytest.mark.parametrize(("facade", "blocking"), [(AsyncTwins, Twins), (AsyncTwin, Twin)])
def test_every_method_is_there_and_awaited(facade: type, blocking: type) -> None:
    for name in dir(blocking):
        if callable(getattr(blocking, name)) and not name.startswith("_"):
            mine = getattr(facade, name)
            assert asyncio.iscoroutinefunction(mine), name
            assert mine.__doc__, name


def test_the_same_answers(tmp_path: Path) -> None:
    async def main() -> tuple[Any, ...]:
        async with doxa.open_async(tmp_path / "cafe.db", MAP) as twins:
            await twins.observe("h42", "visit", {}, at=WHEN, id="v1")
            await twins.observe_many([{"twin": "h43", "kind": "visit", "at": WHEN}])
            twin = await twins.twin("h42", as_of="2026-03-02")
            found = await twins.find("comes > 0.1", at="2026-03-02")
            return twins.map.product, twin.id, await twin.opinion("comes"), list(found)

    product, name, opinion, people = run(main())
    with doxa.open(tmp_path / "cafe.db") as twins:
        assert (product, name) == ("cafe", "h42")
        assert opinion == twins.twin("h42", as_of="2026-03-02").opinion("comes")
        assert people == list(twins.find("comes > 0.1", at="2026-03-02"))


def test_a_reader_is_awaited_and_logged(tmp_path: Path) -> None:
    told = parse_map(MAP.text + "purposes: {care: {sees: all}}\n")

    async def main() -> tuple[Any, ...]:
        async with doxa.open_async(tmp_path / "cafe.db", told) as twins:
            await twins.observe("h42", "visit", {}, at=WHEN)
            reader = await twins.reader("crm", purpose="care")
            twin = await reader.twin("h42", as_of="2026-03-02")
            opinion = await twin.opinion("comes")
            await reader.read(["h42"])
            return twin.id, opinion.occasions, [one.face for one in await twins.accesses("h42")]

    assert run(main()) == ("h42", 1, ["opinion", "read"])


def test_observing_takes_no_thread_each(tmp_path: Path) -> None:
    async def main() -> tuple[list[Any], int]:
        async with doxa.open_async(tmp_path / "cafe.db", MAP) as twins:
            receipts = await asyncio.gather(
                *(twins.observe(f"h{n % 9}", "visit", {}, at=WHEN, id=f"v{n}") for n in range(500))
            )
            named = [each for each in threading.enumerate() if each.name.startswith("doxa-async")]
            return receipts, len(named)

    receipts, threads = run(main())
    assert threads == 1  # the one that opened the store
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 501))
    with doxa.open(tmp_path / "cafe.db") as twins:
        assert twins.wiring.store.stats().signals == 500


def test_the_loop_goes_on_while_a_call_blocks(tmp_path: Path) -> None:
    """The call waits for something that only the loop does."""

    async def main() -> int:
        async with doxa.open_async(tmp_path / "cafe.db", MAP) as twins:
            await twins.observe("h42", "visit", {}, at=WHEN)
            begun, gone_on = asyncio.Event(), threading.Event()
            loop = asyncio.get_running_loop()

            def progress(done: int, total: int) -> None:
                loop.call_soon_threadsafe(begun.set)
                assert gone_on.wait(60)

            waiting = asyncio.create_task(twins.snapshot(progress=progress))
            await begun.wait()
            await twins.observe("h43", "visit", {}, at=WHEN)
            gone_on.set()
            return await waiting

    assert run(main()) == 1


def test_errors_are_those_of_the_calls(tmp_path: Path) -> None:
    async def main() -> None:
        async with doxa.open_async(tmp_path / "cafe.db", MAP) as twins:
            with pytest.raises(SignalError, match="not declared"):
                await twins.observe("h42", "vist")
            with pytest.raises(BadRows):
                await twins.observe_many([{"twin": "h42"}])
            await twins.observe("h42", "visit", {}, at=WHEN)
            assert (await twins.forget("h42")).counts["signals"] == 1
            with pytest.raises(ForgottenTwin):
                await twins.observe("h42", "visit", {}, at=WHEN)

    run(main())


def test_a_cancelled_observe_may_be_sent_again(tmp_path: Path) -> None:
    async def main() -> int:
        twins = await doxa.open_async(tmp_path / "cafe.db", MAP)
        tasks = [
            asyncio.create_task(twins.observe("h42", "visit", {}, at=WHEN, id=f"v{n}"))
            for n in range(50)
        ]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(each).__name__ for each in done} <= {"CancelledError", "Receipt"}
        again = [await twins.observe("h42", "visit", {}, at=WHEN, id=f"v{n}") for n in range(50)]
        assert all(again[place].duplicate for place in range(1, 50, 2))
        signals = len(twins.twins.wiring.store.signals(1))
        await twins.close()
        await twins.close()
        return signals

    assert run(main()) == 50


def test_closed_and_never_opened(tmp_path: Path) -> None:
    async def main() -> None:
        async with doxa.open_async(tmp_path / "cafe.db", MAP) as twins:
            pass
        with pytest.raises(StoreError, match="closed"):
            await twins.cohorts()
        with pytest.raises(StoreError, match="closed"):
            await twins.observe("h42", "visit", {})
        with pytest.raises(StoreError, match="no such folder"):
            await doxa.open_async(tmp_path / "nowhere" / "cafe.db", MAP)

    run(main())
