"""Overlap: whether what a scenario puts or sends was ever seen, by the heads that will read it."""

from __future__ import annotations

from collections.abc import Iterator

from doxa.beliefmap.conditions import fields_read
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.scenario_words import what
from doxa.beliefmap.scenarios import Assume, Change, Put
from doxa.features.support import Lies, Range, Support, Verdict, checked, refuse_far
from doxa.heads.population import SightPart

LOW_END, MIDDLE, HIGH_END = 0, 2, 4
"""Places among the quantiles of a range."""


def outside_of(change: Change, part: SightPart, belief_map: BeliefMap) -> list[Verdict]:
    """What of a change lies outside of what was seen, or is read by nothing.

    Where a number is multiplied or added to, its middle decides whether it is refused; where one of
    its ends (5 and 95 in 100) would lie outside, that is said.

    Raises
    ------
    InputError
        Something lies so far outside that nothing says what would follow.
    """
    if isinstance(change, Assume):
        return []
    kind = change.kind
    support = Support([one for one in support_of(part).ranges if kind in (None, one.kind)])
    if not isinstance(change, Put):
        found = [checked(support, field, value) for field, value in change.payload.items()]
        refuse_far(found, where=what(change))
        return [one for one in found if one.flagged and one.lies is not Lies.UNREAD]
    found = list(_of_put(change, support))
    refuse_far(found[:1], where=what(change))
    flagged = [one for one in found if one.flagged]
    by_rule = any(
        change.field in fields_read(rule) and kind in (None, rule.kind) for rule in belief_map.rules
    )
    return [one for one in flagged if not (one.lies is Lies.UNREAD and by_rule)][:1]


def _of_put(change: Put, support: Support) -> Iterator[Verdict]:
    seen = support.of(change.field)
    if change.to is not None or seen is None or not seen.quantiles:
        yield checked(support, change.field, change.to)
        return
    for place in (MIDDLE, HIGH_END, LOW_END):
        yield checked(support, change.field, change.changed(seen.quantiles[place]))


def range_of(change: Put, part: SightPart) -> Range | None:
    """What the heads saw of the field that a change puts; None where they saw nothing of it."""
    found = support_of(part).of(change.field)
    return found if found is None or change.kind in (None, found.kind) else None


def support_of(part: SightPart) -> Support:
    """What all heads saw."""
    return Support.joined(
        [
            *(head.support for head in part.heads.values()),
            *(head.support for head in part.choices.values()),
        ]
    )
