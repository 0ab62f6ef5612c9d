from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from doxa.beliefmap.starter import STARTER
from doxa.interfaces.cli.frame import run


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the starter map, where commands run."""
    (tmp_path / "map.yaml").write_text(STARTER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOXA_DB", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def doxa(shop: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run a command in this process."""

    def call(*arguments: str) -> Result:
        capsys.readouterr()
        code = run(list(arguments))
        told = capsys.readouterr()
        return Result(code, told.out, told.err)

    return call


@pytest.fixture
def lived(doxa: Callable[..., Result]) -> Callable[..., Result]:
    """The same, with somebody who did and said a few things."""
    first = ["--map", "map.yaml"]
    for words in (
        ["purchase", 'genres=["crime","poetry"]', "price=12.5", "discount=1", "--source", "shop"],
        ["complaint", "topic=price", "--id", "c-1"],
        ["review", "genres=crime", "stars=5"],
        ["traits", "age=41"],
    ):
        told = doxa("observe", "h42", *words, "--at", "2026-03-01T10:00", *first)
        assert told.code == 0, told.err
        first = []
    return doxa
