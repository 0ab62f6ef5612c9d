"""Places beside the tables: loads, rejects, populations, restored copies, other processes' readings."""

from __future__ import annotations

import csv
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.forgetting.remains import remains

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, format_moment, parse_time
from doxa.errors import ForgottenTwin
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins
from doxa.storage.bulk.receipt import Options

NOW = parse_time("2026-03-10T12:00:00Z")
MAP = parse_map("""
doxa: 1
product: shop
nodes:
  buys: {kind: preference, of: category}
  shops: {kind: preference}
signals:
  buy: [{node: buys, count: 1}, {node: shops, count: 1}]
outcomes:
  shops_soon: {happens: buy, within: 3d}
  buys_soon: {of: category, items: {top: 50}, happens: buy, within: 3d}
""")
SMALL = Options(chunk=20, max_rejects=1.0)
OWN = ["ann-1f2e3d", "annsecret", "annkind", "annday", "anncategory"]
Load = Callable[..., object]


class Stopped(Exception):
    """Somebody stopped the load."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the store; what is loaded lies elsewhere."""
    (tmp_path / "store").mkdir()
    rng = random.Random(4)
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["twin", "at", "kind", "id", "category", "said"])
        for number in range(200):
            twin = OWN[0] if number % 5 == 0 else f"twin{number % 23}"
            said = OWN[1] if twin == OWN[0] else "something"
            category = OWN[4] if twin == OWN[0] else rng.choice(["milk", "tea"])
            at = format_moment(NOW - DAY - number * 10_000_000)
            rows.writerow([twin, at, "buy", f"r{number}", category, said])
        rows.writerow([OWN[0], OWN[3], "buy", "bad1", "milk", OWN[1]])
        rows.writerow([OWN[0], "2026-03-01", OWN[2], "bad2", "milk", OWN[1]])
        rows.writerow([OWN[0], "2026-03-01", "buy", "r1", "milk", OWN[1]])
    return tmp_path / "store"


@pytest.fixture
def twins(folder: Path):
    with open_twins(folder / "shop.db", MAP, clock=lambda: NOW) as opened:
        yield opened


def load(twins: Twins, folder: Path, progress: object = None) -> object:
    columns = {name: name for name in ("twin", "at", "kind", "id")}
    given = {"progress": progress} if progress else {}
    return twins.backfill(folder.parent / "rows.csv", options=SMALL, **columns, **given)


def test_an_interrupted_load_is_let_go_of(twins: Twins, folder: Path) -> None:
    def stop(phase: str, done: int, total: int | None) -> None:
        if phase == "loading" and done >= 60:
            raise Stopped

    with pytest.raises(Stopped):
        load(twins, folder, stop)
    assert any(name.startswith("shop.db.loading") for name in remains(folder, OWN))
    assert twins.forget(OWN[0]).purged_at == NOW
    assert remains(folder, OWN) == {}
    receipt = load(twins, folder)
    assert (receipt.appended, receipt.duplicates, receipt.rejected) == (112, 48, 43)
    rejects = (folder / "shop.db.rejects.csv").read_text()
    assert rejects.count("belongs to a person who was forgotten") == 41
    assert remains(folder, OWN) == {}
    assert not twins.twin(OWN[0]).met


def test_forgotten_while_a_load_is_under_way(twins: Twins, folder: Path) -> None:
    told = []

    def forget(phase: str, done: int, total: int | None) -> None:
        if phase == "loading" and not told:
            told.append(twins.forget(OWN[0]))

    receipt = load(twins, folder, forget)
    assert told[0].purged_at is None
    assert receipt.rejected == 3 + 36
    assert twins.purge() == NOW
    assert remains(folder, OWN) == {}
    assert twins.wiring.store.stats().signals == 160


def test_rejects_hold_nothing_of_a_row(twins: Twins, folder: Path) -> None:
    receipt = load(twins, folder)
    assert receipt.rejected == 3
    rejects = (folder / "shop.db.rejects.csv").read_bytes()
    assert not any(word.encode() in rejects for word in OWN)


def test_limits_do_not_count_the_forgotten(twins: Twins, folder: Path) -> None:
    twins.forget(OWN[0])
    options = Options(chunk=20, max_rejects=3)
    columns = {name: name for name in ("twin", "at", "kind", "id")}
    receipt = twins.backfill(folder.parent / "rows.csv", options=options, **columns)
    assert (receipt.appended, receipt.rejected, receipt.resumed) == (160, 43, 0)


def test_a_population_names_nobody_and_the_next_is_without_them(twins: Twins, folder: Path) -> None:
    load(twins, folder)
    first = twins.fit()
    (stored,) = twins.wiring.store.populations()
    assert not any(word.encode() in stored.body for word in OWN)
    assert b"tea" in stored.body
    assert b"something" not in stored.body
    twins.forget(OWN[0])
    assert remains(folder, OWN) == {}
    assert twins.fit().people == first.people - 1


def test_a_reader_in_the_way_is_waited_for(folder: Path) -> None:
    with open_twins(folder / "shop.db", MAP, clock=lambda: NOW) as twins:
        load(twins, folder)
        with closing(sqlite3.connect(folder / "shop.db", isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM signals").fetchone()
            assert twins.forget(OWN[0]).purged_at is None
            assert not twins.twin(OWN[0]).met
            with pytest.raises(ForgottenTwin):
                twins.observe(OWN[0], "buy", {}, at=format_moment(NOW - DAY))
            twins.observe("twin1", "buy", {"category": "tea"})
            assert twins.purge() is None
    with open_twins(folder / "shop.db", clock=lambda: NOW) as twins:
        assert not twins.wiring.store.purge_pending()
    assert remains(folder, OWN) == {}


def test_who_returns_is_somebody_new(twins: Twins, folder: Path) -> None:
    load(twins, folder)
    twins.forget(OWN[0])
    twins.observe(OWN[0], "buy", {"category": "tea"}, at=format_moment(NOW + 1))
    assert [signal.at for signal in twins.wiring.store.signals(_key(twins))] == [NOW + 1]
    again = twins.forget(OWN[0], now=NOW + 2)
    assert again.counts["signals"] == 1
    assert again.gone_at == NOW + 2
    assert len(twins.forgotten().twins) == 1


def test_a_copy_from_before_any_forgetting_takes_the_list(twins: Twins, folder: Path) -> None:
    load(twins, folder)
    with closing(sqlite3.connect(folder / "shop.db")) as source:
        (folder.parent / "restored").mkdir()
        with closing(sqlite3.connect(folder.parent / "restored" / "shop.db")) as target:
            source.backup(target)
    twins.forget(OWN[0])
    with open_twins(folder.parent / "restored" / "shop.db", clock=lambda: NOW) as restored:
        restored.observe(OWN[0], "buy", {"category": "tea"}, at=format_moment(NOW + 5))
        receipt = restored.reapply(twins.forgotten())
        assert receipt.counts["signals"] == 40
        assert len(restored.wiring.store.signals(_key(restored))) == 1
        with pytest.raises(ForgottenTwin):
            restored.observe(OWN[0], "buy", {"category": "tea"}, at=format_moment(NOW - DAY))
    assert remains(folder.parent / "restored", OWN[1:]) == {}


def _key(twins: Twins) -> int:
    key = twins.wiring.store.twin_key(OWN[0])
    assert key is not None
    return key
