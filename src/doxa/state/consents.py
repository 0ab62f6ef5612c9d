"""Consents: the last word of every person about each purpose and node."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.domain.consent import GIVEN, consent_said
from doxa.domain.signal import CONSENT
from doxa.state.traits import NONE_SAID, TraitRow, Traits, newest


def last_consents(signals: SignalColumns) -> Traits:
    """The last word of every consent, as a table of (twin, source, what it is about).

    Whoever sent it, it holds; what doxa put out itself is no consent. Of two words at one (at,
    order) the withdrawal holds.
    """
    if CONSENT not in signals.kinds:
        return NONE_SAID
    rows = np.flatnonzero((signals.kind == signals.kinds.index(CONSENT)) & ~signals.inert)
    found: list[TraitRow] = []
    for row in rows.tolist():
        said = consent_said(msgspec.json.decode(signals.payload[row]))
        if said is not None:
            key = int(signals.twin[row]), int(signals.source[row])
            when = int(signals.at[row]), int(signals.order[row])
            found.append((key, said[0], when, said[1]))
    return newest(found)


@dataclass(frozen=True, slots=True)
class Consents:
    """Who gave and who withdrew what, over all sources.

    Attributes
    ----------
    given, withdrawn : dict of int64[n]
        Twins, by what the consent is about.
    """

    given: dict[str, Ints] = field(default_factory=dict)
    withdrawn: dict[str, Ints] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Traits) -> Consents:
        """From the last words of each source: the newest of all of them holds."""
        last: dict[tuple[str, int], tuple[int, int, str]] = {}
        for row, about in enumerate(told.name):
            key = about, int(told.twin[row])
            word = int(told.at[row]), int(told.order[row]), str(told.value[row])
            last[key] = max(word, last.get(key, word))
        sides: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
        for (about, twin), newest_word in last.items():
            sides[newest_word[2] != GIVEN].setdefault(about, []).append(twin)
        given, withdrawn = (
            {about: np.array(twins, dtype=np.int64) for about, twins in side.items()}
            for side in sides
        )
        return cls(given, withdrawn)

    def missing(self, about: str, twins: Ints, *, asked: bool) -> NDArray[np.bool_]:
        """Whose consent is missing, bool[q]: withdrawn, or never given where it must be asked for."""
        if asked:
            return ~np.isin(twins, self.given.get(about, _NOBODY))
        return np.isin(twins, self.withdrawn.get(about, _NOBODY))


_NOBODY: Ints = np.zeros(0, dtype=np.int64)
