"""A cohort as it is handed out."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from doxa.types import Moment


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """The people for whom a condition holds at a moment; a sequence of their ids.

    Attributes
    ----------
    condition : str
    ids : tuple of str
        In the order in which they were first met.
    among : int
        How many people were looked at: all who were known at that moment.
    as_of : int
        The moment, on the map's clock.
    known_at : int or None
        Only what was recorded by then was seen; None = everything.
    left_out : int
        How many more were not looked at: they do not let the purpose, or the operator, read what
        the condition asks.
    """

    condition: str
    ids: tuple[str, ...]
    among: int
    as_of: Moment
    known_at: Moment | None = None
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __contains__(self, twin: object) -> bool:
        return twin in self.ids
