"""The embedded store: one SQLite file, one writer thread, no server."""

from doxa.storage.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
