"""The access log: who read whom through a key, why, and what they were shown."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

import msgspec

from doxa.types import Moment


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One read of one twin through a key.

    Attributes
    ----------
    twin : int
        The store's key.
    at : int
        When it was read, microseconds since 1970.
    reader : str
        The id of the key.
    purpose : str
    face : str
        What was asked: ``opinions``, ``explain``, ``forecast`` and so on.
    nodes : tuple of str
        Nodes and traits by name that were shown, each once.
    """

    twin: int
    at: Moment
    reader: str
    purpose: str
    face: str
    nodes: tuple[str, ...] = ()


class AccessLog(Protocol):
    """Rows that are only ever added, and go with the person they are about."""

    def log(self, accesses: Sequence[Access]) -> Future[None]:
        """Add rows without waiting: the future is done when they are durable.

        Rows about a twin that is not in the store are dropped.
        """

    def accesses(self, twins: Sequence[int]) -> list[Access]:
        """Who read some twins, in the order in which it was logged."""
