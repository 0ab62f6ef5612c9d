"""From what each kind of evidence says to one table of opinions.

What is the same for all kinds (truth state, solidity, status, dissolution) is worked out once over
all rows: at fifty nodes a step costs the same for one kind as for three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.opinion import Opinions, Status
from doxa.reading.question import Question
from doxa.reading.status import (
    Flags,
    aged,
    at_least,
    dissolution,
    faded,
    judged,
    solidity,
    truth_state,
)

Answer: TypeAlias = Mapping[str, Floats | Flags | float]
"""Columns by name, see `NUMBERS` and `FLAGS`; one left out does not apply to the kind."""

NUMBERS = {
    "credence": np.nan,
    "uncertainty": np.nan,
    "change": 0.0,
    "ambivalence": 0.0,
    "disagreement": 0.0,
    "trend": np.nan,
    "support": 0.0,
    "attack": 0.0,
    "evidence": 0.0,
    "heard_for": np.nan,
    "heard_against": np.nan,
    "mean": np.nan,
    "spread": np.nan,
    "rate": np.nan,
    "base": np.nan,
    "held": 0.0,
    "ever": 0.0,
    "agreement": 0.0,
}
"""What an answer may say in numbers, and what stands where it does not.

Most are columns of `Opinions`. `held` is n at the newest evidence, which fades (0: it fades in
another way); `ever` the undecayed n; `agreement` how much of that agrees.
"""

FLAGS = ("contested", "forming", "turned", "unsure", "shaken", "fading", "dissolved")
"""What an answer may say of its status.

At the newest evidence: *contested*, *forming*, *turned* to the other side in all, *unsure* of being
solid; now: *shaken* if it was solid, *fading* and *dissolved*.
"""

_BLANK = np.array(list(NUMBERS.values()))[:, None]


def answered(
    asked: Question, told: Sequence[tuple[slice, Answer]], back: Ints | None = None
) -> Opinions:
    """The opinions of a question, from the answers to its parts.

    Parameters
    ----------
    told : (rows, answer) of each part
    back : int64[q], optional
        The order in which the rows are wanted.
    """
    q = len(asked.age)
    table, marks = np.empty((len(NUMBERS), q)), np.zeros((len(FLAGS), q), dtype=bool)
    table[:] = _BLANK
    numbers: dict[str, Floats] = dict(zip(NUMBERS, table, strict=True))
    flags: dict[str, Flags] = dict(zip(FLAGS, marks, strict=True))
    for rows, answer in told:
        for name, value in answer.items():
            (flags if name in flags else numbers)[name][rows] = value
    sums, turns = asked.sums, asked.terms.turns
    if not turns.all():
        still = np.broadcast_to(~turns, (q,))
        numbers["trend"][still], numbers["change"][still] = np.nan, 0.0
    held = numbers.pop("held")
    firm = solidity(numbers.pop("ever"), numbers.pop("agreement"), asked.span, asked.half_life)
    numbers["solidity"] = firm
    numbers["dissolves"] = dissolution(sums.newest, held, asked.half_life)
    codes = {
        "twin": sums.twin,
        "member": sums.member,
        "truth": truth_state(numbers["support"], numbers["attack"], asked.prior.strength),
        "status": _status(sums.occasions > 0, firm, held * asked.left, held, flags),
        "occasions": sums.occasions,
        "first": sums.first,
        "newest": sums.newest,
    }
    assumed = asked.prior.assumed
    if not isinstance(assumed, np.ndarray):
        assumed = np.full(q, assumed)
    if back is not None:
        codes = {name: column[back] for name, column in codes.items()}
        numbers = {name: column[back] for name, column in numbers.items()}
        assumed = assumed[back]
    columns: dict[str, Any] = {**codes, **numbers}
    return Opinions(**columns, native=numbers["credence"], assumed=assumed)


def _status(met: Flags, firm: Floats, now: Floats, held: Floats, flags: dict[str, Flags]) -> Ints:
    """Judged at the newest evidence, then aged."""
    solid = at_least(firm, 0.6) & ~flags["unsure"]
    code = judged(met, flags["contested"], flags["forming"], flags["turned"], solid)
    fading, dissolved = faded(now, held)
    fading |= flags["fading"] | (flags["shaken"] & (code == int(Status.SOLID)))
    return aged(code, fading, dissolved | flags["dissolved"])
