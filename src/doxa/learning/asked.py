"""The rows a head is fitted on: who could be asked before an origin, and what had become of it."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome
from doxa.domain.clock import DAY, Clock
from doxa.errors import PopulationError
from doxa.features.eligibility import eligible
from doxa.features.labels import labels_of
from doxa.features.moments import after_triggers, at_origins, at_signals, is_at_signal
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.since import first_seen
from doxa.learning.labelled import Labelled
from doxa.learning.selection import top_members

MOST_ORIGINS = 12
"""A grid reaches back over at most so many windows, and at most two thirds of the history."""
MOST_DAYS = 56
"""Of windows shorter than a week more: over so many days, to see every weekday several times."""
SHORT = 7
MOST_MEMBERS = 2_000
MOST_ASKED = 2_400_000
"""Of more rows than this (moments times members) some are drawn before anything is asked of them."""


def rows_to_fit(
    past: Past, outcome: Outcome, origin: int, *, seed: int = 1
) -> tuple[Labelled, Ints]:
    """The rows whose label was decided before an origin, and the codes of the members asked for.

    Of a family's rows at most 2,400,000 are drawn, at random with `seed`.

    Raises
    ------
    PopulationError
        There are none, and why.
    """
    rows, items = _rows(past, outcome, origin, seed)
    if not len(rows):
        raise PopulationError(
            f"nobody can be asked {outcome.name!r}: no twin was known and eligible at any origin",
            hint="a signal counts from when it was recorded; history belongs in a backfill",
        )
    labels = labels_of(outcome, past, rows, origin)
    kept = labels.resolved & ~np.isnan(labels.y)
    if not kept.any() and is_at_signal(outcome) and labels.resolved.any():
        raise PopulationError(
            f"no {outcome.field!r} of {outcome.kind!r} is a number",
            hint=f"say 'fields: {{{outcome.field}: category}}' in the map if it names one of a few things",
        )
    if not kept.any():
        raise PopulationError(
            f"no window of {outcome.name!r} had closed before the end of the ledger",
            hint="load more history, or fit other outcomes",
        )
    return Labelled(rows.take(kept), labels.y[kept]), items


def _rows(past: Past, outcome: Outcome, origin: int, seed: int) -> tuple[Rows, Ints]:
    """All rows whose window closes before the origin, and the members asked for."""
    nothing = np.zeros(0, dtype=np.int64)
    if is_at_signal(outcome):
        rows = at_signals(outcome, past)
        return rows.take(eligible(outcome, past, rows)), nothing
    if outcome.after is not None:
        rows = after_triggers(outcome, past)
    else:
        grid = _grid(past, outcome, origin)
        rows = at_origins(outcome, np.unique(past.signals.twin), grid)
    rows = rows.take(eligible(outcome, past, rows))
    if outcome.of is None:
        return rows, nothing
    # Triggers begin with the history: before the first of them nobody has met anything.
    on_a_grid = outcome.after is None and len(rows)
    first = int(rows.seen.at.min()) if on_a_grid else origin
    members = top_members(outcome, past, first)[:MOST_MEMBERS]
    rng = np.random.Generator(np.random.Philox(seed))
    return rows.for_some_members(members, MOST_ASKED, rng), members


def _grid(past: Past, outcome: Outcome, origin: int) -> list[int]:
    """Origins a window apart, back from the last whose window closes before the origin."""
    step = outcome.within or 1
    start = int(first_seen(past).first.min(initial=origin))
    earliest = start + (origin - start) // 3
    number_of = MOST_ORIGINS
    if past.map.clock is Clock.TIME and step < SHORT * DAY:
        number_of = min(max(MOST_DAYS * DAY // step, MOST_ORIGINS), MOST_DAYS)
    grid = [origin - step * number for number in range(1, number_of + 1)]
    return [at for at in reversed(grid) if at >= earliest] or grid[:1]
