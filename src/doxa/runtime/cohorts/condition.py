"""A condition as somebody may ask it: what a purpose may not see, it cannot name."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.cohorts.parse import parse_condition
from doxa.beliefmap.cohorts.tree import Tree
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.sights import may_forecast, sight_of
from doxa.errors import InputError
from doxa.runtime.views import map_seen_by


def condition_asked(whole: BeliefMap, purpose: str | None, text: str) -> Tree:
    """The condition as a purpose (None = the operator) may ask it.

    Raises
    ------
    InputError
        It names what the map does not declare, or, in the same words, what the purpose may not
        see or forecast.
    """
    seen = map_seen_by(whole, purpose)
    if purpose is not None:
        outcomes = {
            name: outcome
            for name, outcome in seen.outcomes.items()
            if may_forecast(whole, purpose, outcome)
        }
        seen = msgspec.structs.replace(seen, outcomes=outcomes)
    return parse_condition(text, seen, sight_of(whole, purpose))


def may_ask(whole: BeliefMap, purpose: str | None, text: str) -> bool:
    """Whether a purpose may ask a condition; the operator may ask any."""
    if purpose is None:
        return True
    try:
        condition_asked(whole, purpose, text)
    except InputError:
        return False
    return True
