"""The history of a node: its sums as they stood after every row of evidence, for any moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.state.bands import decay
from doxa.state.evidence import NodeEvidence
from doxa.state.mass import GAPS, gap_masses, masses
from doxa.state.occasions import neighbours, steps
from doxa.state.ranks import running_sums
from doxa.state.timeline import Timeline
from doxa.types import HalfLife


@dataclass(frozen=True, slots=True)
class History:
    """Running sums of one node for many groups (cells, or cells pooled over sources).

    Attributes
    ----------
    kind : EvidenceKind
        Names the C slots: ``SLOTS[kind]``.
    bands : tuple of K half-lives, in moments or in ticks
    timeline : Timeline
        Finds the last row a moment sees.
    sums : float64[m, C, K]
        Sums after each row, at that row's tick, occasions open then included.
    tick : int64[m]
        The clock that decays: the moment of each row, or the twin's sessions begun by then.
    at : int64[m]
        The moment of each row.
    occasions : int64[m]
        Occasions (occurrences, values) met in the group up to each row.
    """

    kind: EvidenceKind
    bands: tuple[HalfLife, ...]
    timeline: Timeline
    sums: Floats
    tick: Ints
    at: Ints
    occasions: Ints


@dataclass(frozen=True, slots=True)
class AsOf:
    """What a history knows at q moments; rows without evidence hold zeros.

    Attributes
    ----------
    met : bool[q]
        True where the group had any evidence by then.
    sums : float64[q, C, K]
        Decayed to the moment.
    first, last : int64[q]
        Moments of the group's first and newest evidence; 0 where `met` is false.
    occasions : int64[q]
    """

    met: NDArray[np.bool_]
    sums: Floats
    first: Ints
    last: Ints
    occasions: Ints


def history(
    evidence: NodeEvidence,
    bands: tuple[HalfLife, ...],
    *,
    group: Ints | None = None,
    trust: Floats | None = None,
    ticks: Ints | None = None,
) -> History:
    """Index one node's evidence so that `as_of` can answer for any moment.

    V_j = V_(j-1) 2^(-(t_j - t_(j-1)) / h) + g(W_j) - g(W_i) 2^(-(t_j - t_i) / h), where i is the
    row before j in its occasion: each row replaces what its occasion had counted so far.

    Parameters
    ----------
    evidence : NodeEvidence
        m rows, c cells.
    bands : K half-lives, in moments, or in ticks where `ticks` is given.
    group : int64[c], optional
        Group of each cell, codes from 0; left out, every cell is its own group.
    trust : float64[sources], optional
        Multiplies for/against and the precision of values; never occurrences.
    ticks : int64[m], optional
        An event clock at each row (``evidence.ticks[kind]``); left out, the wall clock.
    """
    tick = evidence.at if ticks is None else ticks
    added, fresh = _increments(evidence, bands, tick, trust)
    groups = len(evidence.twin)
    code, at, order = evidence.cell, evidence.at, evidence.order
    if group is not None:
        groups = int(group.max(initial=-1)) + 1
        code = group[evidence.cell]
        sort = np.lexsort((order, at, code))
        code, at, order, tick = code[sort], at[sort], order[sort], tick[sort]
        added, fresh = added[sort], fresh[sort]
    timeline = Timeline.of(code, at, order, groups)
    sums = running_sums(timeline.starts, added, decay(_since(tick, timeline.starts), bands))
    met = np.cumsum(fresh)
    before = np.append(0, met)[timeline.starts[:-1]]
    return History(evidence.kind, bands, timeline, sums, tick, at, met - before[code])


def as_of(
    known: History,
    group: Ints,
    at: Ints,
    order: Ints | None = None,
    *,
    strictly: bool = False,
    ticks: Ints | None = None,
    bands: Sequence[int] | None = None,
) -> AsOf:
    """What was known of some groups at some moments, decayed to those moments.

    Parameters
    ----------
    group : int64[q]
        Groups of the history; -1 = never met.
    at, order : int64[q]
        Without `order` a moment sees at <= t (strictly: at < t); with it, (at, order) <= (t, o)
        (strictly: below). Sorted lookups are several times faster.
    ticks : int64[q], optional
        The event clock at each moment (`EventClock.ticks`), for a history made with ticks.
    bands : places in ``known.bands``, optional
        Which to return; left out, all.
    """
    if not len(known.at):
        return _nothing(known, len(at), bands)
    seen = known.timeline.before(group, at, order, strictly=strictly)
    start = known.timeline.starts[np.where(group < len(known.timeline.starts) - 1, group, 0)]
    met = (seen > start) & (group >= 0)
    row = np.where(met, seen - 1, 0)
    first = np.where(met, known.at[np.where(met, start, 0)], 0)
    now = at if ticks is None else ticks
    age = np.where(met, now - known.tick[row], 0)
    places = list(range(len(known.bands)) if bands is None else bands)
    every = places == list(range(len(known.bands)))
    sums = known.sums[row] if every else known.sums[row[:, None], :, places].transpose(0, 2, 1)
    left = decay(age, tuple(known.bands[place] for place in places))
    left[~met] = 0.0
    sums *= left[:, None, :]
    last = np.where(met, known.at[row], 0)
    return AsOf(met, sums, first, last, np.where(met, known.occasions[row], 0))


def _nothing(known: History, q: int, bands: Sequence[int] | None) -> AsOf:
    kept = len(known.bands if bands is None else bands)
    none = np.zeros(q, dtype=np.int64)
    return AsOf(none > 0, np.zeros((q, known.sums.shape[1], kept)), none, none, none)


def _since(tick: Ints, starts: Ints) -> Ints:
    """Time since the row before, within each group; 0 at its first."""
    age = np.diff(tick, prepend=tick[:1])
    age[starts[:-1][np.diff(starts) > 0]] = 0
    return age


def _increments(
    evidence: NodeEvidence, bands: tuple[HalfLife, ...], tick: Ints, trust: Floats | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """What each row adds to its group's sums, float64[m, C, K], and whether it is an occasion."""
    grown = steps(evidence)
    fresh = grown.before < 0
    added = np.repeat(masses(evidence, grown.level)[:, :, None], len(bands), axis=2)
    again = np.flatnonzero(~fresh)
    old = grown.before[again]
    replaced = np.zeros(len(evidence))
    replaced[again] = grown.level[old]
    gone = masses(evidence, replaced)[again]
    added[again] -= gone[:, :, None] * decay(tick[again] - tick[old], bands)[:, None, :]
    if evidence.kind is EvidenceKind.OCCURRENCE:
        added[:, 1, :] = evidence.value[:, None]
        _add_gaps(added, evidence, grown.before, bands, tick)
    elif trust is not None:
        added *= trust[evidence.source[evidence.cell]][:, None, None]
    return added, fresh


def _add_gaps(
    added: Floats, evidence: NodeEvidence, before: Ints, bands: tuple[HalfLife, ...], tick: Ints
) -> None:
    """Put the gap before each row in, and take out those that the moved occurrence had made."""
    beside = neighbours(evidence.starts, before)
    rows = np.arange(len(evidence))
    added[:, GAPS, :] += gap_masses(evidence, beside.newest, rows)[:, :, None]
    again = np.flatnonzero(before >= 0)
    old, left, right = before[again], beside.previous[again], beside.following[again]
    for sign, earlier, later in ((-1, left, old), (-1, old, right), (1, left, right)):
        mass = sign * gap_masses(evidence, earlier, later)
        age = np.where(later >= 0, tick[again] - tick[later], 0)
        added[again, GAPS, :] += mass[:, :, None] * decay(age, bands)[:, None, :]
