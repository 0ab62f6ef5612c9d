"""The stage: what is known at the origin of everybody who is run forward, indexed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import EvidenceKind
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.rows import FIRST, NONE, Bound, Rows
from doxa.features.since import Since, first_seen
from doxa.features.views import Views
from doxa.heads.glm import logit
from doxa.state.clock import EventClock, event_clocks


def people_at(twins: Ints, at: Ints) -> Rows:
    """People asked at moments, who read what is before them."""
    first, none = np.full(len(twins), FIRST), np.full(len(twins), NONE)
    seen = Bound(at, first)
    return Rows(twins, seen, seen, seen, none, none, twins)


class Pulls:
    """How far the neighbours of a node move everybody's log-odds at the origin; asked for once each.

    Of all people together: the field is solved as long as any of them moves, so that whoever is
    run forward beside a person would else change their last digits.
    """

    def __init__(self, views: Views, rows: Rows) -> None:
        self._views, self._rows = views, rows
        self._known: dict[tuple[str, int, tuple[str, ...]], Floats] = {}

    def of(self, node: str, code: int, silenced: tuple[str, ...]) -> Floats:
        """For a member of a node, with some nodes silenced, float64[N]."""
        key = (node, code, silenced)
        if key not in self._known:
            asked = {node: np.full(len(self._rows), code)}
            told = self._views.coupling.credences(self._rows, asked, silenced)
            coupled, native = told[node]
            self._known[key] = logit(coupled) - logit(native)
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Stage:
    """What is known at the origin.

    Attributes
    ----------
    past : Past
        What happened before the origin.
    twins : int64[N]
        Everybody who is run forward.
    origin : int
    unit : float
        Moments in a day (position).
    views : Views
        Of single nodes and of families as a whole.
    indexed : dict of (node, Reading) to Views
        Everything that is carried along, and where it is read from.
    of_members : dict of node to Views
        Families that are read as a whole and of which single members may be drawn.
    codes : dict of node to int64[m]
        The members of a family that are carried along, in the node's own codes.
    """

    past: Past
    twins: Ints
    origin: int
    unit: float
    views: Views
    indexed: dict[tuple[str, Reading], Views]
    of_members: dict[str, Views]
    codes: dict[str, Ints]
    since: Since
    clocks: dict[str, EventClock]
    pulls: Pulls


def stage_of(
    past: Past, twins: Ints, origin: int, readings: Sequence[Reading], codes: Mapping[str, Ints]
) -> Stage:
    """Index a past for some readings.

    Parameters
    ----------
    readings : what heads read, and what is watched; by member without a field
    codes : members that may be drawn or asked about, in the node's own codes, by family
    """
    asked = list(dict.fromkeys(readings))
    whole = tuple(reading for reading in asked if not reading.by_member)
    single = {reading.node: reading for reading in asked if reading.by_member}
    counted = {
        reading.node: Reading(reading.node, reading.kind, by_member=True)
        for reading in whole
        if reading.pooled and reading.kind is EvidenceKind.OCCURRENCE and reading.node in codes
    }
    views = Views(past, whole)
    members = Views(past, tuple({**counted, **single}.values()))
    indexed = {(each.node, each): members if each.by_member else views for each in asked}
    return Stage(
        past=past,
        twins=twins,
        origin=origin,
        unit=float(DAY) if past.map.clock is Clock.TIME else 1.0,
        views=views,
        indexed=indexed,
        of_members=dict.fromkeys(counted, members),
        codes={node: np.asarray(own, dtype=np.int64) for node, own in codes.items()},
        since=first_seen(past),
        clocks=event_clocks(past.signals, past.map),
        pulls=Pulls(views, people_at(twins, np.full(len(twins), origin))),
    )
