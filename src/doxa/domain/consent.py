"""Consent: what a person lets be read, and for which purpose; the payload of a built-in signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GIVEN = "given"
WITHDRAWN = "withdrawn"
"""The two words of a consent; of two said at once, the later one by letter holds: withdrawn."""

PURPOSE = "purpose"
NODE = "node"


def about_purpose(name: str) -> str:
    """What a consent to a purpose is about."""
    return f"{PURPOSE}:{name}"


def about_node(name: str) -> str:
    """What a consent to reading a node or trait is about."""
    return f"{NODE}:{name}"


def consent_said(payload: Mapping[str, Any]) -> tuple[str, str] | None:
    """What a consent is about and whether it was given or withdrawn; None for what is no consent.

    Examples
    --------
    >>> consent_said({"node": "worried", "given": True})
    ('node:worried', 'given')
    >>> consent_said({"node": "worried", "purpose": "care", "given": True}) is None
    True
    """
    about = [name for name in (PURPOSE, NODE) if payload.get(name) is not None]
    given = payload.get("given")
    if len(about) != 1 or not isinstance(given, bool):
        return None
    name = payload[about[0]]
    if not isinstance(name, str):
        return None
    return f"{about[0]}:{name}", GIVEN if given else WITHDRAWN
