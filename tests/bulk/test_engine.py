"""The column engine: asked for kindly when it is not there, and never on the network."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from doxa.errors import InputError, MissingExtra
from doxa.storage.bulk.engine import connect, query, require


@pytest.mark.parametrize("module", ["duckdb", "pyarrow.parquet"])
def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r'pip install "doxa\[bulk\]"'):
        require()


def test_nothing_is_fetched(tmp_path: Path) -> None:
    with connect(tmp_path / "spill") as connection:
        settings = "('autoinstall_known_extensions', 'autoload_known_extensions')"
        found = connection.sql(f"SELECT value FROM duckdb_settings() WHERE name IN {settings}")
        assert {value for (value,) in found.fetchall()} == {"false"}
        with pytest.raises(InputError, match="httpfs"):
            query(connection, "SELECT * FROM 'https://example.invalid/a.parquet'", "sql")
