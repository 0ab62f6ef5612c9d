"""Loaders: a team's own Python file whose ``rows()`` yields the data of an evaluation."""

from __future__ import annotations

import runpy
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from doxa.beliefmap.evaluation import Data
from doxa.errors import DoxaError, InputError


def loader_rows(data: Data) -> Iterator[Mapping[str, Any]]:
    """The rows that a loader gives; whatever goes wrong in it is told with its file and line."""
    loader = data.load or Path()
    if not loader.is_file():
        raise InputError("there is no loader here", where=str(loader), expected="a Python file")
    try:
        rows = runpy.run_path(str(loader)).get("rows")
        if not callable(rows):
            raise InputError(
                "defines no function rows", where=str(loader), expected="def rows(...)"
            )
        found = rows(**data.arguments)
        if not isinstance(found, Iterable):
            raise InputError(
                f"rows() gives {type(found).__name__}", where=str(loader), expected="rows, as dicts"
            )
        yield from found
    except DoxaError:
        raise
    except (Exception, SystemExit) as error:
        raise InputError(
            f"the loader failed: {type(error).__name__}: {error}", where=_place(error, loader)
        ) from error


def _place(error: BaseException, loader: Path) -> str:
    """The file, with the line of it that the error came through last."""
    if isinstance(error, SyntaxError) and error.filename == str(loader):
        return f"{loader}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(loader)]
    return f"{loader}:{lines[-1]}" if lines else str(loader)
