"""Conditions kept by name."""

from __future__ import annotations

from doxa.beliefmap.cohorts.parse import parse_condition
from doxa.beliefmap.names import LONGEST, listed, nearest
from doxa.errors import InputError, UnknownName
from doxa.runtime.wiring import Wiring
from doxa.storage.port import SavedCohort


def save(wiring: Wiring, name: str, condition: str) -> SavedCohort:
    """Keep a condition that the map understands, in place of another of that name."""
    if not name.isidentifier() or len(name) > LONGEST:
        raise InputError(
            f"{name!r} cannot be the name of a cohort",
            expected=f"letters, digits and _, not beginning with a digit, at most {LONGEST}",
        )
    parse_condition(condition, wiring.belief_map)
    kept = SavedCohort(name=name, condition=condition, created=wiring.clock())
    wiring.store.put_cohort(kept)
    return kept


def saved(wiring: Wiring, name: str) -> str:
    """The condition kept under a name."""
    known = {each.name: each.condition for each in wiring.store.cohorts()}
    if name not in known:
        raise _unknown(name, list(known))
    return known[name]


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
