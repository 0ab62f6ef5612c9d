"""Conditions kept by name."""

from __future__ import annotations

from doxa.beliefmap.names import LONGEST, listed, nearest
from doxa.beliefmap.sights import sight_of
from doxa.errors import InputError, UnknownName
from doxa.runtime.cohorts.condition import condition_asked, may_ask
from doxa.runtime.wiring import Wiring
from doxa.storage.port import SavedCohort


def save(wiring: Wiring, name: str, condition: str) -> SavedCohort:
    """Keep a condition that the map understands, in place of another of that name."""
    if not name.isidentifier() or len(name) > LONGEST:
        raise InputError(
            f"{name!r} cannot be the name of a cohort",
            expected=f"letters, digits and _, not beginning with a digit, at most {LONGEST}",
        )
    condition_asked(wiring.belief_map, None, condition)
    kept = SavedCohort(name=name, condition=condition, created=wiring.clock())
    wiring.store.put_cohort(kept)
    return kept


def known(wiring: Wiring, purpose: str | None = None) -> list[SavedCohort]:
    """The conditions kept that a purpose may ask, by name.

    Of the others it does not learn so much as the name: whoever saved one may have called it by
    what it asks.
    """
    whole = wiring.belief_map
    sight_of(whole, purpose)
    return [each for each in wiring.store.cohorts() if may_ask(whole, purpose, each.condition)]


def saved(wiring: Wiring, name: str, purpose: str | None = None) -> str:
    """The condition kept under a name."""
    found = {each.name: each.condition for each in known(wiring, purpose)}
    if name not in found:
        raise _unknown(name, list(found))
    return found[name]


def drop(wiring: Wiring, name: str) -> None:
    """Let go of a condition."""
    if not wiring.store.drop_cohort(name):
        raise _unknown(name, [each.name for each in wiring.store.cohorts()])


def _unknown(name: str, known: list[str]) -> UnknownName:
    return UnknownName(
        f"no cohort is saved as {name!r}",
        expected=f"one of {listed(known)}" if known else "a saved cohort, and there is none",
        hint=nearest(name, known) or "save one with doxa find CONDITION --save NAME",
    )
