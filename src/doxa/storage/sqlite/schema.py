"""Opening a store's file: is it one of ours, how old is it, and bring it up to date."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from importlib import resources
from pathlib import Path

from doxa.errors import StoreError
from doxa.storage.sqlite.connection import begin, connect, translated, use_wal

APPLICATION_ID = 0x646F7861
"""``doxa`` in the header of every file of ours."""

PAGE_SIZE = 4096
_OLDEST_SQLITE = (3, 37, 0)


@cache
def migrations() -> Mapping[int, tuple[str, str]]:
    """Name and SQL of every migration by version, as shipped in the package."""
    found = {}
    for entry in (resources.files("doxa.storage.sqlite") / "migrations").iterdir():
        if entry.name.endswith(".sql"):
            number, _, name = entry.name.removesuffix(".sql").partition("_")
            found[int(number)] = (name, entry.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def prepare(path: Path, scripts: Mapping[int, tuple[str, str]] | None = None) -> None:
    """Create the file, or check that it is a store this code can use, and migrate it.

    Raises
    ------
    StoreError
        When the file is something else, is damaged, or was written by a newer doxa. Such a
        file is left as it is.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old", expected="SQLite 3.37 or newer"
        )
    _check_header(path)
    steps = migrations() if scripts is None else scripts
    with translated(path):
        connection = connect(path)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            done = _versions(connection, path)
            _check_version(max(done, default=0), max(steps), path)
            if steps.keys() - done:
                _migrate(connection, steps, path)
            use_wal(connection)
        finally:
            connection.close()


def _check_header(path: Path) -> None:
    """Refuse what is no store before SQLite touches it.

    The header of a store is in the file itself from the first commit on: a new file becomes
    WAL only afterwards. It is read by SQLite, as a file that nobody writes: a file opened and
    closed beside SQLite would let go of all the locks that this process has on it.
    """
    if not path.parent.is_dir():
        raise StoreError("there is no such folder", where=str(path.parent), hint="create it first")
    try:
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "a device"
            raise StoreError(f"is {what}", where=str(path), expected="the path of a file")
        if not path.exists() or not path.stat().st_size:
            return
    except StoreError:
        raise
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise StoreError(problem, where=str(path)) from error
    if not os.access(path, os.R_OK):
        raise StoreError("the file cannot be read (Permission denied)", where=str(path))
    if not _is_ours(path):
        raise StoreError(
            "this file is not a doxa store",
            where=str(path),
            hint="name a new file, or one that doxa made",
        )


def _is_ours(path: Path) -> bool:
    """Whether a file is a database of ours by its header; a damaged one may be."""
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            found = connection.execute("PRAGMA application_id").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_CORRUPT
    return bool(found == APPLICATION_ID)


def _versions(connection: sqlite3.Connection, path: Path) -> set[int]:
    """The migrations that made the file; none when it is new."""
    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        return set()
    try:
        found = connection.execute("SELECT version FROM migrations").fetchall()
    except sqlite3.OperationalError as error:
        raise StoreError(f"this is not a doxa store ({error})", where=str(path)) from error
    return {version for (version,) in found}


def _check_version(version: int, newest: int, path: Path) -> None:
    if version > newest:
        raise StoreError(
            f"the store was written by a newer doxa (schema {version})",
            where=str(path),
            hint="upgrade doxa",
        )


def _migrate(
    connection: sqlite3.Connection, steps: Mapping[int, tuple[str, str]], path: Path
) -> None:
    """Run what is missing, all in one transaction; another process may have been quicker."""
    begin(connection)
    try:
        done = _versions(connection, path)
        for number, (name, script) in sorted(steps.items()):
            if number not in done:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute("INSERT INTO migrations VALUES (?, ?)", (number, name))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    pending = ""
    for piece in script.split(";")[:-1]:
        pending += f"{piece};"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
