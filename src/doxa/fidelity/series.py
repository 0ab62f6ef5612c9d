"""Series: outcomes that ask the same of windows of several lengths, read along one course of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome, Target
from doxa.errors import InputError
from doxa.features.events import events_of
from doxa.features.labels import labels_of
from doxa.features.past import Past
from doxa.features.rows import FIRST, Bound, Rows

COUNTED = (Target.HAPPENS, Target.NEVER, Target.COUNT, Target.SUM)
"""What can be read of a course of steps."""


@dataclass(frozen=True, slots=True)
class Series:
    """Outcomes that differ only in how long their window is.

    Attributes
    ----------
    outcomes : tuple of Outcome
        From the shortest window to the longest.
    steps : tuple of int
        After how many steps each one's window has closed.
    """

    outcomes: tuple[Outcome, ...]
    steps: tuple[int, ...]

    @property
    def longest(self) -> Outcome:
        """The outcome with the longest window: its course holds all others."""
        return self.outcomes[-1]

    @property
    def name(self) -> str:
        """What the series goes by: its longest outcome's name."""
        return self.longest.name


def series_of(outcomes: Sequence[Outcome], step: int) -> list[Series]:
    """The outcomes as series, in the order in which they are first named.

    Raises
    ------
    InputError
        An outcome that is not counted over a window from the origin.

    Examples
    --------
    >>> def days(within):
    ...     return Outcome(name=f"days_{within}", target=Target.COUNT, kind="trip", within=within)
    >>> found = series_of([days(28), days(7)], step=7)
    >>> [(each.name, each.steps) for each in found]
    [('days_28', (1, 4))]
    """
    found: list[tuple[Outcome, list[Outcome]]] = []
    for outcome in outcomes:
        if outcome.after is not None or outcome.of is not None or outcome.target not in COUNTED:
            raise InputError(
                f"{outcome.name!r} cannot be read of a simulated person",
                expected="an outcome that happens, is counted or summed in a window from the origin",
                hint="name one member with `when`" if outcome.of else "",
            )
        alike = msgspec.structs.replace(outcome, name="", within=None, base=None, line=0)
        others = next((others for kind, others in found if kind == alike), None)
        if others is None:
            found.append((alike, [outcome]))
        else:
            others.append(outcome)
    made = []
    for _, others in found:
        ordered = tuple(sorted(others, key=lambda outcome: outcome.within or 0))
        steps = tuple(-(-(outcome.within or 0) // step) for outcome in ordered)
        made.append(Series(ordered, steps))
    return made


def windows_of(rows: Rows, length: int) -> Rows:
    """The same origins with windows of another length."""
    closes = Bound(rows.opens.at + length, np.full(len(rows), FIRST))
    return replace(rows, closes=closes)


def course_of(series: Series, past: Past, rows: Rows, step: int, until: int) -> Floats:
    """What the longest outcome had come to after every step, float64[n, S].

    Parameters
    ----------
    rows : of the longest outcome, n of them
    until : int
        The ledger is complete before this moment; NaN where a window ends later.
    """
    size = series.steps[-1]
    every = rows.take(np.repeat(np.arange(len(rows)), size))
    gone = np.tile(np.arange(1, size + 1), len(rows))
    closes = Bound(every.opens.at + gone * step, np.full(len(every), FIRST))
    found = labels_of(series.longest, past, replace(every, closes=closes), until)
    return np.where(found.resolved, found.y, np.nan).reshape(len(rows), size)


@dataclass(frozen=True, slots=True)
class Worths:
    """What the steps around some rows' origins were worth, those in which something happened.

    Attributes
    ----------
    row : int64[m]
    step : int64[m]
        0 = the first step after the row's origin, -1 = the last before it.
    worth : float64[m]
    """

    row: Ints
    step: Ints
    worth: Floats

    def between(self, low: int, high: int) -> Worths:
        """Those of steps low <= step < high."""
        kept = (self.step >= low) & (self.step < high)
        return Worths(self.row[kept], self.step[kept], self.worth[kept])


def worths_of(series: Series, past: Past, rows: Rows, step: int) -> Worths:
    """What every step that a past holds was worth; one row per twin and origin."""
    outcome = series.longest
    events, group = events_of(outcome, past, rows)
    starts = events.timeline.starts
    known = np.flatnonzero(group >= 0)
    sizes = starts[group[known] + 1] - starts[group[known]]
    row = np.repeat(known, sizes)
    place = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes - starts[group[known]], sizes)
    if outcome.once is not None:
        _, first = np.unique(np.stack([row, events.distinct[place]]), axis=1, return_index=True)
        row, place = row[np.sort(first)], place[np.sort(first)]
    gone = (past.signals.at[events.signal[place]] - rows.seen.at[row]) // step
    value = np.ones(len(place)) if outcome.target is not Target.SUM else events.value[place]
    pairs, back = np.unique(np.stack([row, gone]), axis=1, return_inverse=True)
    worth = np.bincount(back.ravel(), value, minlength=pairs.shape[1]).astype(np.float64)
    return Worths(pairs[0], pairs[1], worth)
