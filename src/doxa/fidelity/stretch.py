"""The last stretch of a ledger, held back from a fit so that two populations can be scored on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome, Target
from doxa.features.eligibility import eligible
from doxa.features.labels import labels_of
from doxa.features.moments import after_triggers, at_origins, at_signals, is_at_signal
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows
from doxa.fidelity.candidate import AnyHead
from doxa.heads.head import Head
from doxa.learning.labelled import Labelled, sample_of
from doxa.types import Moment

MOST_WINDOWS = 4
"""At most so many windows are held back."""
SHARE = 3
"""One part in so many of the time that is new to both is held back; the rest is learned from."""
MOST_ROWS = 200_000
"""More scored rows than this are sampled, at random."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Origins from `begin` on whose windows close before `end`."""

    begin: Moment
    end: Moment


def stretch_of(outcome: Outcome, after: Moment, end: Moment) -> Stretch | None:
    """The stretch to hold back of the time from `after` to `end`; None where no window fits.

    Of an outcome in a window it is whole windows: a third of the time, one window at least and
    four at most. Of an outcome at a signal, or after a trigger that names its end, a third.

    Examples
    --------
    >>> from doxa.beliefmap.model import Target
    >>> weekly = Outcome(name="buys", target=Target.HAPPENS, kind="buy", within=7)
    >>> stretch_of(weekly, 0, 50), stretch_of(weekly, 0, 6)
    (Stretch(begin=36, end=50), None)
    """
    span = end - after
    part = span // SHARE
    within = outcome.within
    if is_at_signal(outcome) or within is None:
        return Stretch(end - part, end) if part > 0 else None
    windows = min(MOST_WINDOWS, max(1, part // within))
    if outcome.after is not None:
        windows += 1  # a trigger comes at any time, and its window must close too
    begin = end - windows * within
    return Stretch(begin, end) if begin >= after else None


def scored_rows(
    past: Past, outcome: Outcome, stretch: Stretch, judge: AnyHead, seed: int
) -> Labelled:
    """The rows of a stretch with what became of them, for the members a head is asked for."""
    rows = _moments(past, outcome, stretch)
    rows = rows.take((rows.seen.at >= stretch.begin) & rows.closes.until(stretch.end))
    rows = rows.take(eligible(outcome, past, rows))
    rng = np.random.Generator(np.random.Philox(seed))
    if isinstance(judge, Head) and outcome.of is not None and not is_at_signal(outcome):
        coder = past.coder(outcome.of)
        members = np.array([coder(name) for name in judge.items], dtype=np.int64)
        rows = rows.take(sample_of(len(rows), MOST_ROWS // max(len(members), 1), rng))
        rows = rows.for_members(members)
    rows = rows.take(sample_of(len(rows), MOST_ROWS, rng))
    found = labels_of(outcome, past, rows, stretch.end)
    decided = found.resolved & ~np.isnan(found.y)
    return Labelled(rows.take(decided), found.y[decided])


def _moments(past: Past, outcome: Outcome, stretch: Stretch) -> Rows:
    if is_at_signal(outcome):
        return at_signals(outcome, past)
    if outcome.after is not None:
        return after_triggers(outcome, past)
    within = outcome.within or 1
    origins = range(stretch.begin, stretch.end - within + 1, within)
    return at_origins(outcome, np.unique(past.signals.twin), list(origins))


def carried(labelled: Labelled, outcome: Outcome, past: Past, other: Past) -> Labelled:
    """The same rows as another past has them, read from the same ledger under another map.

    Parameters
    ----------
    past : Past
        What the rows point into.
    other : Past
        Rows whose signal it does not hold are left out.
    """
    rows, y = labelled.rows, labelled.y
    member = rows.member
    if outcome.of is not None:
        member = _coded(member, past.values(outcome.of), other.coder(outcome.of))
    if outcome.target is Target.CHOICE:
        taken = outcome.field or ""
        y = _coded(y.astype(np.int64), past.values(taken), other.coder(taken)).astype(np.float64)
    asked = rows.signal >= 0
    spot, there = _places(past.signals.seq[rows.signal[asked]], other.signals.seq)
    signal, kept = rows.signal.copy(), np.ones(len(rows), dtype=bool)
    signal[asked], kept[asked] = spot, there
    found = Rows(rows.twin, rows.seen, rows.opens, rows.closes, member, signal, rows.person)
    return Labelled(found, y).take(kept)


def _coded(codes: Ints, names: Sequence[str], coder: Callable[[str], int]) -> Ints:
    """Codes of some names as another past has them; -1 stays."""
    used, place = np.unique(codes, return_inverse=True)
    found = [coder(names[code]) if code >= 0 else NONE for code in used.tolist()]
    return np.array(found, dtype=np.int64)[place] if len(codes) else codes


def _places(wanted: Ints, known: Ints) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Where some ascending numbers hold others, and whether they do."""
    spot = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    there = known[spot] == wanted if len(known) else np.zeros(len(wanted), dtype=bool)
    return spot.astype(np.int64), np.asarray(there)
