"""A field of one twin at many moments: every moment stands as a twin of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.reading.coupling.field import Field
from doxa.reading.coupling.mode import Natives
from doxa.reading.coupling.read import Settled, natives_of
from doxa.reading.coupling.rows import Places, coupled_rows
from doxa.reading.opinion import Opinions
from doxa.reading.prior import Prior


@dataclass(frozen=True, slots=True)
class Track:
    """One (node, member) of a field, read natively at m moments.

    Attributes
    ----------
    node : place in the field's nodes
    member : int
    read : Opinions
        m rows.
    prior : Prior
        Its numbers the same at every moment.
    """

    node: int
    member: int
    read: Opinions
    prior: Prior


def settled_over_time(field: Field, members: Members, tracks: Sequence[Track]) -> Floats:
    """The credence of the first track at each moment, moved by the others; float64[m].

    Parameters
    ----------
    tracks : all rows that the field has of the twin at any of the moments, the one asked first
    """
    count = np.arange(len(tracks[0].read))
    met = [
        Places(when, np.full(len(when), track.node), np.full(len(when), track.member))
        for track in tracks
        for when in (np.flatnonzero(track.read.occasions > 0),)
    ]
    first = tracks[0]
    asked = Places(count, np.full(len(count), first.node), np.full(len(count), first.member))
    rows = coupled_rows(field, members, len(count), _joined(met), asked)
    natives = [natives_of(track.read, track.prior, count) for track in tracks]
    place = {(track.node, track.member): number for number, track in enumerate(tracks)}
    pairs = zip(rows.node.tolist(), rows.member.tolist(), strict=True)
    track = np.array([place[pair] for pair in pairs], dtype=np.int64)

    def column(name: str) -> Floats:
        return np.stack([getattr(native, name) for native in natives])[track, rows.twin]

    told = Natives(rows.group, column("credence"), column("base"), column("below"), column("above"))
    settled = Settled(field, rows, told, rows.settled(told))
    return np.asarray(settled.credence[rows.asked])


def _joined(parts: Sequence[Places]) -> Places:
    def column(name: str) -> Ints:
        return np.concatenate([getattr(part, name) for part in parts])

    return Places(column("twin"), column("node"), column("member"))
