"""The store that wrong input meets, and what may have happened to it before."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import doxa
from doxa.beliefmap.starter import STARTER

NAME = "doxa.db"


def make(folder: Path) -> None:
    """A bookshop with one customer."""
    (folder / "map.yaml").write_text(STARTER, encoding="utf-8")
    when = "2026-03-01T10:00"
    with doxa.open(folder / NAME, map=folder / "map.yaml") as twins:
        twins.observe("h42", "purchase", {"genres": ["crime", "poetry"], "price": 12.5}, at=when)
        twins.observe("h42", "complaint", {"topic": "price"}, at=when, id="c-1")
        twins.observe("h42", "traits", {"age": 41}, at=when)


def rows(folder: Path) -> dict[str, int]:
    """How many rows each table of the store has."""
    with closing(sqlite3.connect(folder / NAME)) as store:
        names = [
            row[0] for row in store.execute("SELECT name FROM sqlite_schema WHERE type='table'")
        ]
        return {
            name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names
        }


def files(folder: Path) -> dict[str, bytes]:
    """Every file but the store's own, with its content."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in found
        if not path.name.startswith(NAME) or path.name == f"{NAME}.rejects.csv"
    }


def _newer(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("INSERT INTO migrations VALUES (99, 'from the future')")
        connection.commit()


def _another(store: Path) -> None:
    store.unlink()
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.commit()


def _under_another_map(store: Path) -> None:
    other = STARTER.replace("base: 0.6", "base: 0.5")
    (store.parent / "map.yaml").write_text(other, encoding="utf-8")


def _scribbled(store: Path) -> None:
    content = bytearray(store.read_bytes())
    content[4096:16384] = b"\xab" * 12288
    store.write_bytes(content)


def _merged(store: Path) -> None:
    with doxa.open(store) as twins:
        twins.merge("device-7", into="h42")


def _id_used_twice(store: Path) -> None:
    with doxa.open(store) as twins:
        twins.observe("h42", "visit", source="web", id="c-1")


DAMAGE: dict[str, Callable[[Path], None]] = {
    "written by a newer version": _newer,
    "a database of another program": _another,
    "under another map": _under_another_map,
    "after device-7 was merged": _merged,
    "after another source used an id": _id_used_twice,
    "cut short": lambda store: _cut(store, 8192),
    "cut within its header": lambda store: _cut(store, 60),
    "empty": lambda store: _cut(store, 0),
    "overwritten in places": _scribbled,
}
"""What may have happened to a store, by what the cases call it."""


def _cut(store: Path, size: int) -> None:
    store.write_bytes(store.read_bytes()[:size])
