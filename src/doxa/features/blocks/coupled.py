"""Coupled: what a node reads as when its neighbours move it, and how far they do."""

from __future__ import annotations

from collections.abc import Iterator

from doxa.beliefmap.columns import Floats
from doxa.reading.coupling.mode import log_odds


def columns(credence: Floats, native: Floats) -> Iterator[tuple[str, Floats]]:
    """Log odds of the coupled credence, and how far they stand from those of the native one."""
    together = log_odds(credence)
    yield "coupled", together
    yield "coupled, moved by neighbours", together - log_odds(native)
