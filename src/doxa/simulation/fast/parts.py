"""Parts: what single nodes add to the linear predictors of all heads, for everybody now.

A head adds the columns of a node up before it goes on to the next node, so that what a node adds can
be had at once for all heads, and anew for those rows alone to which something happened. Whatever is
not known here (values, families read by member, clocks of sessions, amounts, nodes that are silenced
or withheld, heads beside which trees stand) is left to the blocks of phi.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import format_span
from doxa.domain.evidence import EvidenceKind
from doxa.features.blocks.again import NAME as AGAIN
from doxa.features.blocks.gaps import gap_places
from doxa.features.phi import GROWING, made_by, reading_columns
from doxa.features.plan import Reading
from doxa.features.recipe import members_asked
from doxa.simulation.fast import kernels
from doxa.simulation.fast.nodes import Desk, Norms, Scale, Spot, occurrence, opinion
from doxa.simulation.held import Held
from doxa.simulation.readout import Readout
from doxa.simulation.walk import MOST_ANEW, Walk, once
from doxa.state.bands import cell_bands

_LOG = logging.getLogger("doxa")


@dataclass(slots=True)
class Group:
    """H heads that read a node alike, and what it adds to each.

    Attributes
    ----------
    again : how people come back (r, alpha, a, b), where one of the heads reads it
    heads : their numbers, ascending
    low, high : float64[H or 1, p]
        The range each column is kept in; heads fitted on the same rows have the same.
    weights : float64[H, p, 1 or paths]
    table : float64[H, rows]
    now : when the table was made
    known : how often the node had been fed by then, by head
    """

    reading: Reading
    held: Held
    norms: Norms
    again: tuple[float, ...] = ()
    heads: list[int] = field(default_factory=list)
    slices: list[slice] = field(default_factory=list)
    width: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    low: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    high: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    weights: Floats = field(default_factory=lambda: np.zeros((0, 0, 1)))
    table: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    now: int | None = None
    known: list[int] = field(default_factory=list)


class Parts:
    """What nodes add to the linear predictors of some heads along a walk.

    Parameters
    ----------
    readouts : the heads, in the order in which they draw
    """

    def __init__(self, walk: Walk, readouts: Sequence[Readout]) -> None:
        self._walk = walk
        self._names: dict[Hashable, list[str]] = {}
        self._tenure = (walk.now - 1, np.zeros(0, dtype=np.int64))
        self._desk = Desk()
        for held in walk.held.values():
            held.hand = kernels
        groups: dict[Hashable, Group] = {}
        self._of: list[list[tuple[Group, int]]] = []
        for number, readout in enumerate(readouts):
            found = []
            for reading in readout.recipe.readings if readout.is_plain else ():
                own = self._slice(readout, reading)
                if own is None:
                    _LOG.debug("%s reads %s by blocks", readout.head.outcome, reading.node)
                    continue
                group = self._group(groups, readout, reading)
                group.heads.append(number)
                group.slices.append(own)
                found.append((group, len(group.heads) - 1))
            self._of.append(found)
        for group in groups.values():
            _settle(group, readouts, walk.size)

    def nodes(self, number: int) -> frozenset[str]:
        """The nodes whose columns a head needs not."""
        return frozenset(group.reading.node for group, _ in self._of[number])

    def of(self, number: int) -> Iterator[tuple[slice, Floats]]:
        """Where the columns of each of these nodes stand, and what they add, float64[rows]."""
        for group, place in self._of[number]:
            self._bring_up(group, place)
            yield group.slices[place], group.table[place]

    def _slice(self, readout: Readout, reading: Reading) -> slice | None:
        """Where a node's columns stand in a head; None where they are not exactly those of a kernel."""
        walk, recipe = self._walk, readout.recipe
        some = walk.rows(np.zeros(min(walk.size, 1), dtype=np.int64))
        fits = recipe.standing and not reading.by_member and reading.node not in readout.silenced
        if not fits or walk.absent(reading.node, some) is not None:
            return None
        key = (reading, made_by(recipe, reading, False))
        if key not in self._names:
            made = (name for name, _ in reading_columns(recipe, walk, reading, some, False))
            self._names[key] = [name for name in made if not name.endswith(GROWING)]
        has_again = bool(recipe.norms[reading.node].again) and recipe.horizon is not None
        if self._names[key] != _names(walk.map, reading, has_again):
            return None
        names = [f"{reading.node}: {name}" for name in self._names[key]]
        start = readout.head.names.index(names[0]) if names[0] in readout.head.names else 0
        own = slice(start, start + len(names))
        return own if readout.head.names[own] == names else None

    def _group(self, groups: dict[Hashable, Group], readout: Readout, reading: Reading) -> Group:
        """The heads that read a node alike."""
        walk, recipe = self._walk, readout.recipe
        held = walk.held[reading.node, reading]
        if reading.kind is EvidenceKind.OPINION:
            return groups.setdefault((reading, None), Group(reading, held, Norms()))
        whole = recipe.norms[reading.node]
        asked = members_asked(recipe, walk, reading, walk.rows(np.zeros(1, dtype=np.int64)))
        own = whole.of(asked.code, asked.names)
        rate, mean, variance = (
            float(own[name][0]) for name in ("rate", "gap_mean", "gap_variance")
        )
        norms = Norms(rate, mean, variance, recipe.horizon or 0.0)
        group = groups.setdefault((reading, norms), Group(reading, held, norms))
        again = tuple(whole.again)
        if again and group.again not in ((), again):
            group = groups.setdefault((reading, norms, again), Group(reading, held, norms))
        group.again = again or group.again
        return group

    def _bring_up(self, group: Group, place: int) -> None:
        """Make a table anew for everybody in a new step, else for those to whom something happened."""
        fed, walk = group.held.fed, self._walk
        if group.now != walk.now:
            self._make(group, None, 0)
            group.now = walk.now
            group.known = [len(fed)] * len(group.heads)
        elif group.known[place] < len(fed):
            some = once(fed[group.known[place] :])
            self._make(group, some if len(some) < walk.size * MOST_ANEW else None, place)
            group.known[place:] = [len(fed)] * (len(group.heads) - place)

    def _make(self, group: Group, rows: Ints | None, place: int) -> None:
        """What the node adds to the heads from a place on."""
        walk, held = self._walk, group.held
        at = Spot(walk.now, walk.unit, self._tenures(), rows)
        own = slice(place, None) if len(group.low) > 1 else slice(None)
        scale = Scale(
            np.arange(place, len(group.heads)),
            group.width[place:],
            group.low[own],
            group.high[own],
            group.weights[place:],
        )
        if held.kind is EvidenceKind.OPINION:
            opinion(held, at, scale, group.table, self._desk)
        else:
            exposure = walk.exposure(held.bands)
            occurrence(held, exposure, at, group.norms, group.again, scale, group.table, self._desk)

    def _tenures(self) -> Ints:
        """Since when everybody is there, int64[rows]."""
        if self._tenure[0] != self._walk.now:
            walk = self._walk
            since = np.maximum(walk.now - walk.begun, 0)
            self._tenure = (walk.now, since[walk.person])
        return self._tenure[1]


