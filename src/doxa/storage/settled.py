"""What became of recorded forecasts: labels that are written once and stay."""

from __future__ import annotations

from typing import Protocol

import msgspec

from doxa.types import Moment


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one recorded set.

    Attributes
    ----------
    forecast_set : str
        Its id.
    known_at : int
        The labels are what the ledger said at this moment.
    scored : int
        When they were worked out, microseconds since 1970.
    body : bytes
        Columns as `blocks.encode_block` writes them: those of the set, and ``y``, ``base``,
        ``persona`` and ``acted``.
    """

    forecast_set: str
    known_at: Moment
    scored: Moment
    body: bytes


class SettledLog(Protocol):
    """Settled sets; they go with the people they are about."""

    def put_settled(self, settled: Settled) -> bool:
        """Keep what became of a set; False, and nothing changes, where that is known already.

        People who were forgotten meanwhile are left out; of a set that went with them nothing is
        kept.
        """

    def settled(self) -> list[Settled]:
        """All of it, by (known_at, forecast_set)."""
