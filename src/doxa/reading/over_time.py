"""One node of one twin read at many moments in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Node
from doxa.reading.opinion import Opinions
from doxa.reading.pooled import Voices
from doxa.reading.prior import Prior
from doxa.reading.read import read_node
from doxa.state.cells import NodeCells
from doxa.state.entries import Layout, claims_about, keyed
from doxa.state.evidence import NodeEvidence
from doxa.state.fold import fold
from doxa.state.people import Seen, State
from doxa.state.traits import newest

MOST_ROWS = 400_000
"""Rows of evidence folded at a time: every moment folds all that it sees."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one (twin, member) of a node.

    Attributes
    ----------
    node : Node
    twin, member : int
    evidence : dict of entry to NodeEvidence
        The node's own, and its claims; other twins and members may be in it.
    seen : Seen
        Of the twin.
    since, until : int64[rows of signals], optional
        From when on and up to when (itself excluded) the evidence of each signal counts.
    """

    node: Node
    twin: int
    member: int
    evidence: Mapping[str, NodeEvidence]
    seen: Seen
    since: Ints | None = None
    until: Ints | None = None

    @property
    def entries(self) -> tuple[str, str]:
        """Under which names the evidence stands."""
        return self.node.name, claims_about(self.node.name)


def over_time(
    story: Story, moments: Ints, voices: Voices, *, prior: Prior | None = None
) -> Iterator[Opinions]:
    """Read as of each moment: the same as folding ``at <= moment`` and reading, once per moment.

    Parameters
    ----------
    moments : int64[q], ascending
    prior : Prior, optional
        Its numbers one for all, or float64[q].

    Yields
    ------
    Opinions
        Some of the moments after each other, one row each; `twin` counts the moments.
    """
    parts = {
        name: _own(story.evidence[name], story) for name in story.entries if name in story.evidence
    }
    codes = {name: code for code, name in enumerate(story.entries)}
    rows = max(1, sum(len(part) for part in parts.values()))
    step = max(1, MOST_ROWS // rows)
    for low in range(0, len(moments), step):
        some = moments[low : low + step]
        count = np.arange(len(some))
        state = State(
            dict(_tables(parts, codes, some, story)),
            codes,
            _seen(story.seen, some),
            newest([]),
            {},
        )
        asked = count, np.full(len(some), story.member)
        here = None if prior is None else prior.take(count + low)
        found = read_node(state, story.node, some, voices, prior=here, asked=asked)
        yield replace(found, twin=found.twin + low)


def _tables(
    parts: dict[str, NodeEvidence], codes: dict[str, int], moments: Ints, story: Story
) -> Iterator[tuple[Layout, NodeCells]]:
    """The cells of each entry; a node and the claims about it differ in kind, so in layout."""
    for name, part in parts.items():
        cells = _cells(part, moments, story)
        yield (cells.kind, cells.bands), replace(cells, member=keyed(codes[name], cells.member))


def _own(evidence: NodeEvidence, story: Story) -> NodeEvidence:
    """The cells of one (twin, member)."""
    cells = (evidence.twin == story.twin) & (evidence.member == story.member)
    rows = np.flatnonzero(cells[evidence.cell])
    kept = np.flatnonzero(cells)
    sizes = np.diff(evidence.starts)[kept]
    return _taken(evidence, kept, rows, sizes)


def _cells(evidence: NodeEvidence, moments: Ints, story: Story) -> NodeCells:
    """Every moment as a twin of its own, folded from the evidence it sees."""
    c, q = len(evidence.twin), len(moments)
    sizes = np.zeros((q, c), dtype=np.int64)
    for column in range(c):
        at = evidence.at[evidence.starts[column] : evidence.starts[column + 1]]
        sizes[:, column] = np.searchsorted(at, moments, side="right")
    moment, cell = np.nonzero(sizes)
    count = sizes[moment, cell]
    begins = np.cumsum(count) - count
    rows = np.repeat(evidence.starts[cell] - begins, count) + np.arange(int(count.sum()))
    group = np.repeat(np.arange(len(cell)), count)
    if story.since is not None and story.until is not None:
        now, row = moments[moment[group]], evidence.row[rows]
        counts = (story.since[row] <= now) & (now < story.until[row])
        rows, group = rows[counts], group[counts]
        count = np.bincount(group, minlength=len(cell))
        moment, cell, count = moment[count > 0], cell[count > 0], count[count > 0]
    if not len(cell):
        return NodeCells.none(evidence.kind, evidence.node, evidence.unit)
    told = _taken(evidence, cell, rows, count)
    of_row = np.repeat(moment, count)
    occasions = 1 + int(evidence.occasion.max(initial=-1))
    return fold(replace(told, twin=moment, occasion=told.occasion + of_row * occasions))


def _taken(evidence: NodeEvidence, cells: Ints, rows: Ints, sizes: Ints) -> NodeEvidence:
    """Some cells, each with some of its rows."""
    per_row = ("row", "at", "order", "channel", "weight", "value", "occasion")
    per_cell = ("twin", "member", "source")
    return replace(
        evidence,
        **{name: getattr(evidence, name)[rows] for name in per_row},
        **{name: getattr(evidence, name)[cells] for name in per_cell},
        starts=np.append(0, np.cumsum(sizes)),
        cell=np.repeat(np.arange(len(cells)), sizes),
        ticks={},
    )


def _seen(seen: Seen, moments: Ints) -> Seen:
    """Since when each source sees the twin, as known at each moment."""
    moment, row = np.nonzero(seen.first[None, :] <= moments[:, None])
    return Seen(moment, seen.source[row], seen.first[row], moments[moment])
