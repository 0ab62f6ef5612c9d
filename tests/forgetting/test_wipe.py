"""What SQLite leaves in the unused part of its pages, and that it is gone once wiped."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from doxa.storage.sqlite import wipe


@pytest.fixture
def rearranged(tmp_path: Path) -> tuple[Path, list[tuple[int, str]]]:
    """A table whose pages were rearranged, then every second person deleted; the rows left."""
    path = tmp_path / "t.db"
    rng = random.Random(7)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE t (key INTEGER PRIMARY KEY, word TEXT UNIQUE)")
        for number in rng.sample(range(4_000), 4_000):
            word = f"{'gone' if number % 2 else 'kept'}-{rng.getrandbits(60):x}" + "w" * (
                number % 90
            )
            connection.execute("INSERT INTO t VALUES (?, ?)", (number, word))
        connection.execute("DELETE FROM t WHERE word LIKE 'gone%'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        left = connection.execute("SELECT * FROM t ORDER BY key").fetchall()
    return path, left


def test_stale_bytes_go_and_rows_stay(rearranged: tuple[Path, list[tuple[int, str]]]) -> None:
    path, left = rearranged
    assert b"gone-" in path.read_bytes(), (
        "SQLite leaves nothing behind any more: wipe is not needed"
    )
    assert wipe.wipe(str(path)) > 0
    assert b"gone-" not in path.read_bytes()
    assert wipe.wipe(str(path)) == 0
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT * FROM t ORDER BY key").fetchall() == left


def test_runs_as_a_process_of_its_own(rearranged: tuple[Path, list[tuple[int, str]]]) -> None:
    path, _ = rearranged
    command = [sys.executable, "-I", "-S", str(wipe.__file__), str(path)]
    assert subprocess.run(command, check=False).returncode == 0
    assert b"gone-" not in path.read_bytes()


def test_a_file_with_pages_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    """Pages that list pages (auto_vacuum) look like others; they are not touched."""
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA auto_vacuum = FULL")
        connection.execute("CREATE TABLE t (word)")
    before = path.read_bytes()
    command = [sys.executable, "-I", "-S", str(wipe.__file__), str(path)]
    assert subprocess.run(command, check=False).returncode == wipe.REFUSED
    assert path.read_bytes() == before
