"""The facade of an open store: every method is one line into the module that does it."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from doxa.runtime import forgetting
from doxa.runtime import reader as reading
from doxa.runtime.faces.cohorts import Cohorts
from doxa.runtime.faces.foresight import Foresight
from doxa.runtime.faces.forgotten import ForgottenPeople
from doxa.runtime.faces.ledger import Ledger
from doxa.runtime.faces.populations import Populations
from doxa.runtime.faces.trust import Trust
from doxa.runtime.frozen import asking, freeze
from doxa.runtime.reader import Reader
from doxa.runtime.readings import Readings, read_many
from doxa.runtime.sandbox import Sandbox
from doxa.runtime.twin import Twin
from doxa.storage.accesses import Access


class Twins(Ledger, ForgottenPeople, Populations, Foresight, Cohorts, Trust):
    """The twins of one workspace of a store; made by `doxa.open`.

    Attributes
    ----------
    wiring : Wiring
        The store, the map and the clock that everything here runs on.
    """

    def twin(
        self,
        id: str,
        as_of: Any = None,
        known_at: Any = None,
        *,
        purpose: str | None = None,
        now: Any = None,
    ) -> Twin:
        """One twin, frozen on both clocks.

        Parameters
        ----------
        id : str
            Somebody never met is there too, and reads as the prior. An alias reads as the person it
            is part of at that moment: the twin's `id` is then the person's.
        as_of : str, date, datetime or int, optional
            The moment read: only what had happened by then; whole numbers are moments
            (microseconds since 1970, or positions). Left out: `known_at`, else now.
        known_at : the same, optional
            Only what the store had learned by then, read by the map of that time.
        purpose : str, optional
            Why it is read, a purpose of the map: what it may not see is not there. Left out, the
            operator reads, who sees all that the person lets be read.
        now : the same as `as_of`, optional
            Stands for the real clock.
        """
        return Twin(freeze(self.wiring, id, asking(self.wiring, as_of, known_at, now), purpose))

    def __getitem__(self, id: str) -> Twin:
        """One twin as it is now."""
        return self.twin(id)

    def sandbox(self, id: str, *, now: Any = None) -> Sandbox:
        """One person aside: observe, assume, look at what changes, then commit or drop it."""
        return Sandbox(self.wiring, id, now)

    def read(
        self,
        ids: Sequence[str],
        nodes: Sequence[str] | None = None,
        *,
        as_of: Any = None,
        known_at: Any = None,
        purpose: str | None = None,
        now: Any = None,
    ) -> Readings:
        """Some nodes of many twins as columns; left out, all single nodes that need no consent."""
        asked = asking(self.wiring, as_of, known_at, now)
        return read_many(self.wiring, ids, nodes, asked, purpose)

    def reader(self, key: str, *, purpose: str) -> Reader:
        """Read through a key: under a purpose, every face of a twin written into its access log.

        Parameters
        ----------
        key : str
            The id of the key, such as ``crm-service``; it stands in the log.
        purpose : str
            Of the map.

        Raises
        ------
        UnknownName
            The map declares no such purpose.
        """
        return reading.reader_of(self.wiring, key, purpose)

    def accesses(self, id: str) -> list[Access]:
        """Who read a person through a key: when, why, by which face, and which nodes they saw."""
        return reading.accesses(self.wiring, id)

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        try:
            self.wiring.scribe.flush()
            forgetting.finish_purge(self.wiring)
        finally:
            self.wiring.store.close()

    def __enter__(self) -> Twins:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
