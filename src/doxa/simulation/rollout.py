"""The rollout: people run forward step by step, what they do drawn from the heads and fed back.

At every step each draw of the map's `rollout` is made for every person and path from what they hold
by then; the signals that come of it are evidence, as those of the ledger are, and so the next step
finds people changed. Signals are drawn, never expected values: those would spread too little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.scenarios import Scenario
from doxa.simulation.cast import Cast
from doxa.simulation.changes import changes_of
from doxa.simulation.course import Course
from doxa.simulation.fast import is_wanted

ROWS = 24_576
"""People times paths that are run forward at a time: many enough that a step is spent on numbers."""
REACHED = " reached"
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Run:
    """Some people run forward.

    Attributes
    ----------
    twin : int64[T]
        The store's keys.
    marks : int64[S]
        How many steps were gone when things were noted.
    outcomes : dict of float64[T, P, S]
        What each outcome came to by then, from the origin: a count, a sum, or 0 and 1.
    credences : dict of float64[T, P, S]
        Of watched nodes, and how far pursued goals have come.
    """

    twin: Ints
    marks: Ints
    outcomes: dict[str, Floats]
    credences: dict[str, Floats] = field(default_factory=dict)


def rollout(
    cast: Cast,
    *,
    steps: int,
    paths: int,
    seed: int,
    counted: Sequence[Outcome],
    watched: Sequence[str] = (),
    pursued: Sequence[str] = (),
    scenario: Scenario | None = None,
    marks: Ints | None = None,
    without: Sequence[str] = (),
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    rows: int = ROWS,
) -> Iterator[Run]:
    """Run people forward, some of them at a time.

    The same seed gives the same people the same paths, whoever is run beside them and however many at
    a time; two scenarios share their random numbers.

    Parameters
    ----------
    steps, paths : how many
    counted : outcomes that happen, are counted or summed up, from any origin
    watched : single nodes whose credence is noted
    pursued : single goals whose progress is noted, under `reached_of` their names
    scenario : what is other than it would be; left out, nothing
    marks : int64[S]
        After how many steps things are noted; left out, after every one.
    without : nodes that are read as if nothing spoke of them
    progress : told the share that is done
    stop : asked after every step; once it says so, what was begun is left
    rows : people times paths at a time

    Yields
    ------
    Run
    """
    changes = changes_of(scenario, cast.plan, cast.stage.past, cast.twins, cast.stage.origin)
    noted = np.arange(1, steps + 1) if marks is None else np.asarray(marks, dtype=np.int64)
    fast = is_wanted(len(cast.twins) * paths * steps)
    size = max(rows // paths, 1)
    total = -(-len(cast.twins) // size) * steps
    done = 0
    for low in range(0, len(cast.twins), size):
        people = np.arange(low, min(low + size, len(cast.twins)))
        course = Course(cast, people, paths, seed, counted, changes, without, fast)
        found: dict[str, list[Floats]] = {outcome.name: [] for outcome in counted}
        held: dict[str, list[Floats]] = {name: [] for name in watched}
        held |= {reached_of(name): [] for name in pursued}
        for step in range(steps):
            if stop is not None and stop():
                return
            course.step(step)
            if step + 1 in noted:
                for tally in course.tallies:
                    found[tally.outcome.name].append(tally.value())
                for name in watched:
                    held[name].append(course.credence(name))
                for name in pursued:
                    held[reached_of(name)].append(course.progress(name))
            done += 1
            if progress is not None:
                progress(done / total)
        shape = (len(people), paths)
        yield Run(
            cast.twins[people],
            noted,
            {name: _stacked(parts, shape) for name, parts in found.items()},
            {name: _stacked(parts, shape) for name, parts in held.items()},
        )
        del course  # what these people held is let go before the next are laid out


def reached_of(goal: str) -> str:
    """What the progress of a goal is called beside its credence.

    Examples
    --------
    >>> reached_of("save")
    'save reached'
    """
    return f"{goal}{REACHED}"


def _stacked(parts: list[Floats], shape: tuple[int, int]) -> Floats:
    return np.stack([part.reshape(shape) for part in parts], axis=-1)
