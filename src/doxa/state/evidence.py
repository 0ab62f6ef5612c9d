"""The evidence about one node or many, sorted by cell and time, with its occasions named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints, SignalColumns
from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.open_nodes import nodes_of
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.state.clock import EventClock
from doxa.state.entries import (
    CLAIMED,
    KIND_OF_CHANNEL,
    Layout,
    entries_of,
    entry_of_key,
    keyed,
    member_of_key,
    node_of,
)
from doxa.state.order import changes, ordered, tied


@dataclass(frozen=True, slots=True)
class NodeEvidence:
    """All evidence about one node (or all nodes of a layout), m rows by (cell, at, order, content).

    Attributes
    ----------
    node : Node
        Of a layout, one of its nodes; `member` then holds keys, see `keyed`.
    kind : EvidenceKind
    unit : float
        One day on a time clock, one position on a position clock: the unit of gaps.
    twin, member, source : int64[c]
        The cells, ascending; `cell` points into them.
    starts : int64[c + 1]
        First row of each cell.
    row : int64[m]
        Row of the `SignalColumns` it comes from.
    cell, at, order : int64[m]
    channel : int64[m]
    weight, value : float64[m]
        As in `EvidenceColumns`; `value` 0 where there is none.
    occasion : int64[m]
        Equal for rows of one occasion (for/against) or one `once` (counts).
    ticks : dict of kind to int64[m]
        Sessions of the kind that the twin had begun, up to and with the row.
    """

    node: Node
    kind: EvidenceKind
    unit: float
    twin: Ints
    member: Ints
    source: Ints
    starts: Ints
    row: Ints
    cell: Ints
    at: Ints
    order: Ints
    channel: Ints
    weight: Floats
    value: Floats
    occasion: Ints
    ticks: dict[str, Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at)


def split(
    signals: SignalColumns,
    evidence: EvidenceColumns,
    belief_map: BeliefMap,
    clocks: dict[str, EventClock] | None = None,
) -> dict[str, NodeEvidence]:
    """Evidence of many signals, apart by node; every node with evidence gets an entry.

    Rows without weight say nothing and are left out. For and against about a node that counts
    or takes values are claims: they get an entry of their own, under `claims_about` the node.

    Parameters
    ----------
    signals : SignalColumns
        The signals that ``evidence.row`` points into: all of the twins' visible ones.
    clocks : dict of kind to EventClock
        Those of `event_clocks`, for maps with ``event_bands``.
    """
    known = entries_of(belief_map)
    out: dict[str, NodeEvidence] = {}
    for code, rows in _apart(known.entry, len(known.names), evidence):
        name = known.names[code]
        node = nodes_of(belief_map)[node_of(name)]
        found = node_evidence(signals, evidence, belief_map, node, rows)
        out[name] = replace(found, ticks=dict(_ticks(found, clocks or {})))
    return out


def stacked(
    signals: SignalColumns,
    evidence: EvidenceColumns,
    belief_map: BeliefMap,
    clocks: dict[str, EventClock] | None = None,
) -> dict[Layout, NodeEvidence]:
    """The same as `split`, with all entries of a layout in one; members are `keyed` by entry."""
    known = entries_of(belief_map)
    keys = replace(evidence, member=keyed(known.entry[evidence.rule], evidence.member))
    out: dict[Layout, NodeEvidence] = {}
    for place, rows in _apart(known.layout, len(known.layouts), evidence):
        found = node_evidence(signals, keys, belief_map, known.nodes[place], rows)
        out[known.layouts[place]] = (
            replace(found, ticks=dict(_ticks(found, clocks))) if clocks else found
        )
    return out


def _apart(code_of_rule: Ints, codes: int, evidence: EvidenceColumns) -> Iterator[tuple[int, Ints]]:
    """Each code that evidence has, and the rows of it that weigh anything."""
    code = code_of_rule[evidence.rule]
    code = np.where(evidence.weight > 0, code, codes)
    by_code = np.argsort(code, kind="stable")
    bounds = np.searchsorted(code[by_code], np.arange(codes + 1))
    for place in np.flatnonzero(np.diff(bounds)).tolist():
        yield place, by_code[bounds[place] : bounds[place + 1]]


def _ticks(evidence: NodeEvidence, clocks: dict[str, EventClock]) -> Iterator[tuple[str, Ints]]:
    for kind, clock in clocks.items():
        twin = evidence.twin[evidence.cell]
        yield kind, clock.ticks(twin, evidence.at, evidence.order)


def node_evidence(
    signals: SignalColumns,
    evidence: EvidenceColumns,
    belief_map: BeliefMap,
    node: Node,
    rows: Ints,
) -> NodeEvidence:
    """The evidence of one node, from the given rows of `evidence`; see `split`."""
    known = entries_of(belief_map)
    row, rule = evidence.row[rows], evidence.rule[rows]
    channel, grain = known.channel[rule], known.grain[rule]
    kind = KIND_OF_CHANNEL[Channel(int(channel[0]))]
    value = evidence.value[rows]
    value = np.where(np.isnan(value), 0.0, value)
    weight, source = evidence.weight[rows], signals.source[row]
    twin, member = signals.twin[row], evidence.member[rows]
    at, order = signals.at[row], signals.order[row]
    alone = rows if kind is EvidenceKind.OCCURRENCE else row
    key = _occasion(signals, row, alone, grain, belief_map.clock)
    places = (twin, member, source, at)
    sort = ordered(twin, entry_of_key(member), member_of_key(member), source, at)
    sort = tied(sort, places, (order, channel, weight, value))
    fresh = changes(twin[sort], member[sort], source[sort])
    cell, first = np.cumsum(fresh) - 1, np.flatnonzero(fresh)
    return NodeEvidence(
        node=node,
        kind=kind,
        unit=float(DAY) if belief_map.clock is Clock.TIME else 1.0,
        twin=twin[sort][first],
        member=member[sort][first],
        source=source[sort][first],
        starts=np.append(first, len(sort)),
        row=row[sort],
        cell=cell,
        at=at[sort],
        order=order[sort],
        channel=channel[sort],
        weight=weight[sort],
        value=value[sort],
        occasion=_occasions(cell, at[sort], channel[sort], *(part[sort] for part in key)),
    )


def _occasion(
    signals: SignalColumns, row: Ints, single: Ints, grain: Ints, clock: Clock
) -> tuple[Ints, ...]:
    """The parts of the occasion key: grain, session or single one, local day (or position)."""
    span = grain % CLAIMED
    session = np.where(span == 1, signals.session[row], -1)
    day = signals.day[row]
    if clock is Clock.POSITION:
        day = np.where(session != -1, 0, signals.at[row])
    alone = span == 0
    return grain, np.where(alone, single, session), np.where(alone, 0, day)


def _occasions(cell: Ints, at: Ints, channel: Ints, grain: Ints, single: Ints, day: Ints) -> Ints:
    """Dense codes of occasions, numbered as they begin, of rows sorted by (cell, at).

    Rows of one occasion have one local day, or one moment where each signal stands alone. While
    days only grow within a cell, rows that stand apart by them need no further look.
    """
    rows = np.arange(len(cell))
    when = np.where(grain % CLAIMED == 0, at, day)
    fresh = changes(cell, when)
    looked = rows
    if not ((when[1:] < when[:-1]) & (cell[1:] == cell[:-1])).any():
        looked = np.flatnonzero(~(fresh & np.append(fresh[1:], True)))
    keys = [column[looked] for column in (cell, channel, grain, single, day)]
    sort = ordered(*keys)
    begins = changes(*(column[sort] for column in keys))
    first = rows.copy()
    first[looked[sort]] = looked[sort[begins]][np.cumsum(begins) - 1]
    return (np.cumsum(first == rows) - 1)[first]
