"""What a reading is asked: pooled sums, a prior, and how long ago everything was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.bands import OWN, QUICK, Terms
from doxa.reading.conflict import leaning
from doxa.reading.pooled import Pooled, Voices
from doxa.reading.prior import Prior
from doxa.state.people import Seen
from doxa.types import Moment

Reading = tuple[Floats, Floats]
"""Credence and uncertainty, float64[q] each."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a reading needs, q rows of one kind of evidence (or of several, before `part`).

    Attributes
    ----------
    sums : Pooled
        At the newest evidence L of each row.
    prior : Prior
    terms : Terms
        One row for each, or one for all.
    age : float64[q]
        From L to the moment read; 0 without evidence.
    left : float64[q]
        2^(-age / half_life).
    now : int64[q]
    seen : Seen or None
        Since when each twin is seen; the exposure of occurrences begins there.
    visible : bool[sources]
    """

    sums: Pooled
    prior: Prior
    terms: Terms
    age: Floats
    left: Floats
    now: Ints
    seen: Seen | None
    visible: NDArray[np.bool_]

    def part(self, rows: slice) -> Question:
        """Rows that stand together."""
        if rows == slice(0, len(self.age)):
            return self
        return Question(
            self.sums.part(rows),
            self.prior.take(rows),
            self.terms if self.terms.one else self.terms.take(rows),
            self.age[rows],
            self.left[rows],
            self.now[rows],
            self.seen,
            self.visible,
        )

    @property
    def half_life(self) -> Floats:
        """The half-life each row is read at."""
        own: Floats = self.terms.half_lives[OWN]
        return own

    @property
    def quick(self) -> Floats:
        """The next shorter one."""
        quick: Floats = self.terms.half_lives[QUICK]
        return quick

    @property
    def span(self) -> Floats:
        """From the first evidence to the newest, float64[q]."""
        return (self.sums.newest - self.sums.first).astype(np.float64)

    @property
    def since(self) -> Ints:
        """Where the exposure begins: the first visible signal of any kind, int64[q]."""
        since = np.where(self.sums.occasions > 0, self.sums.first, self.now)
        if self.seen is None:
            return since
        known, start = self.seen.since(self.sums.twin, self.visible)
        return np.where(known, start, since)

    def column(self, value: float | Floats) -> Floats:
        """A number of the prior, or any other, for every row."""
        if isinstance(value, np.ndarray) and value.shape == self.age.shape:
            return value
        return np.full(self.age.shape, value, dtype=np.float64)


def question(
    sums: Pooled, terms: Terms, now: Moment | Ints, voices: Voices, prior: Prior, seen: Seen | None
) -> Question:
    """Put the parts together."""
    when = now if isinstance(now, np.ndarray) else np.full(sums.twin.shape, now, dtype=np.int64)
    age = np.maximum(when - sums.newest, 0) * (sums.occasions > 0).astype(np.float64)
    left = np.exp2(-age / terms.half_lives[OWN])
    return Question(sums, prior, terms, age, left, when, seen, voices.visible)


def trend(asked: Question, fast: Reading, slow: Reading) -> Floats:
    """The leaning at the newest evidence, forgotten at the pace of the shorter band."""
    return leaning(fast, slow) * np.exp2(-asked.age / asked.quick)
