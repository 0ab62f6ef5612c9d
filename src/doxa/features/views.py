"""Views: what the cells of one node hold for each row, as of the moment the row may read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints
from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.payloads import Bools
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import EvidenceKind
from doxa.features.consents import withheld, withholdable
from doxa.features.coupling import Coupling
from doxa.features.living import Living
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.rows import Bound, Rows
from doxa.features.since import first_seen
from doxa.state.bands import exposure
from doxa.state.clock import event_clocks
from doxa.state.entries import SLOTS
from doxa.state.evidence import NodeEvidence, split
from doxa.state.history import AsOf, History, as_of, history
from doxa.state.order import distinct_rows
from doxa.types import HalfLife

MEMBER_BITS = 31


@dataclass(frozen=True, slots=True)
class EventView:
    """The same sums aged by the person's later sessions of a kind.

    Attributes
    ----------
    bands : tuple of E half-lives, in sessions
    sums : float64[n, C, E]
    exposure : float64[n, E]
        Sessions the person had, decayed alike.
    """

    kind: str
    bands: tuple[HalfLife, ...]
    sums: Floats
    exposure: Floats


@dataclass(frozen=True, slots=True)
class View:
    """One node as n rows see it.

    Attributes
    ----------
    node : Node
    bands : tuple of K half-lives
    sums : float64[n, C, K]
        Decayed to the row's origin.
    exposure : float64[n, K]
        How long the person could be seen, in days (positions), decayed alike.
    met : bool[n]
    elapsed : float64[n]
        Days (positions) since the newest evidence; since registration where there is none.
    tenure : float64[n]
        Days (positions) since registration.
    member : int64[n]
        The node's member code; 0 for a single node, -1 = never met by anybody.
    events : dict of EventView
    begun : float64[n]
        Days (positions) since the first evidence; 0 where there is none.
    """

    node: Node
    bands: tuple[HalfLife, ...]
    sums: Floats
    exposure: Floats
    met: NDArray[np.bool_]
    elapsed: Floats
    tenure: Floats
    member: Ints
    events: dict[str, EventView] = field(default_factory=dict)
    begun: Floats = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.met)

    def without_evidence(self) -> View:
        """The same rows, had the node no evidence at all."""
        events = {
            kind: replace(event, sums=np.zeros_like(event.sums))
            for kind, event in self.events.items()
        }
        return replace(
            self,
            sums=np.zeros_like(self.sums),
            met=np.zeros_like(self.met),
            elapsed=self.tenure,
            events=events,
        )

    def silent_where(self, silent: Bools) -> View:
        """The same, some of the rows as if the node had no evidence there."""
        if not silent.any():
            return self
        loud = (~silent)[:, None, None]
        events = {
            kind: replace(event, sums=event.sums * loud) for kind, event in self.events.items()
        }
        return replace(
            self,
            sums=np.where(loud, self.sums, 0.0),
            met=self.met & ~silent,
            elapsed=np.where(silent, self.tenure, self.elapsed),
            events=events,
        )

    def take(self, rows: Ints) -> View:
        """The chosen rows."""
        events = {
            kind: replace(event, sums=event.sums[rows], exposure=event.exposure[rows])
            for kind, event in self.events.items()
        }
        return replace(
            self,
            sums=self.sums[rows],
            exposure=self.exposure[rows],
            met=self.met[rows],
            elapsed=self.elapsed[rows],
            tenure=self.tenure[rows],
            member=self.member[rows],
            events=events,
            begun=self.begun[rows],
        )


@dataclass(frozen=True, slots=True)
class _Indexed:
    """One node's histories, and where each (twin, member) is found in them."""

    node: Node
    keys: Ints
    wall: History
    events: dict[str, History]


