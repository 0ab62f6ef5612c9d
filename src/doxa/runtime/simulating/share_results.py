"""What comes of changing what is offered: shares with and without the change, as frozen records."""

from __future__ import annotations

import msgspec

from doxa.domain.clock import Clock
from doxa.domain.ground import Grounds
from doxa.features.support import Verdict
from doxa.types import Moment


class ShareChange(msgspec.Struct, frozen=True, kw_only=True):
    """One option, as it is and under the change.

    Attributes
    ----------
    without, under : float
        Of one person the probability, of several their mean.
    difference, low, high : float
        Four in five paths lie between the ends: of several people they hold what the coefficients do
        not know and the luck of their choices, of one person the former alone.
    """

    option: str
    without: float
    under: float
    difference: float
    low: float
    high: float


class SharePart(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the people together: everybody, or those with one value of a trait.

    Attributes
    ----------
    gain, lose : int
        People to whom the menu is clearly worth more, and less, under the change.
    """

    name: str
    people: int
    options: list[ShareChange]
    gain: int
    lose: int


class PersonShares(msgspec.Struct, frozen=True, kw_only=True):
    """One person.

    Attributes
    ----------
    worth, low, high : float
        How much more the menu is worth to them, as the logarithm of the sum over its options: by 0.1,
        as if every option were taken for 1.1 of it.
    """

    twin: str
    options: list[ShareChange]
    worth: float
    low: float
    high: float


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """What people would take of a menu, with and without a change of it.

    Attributes
    ----------
    parts : everybody first, then by the traits asked for
    people : those who lose most first
    grounds : what the effect rests on, and what would identify it
    outside : what the change puts outside of what was seen
    left_out : people who do not let the purpose read them
    """

    outcome: str
    origin: Moment
    paths: int
    seed: int
    version: int
    parts: list[SharePart]
    people: list[PersonShares]
    grounds: Grounds | None
    outside: list[Verdict]
    left_out: int = 0
    purpose: str | None = None
    clock: Clock = Clock.TIME

    @property
    def options(self) -> list[ShareChange]:
        """Of everybody."""
        return self.parts[0].options

    def option(self, name: str) -> ShareChange:
        """One option, of everybody."""
        return next(one for one in self.options if one.option == name)
