"""``doxa show``."""

from __future__ import annotations


def show() -> None:
    """Show."""