class Views:
    """Indexes a past once and gives the view of any node for any rows.

    Parameters
    ----------
    past : Past
    readings : nodes to index
    """

    def __init__(self, past: Past, readings: tuple[Reading, ...]) -> None:
        self.past = past
        self.map = past.map
        self.unit = float(DAY) if self.map.clock is Clock.TIME else 1.0
        self._clocks = event_clocks(past.signals, self.map)
        self._since = first_seen(past)
        self._withholdable = withholdable(past)
        about = _about(self.map, past.evidence, {reading.node for reading in readings})
        evidence = split(past.signals, about, self.map, self._clocks)
        trust = np.array([self.map.trust(name) for name in past.signals.sources])
        self._indexed: dict[str, _Indexed] = {}
        for reading in readings:
            if reading.node in evidence:
                told = evidence.pop(reading.node)
                self._indexed[reading.node] = _index(self.map, told, trust, reading.pooled)

    def absent(self, node: str, rows: Rows) -> Bools | None:
        """Rows of people who do not let a node be read then; None where all of them do."""
        if node not in self._withholdable:
            return None
        return withheld(self.past, rows.twin, rows.seen, node)

    @cached_property
    def coupling(self) -> Coupling:
        """The coupled credences of the same past, indexed when first asked for."""
        return Coupling(self.past)

    @cached_property
    def living(self) -> Living:
        """The goals and constraints of the same past, indexed when first asked for."""
        return Living(self.past)

    def view(self, reading: Reading, rows: Rows, member: Ints) -> View:
        """One node for some rows; where the person withholds it, as if it had no evidence.

        Parameters
        ----------
        member : int64[n]
            The node's own member codes; all 0 for a single node and for a family as a whole.
        """
        found = self._seen(reading, rows, member)
        absent = self.absent(reading.node, rows)
        return found if absent is None else found.silent_where(absent)

    def kept(
        self,
        reading: Reading,
        rows: Rows,
        by: Hashable,
        make: Callable[[Rows], list[tuple[str, Floats]]],
    ) -> list[tuple[str, Floats]]:
        """The columns that `make` makes: rows of the ledger are asked once."""
        return make(rows)

    def _seen(self, reading: Reading, rows: Rows, member: Ints) -> View:
        node = self.map.nodes[reading.node]
        if reading.by_member:
            return self._view(node, rows.twin, rows.seen, member)
        distinct, place = distinct_rows(rows.twin, rows.seen.at, rows.seen.order)
        seen = rows.seen.take(distinct)
        return self._view(node, rows.twin[distinct], seen, member[distinct]).take(place)

    def _view(self, node: Node, twin: Ints, seen: Bound, member: Ints) -> View:
        tenure = np.maximum(seen.at - self._since.of_twins(twin, seen.at), 0)
        found = self._indexed.get(node.name)
        if found is None:
            return self._nothing(node, twin, seen, tenure, member)
        group = _place(found.keys, _key(twin, member))
        known = as_of(found.wall, group, seen.at, seen.order, strictly=True)
        elapsed = np.where(known.met, seen.at - known.last, tenure) / self.unit
        return View(
            node=node,
            bands=found.wall.bands,
            sums=known.sums,
            exposure=exposures(tenure, found.wall.bands, self.unit),
            met=known.met,
            begun=np.where(known.met, seen.at - known.first, 0) / self.unit,
            elapsed=elapsed,
            tenure=tenure / self.unit,
            member=member,
            events=dict(self._events(found, group, twin, seen)),
        )

    def _nothing(self, node: Node, twin: Ints, seen: Bound, tenure: Ints, member: Ints) -> View:
        """The view of a node that nobody has any evidence about."""
        width = len(SLOTS[node.evidence or EvidenceKind.OPINION])
        events = {}
        for kind, bands in self.map.event_bands.items():
            now = self._clocks[kind].ticks(twin, seen.at, seen.order, strictly=True)
            sums = np.zeros((len(twin), width, len(bands)))
            events[kind] = EventView(kind, bands, sums, sessions(now, bands))
        return View(
            node=node,
            bands=node.bands,
            sums=np.zeros((len(twin), width, len(node.bands))),
            exposure=exposures(tenure, node.bands, self.unit),
            met=np.zeros(len(twin), dtype=bool),
            begun=np.zeros(len(twin)),
            elapsed=tenure / self.unit,
            tenure=tenure / self.unit,
            member=member,
            events=events,
        )

    def _events(
        self, found: _Indexed, group: Ints, twin: Ints, seen: Bound
    ) -> Iterator[tuple[str, EventView]]:
        for kind, clock in self._clocks.items():
            now = clock.ticks(twin, seen.at, seen.order, strictly=True)
            known = _event_sums(found.events[kind], group, seen, now)
            bands = found.events[kind].bands
            yield kind, EventView(kind, bands, known.sums, sessions(now, bands))


def _about(belief_map: BeliefMap, evidence: EvidenceColumns, nodes: set[str]) -> EvidenceColumns:
    """The evidence about some nodes; the rest need not even be sorted."""
    wanted = np.array([rule.node in nodes for rule in belief_map.rules], dtype=bool)
    if wanted.all():
        return evidence
    kept = np.flatnonzero(wanted[evidence.rule])
    return EvidenceColumns(
        *(getattr(evidence, part.name)[kept] for part in fields(EvidenceColumns))
    )


def _event_sums(known: History, group: Ints, seen: Bound, now: Ints) -> AsOf:
    return as_of(known, group, seen.at, seen.order, strictly=True, ticks=now)


def _index(belief_map: BeliefMap, evidence: NodeEvidence, trust: Floats, pooled: bool) -> _Indexed:
    member = np.zeros_like(evidence.member) if pooled else evidence.member
    keys, group = np.unique(_key(evidence.twin, member), return_inverse=True)
    weights = trust if evidence.kind is not EvidenceKind.OCCURRENCE else None
    wall = history(evidence, evidence.node.bands, group=group, trust=weights)
    events = {
        kind: history(evidence, bands, group=group, trust=weights, ticks=evidence.ticks[kind])
        for kind, bands in belief_map.event_bands.items()
    }
    return _Indexed(evidence.node, keys, wall, events)


def _key(twin: Ints, member: Ints) -> Ints:
    """One number for (twin, member)."""
    return np.where(member >= 0, (twin << MEMBER_BITS) + member, -1)


def _place(keys: Ints, wanted: Ints) -> Ints:
    """Where each wanted key stands among sorted keys; -1 = nowhere."""
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


def exposures(tenure: Ints, bands: tuple[HalfLife, ...], unit: float) -> Floats:
    return np.stack([exposure(tenure, band) for band in bands], axis=-1) / unit


def sessions(count: Ints, bands: tuple[HalfLife, ...]) -> Floats:
    """Sessions so far, each decayed by those after it: (1 - 2^(-N/h)) / (1 - 2^(-1/h))."""
    half_lives = np.asarray(bands, dtype=np.float64)
    left = -np.expm1(-count[:, None] * np.log(2) / half_lives)
    return np.asarray(left / -np.expm1(-np.log(2) / half_lives))
