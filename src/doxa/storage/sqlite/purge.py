"""Making sure that no byte of the forgotten is left in a store's file and its log."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from doxa.storage.sqlite import wipe
from doxa.storage.sqlite.connection import begin, connect, is_busy
from doxa.types import Moment

PATIENCE = 200
"""Milliseconds to wait for readers of an older state; after that the purge stays pending."""
_ATTEMPTS = 3
_DONE = "UPDATE forgotten SET purged_at = ? WHERE purged_at IS NULL"


def purge(path: Path, at: Moment) -> bool:
    """Truncate the log and wipe the file; False when somebody else's reading stands in the way.

    Everybody forgotten so far counts as purged `at` then, in all workspaces of the file.
    """
    connection = connect(path)
    try:
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        return any(_purge(connection, path, at) for _ in range(_ATTEMPTS))
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise
        return False
    finally:
        connection.close()


def _purge(connection: sqlite3.Connection, path: Path, at: Moment) -> bool:
    if not _truncate(connection):
        return False
    begin(connection, PATIENCE / 1000)
    try:
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            return False  # somebody wrote between the two
        wiped = _wiped(path)
        if wiped:
            connection.execute(_DONE, (at,))
            connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    if not wiped:
        # The long way, where no process can be started or the file is of an unknown kind.
        connection.execute("VACUUM")
        connection.execute(_DONE, (at,))
    _truncate(connection)
    return True


def _truncate(connection: sqlite3.Connection) -> bool:
    """Move everything from the log into the file and cut the log to nothing."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _wiped(path: Path) -> bool:
    """Run the wiper as a process of its own, which has no locks to lose."""
    script = Path(wipe.__file__)
    named = Path(sys.executable or "").name.lower()
    if not named.startswith(("python", "pypy")) or not script.is_file():
        return False  # doxa lives in somebody else's program
    command = [sys.executable, "-I", "-S", str(script), str(path)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0
