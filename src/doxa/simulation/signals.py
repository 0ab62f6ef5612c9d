"""Signals that come along a walk: what they say about nodes, and what becomes of the people by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from doxa.beliefmap.batches import evidence_of_batch
from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints, SignalColumns, Values, picked
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.payloads import Bools
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.features.past import Past
from doxa.simulation.told import Growth, Told, ascends
from doxa.simulation.walk import Walk
from doxa.state.entries import KIND_OF_CHANNEL


@dataclass(frozen=True, slots=True)
class Coming:
    """Signals of one kind, m of them.

    Attributes
    ----------
    row : int64[m]
        Rows of the walk.
    at : int64[m]
    session : int64[m]
        Which session of the row's step each stands in.
    visit : int64[m]
        The same over all steps: signals with the same number stand in the same session.
    fields : payload fields, one value per signal
    sent : int
        Which change of a scenario sent them, from 1 on; 0 = they were drawn.
    """

    kind: str
    row: Ints
    at: Ints
    session: Ints
    visit: Ints
    fields: Mapping[str, Values] = field(default_factory=dict)
    sent: int = 0

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: Ints) -> Coming:
        """Some of the signals."""
        return Coming(
            self.kind,
            self.row[chosen],
            self.at[chosen],
            self.session[chosen],
            self.visit[chosen],
            {name: picked(values, chosen) for name, values in self.fields.items()},
            self.sent,
        )

    def holding(self, fields: Mapping[str, Values]) -> Coming:
        """The same signals with other fields."""
        return replace(self, fields=fields)


def happen(walk: Walk, coming: Coming, trust: Floats | float) -> None:
    """Let signals come: sessions begin, and the rules of the map say what they mean.

    Parameters
    ----------
    trust : float64[m]
        In the source of each; or in that of all.
    """
    if not len(coming):
        return
    for row in _sessions(coming):
        walk.begin(coming.kind, row)
    told = _evidence(walk.stage.past, coming)
    trusts = np.broadcast_to(np.asarray(trust, dtype=np.float64), len(coming))
    rules = walk.map.rules
    by_node: dict[str, list[slice]] = {}
    for place in np.flatnonzero(np.bincount(told.rule, minlength=len(rules))).tolist():
        # Evidence comes by rule.
        low, high = np.searchsorted(told.rule, [place, place + 1])
        by_node.setdefault(rules[place].node, []).append(slice(low, high))
    growth: Growth = {}
    alone = ascends(coming.row)
    for node, parts in by_node.items():
        mine = parts[0] if len(parts) == 1 else np.r_[tuple(parts)]
        for (name, _), held in walk.held.items():
            if name == node:
                own = _told(walk, coming, told, mine, held.kind, trusts, growth, alone)
                held.feed(own, walk.now, walk.unit)
    walk.moved[coming.row] = True
    walk.living.take(coming.kind, coming.row, coming.at, coming.fields, told)
    walk.lately.take(coming.kind, coming.row, coming.at, coming.visit, coming.fields)


def _sessions(coming: Coming) -> Iterator[Ints]:
    """The rows that begin a session, those of a row one after the other."""
    if not coming.session.any():
        yield coming.row if ascends(coming.row) else np.unique(coming.row)
        return
    pairs = np.unique(np.stack([coming.row, coming.session]), axis=1)
    for number in np.unique(pairs[1]).tolist():
        yield pairs[0, pairs[1] == number]


def _evidence(past: Past, coming: Coming) -> EvidenceColumns:
    zeros = np.zeros(len(coming), dtype=np.int64)
    signals = SignalColumns(
        twin=zeros,
        at=coming.at,
        recorded=zeros,
        order=zeros,
        seq=zeros,
        kind=zeros,
        source=zeros,
        session=zeros,
        day=zeros,
        payload=[],
        inert=np.zeros(len(coming), dtype=bool),
        kinds=(coming.kind,),
        sources=(),
        fields=coming.fields,
    )
    return evidence_of_batch(past.map, signals, past.members)


def _told(
    walk: Walk,
    coming: Coming,
    told: EvidenceColumns,
    mine: slice | Ints,
    kind: EvidenceKind,
    trust: Floats,
    growth: Growth,
    alone: bool,
) -> Told:
    channels, shared = _of_rules(walk.map)
    row, rule = told.row[mine], told.rule[mine]
    whole = len(row) == len(coming) and bool((row == np.arange(len(row))).all())
    channel, once = channels[rule], shared[rule]
    own = _of_kind(kind)[channel]
    found = Told(
        row=coming.row if whole else coming.row[row],
        at=coming.at if whole else coming.at[row],
        session=coming.session if whole else coming.session[row],
        member=told.member[mine],
        channel=channel,
        weight=told.weight[mine],
        value=told.value[mine],
        trust=trust if whole else trust[row],
        once=once,
        growth=growth if whole else {},
        alone=alone if whole else None,
    )
    return found if own.all() else found.take(np.flatnonzero(own))


def joined(parts: list[Coming]) -> Coming:
    """Signals of one kind as one."""
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.fields)
    fields: dict[str, Values] = {}
    for name in names:
        columns = [part.fields.get(name, [None] * len(part)) for part in parts]
        if all(isinstance(column, np.ndarray) for column in columns):
            fields[name] = np.concatenate(columns)
        else:
            fields[name] = [value for column in columns for value in column]
    return replace(
        parts[0],
        row=np.concatenate([part.row for part in parts]),
        at=np.concatenate([part.at for part in parts]),
        session=np.concatenate([part.session for part in parts]),
        visit=np.concatenate([part.visit for part in parts]),
        fields=fields,
    )


def assume(walk: Walk, node: str, code: int, channel: int, weight: float, row: Ints) -> None:
    """Let some rows hold a node, or not, as a statement of this weight by the person would say."""
    every = np.ones(len(row))
    told = Told(
        row=row,
        at=np.full(len(row), walk.now),
        session=np.zeros(len(row), dtype=np.int64),
        member=np.full(len(row), code),
        channel=np.full(len(row), int(channel)),
        weight=weight * every,
        value=np.zeros(len(row)),
        trust=every,
        once=np.zeros(len(row), dtype=bool),
    )
    for (name, _), held in walk.held.items():
        if name == node:
            held.feed(told, walk.now, walk.unit)


@cache
def _of_kind(kind: EvidenceKind) -> Bools:
    """Which channels tell evidence of a kind."""
    return np.array([KIND_OF_CHANNEL[Channel(code)] is kind for code in sorted(Channel)])


@per_map
def _of_rules(belief_map: BeliefMap) -> tuple[Ints, Bools]:
    """The channel of every rule, and whether what it says in one session counts as one."""
    channel = np.array([int(rule.channel) for rule in belief_map.rules], dtype=np.int64)
    return channel, np.array([rule.once is not None for rule in belief_map.rules], dtype=bool)
