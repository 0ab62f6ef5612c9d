"""Who was forgotten: a keyed hash of each id, and up to when their signals are refused."""

from __future__ import annotations

import secrets
from hashlib import blake2b

import msgspec

from doxa.domain.clock import AHEAD, Clock, format_moment
from doxa.errors import ForgottenTwin, InputError
from doxa.types import Moment


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """One person who was forgotten.

    Attributes
    ----------
    mark : str
        The keyed hash of their id; nothing leads back from it without the key.
    forgotten_at : int
        When, microseconds since 1970.
    until : int or None
        The last moment, on the workspace's clock, at which signals of this id are refused;
        None refuses none. Later ones begin a new twin.
    purged_at : int or None
        When no byte was left in the store's files; None while that is pending.
    """

    mark: str
    forgotten_at: Moment
    until: Moment | None
    purged_at: Moment | None = None

    def is_news(self, known: Forgotten | None) -> bool:
        """Whether this tells more than what a store knows of the same person."""
        return known is None or known.forgotten_at < self.forgotten_at


class ForgottenList(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody forgotten in a workspace, with the key of the marks: what a restore needs.

    Whoever holds it can tell whether an id they know is among them; keep it as you keep the store.
    """

    key: str
    twins: tuple[Forgotten, ...]
    doxa_forgotten: int = 1


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What a store erased of one person: how many of what, by place."""

    counts: dict[str, int]


def new_key() -> str:
    """A key for the marks of one workspace: 32 random bytes as hexadecimal digits."""
    return secrets.token_hex(32)


def mark_of(key: str, twin: str) -> str:
    """The keyed hash of an id.

    Examples
    --------
    >>> mark_of("00" * 32, "h42") == mark_of("00" * 32, "h42")
    True
    >>> mark_of("00" * 32, "h42") == mark_of("01" * 32, "h42")
    False
    """
    return blake2b(twin.encode(), key=bytes.fromhex(key), digest_size=32).hexdigest()


def refused_until(
    clock: Clock, at: Moment, newest: Moment | None, before: Forgotten | None
) -> Moment | None:
    """Up to which moment signals are refused once a person is forgotten.

    On the time clock up to `at`, and what was taken in as happening within the next five minutes;
    on a position clock up to the newest place that was held.

    Parameters
    ----------
    at : int
        When the person is forgotten.
    newest : int or None
        The newest moment of their signals.
    before : Forgotten or None
        An earlier time that the same person was forgotten.

    Examples
    --------
    >>> refused_until(Clock.TIME, 100, 120, None), refused_until(Clock.POSITION, 100, 7, None)
    (120, 7)
    """
    moments = [] if before is None or before.until is None else [before.until]
    if clock is Clock.TIME:
        moments.append(at)
    if newest is not None:
        moments.append(newest if clock is Clock.POSITION else min(newest, at + AHEAD))
    return max(moments, default=None)


def other_key() -> InputError:
    """What is said when a list of the forgotten belongs to another store."""
    return InputError(
        "the list was made with another key than this store's",
        hint="apply the list to the restored copy before anybody is forgotten in it",
    )


def refusal(signal: str, entry: Forgotten) -> ForgottenTwin:
    """What is said when a signal arrives that a forgotten person sent before; the id is left out."""
    when = format_moment(entry.forgotten_at, Clock.TIME)
    return ForgottenTwin(
        f"belongs to a person who was forgotten at {when}",
        where=f"signal {signal!r}",
        expected="one that occurred later",
        hint="leave it out: what was erased is not taken in again",
    )


def refused_merge(entry: Forgotten) -> ForgottenTwin:
    """What is said when a merge arrives that was made before one of the two was forgotten."""
    when = format_moment(entry.forgotten_at, Clock.TIME)
    return ForgottenTwin(
        f"names a person who was forgotten at {when}",
        where="merge",
        expected="one that was made later",
        hint="leave it out: what was erased is not taken in again",
    )
