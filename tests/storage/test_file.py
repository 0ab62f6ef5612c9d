"""The store's file: new, old, newer, foreign, damaged."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from doxa.beliefmap.model import Zone
from doxa.checks.store_samples import make_signal
from doxa.domain.clock import Clock
from doxa.errors import StoreError
from doxa.storage.sqlite import SqliteStore, schema
from doxa.storage.sqlite.connection import begin, connect

VERSION_1 = Path(__file__).parent / "version_1.sql"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


def test_reopened_store_remembers_clock_zone_and_signals(path: Path) -> None:
    zone = Zone(default="Asia/Tokyo", trait="tz")
    with closing(SqliteStore(path, clock=Clock.POSITION, zone=zone)) as store:
        store.append([make_signal("t1", at=7)])
    with closing(SqliteStore(path)) as store:
        assert (store.clock, store.zone) == (Clock.POSITION, zone)
        assert store.stats().newest_at == 7
        store.set_zone(Zone(default="UTC"))
    with closing(SqliteStore(path)) as store:
        assert store.zone == Zone(default="UTC")


def test_clock_is_chosen_once(path: Path) -> None:
    SqliteStore(path).close()
    with pytest.raises(StoreError, match="runs on the time clock"):
        SqliteStore(path, clock=Clock.POSITION)


def test_workspaces_do_not_see_each_other(path: Path) -> None:
    with (
        closing(SqliteStore(path, workspace="a")) as one,
        closing(SqliteStore(path, workspace="b", clock=Clock.POSITION)) as two,
    ):
        one.append([make_signal("t1")])
        two.append([make_signal("t1", "bob", at=1)])
        two.append([make_signal("t2", "ann", at=2)])
        assert (one.stats().signals, two.stats().signals) == (1, 2)
        assert one.twin_key("bob") is None
        assert sum(map(len, two.scan(kinds=["purchase"]))) == 2
        key = two.twin_key("bob")
        assert key is not None
        assert one.signals(key) == []


@pytest.mark.parametrize("content", [b"id,at\n1,2\n", b"SQLite format 3\x00" + b"\x00" * 200])
def test_foreign_file_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match="not a doxa store"):
        SqliteStore(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_foreign_database_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE signals (id)")
    content = path.read_bytes()
    with pytest.raises(StoreError, match="not a doxa store"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_folder_and_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        SqliteStore(tmp_path)
    with pytest.raises(StoreError, match="no such folder"):
        SqliteStore(tmp_path / "missing" / "shop.db")


def test_newer_store_is_refused(path: Path) -> None:
    SqliteStore(path).close()
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO migrations VALUES (99, 'future')")
    with pytest.raises(StoreError, match="newer doxa"):
        SqliteStore(path)


def test_damaged_file_is_a_store_error(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        store.append([make_signal(f"t{i}", payload={"text": "x" * 500}) for i in range(500)])
    content = bytearray(path.read_bytes())
    content[schema.PAGE_SIZE :] = b"\xff" * (len(content) - schema.PAGE_SIZE)
    path.write_bytes(bytes(content))
    with pytest.raises(StoreError, match="damaged"), closing(SqliteStore(path)) as store:
        list(store.scan())


def test_version_1_opens_and_keeps_its_signals(path: Path) -> None:
    _restore(VERSION_1, path)
    with closing(SqliteStore(path)) as store:
        (first,) = store.signals(store.twin_key("ann") or 0)
        assert (first.id, first.payload) == ("t1", {"price": 2.5})
        store.append([make_signal("t2")])
        assert store.stats().signals == 2


def test_migration_from_version_1(path: Path) -> None:
    _restore(VERSION_1, path)
    known = schema.migrations()
    newest = max(known)
    later = (newest + 1, "notes")
    steps = {**known, later[0]: ("notes", "CREATE TABLE notes (n); CREATE INDEX i ON notes (n);")}
    schema.prepare(path, steps)
    schema.prepare(path, steps)
    with closing(connect(path)) as connection:
        found = connection.execute("SELECT * FROM migrations").fetchall()
        assert found == [*((number, name) for number, (name, _) in known.items()), later]
    with pytest.raises(StoreError, match=f"schema {newest + 1}"):
        SqliteStore(path)


def test_failed_migration_leaves_the_old_version(path: Path) -> None:
    SqliteStore(path).close()
    steps = {
        **schema.migrations(),
        max(schema.migrations()) + 1: (
            "bad",
            "CREATE TABLE notes (n);\nINSERT INTO nowhere VALUES (1);",
        ),
    }
    with pytest.raises(StoreError):
        schema.prepare(path, steps)
    with closing(SqliteStore(path)) as store:
        assert store.stats().signals == 0


def test_version_1_is_what_migration_1_makes(path: Path, tmp_path: Path) -> None:
    """Neither the dump nor the first migration is ever edited."""
    _restore(VERSION_1, path)
    schema.prepare(tmp_path / "new.db", {1: schema.migrations()[1]})
    assert _tables(path) == _tables(tmp_path / "new.db")


def test_locked_store_gives_up_clearly(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doxa.storage.sqlite.writer.begin", lambda c: begin(c, seconds=0.05))
    with closing(SqliteStore(path)) as store, closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            store.append([make_signal("t1")])
        other.execute("ROLLBACK")
        store.append([make_signal("t1")])
        assert store.stats().signals == 1


def test_closed_store_says_so(path: Path) -> None:
    store = SqliteStore(path)
    pending = [store.submit([make_signal(f"t{i}")]) for i in range(50)]
    store.close()
    store.close()
    assert all(one.result()[0].id == f"t{i}" for i, one in enumerate(pending))
    with pytest.raises(StoreError, match="closed"):
        store.append([make_signal("t1")])
    with pytest.raises(StoreError, match="closed"):
        store.stats()


def test_many_open_a_new_file_at_once(path: Path) -> None:
    errors: list[Exception] = []

    def client(number: int) -> None:
        try:
            with closing(SqliteStore(path)) as store:
                store.append([make_signal(f"t{number}", f"twin{number}")])
        except Exception as error:  # whatever a thread raised is asserted on below
            errors.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with closing(SqliteStore(path)) as store:
        assert store.stats().twins == store.stats().signals == 8


def test_a_new_file_becomes_wal_when_its_turn_has_come(path: Path) -> None:
    """Whoever makes the file may meet another who has the lock just then."""
    schema.prepare(path)
    opened: list[SqliteStore] = []
    with closing(connect(path)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=lambda: opened.append(SqliteStore(path)))
        thread.start()
        thread.join(0.2)
        assert opened == []
        assert thread.is_alive()
        other.execute("COMMIT")
        thread.join()
    with closing(opened[0]) as store, closing(connect(path)) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store.stats().signals == 0


def test_seq_is_never_given_twice(path: Path) -> None:
    """After the newest signal was erased, the next one gets a higher number."""
    with closing(SqliteStore(path)) as store:
        *_, last = store.append([make_signal("t1"), make_signal("t2", "bob")])
        with closing(connect(path)) as other:
            other.execute("DELETE FROM signals WHERE seq = ?", (last.seq,))
            other.execute("DELETE FROM twins WHERE id = 'bob'")
            other.execute("UPDATE workspaces SET erased = erased + 1, floor = ?", (last.seq,))
        (again,) = store.append([make_signal("t3", "bob")])
        assert again.seq == last.seq + 1
        assert store.twin_key("bob") is not None


def _tables(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_schema").fetchall())


def _restore(dump: Path, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))


@pytest.mark.skipif(os.name != "posix", reason="only there a closed file lets go of locks")
def test_a_second_opening_leaves_the_first_its_locks(path: Path) -> None:
    """A file opened and closed beside SQLite would let go of the locks of the whole process.

    Another process would then take itself for the last one, and delete the log of a store in use.
    """
    alone = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)"
    with closing(SqliteStore(path)) as store:
        store.append([make_signal("t1")])
        SqliteStore(path, workspace="b").close()
        done = subprocess.run([sys.executable, "-c", alone, str(path)], capture_output=True)
    assert b"BlockingIOError" in done.stderr
