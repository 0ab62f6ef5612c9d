"""What is said about the ledger afterwards, as records."""

from __future__ import annotations

import msgspec

from doxa.types import Moment, Span


class Amendments(msgspec.Struct, frozen=True):
    """What was said about the ledger afterwards: places of the newest rows, 0 = none was."""

    aliases: int = 0
    retractions: int = 0


class Retraction(msgspec.Struct, frozen=True, kw_only=True):
    """A signal was taken back: it stays in the ledger, and counts no longer.

    Attributes
    ----------
    place : int
        Among all retractions.
    twin, seq : int
        Whose signal, and which.
    recorded : int
        Readings known before this moment still see the signal.
    duplicate : bool
        As an answer: it stood there before.
    """

    place: int
    twin: int
    seq: int
    source: str
    id: str
    recorded: Moment
    duplicate: bool = False


class Merging(msgspec.Struct, frozen=True, kw_only=True):
    """A merge (or, `joined` false, an unmerge) as it is asked for, by ids of twins."""

    alias: str
    into: str
    at: Moment
    recorded: Moment
    joined: bool = True
    offset: Span = 0


class Retracting(msgspec.Struct, frozen=True, kw_only=True):
    """A retraction as it was recorded elsewhere."""

    source: str
    id: str
    recorded: Moment


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """How much was not there before."""

    signals: int
    mergings: int
    retractions: int
