"""Trying a case as a user would: the command line in a folder with a store, or a call from Python."""

from __future__ import annotations

import contextlib
import io
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bad_input import stores
from tests.bad_input.case import Case

import doxa
from doxa.errors import DoxaError
from doxa.interfaces.cli.frame import run


@dataclass(frozen=True)
class Answer:
    """What a case came to; the folder it ran in is called FOLDER."""

    code: int | str
    out: str
    err: str


def prepare(case: Case, folder: Path) -> None:
    """Put the case's files beside the store, and do to the store what was done."""
    for name, content in case.files.items():
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        (folder / name).write_bytes(raw)
    if case.damage:
        stores.DAMAGE[case.damage](folder / stores.NAME)


def command(case: Case, folder: Path, *more: str) -> Answer:
    """Run a command there."""
    out, err = io.StringIO(), io.StringIO()
    with inside(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([*case.arguments, *more])
    return Answer(code, out.getvalue(), err.getvalue().replace(str(folder), "FOLDER"))


def call(case: Case, folder: Path) -> Answer:
    """Make a call on the open store there; its code is the error's class."""
    known: dict[str, Any] = {"doxa": doxa, "math": math, "loop": _loop}
    with inside(folder), doxa.open(stores.NAME) as twins:
        try:
            eval(case.run, known, {"twins": twins})
        except DoxaError as error:
            return Answer(type(error).__name__, "", str(error).replace(str(folder), "FOLDER"))
    return Answer("nothing", "", "")


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _loop() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["self"] = found
    return found
