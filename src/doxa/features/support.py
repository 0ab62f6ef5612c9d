"""Support: what was seen of a field when a head was fitted, and whether another value overlaps with it.

A line drawn through prices from 1.20 to 1.90 says something of 1.50, little of 2.10, and nothing of 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
import numpy as np

from doxa.beliefmap import values
from doxa.beliefmap.columns import Floats
from doxa.errors import InputError
from doxa.types import Json

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
HALF_RANGE, QUARTER = 0.5, 0.25
"""The margin beyond an end: half of the range seen, or a quarter of that end, whichever is more."""
TOLERANCE = 1e-9


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one field: the ends of its numbers, or its values.

    Attributes
    ----------
    field : name of the payload field or attribute
    kind : kind of the signal that carried it
    option : of a choice, the option it was an attribute of; None = of all
    count : how many had it
    low, high : ends of a number; None of a category
    quantiles : of a number, at 5, 25, 50, 75 and 95 in 100
    levels : of a category, the values that ten people or more had
    """

    field: str
    kind: str
    option: str | None = None
    count: int = 0
    low: float | None = None
    high: float | None = None
    quantiles: list[float] = []
    levels: list[str] = []

    @classmethod
    def of(cls, field: str, kind: str, value: Floats, option: str | None = None) -> Range | None:
        """Of numbers, float64[n], NaN where there is none; None without any.

        Examples
        --------
        >>> seen = Range.of("price", "shelf", np.array([1.2, np.nan, 1.88]))
        >>> (seen.low, seen.high, seen.count) if seen else None
        (1.2, 1.88, 2)
        """
        told = value[~np.isnan(value)]
        if not len(told):
            return None
        return cls(
            field=field,
            kind=kind,
            option=option,
            count=len(told),
            low=float(told.min()),
            high=float(told.max()),
            quantiles=np.quantile(told, QUANTILES).tolist(),
        )


class Lies(StrEnum):
    """Where a value lies from what was seen."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    FAR = "far outside"
    UNSEEN = "never seen"
    UNREAD = "not read"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Where one value lies from what was seen of its field.

    Attributes
    ----------
    lies : Lies
        Outside by at most the margin is to be flagged, far outside to be refused; a category may be
        one that was never seen, a field one that nothing was learned of.
    distance : float
        How far beyond the nearer end, in the unit of the field; 0 inside, and of a category.
    low, high : the ends it was held against
    says : str
        The same as a sentence, empty inside.
    """

    field: str
    value: Json
    lies: Lies
    option: str | None = None
    distance: float = 0.0
    low: float | None = None
    high: float | None = None
    says: str = ""

    @property
    def flagged(self) -> bool:
        """Whether there is something to say."""
        return self.lies is not Lies.INSIDE

    @property
    def refused(self) -> bool:
        """Whether nothing that was seen says what would follow."""
        return self.lies is Lies.FAR


class Support(msgspec.Struct, frozen=True):
    """What was seen of every field that one head, or several, read of a signal."""

    ranges: list[Range] = []

    def of(self, field: str, option: str | None = None) -> Range | None:
        """What was seen of a field: of one option, or of all."""
        named = (one for one in self.ranges if one.field == field and one.option == option)
        return next(named, None)

    @classmethod
    def joined(cls, parts: Iterable[Support]) -> Support:
        """Of several heads: of each field and option what the widest of them saw.

        Examples
        --------
        >>> one, two = (Range(field="p", kind="k", low=a, high=b) for a, b in ((1, 2), (0, 1)))
        >>> wide = Support.joined([Support([one]), Support([two])]).of("p")
        >>> (wide.low, wide.high) if wide else None
        (0, 2)
        """
        found: dict[tuple[str, str | None], Range] = {}
        for one in (one for part in parts for one in part.ranges):
            key = (one.field, one.option)
            found[key] = _wider(found[key], one) if key in found else one
        return cls(list(found.values()))


def _wider(one: Range, other: Range) -> Range:
    fuller = max(one, other, key=lambda each: each.count)
    lows = [each.low for each in (one, other) if each.low is not None]
    highs = [each.high for each in (one, other) if each.high is not None]
    return msgspec.structs.replace(
        fuller,
        low=min(lows, default=None),
        high=max(highs, default=None),
        levels=list(dict.fromkeys((*one.levels, *other.levels))),
    )


