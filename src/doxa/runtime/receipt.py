"""What `observe` hands back: where the signal stands, and what it changed when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from doxa.runtime.delta import Change


@dataclass(frozen=True, slots=True)
class Receipt:
    """A signal is in the ledger, durably.

    Attributes
    ----------
    id : str
        Given, or derived from the content.
    seq : int
        Its place in the ledger.
    duplicate : bool
        It was there before, with the same content; nothing was written.
    retracted : bool
        It was taken back before, and stays so: it counts for nothing.
    """

    id: str
    seq: int
    duplicate: bool
    retracted: bool
    _changes: Callable[[str | None], tuple[Change, ...]] = field(repr=False, compare=False)

    def delta(self, purpose: str | None = None) -> tuple[Change, ...]:
        """What the signal changed: each node it spoke of, before and after. Read when asked.

        Parameters
        ----------
        purpose : str, optional
            Only what this purpose of the map may see.
        """
        return self._changes(purpose)
