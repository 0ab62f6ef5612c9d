"""What one signal changed: each node it spoke of, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.reading.opinion import Opinion
from doxa.storage.port import Appended
from doxa.types import Json

if TYPE_CHECKING:
    from doxa.runtime.wiring import Wiring


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One node before and after something came in."""

    node: Address
    before: Opinion
    after: Opinion

    def as_dict(self) -> dict[str, Json]:
        """The change as plain fields."""
        both = {"before": self.before.as_dict(), "after": self.after.as_dict()}
        return {"node": str(self.node), **both}


def delta(wiring: Wiring, signal: Signal, appended: Appended) -> tuple[Change, ...]:
    """The nodes a signal spoke of."""
    return ()
