"""The column engine: DuckDB with a bounded memory, its own temporary folder and no network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from doxa.errors import InputError, MissingExtra

MEMORY = "384MB"
THREADS = 2


@contextmanager
def connect(temporary: Path, memory: str = MEMORY, threads: int = THREADS) -> Iterator[Any]:
    """An in-memory DuckDB that spills to `temporary` and never fetches anything.

    Raises
    ------
    MissingExtra
        When duckdb or pyarrow is not installed.
    """
    duckdb = require()
    settings = {
        "memory_limit": memory,
        "temp_directory": str(temporary),
        "threads": threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=settings)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()


def require() -> Any:
    """The duckdb module, once it is sure that pyarrow is there too."""
    try:
        import duckdb
        import pyarrow.parquet  # noqa: F401 (asked only whether it is there)
    except ImportError as error:
        raise MissingExtra(
            f"a backfill needs {error.name}", hint='pip install "doxa[bulk]"'
        ) from error
    return duckdb


def query(connection: Any, sql: str, where: str, parameters: list[Any] | None = None) -> Any:
    """A relation over a query; what DuckDB says against it becomes an `InputError`."""
    try:
        return connection.sql(sql, params=parameters)
    except require().Error as error:
        raise InputError(first_line(error), where=where) from error


def batches(relation: Any, rows: int, where: str) -> Iterator[Any]:
    """The relation as Arrow batches of at most so many rows, one after the other."""
    try:
        read = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
        yield from read(rows)
    except (require().Error, OSError) as error:
        raise InputError(first_line(error), where=where) from error


def first_line(error: Exception) -> str:
    """What DuckDB complains of, without its candidate lists, positions and row contents."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def quoted(name: str) -> str:
    """A column name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
