"""``doxa explain``."""

from __future__ import annotations


def explain() -> None:
    """Explain."""
