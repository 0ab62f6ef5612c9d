"""The simple sampler: a person's own shrunk rate of steps in which something happens, own amounts again.

Of each path a rate is drawn, p ~ Beta(c + M u, e - c + M (1 - u)): c the steps in which something
happened and e all steps, both decayed, u what is usual; then every step is a coin of p. What a step
brings is one of the person's own earlier ones, or with chance k / (n + k) one of everybody's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Target
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.since import first_seen
from doxa.fidelity.paths import crps_of_paths
from doxa.fidelity.series import Series, Worths, worths_of

CHUNK = 256
"""So many people are run forward at once."""
HALF_LIVES = (0.5, 1.0, 2.0, 4.0, 8.0, math.inf)
"""Half-lives to choose from, in windows."""
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""How many steps the usual rate may weigh."""
OTHERS = (0.5, 2.0, 5.0, 20.0)
"""How many own amounts those of everybody may weigh."""
ROWS_TO_CHOOSE, PATHS_TO_CHOOSE = 600, 40


@dataclass(frozen=True, slots=True)
class Habit:
    """What was chosen on the fit rows.

    Attributes
    ----------
    half_life : of the rate, in steps
    strength : M, in steps
    memory : half-life of own amounts, in steps
    others : k
    """

    half_life: float
    strength: float
    memory: float
    others: float

    def told(self) -> dict[str, float | str]:
        """For the report."""
        memory = "never" if math.isinf(self.memory) else self.memory
        half_life = "never" if math.isinf(self.half_life) else self.half_life
        return {
            "half_life": half_life,
            "worth": self.strength,
            "memory": memory,
            "others": self.others,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some rows' people at their origins.

    Attributes
    ----------
    tenure : float64[n]
        Steps since they were first seen.
    before : Worths
        Of the steps before.
    """

    tenure: Floats
    before: Worths

    @classmethod
    def of(cls, series: Series, past: Past, rows: Rows, step: int) -> Known:
        """From all that happened before the origins."""
        began = first_seen(past).of_twins(rows.twin, rows.seen.at)
        tenure = np.maximum((rows.seen.at - began) / step, 0.0)
        worths = worths_of(series, past, rows, step)
        return cls(tenure, worths.between(np.iinfo(np.int64).min, 0))

    def rates(self, habit: Habit) -> tuple[Floats, Floats]:
        """The two parameters of each row's Beta."""
        half_life, strength = habit.half_life, habit.strength
        count = np.bincount(
            self.before.row, _left(self.before.step, half_life), minlength=len(self.tenure)
        )
        seen = _seen(self.tenure, half_life)
        count = np.minimum(count, seen)
        usual = float(np.clip(count.sum() / max(seen.sum(), 1e-9), 1e-6, 1 - 1e-6))
        a, b = count + strength * usual, seen - count + strength * (1 - usual)
        return np.asarray(a), np.asarray(b)


def _left(step: Ints, half_life: float) -> Floats:
    """What is left of a step before the origin: 2^(-k / h) of the one k steps before the last."""
    return np.asarray(np.exp2((step + 1) / half_life))


def _seen(tenure: Floats, half_life: float) -> Floats:
    if math.isinf(half_life):
        return tenure
    return np.asarray(-np.expm1(-tenure * math.log(2) / half_life)) / -math.expm1(
        -math.log(2) / half_life
    )


def fit_habit(series: Series, past: Past, rows: Rows, courses: Floats, step: int) -> Habit:
    """The habit under which what became of the fit rows is likeliest, then the amounts by CRPS.

    Parameters
    ----------
    rows : of one origin or several, in the past
    courses : float64[n, S]
        What became of them.
    """
    known = Known.of(series, past, rows, step)
    size = series.steps[-1]
    after = worths_of(series, past, rows, step).between(0, size)
    hits = np.bincount(after.row, minlength=len(rows))
    habit = max(
        (
            Habit(share * size, strength, math.inf, OTHERS[0])
            for share in HALF_LIVES
            for strength in STRENGTHS
        ),
        key=lambda habit: beta_binomial(hits, size, *known.rates(habit)),
    )
    if series.longest.target is not Target.SUM:
        return habit
    rng = np.random.Generator(np.random.Philox(1))
    few = np.sort(rng.permutation(len(rows))[:ROWS_TO_CHOOSE])
    some = Known.of(series, past, rows.take(few), step)

    def loss(habit: Habit) -> float:
        run = forward(series, habit, some, PATHS_TO_CHOOSE, size, seed=1)
        drawn = np.concatenate([courses[:, :, -1] for _, courses in run])
        return float(crps_of_paths(drawn, courses[few, -1]).mean())

    return min(
        (
            replace(habit, memory=memory, others=others)
            for memory in dict.fromkeys((habit.half_life, math.inf))
            for others in OTHERS
        ),
        key=loss,
    )


def beta_binomial(hits: Ints, size: int, a: Floats, b: Floats) -> float:
    """Log-likelihood of so many hits in `size` steps of a rate ~ Beta(a, b), but for a constant.

    ln B(a + k, b + n - k) - ln B(a, b), by the products that rising factorials are.

    Examples
    --------
    >>> even = beta_binomial(np.array([0, 1]), 1, np.ones(2), np.ones(2))
    >>> round(even, 6) == round(2 * math.log(0.5), 6)
    True
    """
    total = 0.0
    for place in range(size):
        hit, miss = hits > place, size - hits > place
        total += float(np.log(a[hit] + place).sum() + np.log(b[miss] + place).sum())
        total -= float(np.log(a + b + place).sum())
    return total


def forward(
    series: Series, habit: Habit, known: Known, paths: int, size: int, *, seed: int
) -> Iterator[tuple[Ints, Floats]]:
    """Chunks of people run forward: their rows, and what their paths came to after every step.

    Yields
    ------
    int64[T], float64[T, P, S]
    """
    a, b = known.rates(habit)
    amounts = _Amounts.of(known, habit) if series.longest.target is Target.SUM else None
    for number, low in enumerate(range(0, len(a), CHUNK)):
        part = np.arange(low, min(low + CHUNK, len(a)))
        rng = np.random.Generator(np.random.Philox(key=np.array([seed, number], np.uint64)))
        rate = rng.beta(a[part, None], b[part, None], (len(part), paths))
        hit = rng.random((len(part), paths, size)) < rate[:, :, None]
        worth = hit.astype(np.float64)
        if amounts is not None:
            where = np.nonzero(hit)
            worth[where] = amounts.drawn(part[where[0]], rng)
        yield part, _read(series, np.cumsum(worth, axis=2))


def _read(series: Series, sums: Floats) -> Floats:
    """What the sums of worths are, as the outcome has it."""
    if series.longest.target is Target.HAPPENS:
        return np.asarray(sums > 0, dtype=np.float64)
    if series.longest.target is Target.NEVER:
        return np.asarray(sums == 0, dtype=np.float64)
    return sums


@dataclass(frozen=True, slots=True)
class _Amounts:
    """Earlier amounts of people, sorted by row, to be drawn from again.

    Attributes
    ----------
    upto : float64[m]
        Of each amount: its row plus the share of the row's weight up to and with it.
    own : float64[n]
        The chance that one of the person's own is drawn.
    first, last : int64[n]
        Where each row's amounts lie.
    """

    worth: Floats
    upto: Floats
    own: Floats
    first: Ints
    last: Ints

    @classmethod
    def of(cls, known: Known, habit: Habit) -> _Amounts:
        """Worths come sorted by row."""
        row, size = known.before.row, len(known.tenure)
        weight = _left(known.before.step, habit.memory)
        total = np.bincount(row, weight, minlength=size)
        count = np.bincount(row, minlength=size)
        last = np.cumsum(count)
        running = np.cumsum(weight)
        begun = np.r_[0.0, running][last - count]
        upto = row + (running - begun[row]) / total[row]
        return cls(known.before.worth, upto, total / (total + habit.others), last - count, last)

    def drawn(self, row: Ints, rng: np.random.Generator) -> Floats:
        """One amount per row asked; rows may come again."""
        if not len(self.worth):
            return np.ones(len(row))
        place = np.searchsorted(self.upto, row + rng.random(len(row)), side="right")
        place = np.clip(place, self.first[row], np.maximum(self.last[row] - 1, 0))
        others = rng.random(len(row)) >= self.own[row]
        place[others] = rng.integers(0, len(self.worth), int(others.sum()))
        return np.asarray(self.worth[place])
