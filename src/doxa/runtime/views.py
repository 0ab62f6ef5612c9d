"""Views of frozen twins: the map and the state as a purpose may see them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doxa.beliefmap.columns import Ints, joined
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.sights import seen_map, sight_of
from doxa.domain.view import Sight, View
from doxa.reading.view import Gate, seen_state
from doxa.runtime.folding.fold import Folded, fold_rows
from doxa.runtime.folding.rows import days_differ, ledger_rows
from doxa.runtime.identity import Person
from doxa.runtime.wiring import Wiring
from doxa.state.consents import Consents
from doxa.storage.identity import Identity
from doxa.types import Moment


def map_seen_by(belief_map: BeliefMap, purpose: str | None) -> BeliefMap:
    """The map as a purpose has it, whoever is read."""
    return map_of_sight(belief_map, sight_of(belief_map, purpose))


def map_of_sight(belief_map: BeliefMap, sight: Sight) -> BeliefMap:
    """The map as a sight has it."""
    return seen_map(belief_map, View(sight=sight))


def gate_of(belief_map: BeliefMap, purpose: str | None, folded: Folded) -> Gate:
    """Who of some folded twins lets a purpose see what."""
    return Gate.of(belief_map, purpose, Consents.of(folded.state.consents))


def seen_folded(
    wiring: Wiring,
    gate: Gate,
    view: View,
    person: Person,
    folded: Folded,
    until: Moment | None,
    known_at: Moment | None,
) -> tuple[BeliefMap, Folded]:
    """The map and one twin's state as a view has them.

    Where the view does not know all that tells the person's zone, local days are other ones, and
    the heard signals are folded anew.
    """
    seen = seen_map(gate.belief_map, view)
    if view.closed:
        return seen, fold_rows(seen, joined([]))
    keys = np.array([person.key], dtype=np.int64)
    return seen, _seen(wiring, gate, seen, keys, person.identity, folded, until, known_at)


def seen_many(
    wiring: Wiring,
    gate: Gate,
    keys: Ints,
    identity: Identity,
    folded: Folded,
    until: Moment | None,
    known_at: Moment | None,
) -> tuple[BeliefMap, Folded]:
    """The map as a purpose has it, and the states of twins without what each of them withholds."""
    seen = map_seen_by(gate.belief_map, gate.purpose)
    return seen, _seen(wiring, gate, seen, keys, identity, folded, until, known_at)


def _seen(
    wiring: Wiring,
    gate: Gate,
    seen: BeliefMap,
    keys: Ints,
    identity: Identity,
    folded: Folded,
    until: Moment | None,
    known_at: Moment | None,
) -> Folded:
    if gate.open:
        return folded
    if days_differ(seen.clock, gate.belief_map.zone, seen.zone, gate.sight):
        met = keys[keys >= 0].tolist()
        rows = ledger_rows(
            wiring.store,
            seen,
            met,
            until=until,
            known_at=known_at,
            identity=identity,
            sight=gate.sight,
        )
        rows = rows.take(np.flatnonzero(rows.seq <= folded.last_seq))
        folded = replace(fold_rows(seen, rows), last_seq=folded.last_seq)
    return replace(folded, state=seen_state(folded.state, folded.sources, gate))
