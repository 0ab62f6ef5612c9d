"""What people who are run forward hold of one node: decayed sums, for every row and member.

Sums stand as of the moment the walk has reached. What is added at a later moment t of the same step
is added as mass * 2^((t - now) / h), so that it is right from t on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.domain.evidence import EvidenceKind
from doxa.features.plan import Reading
from doxa.features.views import EventView, View, exposures, sessions
from doxa.simulation.told import ByColumn, Hand, Told
from doxa.state.bands import decay
from doxa.state.entries import SLOTS
from doxa.state.mass import GAPS, log_gaps
from doxa.state.occasions import saturate
from doxa.types import HalfLife

NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Moments:
    """When some rows are read: n moments, and since when each row's person is there.

    Attributes
    ----------
    row : int64[n]
        Which rows of the walk.
    at : int64[n]
    tenure : int64[n]
        Since the person's first signal.
    unit : float
        Moments in a day (position).
    """

    row: Ints
    at: Ints
    tenure: Ints
    unit: float


@dataclass(slots=True)
class Held:
    """One node's sums for n rows and M members.

    Attributes
    ----------
    reading : Reading
        Of the node; a family read as a whole has one member that stands for all.
    view : View
        Of any row: gives node and bands.
    place : int64[codes + 1]
        Where each of the node's own member codes stands; -1 = not carried along, as is the last.
    sums : float64[K, C, n, M]
    met : bool[n, M]
    first, last : int64[n, M]
        Moments of the first and newest evidence.
    events : dict of float64[E, C, n, M]
        The same on the clocks of the person's own sessions.
    apart : int64[n, members] or None
        Newest occurrence of every member of a family that is read as a whole; NEVER = none.
    """

    reading: Reading
    view: View
    place: Ints
    sums: Floats
    met: Bools
    first: Ints
    last: Ints
    events: dict[str, Floats] = field(default_factory=dict)
    apart: Ints | None = None
    fed: list[Ints] = field(default_factory=list)
    """The rows that anything was added to or begun of in this step, each time."""
    hand: Hand = field(default_factory=ByColumn)

    @classmethod
    def of(
        cls, reading: Reading, seen: Sequence[View], place: Ints, at: Ints, unit: float, paths: int
    ) -> Held:
        """From what every person holds at the origin, once per path.

        Parameters
        ----------
        seen : M views of T rows, one per member
        at : int64[T]
            The origin.
        """

        def repeated(parts: list[Floats]) -> Floats:
            """float64[K, C, T * P, M]."""
            found = np.stack(parts, axis=-1)  # T, C, K, M
            return np.ascontiguousarray(np.repeat(found.transpose(2, 1, 0, 3), paths, axis=2))

        def moments(parts: list[Floats]) -> Ints:
            """int64[T * P, M]: so long before the origin."""
            ago = np.rint(np.stack(parts, axis=1) * unit).astype(np.int64)
            return np.repeat(at[:, None] - ago, paths, axis=0)

        met = np.repeat(np.stack([view.met for view in seen], axis=1), paths, axis=0)
        return cls(
            reading,
            seen[0],
            place,
            repeated([view.sums for view in seen]),
            met,
            np.where(met, moments([view.begun for view in seen]), NEVER),
            np.where(met, moments([view.elapsed for view in seen]), NEVER),
            {kind: repeated([v.events[kind].sums for v in seen]) for kind in seen[0].events},
        )

    @property
    def bands(self) -> tuple[HalfLife, ...]:
        """The K half-lives."""
        return self.view.bands

    @property
    def kind(self) -> EvidenceKind:
        """What its evidence is."""
        return self.reading.kind

    def age(self, span: int) -> None:
        """Let a span pass in silence."""
        self.sums *= decay(span, self.bands)[:, None, None, None]
        self.fed.clear()

    def begin(self, kind: str, row: Ints) -> None:
        """Let some rows begin a session of a kind that ages the sums on its clock."""
        if kind in self.events and len(row):
            self.fed.append(row)
            left = np.exp2(-1 / np.asarray(self.view.events[kind].bands))
            self.events[kind][:, :, row] *= left[:, None, None, None]

    def read(
        self,
        when: Moments,
        member: Ints,
        now: int,
        counts: dict[str, Ints],
        exposure: Floats | None = None,
    ) -> View:
        """The node as some rows see it.

        Parameters
        ----------
        member : int64[n]
            The node's own member codes.
        now : int
            As of when the sums stand.
        counts : dict of int64[rows]
            Sessions each row began, by kind.
        exposure : float64[n, K], optional
            Of all rows in their order, now; left out, it is computed.
        """
        if exposure is not None and not self.reading.by_member:
            # Everybody, now, of a node that has no members here: nothing is copied.
            sums, met = self.sums[:, :, :, 0], self.met[:, 0].copy()
            first, last = self.first[:, 0], self.last[:, 0]
            events = {kind: found[:, :, :, 0] for kind, found in self.events.items()}
        else:
            sums, met, first, last, events = self._chosen(when, member, now)
        row = when.row
        tenure = when.tenure
        elapsed = np.where(met, np.maximum(when.at - last, 0), tenure)
        told = {
            kind: EventView(
                kind,
                self.view.events[kind].bands,
                found.transpose(2, 1, 0),
                sessions(counts[kind][row], self.view.events[kind].bands),
            )
            for kind, found in events.items()
        }
        return View(
            node=self.view.node,
            bands=self.bands,
            sums=sums.transpose(2, 1, 0),
            exposure=exposures(tenure, self.bands, when.unit) if exposure is None else exposure,
            met=met,
            elapsed=elapsed / when.unit,
            tenure=tenure / when.unit,
            member=member,
            events=told,
            begun=np.where(met, when.at - first, 0) / when.unit,
        )

    def _chosen(
        self, when: Moments, member: Ints, now: int
    ) -> tuple[Floats, Bools, Ints, Ints, dict[str, Floats]]:
        """Sums, met, first, last and sums on event clocks of some rows, as of their moments."""
        place = self._places(member)
        there = place >= 0
        kept, row = np.where(there, place, 0), when.row
        sums = self.sums[:, :, row, kept] * decay(when.at - now, self.bands).T[:, None, :]
        events = {kind: found[:, :, row, kept] for kind, found in self.events.items()}
        if not there.all():
            sums = np.where(there, sums, 0.0)
            events = {kind: np.where(there, found, 0.0) for kind, found in events.items()}
        met = self.met[row, kept] & there
        return sums, met, self.first[row, kept], self.last[row, kept], events

    def feed(self, told: Told, now: int, unit: float) -> None:
        """Add evidence of one node to the rows that it is about."""
        place = self._places(told.member)
        if (place < 0).any():
            told = told.take(np.flatnonzero(place >= 0))
            place = self._places(told.member)
        if not len(told.row):
            return
        self.fed.append(told.row)
        if self.kind is EvidenceKind.OCCURRENCE:
            self._count(told, place, now, unit)
        elif self.kind is EvidenceKind.VALUE:
            x, weight = told.value, told.weight * told.trust
            self._add({0: weight, 1: weight * x, 2: weight * x**2}, told, place, now)
        else:
            for channel in (0, 1):
                own = np.flatnonzero(told.channel == channel)
                if len(own):
                    some = told if len(own) == len(told.row) else told.take(own)
                    self._weigh(some, channel, now)

    def _places(self, member: Ints) -> Ints:
        return np.zeros_like(member) if self.reading.pooled else self._carried(member)

    def carries(self, code: int) -> bool:
        """Whether a member, by the node's own code, is carried along by itself."""
        return not self.reading.pooled and bool(self._carried(np.array([code]))[0] >= 0)

    def _carried(self, member: Ints) -> Ints:
        """Where members stand among those carried along; -1 = not, as of those never met before."""
        return np.asarray(self.place[np.minimum(member, len(self.place) - 1)])

    def _weigh(self, told: Told, channel: int, now: int) -> None:
        """For or against: what is said in one session about one member saturates together."""
        kept, total = told.together()
        place = self._places(kept.member)
        self._add({channel: saturate(total) * kept.trust}, kept, place, now)

    def _count(self, told: Told, place: Ints, now: int, unit: float) -> None:
        """Occurrences: of repeated ones the largest counts once, amounts add; and the gap before."""
        first, level = told.largest()
        mass = np.zeros((len(SLOTS[self.kind]), len(told.row)))
        mass[1] = np.nan_to_num(told.value)
        mass[0, first] = level
        before = self._newest(told, place)[first]
        span = np.where(before == NEVER, 0, told.at[first] - before)
        if not told.is_alone():
            # Of several at one moment only the first has a gap before it.
            only = np.unique(told.key()[first], return_index=True)[1]
            span[np.delete(np.arange(len(first)), only)] = 0
        mass[GAPS, first] = log_gaps(span, unit).T
        self._add({slot: each for slot, each in enumerate(mass) if each.any()}, told, place, now)
        if self.apart is not None:
            own = self._carried(told.member)
            kept = np.flatnonzero(own >= 0)
            np.maximum.at(self.apart, (told.row[kept], own[kept]), told.at[kept])

    def _newest(self, told: Told, place: Ints) -> Ints:
        if self.apart is not None:
            own = self._carried(told.member)
            return np.where(own >= 0, self.apart[told.row, own], NEVER)
        return np.asarray(self.last[told.row, place])

    def _add(self, mass: Mapping[int, Floats], told: Told, place: Ints, now: int) -> None:
        """Add float64[m] to some sums of rows and places, which may stand there more than once."""
        grown = told.grown(now, self.bands)
        if told.is_alone():
            for slot, each in mass.items():
                self.hand.add(self.sums, slot, told.row, place, each, grown)
                for found in self.events.values():
                    found[:, slot, told.row, place] += each
            self.hand.meet(self.met, self.first, self.last, told.row, place, told.at)
            return
        spot = told.row * self.sums.shape[3] + place
        spots, where = np.unique(spot, return_inverse=True)
        row, kept = np.divmod(spots, self.sums.shape[3])
        for slot, each in mass.items():
            for band in range(len(self.bands)):
                added = np.bincount(where, each * grown[:, band], minlength=len(spots))
                self.sums[band, slot, row, kept] += added
            total = np.bincount(where, each, minlength=len(spots))
            for found in self.events.values():
                found[:, slot, row, kept] += total
        new = ~self.met[told.row, place]
        self.first[told.row[new], place[new]] = told.at[new]
        self.met[told.row, place] = True
        np.maximum.at(self.last, (told.row, place), told.at)
