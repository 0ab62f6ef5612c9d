"""Names for numbers: what a float or an int means where it appears in a signature."""

from __future__ import annotations

from typing import TypeAlias

Moment: TypeAlias = int
"""A point on a map's clock: microseconds since 1970-01-01 UTC, or a whole position."""

Span: TypeAlias = int
"""A length on a map's clock, in the unit of its moments."""

HalfLife: TypeAlias = float
"""A half-life in the unit of the map's moments; infinity = never forgotten."""

Credence: TypeAlias = float
"""The probability in [0, 1] that a node holds for a person."""

Uncertainty: TypeAlias = float
"""How little evidence there is, in [0, 1]."""

LogOdds: TypeAlias = float
"""ln(p / (1 - p))."""

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""Anything a payload may hold."""