def checked(support: Support, field: str, value: Json, option: str | None = None) -> Verdict:
    """Where a changed value lies from what was seen: inside, outside within a margin, or far outside.

    With ends a and b of what was seen, beyond = max(v - b, a - v); inside where beyond <= 0, outside
    where beyond <= max((b - a) / 2, |end| / 4), far outside beyond that, and where v has the other
    sign, or is 0, of what was always above (or always below) 0. Of prices from 1.20 to 1.88, 2.10 is
    flagged, 5.64 is refused, and so is 0.

    Whoever changes a value (a scenario that puts a price, a feature, a context) asks this first, with
    `Support.joined` of the heads that will read it, says `Verdict.says` where it is `flagged`, and
    hands all of them to `refuse_far`.

    Parameters
    ----------
    support : Support
        ``head.support`` of any fitted head, or several joined.
    value : anything a payload may hold; null = not known, which is always inside
    option : of an attribute of options, whose; an option that was not seen, or whose attribute never
        moved, is held against all of them

    Examples
    --------
    >>> seen = Support([Range(field="price", kind="shelf", count=90, low=1.2, high=1.88)])
    >>> checked(seen, "price", 1.5).lies
    <Lies.INSIDE: 'inside'>
    >>> print(checked(seen, "price", 2.1).says)
    price 2.1 lies 12 % above the highest seen, 1.88
    >>> checked(seen, "price", 3 * 1.88).refused
    True
    """
    own, whole = support.of(field, option), support.of(field)
    seen = own or whole
    if seen is None or (seen.low is None and not seen.levels):
        says = f"{_named(field, option)} is read by nothing that was learned: changing it changes nothing"
        return Verdict(field=field, option=option, value=value, lies=Lies.UNREAD, says=says)
    if values.absent(value):
        return Verdict(field=field, option=option, value=value, lies=Lies.INSIDE)
    if seen.levels:
        return _of_level(seen, field, value, option, whole or seen)
    number = values.number(value)
    if number != number:
        raise InputError(f"{value!r} is no number", where=_named(field, option))
    if whole is None or whole.low == whole.high or seen.low != seen.high:
        return _of_number(seen, number, option)
    return _of_unmoved(seen, whole, number)


def refuse_far(verdicts: Sequence[Verdict], where: str) -> None:
    """Refuse values that lie far outside of what was seen.

    Raises
    ------
    InputError
        The first of them, with what was seen.
    """
    for verdict in verdicts:
        if verdict.refused:
            raise InputError(
                f"{verdict.says}: nothing that was seen says what would follow",
                where=where,
                expected=f"{_told(verdict.low)} to {_told(verdict.high)}, or little beyond",
                hint="fit again once such values were seen",
            )


def _of_level(seen: Range, field: str, value: Json, option: str | None, whole: Range) -> Verdict:
    names = values.members(value)
    strange = [name for name in names if name not in {*seen.levels, *whole.levels}]
    if not strange:
        return Verdict(field=field, option=option, value=value, lies=Lies.INSIDE)
    says = f"{_named(field, option)} {', '.join(strange)} was not seen with ten people: it counts as missing"
    return Verdict(field=field, option=option, value=value, lies=Lies.UNSEEN, says=says)


def _of_unmoved(own: Range, whole: Range, number: float) -> Verdict:
    """Of an option whose attribute never moved: held against all options, and said so."""
    found = _of_number(whole, number, own.option)
    if number == own.low or found.flagged:
        return found
    assert own.low is not None
    says = (
        f"{_named(own.field, own.option)} was never anything but {_told(own.low)};"
        f" other options were seen from {_told(whole.low)} to {_told(whole.high)}"
    )
    distance = abs(number - own.low)
    return msgspec.structs.replace(found, lies=Lies.OUTSIDE, distance=distance, says=says)


def _of_number(seen: Range, number: float, option: str | None) -> Verdict:
    low, high = seen.low, seen.high
    assert low is not None
    assert high is not None
    above = number - high >= low - number
    end, beyond = (high, number - high) if above else (low, low - number)
    found = Verdict(
        field=seen.field, option=option, value=number, lies=Lies.INSIDE, low=low, high=high
    )
    if beyond <= TOLERANCE * max(abs(end), high - low):
        return found
    if low == high == 0:
        says = f"{_named(seen.field, option)} was never anything but 0: nothing was learned of {_told(number)}"
        return msgspec.structs.replace(found, lies=Lies.UNREAD, distance=beyond, says=says)
    margin = max(HALF_RANGE * (high - low), QUARTER * abs(end))
    turned = (low > 0 >= number) or (high < 0 <= number)
    lies = Lies.FAR if turned or beyond > margin * (1 + TOLERANCE) else Lies.OUTSIDE
    far = _percent(beyond / abs(end)) if end * number > 0 else _told(beyond)
    side, most = ("above", "highest") if above else ("below", "lowest")
    says = f"{_named(seen.field, option)} {_told(number)} lies {far} {side} the {most} seen, {_told(end)}"
    return msgspec.structs.replace(found, lies=lies, distance=beyond, says=says)


def _named(field: str, option: str | None) -> str:
    return field if option is None else f"{field} of {option}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.095 else f"{100 * share:.1g} %"


def _told(number: float | None) -> str:
    return "" if number is None else f"{number:.4g}"
