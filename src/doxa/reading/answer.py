"""From what each kind of evidence says to one table of opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.opinion import Opinions
from doxa.reading.question import Question

Answer: TypeAlias = Mapping[str, Floats | Ints]
"""Columns of `Opinions` by name; one that is left out does not apply to the kind of evidence."""

_DEFAULTS = {
    "credence": np.nan,
    "uncertainty": np.nan,
    "change": 0.0,
    "ambivalence": 0.0,
    "disagreement": 0.0,
    "solidity": 0.0,
    "trend": np.nan,
    "support": 0.0,
    "attack": 0.0,
    "evidence": 0.0,
    "dissolves": np.inf,
    "mean": np.nan,
    "spread": np.nan,
    "rate": np.nan,
    "base": np.nan,
}
_NUMBERS = np.array(list(_DEFAULTS.values()))[:, None]
_PLACE = {name: place for place, name in enumerate((*_DEFAULTS, "truth", "status"))}


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
    sums, q = asked.sums, len(asked.age)
    floats = np.empty((len(_NUMBERS), q))
    floats[:] = _NUMBERS
    codes = np.empty((2, q), dtype=np.int64)
    columns = [*floats, *codes]
    for rows, answer in told:
        for name, value in answer.items():
            columns[_PLACE[name]][rows] = value
    ints = [sums.twin, sums.member, *codes, sums.occasions, sums.first, sums.newest]
    assumed = asked.prior.assumed
    if not isinstance(assumed, np.ndarray):
        assumed = np.full(q, assumed)
    if back is not None:
        floats, assumed = floats[:, back], assumed[back]
        ints = [column[back] for column in ints]
    numbers = dict(zip(_DEFAULTS, floats, strict=True))
    twin, member, truth, status, occasions, first, newest = ints
    return Opinions(
        twin=twin,
        member=member,
        truth=truth,
        status=status,
        occasions=occasions,
        first=first,
        newest=newest,
        assumed=assumed,
        **numbers,
    )
