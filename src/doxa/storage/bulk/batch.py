"""Rows on their way in, column by column, and the ones that were refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from doxa.types import Moment


class Reject(NamedTuple):
    """A row that was refused: where it stands and why, never what it says."""

    table: str
    line: int
    field: str
    reason: str


@dataclass(slots=True)
class RawBatch:
    """Rows as a reader found them, all lists of one length.

    A moment or order that could not be read stands as the reason (text) in its own place;
    a payload is a dict, JSON text, or None for none at all. With `has_id` every row must have one.
    """

    line: list[int] = field(default_factory=list)
    twin: list[str | None] = field(default_factory=list)
    kind: list[str | None] = field(default_factory=list)
    source: list[str | None] = field(default_factory=list)
    at: list[Moment | str | None] = field(default_factory=list)
    recorded: list[Moment | str | None] = field(default_factory=list)
    order: list[int | str | None] = field(default_factory=list)
    session: list[str | None] = field(default_factory=list)
    device: list[str | None] = field(default_factory=list)
    id: list[str | None] = field(default_factory=list)
    payload: list[Any] = field(default_factory=list)
    has_id: bool = False

    def __len__(self) -> int:
        return len(self.line)


@dataclass(slots=True)
class Rows:
    """Rows ready for the ledger, all lists of one length; `derived`: the id is the content's."""

    line: list[int] = field(default_factory=list)
    id: list[str] = field(default_factory=list)
    twin: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    at: list[Moment] = field(default_factory=list)
    recorded: list[Moment] = field(default_factory=list)
    assumed: list[bool] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    session: list[str | None] = field(default_factory=list)
    device: list[str | None] = field(default_factory=list)
    payload: list[bytes] = field(default_factory=list)
    derived: list[bool] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.line)

    def without(self, places: Collection[int]) -> Rows:
        """The rows that do not stand at some places."""
        kept = [place for place in range(len(self)) if place not in places]
        columns = {name: getattr(self, name) for name in self.__slots__}
        return Rows(**{name: [one[place] for place in kept] for name, one in columns.items()})
