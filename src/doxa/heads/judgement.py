"""What was found when two populations forecast the same rows, which neither was fitted on."""

from __future__ import annotations

from typing import Literal

import msgspec

from doxa.types import Moment


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two heads of one outcome on the same rows.

    Attributes
    ----------
    how : ``since`` or ``refit``
        ``since``: the rows lie after everything that the former was fitted on. ``refit``: there
        are none, and the way it was fitted was repeated on what came before the rows.
    first, last : int
        The first and the last origin scored.
    loss : ``log_loss``, ``squared_error``, or of a time ``brier``: at the quarters of its window
    former, latter : mean loss of a row
    worse : [estimate, low, high]
        Latter less former: above 0 where the latter is worse, with the 95 % interval of the mean
        over people.
    """

    outcome: str
    how: Literal["since", "refit"]
    first: Moment
    last: Moment
    rows: int
    people: int
    loss: str
    former: float
    latter: float
    worse: list[float]

    @property
    def is_worse(self) -> bool:
        """Whether the latter is worse beyond its interval."""
        return self.worse[1] > 0


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate held against the population that was active.

    Attributes
    ----------
    against : int
        The version that was active.
    compared : per outcome that could be compared
    not_compared : why not, by outcome
    """

    against: int
    compared: list[Compared]
    not_compared: dict[str, str] = {}

    @property
    def worse(self) -> list[Compared]:
        """The outcomes in which the candidate is worse beyond its interval."""
        return [each for each in self.compared if each.is_worse]
