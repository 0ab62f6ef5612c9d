"""What a history says of a moment is what a fold of everything before it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from doxa.beliefmap.columns import EvidenceColumns
from doxa.beliefmap.model import Occasion
from doxa.domain.clock import HOUR
from doxa.domain.evidence import EvidenceKind, Once
from doxa.state.bands import cell_bands
from doxa.state.clock import event_clocks
from doxa.state.evidence import NodeEvidence, split
from doxa.state.fold import fold
from doxa.state.history import as_of, history

CASES = [
    (EvidenceKind.OPINION, None, Occasion.SESSION),
    (EvidenceKind.OPINION, None, Occasion.DAY),
    (EvidenceKind.OPINION, None, Occasion.SIGNAL),
    (EvidenceKind.OCCURRENCE, None, Occasion.SESSION),
    (EvidenceKind.OCCURRENCE, Once.SESSION, Occasion.SESSION),
    (EvidenceKind.OCCURRENCE, Once.DAY, Occasion.SESSION),
    (EvidenceKind.VALUE, None, Occasion.SESSION),
]


def gather(world, case, seed) -> tuple:
    kind, once, occasion = case
    signals, evidence, belief_map = world(kind, once=once, occasion=occasion, seed=seed)
    clocks = event_clocks(signals, belief_map)
    return signals, evidence, belief_map, split(signals, evidence, belief_map, clocks)["node"]


def prefix(world_parts, seen) -> NodeEvidence | None:
    signals, evidence, belief_map, _ = world_parts
    keep = seen[evidence.row]
    if not keep.any():
        return None
    columns = EvidenceColumns(*(getattr(evidence, p)[keep] for p in EvidenceColumns.__slots__))
    hidden = replace(signals, kind=np.where(seen, signals.kind, -1))
    return split(signals, columns, belief_map, event_clocks(hidden, belief_map))["node"]


def row_of(cells, full: NodeEvidence, group: int) -> int | None:
    same = (cells.twin == full.twin[group]) & (cells.member == full.member[group])
    found = np.flatnonzero(same & (cells.source == full.source[group]))
    return int(found[0]) if len(found) else None


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_any_moment_reads_as_the_fold_of_what_it_sees(world, case, seed):
    parts = gather(world, case, seed)
    signals, _, belief_map, full = parts
    known = history(full, cell_bands(full.node))
    ticking = history(full, (2.0, 5.0), ticks=full.ticks["b"])
    clock = event_clocks(signals, belief_map)["b"]
    rng = np.random.default_rng(seed)
    groups = np.arange(len(full.twin))
    for pick in rng.integers(0, len(signals), 12):
        at, order = int(signals.at[pick]) + int(rng.integers(0, 2)), int(signals.order[pick])
        seen = (signals.at < at) | ((signals.at == at) & (signals.order < order))
        when, turn = np.full(len(groups), at), np.full(len(groups), order)
        found = as_of(known, groups, when, turn, strictly=True)
        now = clock.ticks(full.twin, when, turn, strictly=True)
        counted = as_of(ticking, groups, when, turn, strictly=True, ticks=now)
        evidence = prefix(parts, seen)
        if evidence is None:
            assert not found.met.any()
            continue
        cells = fold(evidence, belief_map.event_bands)
        sums = cells.at(at)
        for group in groups:
            row = row_of(cells, full, group)
            assert found.met[group] == (row is not None)
            if row is None:
                assert not found.sums[group].any()
                continue
            np.testing.assert_allclose(found.sums[group], sums[row], rtol=1e-9, atol=1e-9)
            aged = cells.events["b"].sums[row] * np.exp2(
                -(now[group] - cells.events["b"].tick[row]) / np.array([2.0, 5.0])
            )
            np.testing.assert_allclose(counted.sums[group], aged, rtol=1e-9, atol=1e-9)
            assert found.last[group] == cells.last[row]
            assert found.first[group] == cells.first[row]
            assert found.occasions[group] == cells.occasions[row]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cells_pooled_over_sources_add_up(world, case):
    *_, full = gather(world, case, 7)
    pair = np.stack([full.twin, full.member])
    group = np.unique(pair, axis=1, return_inverse=True)[1]
    apart = history(full, cell_bands(full.node))
    pooled = history(full, cell_bands(full.node), group=group)
    when = np.full(len(group), 30 * 24 * HOUR)
    each = as_of(apart, np.arange(len(group)), when).sums
    total = np.zeros((group.max() + 1, *each.shape[1:]))
    np.add.at(total, group, each)
    both = as_of(pooled, np.arange(group.max() + 1), when[: group.max() + 1]).sums
    np.testing.assert_allclose(both, total, rtol=1e-9, atol=1e-9)


def test_some_bands_are_those_bands(world):
    *_, full = gather(world, CASES[0], 1)
    known = history(full, cell_bands(full.node))
    when = np.full(3, 10**12)
    every = as_of(known, np.array([0, 1, -1]), when)
    some = as_of(known, np.array([0, 1, -1]), when, bands=[2, 4])
    np.testing.assert_array_equal(some.sums, every.sums[:, :, [2, 4]])
    assert every.met.tolist() == [True, True, False]
