"""The leak test of people run forward: what comes after the origin changes no path."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.fidelity.leaks import Leaks, without_later
from doxa.heads.population import SightPart
from doxa.simulation.cast import cast_of
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import Run, rollout

PEOPLE, PATHS = 100, 4
"""So many people are run forward twice."""

Names = Callable[[Ints], Sequence[str]]


def leaks_of_paths(
    past: Past,
    part: SightPart,
    rows: Rows,
    names: Names,
    counted: Sequence[Outcome],
    *,
    steps: int,
    seed: int,
) -> Leaks:
    """Run some scored people forward twice: as before, and with every later signal taken away.

    Parameters
    ----------
    past : Past
        What the rows read.
    rows : scored rows; those of their middle origin are looked at
    """
    moments = np.unique(rows.seen.at)
    origin = int(moments[len(moments) // 2])
    here = np.flatnonzero(rows.seen.at == origin)
    rng = np.random.Generator(np.random.Philox(seed))
    chosen = rows.take(np.sort(rng.permutation(here)[:PEOPLE]))
    changed = change_of_paths(past, part, chosen, names, counted, origin, steps=steps, seed=seed)
    return Leaks(shuffles=0, skill=None, later=changed, rows=len(chosen), paths=True)


def change_of_paths(
    past: Past,
    part: SightPart,
    rows: Rows,
    names: Names,
    counted: Sequence[Outcome],
    moment: int,
    *,
    steps: int,
    seed: int,
) -> float:
    """The largest change of any path at any step when all from a moment on is taken away.

    Parameters
    ----------
    rows : all of one origin, each about another person
    """

    def runs(known: Past) -> list[Run]:
        keys = keys_of(list(names(rows.person)))
        cast = cast_of(known, part, rows.twin, keys, int(rows.seen.at[0]))
        return list(rollout(cast, steps=steps, paths=PATHS, seed=seed, counted=counted))

    both = zip(runs(past), runs(without_later(past, moment)), strict=True)
    return max(
        float(np.abs(whole.outcomes[name] - cut.outcomes[name]).max(initial=0.0))
        for whole, cut in both
        for name in whole.outcomes
    )