def _settle(group: Group, readouts: Sequence[Readout], rows: int) -> None:
    """Lay out the lines of a group's heads side by side."""
    own = [(readouts[number], part) for number, part in zip(group.heads, group.slices, strict=True)]
    group.width = np.array([part.stop - part.start for _, part in own])
    paths = max(readout.weights.shape[1] for readout, _ in own)
    shape = (len(own), int(group.width.max()))
    low, high = np.full(shape, np.nan), np.full(shape, np.nan)
    group.weights = np.zeros((*shape, paths))
    for place, (readout, part) in enumerate(own):
        width = group.width[place]
        low[place, :width] = readout.head.low[part]
        high[place, :width] = readout.head.high[part]
        group.weights[place, :width] = readout.weights[part]
    same = [np.fmin.reduce(low), np.fmin.reduce(high)]
    if _fits(low, same[0]) and _fits(high, same[1]):
        low, high = (each[None, :] for each in same)
    group.low, group.high = low, high
    group.table = np.zeros((len(own), rows))


def _fits(found: Floats, one: Floats) -> bool:
    """Whether all that is a number is the same in every row."""
    return bool(((found == one) | np.isnan(found)).all())


def _names(belief_map: BeliefMap, reading: Reading, has_again: bool) -> list[str]:
    """The columns that the kernels make of a node, in their order."""
    node, clock = belief_map.nodes[reading.node], belief_map.clock
    bands = cell_bands(node)
    spans = [format_span(band, clock) for band in bands]
    names = [f"band {span}" for span in spans]
    names += [f"{short} against {long}" for short, long in pairwise(names)]
    names += [f"{names[len(spans) - 1]}, squared", "ever", "time since", "time since, squared"]
    if reading.kind is EvidenceKind.OCCURRENCE:
        for place in gap_places(bands, node.half_life):
            gap = f"own gap {spans[place]}"
            told = ("spread", "overdue", "overdue squared", "hazard", "hazard squared")
            names += [gap, *(f"{gap}, {each}" for each in told)]
        names += [AGAIN, f"{AGAIN}, squared"] if has_again else []
    return names
