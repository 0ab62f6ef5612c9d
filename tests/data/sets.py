"""Where the real data sets lie: in the folder that DOXA_DATA names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def data_set(name: str) -> Path:
    """The folder of a set; skips without DOXA_DATA, fails if it must be there."""
    folder = os.environ.get("DOXA_DATA")
    found = (REPOSITORY / folder / name).resolve() if folder else None
    if found is not None and found.is_dir():
        return found
    reason = f"the set {name} is not here: set DOXA_DATA to the folder that holds it"
    if os.environ.get("DOXA_REQUIRE_DATA"):
        pytest.fail(reason)
    pytest.skip(reason)
