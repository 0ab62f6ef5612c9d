"""A load that was killed goes on where it stopped, and ends as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal as signals
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet
from tests.bulk.conftest import NOW, Shop, tables

from doxa.domain.signal import Signal
from doxa.errors import InputError, StoreError
from doxa.storage.bulk import plan
from doxa.storage.bulk.backfill import backfill
from doxa.storage.bulk.receipt import BackfillReceipt, Options
from doxa.storage.bulk.staging import Progress

ROWS, CHUNK = 1200, 25
TABLES = """
- {file: a.csv, twin: w, at: t, kind: {is: visit}}
- {file: b.jsonl, twin: w, at: t, kind: {is: purchase}, id: i}
- {file: c.parquet, twin: w, at: t, kind: {is: visit}}
- sql: select w, t, count(*) as n from 'c.parquet' group by all
  twin: w
  at: t
  kind: {is: visit}
  source: {is: counted}
"""
OPTIONS = Options(chunk=CHUNK, max_rejects=1.0)


def write_files(folder: Path) -> None:
    """A third of the rows in each file, some of them equal, some bad."""
    rows = [(f"w{n % 37}", f"2024-01-{n % 28 + 1:02d}") for n in range(ROWS // 3)]
    (folder / "a.csv").write_text(
        "w,t\n" + "".join(f"{w},{t if n % 50 else '?'}\n" for n, (w, t) in enumerate(rows))
    )
    (folder / "b.jsonl").write_text(
        "".join(
            f'{{"w":"{w}","t":"{t}","i":{n % 390},"n":{n % 390 if n % 7 else 1}}}\n'
            for n, (w, t) in enumerate(rows)
        )
    )
    columns = {"w": [w for w, _ in rows], "t": [t for _, t in rows]}
    parquet.write_table(pyarrow.table(columns), folder / "c.parquet")


def child(folder: Path, stop_after: int) -> None:
    """Load, and stop for good when so many rows were reported (0: never)."""
    calls = 0

    def progress(phase: str, done: int, total: int | None) -> None:
        nonlocal calls
        calls += 1
        if calls == stop_after:
            os.kill(os.getpid(), signals.SIGKILL)

    place = Shop(folder)
    described = tables(TABLES, folder)
    backfill(
        place.store,
        place.map,
        described,
        now=NOW,
        beside=place.path,
        progress=progress,
        options=OPTIONS,
    )
    place.store.close()


def run(folder: Path, stop_after: int = 0, seconds: float | None = None) -> int | None:
    process = multiprocessing.get_context("fork").Process(target=child, args=(folder, stop_after))
    process.start()
    if seconds is not None:
        time.sleep(seconds)
        process.kill()
    process.join(120)
    return process.exitcode


def outcome(folder: Path) -> tuple[list[Signal], list[str]]:
    place = Shop(folder)
    found = place.signals(), place.rejects()
    place.store.close()
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Signal], list[str], float]:
    folder = tmp_path_factory.mktemp("whole")
    write_files(folder)
    start = time.monotonic()
    assert run(folder) == 0
    return *outcome(folder), time.monotonic() - start


def rounds() -> Iterator[int]:
    start = int(os.environ.get("DOXA_SEED", "0")) or random.SystemRandom().randrange(10**6)
    yield from range(start, start + 28)


@pytest.mark.kill
def test_killed_at_any_point_it_ends_as_if_nothing_had_happened(
    tmp_path: Path, whole: tuple[list[Signal], list[str], float]
) -> None:
    for seed in rounds():
        print(f"seed {seed}")
        chance = random.Random(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        write_files(folder)
        for _ in range(chance.randrange(1, 4)):
            if chance.random() < 0.5:
                run(folder, stop_after=chance.randrange(1, 60))
            else:
                run(folder, seconds=chance.uniform(0, whole[2]))
        assert run(folder) == 0, seed
        assert outcome(folder) == whole[:2], seed
        assert sorted(p.name for p in folder.glob("shop.db*loading*")) == [], seed


def shop_with_a_long_file(folder: Path) -> Shop:
    (folder / "a.csv").write_text("w,t\n" + "".join(f"w{n},2024-01-01\n" for n in range(2000)))
    return Shop(folder)


class Stop(Exception):
    """Instead of a kill, where the process must live on."""


LONG = "file: a.csv, twin: w, at: t, kind: {is: visit}"
SMALL = Options(chunk=50)


def load_long(folder: Path, progress: Progress) -> BackfillReceipt:
    place = Shop(folder)
    described = tables(LONG, folder)
    try:
        return backfill(
            place.store,
            place.map,
            described,
            now=NOW,
            beside=place.path,
            progress=progress,
            options=SMALL,
        )
    finally:
        place.store.close()


def killed_at_nine_tenths(folder: Path, phase: str) -> None:
    def die(at: str, done: int, total: int | None) -> None:
        if at == phase and done >= 1800:
            os.kill(os.getpid(), signals.SIGKILL)

    load_long(folder, die)


@pytest.mark.kill
@pytest.mark.parametrize("phase", ["reading", "loading"])
def test_killed_at_nine_tenths_it_rereads_at_most_a_fifth(tmp_path: Path, phase: str) -> None:
    for name in ("killed", "whole"):
        (tmp_path / name).mkdir()
        shop_with_a_long_file(tmp_path / name).store.close()
    process = multiprocessing.get_context("fork").Process(
        target=killed_at_nine_tenths, args=(tmp_path / "killed", phase)
    )
    process.start()
    process.join(120)
    assert process.exitcode == -signals.SIGKILL
    again: dict[str, list[int]] = {"reading": [], "loading": []}
    receipt = load_long(tmp_path / "killed", lambda at, done, total: again[at].append(done))
    load_long(tmp_path / "whole", lambda at, done, total: None)
    assert 50 * len(again[phase]) <= 0.2 * 2000
    assert again["reading"] == [] or phase == "reading"
    assert (receipt.rows, receipt.appended + receipt.resumed) == (2000, 2000)
    assert outcome(tmp_path / "killed") == outcome(tmp_path / "whole")


def test_the_receipt_of_a_resumed_load_adds_up(tmp_path: Path) -> None:
    write_files(tmp_path)
    place = Shop(tmp_path)
    described = tables(TABLES, tmp_path)

    def stop(at: str, done: int, total: int | None) -> None:
        if at == "loading" and done >= 750:
            raise Stop

    with pytest.raises(Stop):
        backfill(
            place.store,
            place.map,
            described,
            now=NOW,
            beside=place.path,
            progress=stop,
            options=OPTIONS,
        )
    found = backfill(place.store, place.map, described, now=NOW, beside=place.path, options=OPTIONS)
    assert found.rows == found.appended + found.duplicates + found.rejected + found.resumed
    assert len(place.rejects()) == found.rejected
    place.store.close()


def test_a_file_that_changed_meanwhile_is_named(tmp_path: Path) -> None:
    place = shop_with_a_long_file(tmp_path)
    described = tables("file: a.csv, twin: w, at: t, kind: {is: visit}", tmp_path)

    def stop(at: str, done: int, total: int | None) -> None:
        raise Stop

    with pytest.raises(Stop):
        backfill(place.store, place.map, described, now=NOW, beside=place.path, progress=stop)
    with (tmp_path / "a.csv").open("a") as file:
        file.write("late,2024-01-01\n")
    with pytest.raises(InputError, match=r"a\.csv: the file changed .* --restart"):
        backfill(place.store, place.map, described, now=NOW, beside=place.path)
    receipt = backfill(
        place.store, place.map, described, now=NOW, beside=place.path, options=Options(restart=True)
    )
    place.store.close()
    assert receipt.rows == 2001


def test_another_tables_file_begins_anew(tmp_path: Path) -> None:
    place = shop_with_a_long_file(tmp_path)

    def stop(at: str, done: int, total: int | None) -> None:
        raise Stop

    first = tables("file: a.csv, twin: w, at: t, kind: {is: visit}", tmp_path)
    other = tables("file: a.csv, twin: w, at: t, kind: {is: purchase}", tmp_path)
    with pytest.raises(Stop):
        backfill(place.store, place.map, first, now=NOW, beside=place.path, progress=stop)
    receipt = backfill(place.store, place.map, other, now=NOW, beside=place.path)
    assert {signal.kind for signal in place.signals()} == {"purchase"}
    place.store.close()
    assert (receipt.appended, receipt.resumed) == (2000, 0)


def test_two_loads_at_once_are_refused(tmp_path: Path) -> None:
    place = shop_with_a_long_file(tmp_path)
    described = tables("file: a.csv, twin: w, at: t, kind: {is: visit}", tmp_path)
    with plan.alone(tmp_path / "shop.db.loading"), pytest.raises(StoreError, match="under way"):
        backfill(place.store, place.map, described, now=NOW, beside=place.path)
    place.store.close()
