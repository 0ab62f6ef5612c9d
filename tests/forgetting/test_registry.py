"""Every table of the schema, every file that is written and every cache is listed as a place."""

from __future__ import annotations

import ast
import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import doxa
from doxa.storage.erasure import FILES, MEMORY, TABLES
from doxa.storage.sqlite import schema

HOME = Path(doxa.__file__).parent
WRITING = {"write_text", "write_bytes", "write_table", "mkdir", "touch", "pwrite", "TemporaryFile"}
MODES = frozenset("wxa+")


def test_every_table_is_listed(tmp_path: Path) -> None:
    schema.prepare(tmp_path / "t.db")
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    names = {name for (name,) in found if not name.startswith("sqlite_")}
    assert names == {table.name for table in TABLES}


def test_every_table_is_erased_or_says_why_not() -> None:
    for table in TABLES:
        assert bool(table.erase) != bool(table.why), table.name


def test_every_module_that_writes_is_listed() -> None:
    writers = {writer for file in FILES for writer in file.writers}
    found = {_module(path) for path in sorted(HOME.rglob("*.py")) if any(_writes(path))}
    assert found == writers


@pytest.mark.parametrize("place", MEMORY, ids=lambda place: place.name)
def test_what_is_kept_in_memory_is_there(place: object) -> None:
    module, _, name = place.name.rpartition(".")
    assert hasattr(importlib.import_module(module), name)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(HOME.parent).with_suffix("").parts)


def _writes(path: Path) -> Iterator[int]:
    """Lines that write a file: by a method of a path, by opening it, by SQL, or by a database."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            modes = [each.value for each in node.args if isinstance(each, ast.Constant)]
            texts = [each for each in modes if isinstance(each, str)]
            opens = name == "open" and any(MODES & set(text) and len(text) < 4 for text in texts)
            connects = name == "connect" and ast.unparse(node.func.value) == "sqlite3"
            raw = name == "open" and "O_RDWR" in ast.unparse(node)
            if name in WRITING or opens or connects or raw:
                yield node.lineno
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.lstrip().startswith("COPY (")
        ):
            yield node.lineno
