"""Kernels: what single nodes add to linear predictors, compiled by numba.

The blocks of phi (`doxa.features.blocks`) say the same; operations come in the same order, and
logarithms and exponentials are left to NumPy between two kernels, so that every digit is the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools

BLOCK = 256
"""So many rows at a time: their columns stay in the first cache."""
FOR, AGAINST = 0, 1
COUNT, GAP, GAP_SUM, GAP_SQUARES = 0, 2, 3, 4
ROOT = math.sqrt(2)

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compiled when first called, kept on disk where numba finds a folder that it may write to."""
    try:
        return cast(Kernel, numba.njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # neither the package's folder nor the home is writable
        return cast(Kernel, numba.njit(error_model="numpy")(function))


@compiled
def elapsed_since(
    met: Bools, last: Ints, tenure: Ints, now: int, unit: float, rows: Ints | None, out: Floats
) -> None:
    """Days (positions) since the newest evidence; since registration where there is none."""
    for i in range(len(out)):
        row = i if rows is None else rows[i]
        ago = tenure[row]
        if met[row]:
            ago = max(now - last[row], 0)
        out[i] = ago / unit


@compiled
def opinion_ratios(sums: Floats, elapsed: Floats, rows: Ints | None, out: Floats) -> None:
    """What logarithms are taken of: (r + 1)/(s + 1) per band, and the time since."""
    many = sums.shape[0]
    for band in range(many):
        for i in range(out.shape[1]):
            row = i if rows is None else rows[i]
            out[band, i] = (sums[band, FOR, row] + 1.0) / (sums[band, AGAINST, row] + 1.0)
    for i in range(out.shape[1]):
        out[many, i] = elapsed[i] + 0.5


@compiled
def curved(logs: Floats, low: int, size: int, bands: int, met: Floats, columns: Floats) -> None:
    """Bands, squares of their differences, the longest squared, and how recent: 2 K + 3 columns."""
    for band in range(bands):
        for i in range(size):
            columns[band, i] = logs[band, low + i]
    for band in range(bands - 1):
        for i in range(size):
            apart = columns[band, i] - columns[band + 1, i]
            columns[bands + band, i] = apart * apart
    at = 2 * bands - 1
    for i in range(size):
        columns[at, i] = columns[bands - 1, i] * columns[bands - 1, i]
        columns[at + 1, i] = met[i]
        since = logs[bands, low + i] * met[i]
        columns[at + 2, i] = since
        columns[at + 3, i] = since * since


@compiled
def add_up(columns: Floats, size: int, weights: Floats, total: Floats) -> None:
    """Add columns times their weights up, one after the other; four at a time read and write less."""
    total[:] = 0.0
    whole = len(weights) - len(weights) % 4
    for at in range(0, whole, 4):
        a, b, c, d = weights[at], weights[at + 1], weights[at + 2], weights[at + 3]
        for i in range(size):
            so_far = (total[i] + columns[at, i] * a) + columns[at + 1, i] * b
            total[i] = (so_far + columns[at + 2, i] * c) + columns[at + 3, i] * d
    for at in range(whole, len(weights)):
        for i in range(size):
            total[i] += columns[at, i] * weights[at]


@compiled
def add_up_by_path(columns: Floats, path: Ints, weights: Floats, total: Floats) -> None:
    """The same, each path by weights of its own."""
    total[:] = 0.0
    for at in range(len(weights)):
        own = weights[at]
        for i in range(len(path)):
            total[i] += columns[at, i] * own[path[i]]


@compiled
def weigh(
    columns: Floats,
    first: int,
    size: int,
    rows: Ints | None,
    spot: Ints,
    heads: Ints,
    width: Ints,
    low: Floats,
    high: Floats,
    weights: Floats,
    parts: Floats,
) -> None:
    """Add the columns of a block up, each kept within its range, for every head.

    Ranges of one row are those of all heads.
    """
    paths, shared = weights.shape[2], len(low) == 1
    total = np.empty(BLOCK)
    kept = columns if shared else np.empty(columns.shape)
    path = spot[:size] % paths if paths > 1 else spot
    for number in range(len(heads)):
        many = width[number]
        if number == 0 or not shared:
            line = 0 if shared else number
            for place in range(low.shape[1] if shared else many):
                least, most = low[line, place], high[line, place]
                for i in range(size):
                    value = columns[place, i]
                    value = least if value < least else value
                    kept[place, i] = most if value > most else value
        if paths == 1:
            add_up(kept, size, weights[number, :many, 0], total)
        else:
            add_up_by_path(kept, path, weights[number, :many], total)
        part = parts[heads[number]]
        if rows is None:
            for i in range(size):
                part[first + i] = total[i]
        else:
            for i in range(size):
                part[spot[i]] = total[i]


@compiled
def opinion_parts(
    logs: Floats,
    met: Bools,
    rows: Ints | None,
    heads: Ints,
    width: Ints,
    low: Floats,
    high: Floats,
    weights: Floats,
    parts: Floats,
) -> None:
    """What a node of for and against adds to every head, from the logarithms."""
    bands, many = logs.shape[0] - 1, logs.shape[1]
    columns, here = np.empty((2 * bands + 3, BLOCK)), np.empty(BLOCK)
    spot = np.empty(BLOCK, dtype=np.int64)
    for first in range(0, many, BLOCK):
        size = min(BLOCK, many - first)
        for i in range(size):
            spot[i] = first + i if rows is None else rows[first + i]
            here[i] = 1.0 if met[spot[i]] else 0.0
        curved(logs, first, size, bands, here, columns)
        weigh(columns, first, size, rows, spot, heads, width, low, high, weights, parts)


@compiled
def occurrence_ratios(
    sums: Floats,
    exposure: Floats,
    elapsed: Floats,
    rows: Ints | None,
    rate: float,
    horizon: float,
    out: Floats,
) -> None:
    """What logarithms are taken of: (c + 1/2)/(e rate + 1/2) per band, and three times since."""
    many = sums.shape[0]
    for band in range(many):
        for i in range(out.shape[1]):
            row = i if rows is None else rows[i]
            expected = exposure[row, band] * rate
            out[band, i] = (sums[band, COUNT, row] + 0.5) / (expected + 0.5)
    for i in range(out.shape[1]):
        out[many, i] = elapsed[i] + 0.5
        out[many + 1, i] = max(elapsed[i], 1e-3)
        out[many + 2, i] = elapsed[i] + horizon


@compiled
def own_gaps(
    sums: Floats,
    logs: Floats,
    rows: Ints | None,
    places: Ints,
    gap_mean: float,
    gap_variance: float,
    gaps: Floats,
    powers: Floats,
) -> None:
    """Mean and spread of the logs of own gaps, how far off now and then are, and -x^2 of each."""
    bands = sums.shape[0]
    for number in range(len(places)):
        place = places[number]
        for i in range(logs.shape[1]):
            row = i if rows is None else rows[i]
            n = sums[place, GAP, row]
            total = sums[place, GAP_SUM, row]
            squares = sums[place, GAP_SQUARES, row]
            mean = (total + 2.0 * gap_mean) / (n + 2.0)
            around = squares - 2 * mean * total + n * (mean * mean)
            around = 0.0 if around < 0.0 else around
            spread = np.sqrt((around + 2.0 * gap_variance) / (n + 2.0))
            gaps[number, 0, i] = mean
            gaps[number, 1, i] = spread
            for late in range(2):
                z = (logs[bands + 1 + late, i] - mean) / spread
                x = abs(z) / ROOT
                gaps[number, 2 + late, i] = z
                powers[number, late, i] = -x * x


@compiled
def hazards(gaps: Floats, powers: Floats, odds: Floats) -> None:
    """Odds that a gap ends within the horizon, from e^(-x^2), which `powers` holds by now."""
    for number in range(gaps.shape[0]):
        for i in range(gaps.shape[2]):
            now = survival(gaps[number, 2, i], powers[number, 0, i])
            later = survival(gaps[number, 3, i], powers[number, 1, i])
            chance = 1 - (later + 1e-4) / (now + 1e-4)
            chance = 1e-4 if chance < 1e-4 else chance
            chance = 1 - 1e-4 if chance > 1 - 1e-4 else chance
            odds[number, i] = chance / (1 - chance)


@compiled
def survival(z: float, power: float) -> float:
    """1 - Phi(z), as `doxa.features.blocks.gaps` has it."""
    x = abs(z) / ROOT
    t = 1 / (1 + 0.3275911 * x)
    poly = ((((1.061405429 * t - 1.453152027) * t) + 1.421413741) * t - 0.284496736) * t
    tail = (poly + 0.254829592) * t * power / 2
    return tail if z >= 0 else 1 - tail


@compiled
def occurrence_parts(
    logs: Floats,
    gaps: Floats,
    logits: Floats,
    met: Bools,
    rows: Ints | None,
    gap_mean: float,
    usual: float,
    heads: Ints,
    width: Ints,
    low: Floats,
    high: Floats,
    weights: Floats,
    parts: Floats,
) -> None:
    """What a node that is counted adds to every head.

    `logits` are those of the hazards, then, where there is one more row, that of coming again.
    """
    many, number = logs.shape[1], gaps.shape[0]
    bands = logs.shape[0] - 3
    start = 2 * bands + 3
    again = logits.shape[0] - number
    columns = np.empty((start + 6 * number + 2 * again, BLOCK))
    here, spot = np.empty(BLOCK), np.empty(BLOCK, dtype=np.int64)
    for first in range(0, many, BLOCK):
        size = min(BLOCK, many - first)
        for i in range(size):
            spot[i] = first + i if rows is None else rows[first + i]
            here[i] = 1.0 if met[spot[i]] else 0.0
        curved(logs, first, size, bands, here, columns)
        for gap in range(number):
            at = start + 6 * gap
            for i in range(size):
                mean, spread = gaps[gap, 0, first + i], gaps[gap, 1, first + i]
                z = (logs[bands, first + i] - mean) / spread
                logit = logits[gap, first + i]
                if here[i] == 0.0:
                    mean, spread, z, logit = gap_mean, usual, 0.0, 0.0
                columns[at, i] = mean - gap_mean
                columns[at + 1, i] = spread - usual
                kept = -3.0 if z < -3.0 else z
                columns[at + 2, i] = 3.0 if kept > 3.0 else kept
                squared = z * z
                columns[at + 3, i] = 9.0 if squared > 9.0 else squared
                columns[at + 4, i] = logit
                columns[at + 5, i] = logit * logit
        if again:
            at = start + 6 * number
            for i in range(size):
                logit = logits[number, first + i]
                logit = 0.0 if here[i] == 0.0 else logit
                columns[at, i] = logit
                columns[at + 1, i] = logit * logit
        weigh(columns, first, size, rows, spot, heads, width, low, high, weights, parts)


@compiled
def again_ratios(
    sums: Floats,
    met: Bools,
    first: Ints,
    elapsed: Floats,
    now: int,
    unit: float,
    rows: Ints | None,
    alpha: float,
    b: float,
    horizon: float,
    out: Floats,
) -> None:
    """Of coming again: x, then what logarithms are taken of."""
    longest = sums.shape[0] - 1
    for i in range(out.shape[1]):
        row = i if rows is None else rows[i]
        returns, seen = 0.0, 0.0
        if met[row]:
            returns = max(sums[longest, COUNT, row] - 1, 0.0)
            seen = (now - first[row]) / unit
        last = max(seen - elapsed[i], 0.0) if returns > 0 else 0.0
        out[0, i] = returns
        out[1, i] = alpha + seen
        out[2, i] = alpha + last
        out[3, i] = b + max(returns, 1.0) - 1
        out[4, i] = alpha + seen + horizon


@compiled
def again_powers(logs: Floats, r: float, log_a: float, out: Floats) -> None:
    """Of coming again, what exponentials are taken of: odds to have stopped, and none to come."""
    for i in range(out.shape[1]):
        shape = r + logs[0, i]
        odds = log_a - logs[3, i] + shape * (logs[1, i] - logs[2, i])
        out[0, i] = 700.0 if odds > 700.0 else odds
        out[1, i] = shape * (logs[1, i] - logs[4, i])


@compiled
def again_odds(returns: Floats, powers: Floats, out: Floats) -> None:
    """Odds of coming again within the horizon."""
    for i in range(len(out)):
        stopped = powers[0, i] if returns[i] > 0 else 0.0
        chance = (1 - powers[1, i]) / (1 + stopped)
        chance = 1e-4 if chance < 1e-4 else chance
        chance = 1 - 1e-4 if chance > 1 - 1e-4 else chance
        out[i] = chance / (1 - chance)


@compiled
def add(sums: Floats, slot: int, row: Ints, place: Ints, mass: Floats, grown: Floats) -> None:
    """Evidence into one slot of the sums; see `doxa.simulation.told.Hand`."""
    for band in range(sums.shape[0]):
        for i in range(len(row)):
            sums[band, slot, row[i], place[i]] += mass[i] * grown[i, band]


@compiled
def meet(met: Bools, first: Ints, last: Ints, row: Ints, place: Ints, at: Ints) -> None:
    """When there was evidence; see `doxa.simulation.told.Hand`."""
    for i in range(len(row)):
        spot, where = row[i], place[i]
        if not met[spot, where]:
            first[spot, where] = at[i]
            met[spot, where] = True
        last[spot, where] = max(last[spot, where], at[i])
