"""The states of many twins at once: snapshots and their tails where they serve, else the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Ints, Members
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.payloads import Bools
from doxa.runtime.folding.fold import Folded, fold_rows, fold_signals
from doxa.runtime.folding.rows import ledger_rows
from doxa.runtime.folding.snapshots import serves
from doxa.runtime.identity import taken_back_since
from doxa.runtime.wiring import Wiring
from doxa.state.decoding import decode_many
from doxa.state.entries import entries_of
from doxa.state.people import join_people
from doxa.state.written import Sources
from doxa.storage.identity import Identity
from doxa.types import Moment


def twin_states(
    wiring: Wiring,
    belief_map: BeliefMap,
    keys: Ints,
    identity: Identity,
    until: Moment | None,
    known_at: Moment | None,
    wanted: Bools | None = None,
) -> Iterator[tuple[Ints, Folded]]:
    """Fold some twins: places in `keys` and their states, one part per way of folding them.

    Parameters
    ----------
    keys : int64[q]
        Twins that stand for a person, distinct; those below 0 were never met.
    identity : Identity
        Who is whom at `until`, as known at `known_at`.
    wanted : bool[entries], optional
        Nothing else is needed: of the rest some cells, and all marks, may be missing.
    """
    found = _from_snapshots(wiring, belief_map, keys, identity, until, known_at, wanted)
    if found is not None:
        yield found
    served = np.zeros(len(keys), dtype=bool)
    if found is not None:
        served[found[0]] = True
    rest = np.flatnonzero(~served)
    if len(rest) or found is None:
        met = keys[rest][keys[rest] >= 0].tolist()
        rows = ledger_rows(
            wiring.store,
            belief_map,
            met,
            until=until,
            known_at=known_at,
            identity=identity,
        )
        yield rest, fold_rows(belief_map, rows)


def _from_snapshots(
    wiring: Wiring,
    belief_map: BeliefMap,
    keys: Ints,
    identity: Identity,
    until: Moment | None,
    known_at: Moment | None,
    wanted: Bools | None,
) -> tuple[Ints, Folded] | None:
    """The twins that have a snapshot which serves; None when there are none, or it cannot be told."""
    if belief_map is not wiring.belief_map:
        return None
    store = wiring.store
    met = keys[keys >= 0]
    parts = identity.parts(met)
    with store.steady():
        taken_back = taken_back_since(wiring, known_at, identity.keys(met))
        without = set(identity.roots(taken_back).tolist())
        snapshots = sorted(
            (
                each
                for each in store.snapshots(met.tolist())
                if serves(each, wiring.mark, until, known_at, parts.get(each.twin, ()))
                and each.twin not in without
            ),
            key=lambda each: each.twin,
        )
        if not snapshots:
            return None
        twins = np.array([each.twin for each in snapshots], dtype=np.int64)
        tail = ledger_rows(
            store,
            belief_map,
            twins.tolist(),
            since=min(each.until for each in snapshots),
            until=until,
            known_at=known_at,
            identity=identity,
        )
    begins = np.array([each.until for each in snapshots], dtype=np.int64)
    tail = tail.take(np.flatnonzero(tail.at >= begins[np.searchsorted(twins, tail.twin)]))
    members, sources = Members(), Sources(tail.sources)
    try:
        earlier = decode_many(
            [each.state for each in snapshots],
            twins.tolist(),
            members,
            sources,
            entries_of(belief_map).codes,
            wanted,
        )
    except ValueError:
        return None
    last_seq = max(max(each.last_seq for each in snapshots), int(tail.seq.max(initial=0)))
    state = earlier
    if len(tail):
        state = join_people(earlier, fold_signals(belief_map, tail, members))
    return np.flatnonzero(np.isin(keys, twins)), Folded(
        state, members, sources.names, last_seq, belief_map
    )
