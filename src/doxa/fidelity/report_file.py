"""A fidelity report read back from the JSON that was written of it."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import msgspec

from doxa.domain.clock import parse_time
from doxa.errors import InputError
from doxa.fidelity.report import FidelityReport

_NUMBERS = frozenset({"value", "error", "reliability", "resolution", "uncertainty", "mean"})
_INSIDE = {"metrics": math.nan, "chosen": math.inf, "autocorrelation": math.nan}


def load_report(path: str | os.PathLike[str]) -> FidelityReport:
    """Read the report that ``doxa fidelity --json`` printed.

    Raises
    ------
    InputError
        The file is no such report.

    Examples
    --------
    >>> import tempfile
    >>> made = FidelityReport(product="shop", people=3, signals=9, variants=0, rows=[], bars=[])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "fidelity.json"
    ...     count = file.write_bytes(msgspec.json.encode(made))
    ...     load_report(file) == made
    True
    """
    file = Path(path)
    try:
        found = _numbers(msgspec.json.decode(file.read_bytes()))
        return msgspec.convert(_moments(found), FidelityReport)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"is no fidelity report: {error}",
            where=str(file),
            expected="what doxa fidelity --json printed",
        ) from error


def _moments(report: Any) -> Any:
    """Text of moments, as commands print it, back as moments."""
    for row in report.get("rows", ()) if isinstance(report, dict) else ():
        for name in ("fit_origins", "score_origins"):
            origins = row.get(name)
            if isinstance(origins, dict):
                row[name] = {
                    key: parse_time(one) if isinstance(one, str) else one
                    for key, one in origins.items()
                }
    return report


def _numbers(value: Any, instead: float | None = None) -> Any:
    """JSON has no NaN and no infinity and writes null: put them back where numbers stand."""
    if value is None:
        return instead
    if isinstance(value, list):
        return [_numbers(item, math.nan) for item in value]
    if not isinstance(value, dict):
        return value
    inside = _INSIDE.get
    return {
        key: (
            {name: _numbers(item, inside(key)) for name, item in part.items()}
            if isinstance(part, dict) and key in _INSIDE
            else _numbers(part, math.nan if key in _NUMBERS else None)
        )
        for key, part in value.items()
    }
