"""What a reading is asked: pooled sums, a prior, and how long ago everything was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.reading.bands import OWN, QUICK, Terms
from doxa.reading.conflict import leaning
from doxa.reading.opinion import Opinions
from doxa.reading.pooled import Pooled, Voices
from doxa.reading.prior import Prior
from doxa.state.people import Seen
from doxa.types import Moment

Reading = tuple[Floats, Floats]
"""Credence and uncertainty, float64[q] each."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a reading needs, q rows of one kind of evidence.

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
    since : int64[q]
        Where the exposure begins.
    now : int64[q]
    """

    sums: Pooled
    prior: Prior
    terms: Terms
    age: Floats
    left: Floats
    since: Ints
    now: Ints

    @property
    def half_life(self) -> Floats:
        """The half-life each row is read at."""
        return self.terms.half_lives[:, OWN]

    @property
    def quick(self) -> Floats:
        """The next shorter one."""
        return self.terms.half_lives[:, QUICK]

    @property
    def span(self) -> Floats:
        """From the first evidence to the newest, float64[q]."""
        return (self.sums.newest - self.sums.first).astype(np.float64)

    def column(self, value: float | Floats) -> Floats:
        """A number of the prior, or any other, for every row."""
        if isinstance(value, np.ndarray) and value.shape == self.age.shape:
            return value
        return np.full(self.age.shape, value, dtype=np.float64)


def question(
    sums: Pooled, terms: Terms, now: Moment | Ints, voices: Voices, prior: Prior, seen: Seen | None
) -> Question:
    """Put the parts together; the exposure starts with the first visible signal of any kind."""
    when = now if isinstance(now, np.ndarray) else np.full(sums.twin.shape, now, dtype=np.int64)
    met = sums.occasions > 0
    age = np.where(met, np.maximum(when - sums.newest, 0), 0).astype(np.float64)
    since = np.where(met, sums.first, when)
    if seen is not None and sums.kind is EvidenceKind.OCCURRENCE:
        known, start = seen.since(sums.twin, voices.visible)
        since = np.where(known, start, since)
    left = np.exp2(-age / terms.half_lives[:, OWN])
    return Question(sums, prior, terms, age, left, since, when)


def trend(asked: Question, fast: Reading, slow: Reading) -> Floats:
    """The leaning at the newest evidence, forgotten at the pace of the shorter band; or NaN."""
    heading = leaning(fast, slow) * np.exp2(-asked.age / asked.quick)
    return np.where(asked.terms.turns, heading, np.nan)


def answer(asked: Question, reading: Reading, **columns: Any) -> Opinions:
    """The opinions of a question; columns that are not given do not apply to its kind."""
    sums = asked.sums
    told: dict[str, Any] = dict.fromkeys(("trend", "mean", "spread", "rate"), np.nan)
    told |= {"change": 0.0, "ambivalence": 0.0, "disagreement": 0.0, "dissolves": np.inf}
    told |= {"base": asked.prior.base} | columns
    numbers: dict[str, Any] = {
        name: value if np.ndim(value) else asked.column(value) for name, value in told.items()
    }
    return Opinions(
        twin=sums.twin,
        member=sums.member,
        credence=reading[0],
        uncertainty=reading[1],
        occasions=sums.occasions,
        first=sums.first,
        newest=sums.newest,
        assumed=np.full(sums.twin.shape, asked.prior.assumed),
        **numbers,
    )
