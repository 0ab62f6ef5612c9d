"""Forgetting people, and what is left of that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from doxa.runtime import forgetting
from doxa.runtime.faces.face import Face
from doxa.runtime.forgetting import ForgetReceipt
from doxa.storage.forgotten import ForgottenList
from doxa.types import Moment


class ForgottenPeople(Face):
    """Forgetting people, and what is left of that."""

    def forget(self, id: str, *, now: Any = None) -> ForgetReceipt:
        """Erase one person; returns when nothing of them is served any more.

        Signals of theirs that occurred up to now are refused from then on; later ones begin a new
        twin. Somebody never met is noted all the same. See `ForgetReceipt` for what is left to do
        where another process is reading.
        """
        return forgetting.forget(self.wiring, id, now)

    def purge(self, *, now: Any = None) -> Moment | None:
        """Leave no byte of the forgotten in any file of the store.

        Returns when it was done; None where another process reads an older state of the store or
        loads history: try again later. It is also tried at every `forget`, opening and closing.
        """
        return forgetting.purge(self.wiring, now)

    def forgotten(self) -> ForgottenList:
        """Everybody who was forgotten, as hashes with their key: keep it beside your backups."""
        return self.wiring.store.forgotten()

    def reapply(self, forgotten: ForgottenList | Path | str, *, now: Any = None) -> ForgetReceipt:
        """Forget again, in a restored copy, everybody on a list; what they sent since stays.

        Parameters
        ----------
        forgotten : ForgottenList, or path
            What `forgotten` gave, or the file that ``doxa forget --save`` wrote.
        """
        return forgetting.reapply(self.wiring, forgotten, now)
