"""What an effect rests on: chance decided who was treated, something like it was seen, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

FEWEST = 10
"""People per arm, so few as make an arm."""


class Ground(StrEnum):
    """The label of an effect; printed with every number."""

    IDENTIFIED = "identified"
    TRANSPORTED = "transported"
    ASSUMED = "assumed"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the log holds of something that is done to people.

    Attributes
    ----------
    what : str
        What is done, as a phrase: ``the letter neighbors``, ``a price of 1.29``.
    randomised : bool
        The map declares that chance decided who got it.
    treated, control : int
        Among people like those the effect is told for: who got it, and who got its control.
    treated_elsewhere, control_elsewhere : int
        The same among others, or of an action like it.
    elsewhere : str or None
        What differs there: ``other people``, ``another kind of letter``, ``an earlier year``.
    observed : int
        Who was seen with it, or inside the range in question, without chance deciding.

    Examples
    --------
    >>> Seen(what="a coupon", randomised=True, treated=120, control=130)
    Seen(what='a coupon', randomised=True, treated=120, control=130, treated_elsewhere=0, control_elsewhere=0, elsewhere=None, observed=0)
    """

    what: str
    randomised: bool = False
    treated: int = 0
    control: int = 0
    treated_elsewhere: int = 0
    control_elsewhere: int = 0
    elsewhere: str | None = None
    observed: int = 0


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """The label of an effect with its reasons.

    Attributes
    ----------
    ground : Ground
    rests_on : str
        What in the log carries the number, as a sentence.
    identified_by : str
        What would identify the effect, as a sentence.
    """

    ground: Ground
    rests_on: str
    identified_by: str

    def __str__(self) -> str:
        return f"{self.ground}: {self.rests_on} {self.identified_by}"


def grounds_of(seen: Seen) -> Grounds:
    """The label of an effect from what the log holds.

    *Identified*: the map declares the action randomised, and the log holds both arms among people
    like these. *Transported*: both arms by lot, but elsewhere; or seen here without a lot.
    *Assumed*: nobody in the log was treated so, as before a feature is launched.

    Examples
    --------
    >>> print(grounds_of(Seen(what="the letter", randomised=True, treated=120, control=130)))
    identified: Chance gave the letter to 120 people like these, and its control to 130. Nothing more is needed.
    >>> print(grounds_of(Seen(what="the letter", observed=120)))
    transported: 120 people were seen with the letter, but chance did not decide who. An experiment would identify it: the letter or its control by lot, declared as 'randomised' in the map.
    >>> print(grounds_of(Seen(what="the feature")))
    assumed: Nobody in the log was treated so. An experiment would identify it: the feature or its control by lot, declared as 'randomised' in the map.
    """
    if seen.randomised and min(seen.treated, seen.control) >= FEWEST:
        return Grounds(
            ground=Ground.IDENTIFIED,
            rests_on=f"Chance gave {seen.what} to {seen.treated:,} people like these, "
            f"and its control to {seen.control:,}.",
            identified_by="Nothing more is needed.",
        )
    if seen.randomised and min(seen.treated_elsewhere, seen.control_elsewhere) >= FEWEST:
        return Grounds(
            ground=Ground.TRANSPORTED,
            rests_on=f"Chance gave {seen.what} to {seen.treated_elsewhere:,} people and its "
            f"control to {seen.control_elsewhere:,}, but elsewhere: "
            f"{seen.elsewhere or 'other people'}.",
            identified_by=f"An experiment here would identify it: {seen.what} or its control by "
            "lot among people like these.",
        )
    lot = f"{seen.what} or its control by lot, declared as 'randomised' in the map."
    known = seen.observed + seen.treated + seen.treated_elsewhere
    if known:
        why = "too few got its control by lot" if seen.randomised else "chance did not decide who"
        return Grounds(
            ground=Ground.TRANSPORTED,
            rests_on=f"{known:,} people were seen with {seen.what}, but {why}.",
            identified_by=f"An experiment would identify it: {lot}",
        )
    return Grounds(
        ground=Ground.ASSUMED,
        rests_on="Nobody in the log was treated so.",
        identified_by=f"An experiment would identify it: {lot}",
    )


_ORDER = (Ground.IDENTIFIED, Ground.TRANSPORTED, Ground.ASSUMED)


def weakest(found: Iterable[Grounds]) -> Grounds | None:
    """What an effect of several changes at once rests on: the weakest; None of none at all.

    Examples
    --------
    >>> parts = [grounds_of(Seen(what="a price", observed=50)), grounds_of(Seen(what="a feature"))]
    >>> weakest(parts).ground
    <Ground.ASSUMED: 'assumed'>
    """
    parts = list(found)
    return max(parts, key=lambda part: _ORDER.index(part.ground)) if parts else None
