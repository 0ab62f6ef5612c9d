"""The ledger in columns as populations of different maps and times read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from doxa.beliefmap.columns import SignalColumns
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.domain.view import EVERYTHING, Sight
from doxa.features.past import Past, read_past
from doxa.learning.population import fields_for_fit
from doxa.runtime.folding.rows import seen_scan
from doxa.runtime.identity import people_at
from doxa.runtime.populations.people import People
from doxa.runtime.views import map_of_sight
from doxa.runtime.wiring import Wiring

Progress = Callable[[str, float], None]


def past_of(
    wiring: Wiring,
    belief_map: BeliefMap,
    outcomes: Sequence[Outcome],
    people: People,
    tell: Progress,
    *,
    sight: Sight = EVERYTHING,
    last_seq: int | None = None,
) -> Past:
    """All signals of some people, as a sight has it, with the fields that fitting outcomes reads.

    Parameters
    ----------
    outcomes : of the map
    people : People
        Whose signals are read.
    last_seq : int, optional
        Only signals up to this place in the ledger.
    """
    seen = map_of_sight(belief_map, sight)
    total = max(people.share * people.signals, 1)
    keys = None if people.keys is None else people.keys.tolist()
    identity = people_at(wiring, None, None)
    batches = seen_scan(wiring.store, seen, sight, twins=keys, identity=identity)
    return read_past(
        seen,
        batches if last_seq is None else _up_to(batches, last_seq),
        fields=fields_for_fit(belief_map, outcomes),
        progress=lambda done: tell("reading the ledger", min(done / total, 1.0)),
    )


def _up_to(batches: Iterator[SignalColumns], last_seq: int) -> Iterator[SignalColumns]:
    for batch in batches:
        kept = np.flatnonzero(batch.seq <= last_seq)
        yield batch if len(kept) == len(batch) else batch.take(kept)
