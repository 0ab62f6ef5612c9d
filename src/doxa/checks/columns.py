"""Signals to columns and opinions, by the fold and the readings of the product: a `Reader`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Members, SignalColumns
from doxa.beliefmap.contexts import contexts_of
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.open_nodes import nodes_of
from doxa.checks.evaluate import evaluate
from doxa.checks.laws import Readings
from doxa.domain.clock import Clock, local_day
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.reading.coupling.field import declared_field
from doxa.reading.coupling.read import Leaning, Wanted, read_coupled
from doxa.reading.falling_back import own_priors
from doxa.reading.pooled import Voices
from doxa.reading.priors import MapPriors, Priors
from doxa.reading.read import read_node
from doxa.state.claims import claims_of
from doxa.state.entries import claims_about, node_of
from doxa.state.people import State, counted, fold_people
from doxa.types import Moment

BY_MAP = MapPriors()


def read_columns(
    signals: Iterable[Signal],
    belief_map: BeliefMap,
    now: Moment,
    known_at: Moment | None = None,
    *,
    priors: Priors = BY_MAP,
) -> Readings:
    """Fold and read one twin's signals in columns; see `laws.Reader`.

    Parameters
    ----------
    priors : Priors
        Those of the map, or of a fitted population.
    """
    seen = [s for s in signals if s.at <= now and (known_at is None or s.recorded <= known_at)]
    unique = list({(signal.source, signal.id): signal for signal in seen}.values())
    columns = signal_columns(unique, belief_map)
    members = Members()
    evidence = evidence_columns(unique, belief_map, members)
    claims = claims_of(columns, belief_map, members)
    state = fold_people(columns, evidence, belief_map, claims)
    everybody = np.ones(len(columns.sources), dtype=bool)
    state = counted(state, belief_map, now, everybody)
    return read_state(state, belief_map, members, columns, now, priors=priors)


def read_state(
    state: State,
    belief_map: BeliefMap,
    members: Members,
    columns: SignalColumns,
    now: Moment,
    *,
    priors: Priors = BY_MAP,
) -> Readings:
    """Read every node of a state that holds one twin."""
    trust = np.array([belief_map.trust(name) for name in columns.sources])
    own = np.array([name == "self" for name in columns.sources], dtype=bool)
    voices = Voices(trust, own, np.ones(len(trust), dtype=bool))
    pooled = any(node.within is not None for node in belief_map.nodes.values())
    if priors is not BY_MAP or pooled or declared_field(belief_map).links:
        return _read_together(state, belief_map, members, voices, now, priors)
    out: Readings = {}
    for name in dict.fromkeys(node_of(entry) for entry in state.nodes):
        told = read_node(state, nodes_of(belief_map)[name], now, voices)
        names = members.names(name)
        for row, member in enumerate(told.member.tolist()):
            out[Address(name, names[member])] = told.one(row).as_dict()
    return out


def _read_together(
    state: State,
    belief_map: BeliefMap,
    members: Members,
    voices: Voices,
    now: Moment,
    given: Priors,
) -> Readings:
    """Read every node that was met, moved by its neighbours."""
    nodes = tuple(nodes_of(belief_map).values())
    met = [
        (place, member)
        for place, node in enumerate(nodes)
        for entry in (node.name, claims_about(node.name))
        if entry in state.nodes
        for member in np.unique(state.of(entry).member).tolist()
    ]
    node, member = np.array(list(dict.fromkeys(met)), dtype=np.int64).reshape(-1, 2).T
    wanted = Wanted(nodes, node, np.zeros_like(node), member)
    one, when = np.zeros(1, dtype=np.int64), np.array([now])
    priors = own_priors(given, belief_map, state, one, when, voices)
    leaning = Leaning(declared_field(belief_map), priors, members)
    told = read_coupled(state, wanted, now, voices, leaning).records()
    return {
        Address(nodes[place].name, members.names(nodes[place].name)[code]): each.as_dict()
        for place, code, each in zip(node.tolist(), member.tolist(), told, strict=True)
    }


def signal_columns(signals: list[Signal], belief_map: BeliefMap) -> SignalColumns:
    """Signals of any twins in columns, as a store would scan them, in the order given."""
    kinds = tuple(dict.fromkeys(signal.kind for signal in signals))
    sources = tuple(dict.fromkeys(signal.source for signal in signals))
    twins = list(dict.fromkeys(signal.twin for signal in signals))
    sessions = list(dict.fromkeys(s.session for s in signals if s.session is not None))
    devices = list(dict.fromkeys(s.device for s in signals if s.device is not None))
    zone, timed = belief_map.zone.default, belief_map.clock is Clock.TIME

    def ints(values: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(list(values), dtype=np.int64)

    return SignalColumns(
        twin=ints(twins.index(s.twin) for s in signals),
        at=ints(s.at for s in signals),
        recorded=ints(s.recorded for s in signals),
        order=ints(s.order for s in signals),
        seq=np.arange(len(signals)),
        kind=ints(kinds.index(s.kind) for s in signals),
        source=ints(sources.index(s.source) for s in signals),
        session=ints(-1 if s.session is None else sessions.index(s.session) for s in signals),
        day=ints(local_day(s.at, zone) if timed else 0 for s in signals),
        payload=[msgspec.json.encode(contexts_of(belief_map).payload(s)) for s in signals],
        inert=np.array([s.cause is not None for s in signals], dtype=bool),
        kinds=kinds,
        sources=sources,
        ids=[s.id for s in signals],
        device=ints(-1 if s.device is None else devices.index(s.device) for s in signals),
    )


def evidence_columns(
    signals: list[Signal], belief_map: BeliefMap, members: Members
) -> EvidenceColumns:
    """Evidence of some signals by the plain evaluator, in columns."""
    rows = [(row, piece) for row, s in enumerate(signals) for piece in evaluate(s, belief_map)]
    return EvidenceColumns(
        row=np.array([row for row, _ in rows], dtype=np.int64),
        rule=np.array([piece.rule for _, piece in rows], dtype=np.int64),
        member=np.array([members.code(p.node, p.member) for _, p in rows], dtype=np.int64),
        weight=np.array([piece.weight for _, piece in rows], dtype=np.float64),
        value=np.array([piece.value for _, piece in rows], dtype=np.float64),
    )
