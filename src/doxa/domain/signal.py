"""The signal: one thing that happened or was said, on two clocks."""

from __future__ import annotations

import msgspec

from doxa.types import Json, Moment

DEFAULT_SOURCE = "default"
TRAITS = "traits"
CONSENT = "consent"
CLAIM = "claim"
BUILT_IN_KINDS = frozenset({TRAITS, CONSENT, CLAIM})
RECOMMENDATION = "recommendation"
"""The kind that doxa writes itself, about what it recommended: never evidence, and no rule reads it."""


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One immutable row of the ledger.

    Attributes
    ----------
    id : str
        Unique per (workspace, source).
    twin, kind, source : str
        Whose, what, and who sent it.
    at : int
        When it happened (`occurred_at`), on the map's clock.
    recorded : int
        When the store learned of it (`recorded_at`), microseconds since 1970.
    order : int
        Decides between equal `at`; equal order means: do not see each other.
    payload : dict
        What it carries.
    assumed : bool
        True when `recorded` was set to `at` for want of anything better.
    cause : str or None
        The output of doxa that caused it, if any: such signals yield no evidence.
    """

    id: str
    twin: str
    kind: str
    at: Moment
    recorded: Moment
    source: str = DEFAULT_SOURCE
    payload: dict[str, Json] = {}
    session: str | None = None
    device: str | None = None
    order: int = 0
    assumed: bool = False
    cause: str | None = None
