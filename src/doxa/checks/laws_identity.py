"""The laws of identity as checks: merges, unmerges and retractions that any store can be put through.

Every check takes a `PeopleReader` and raises `AssertionError` with the readings that break the law.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.checks.laws import Reader, Readings, assert_close
from doxa.checks.oracle_identity import Lives, Merged, Retracted, counted
from doxa.types import Moment


class PeopleReader(Protocol):
    """Signals of several twins with what was said afterwards, and a twin in; opinions out."""

    def __call__(
        self,
        lives: Lives,
        belief_map: BeliefMap,
        twin: str,
        now: Moment,
        known_at: Moment | None = None,
    ) -> Readings:
        """Read every node of the person that the twin is part of."""


def check_union(
    reader: PeopleReader,
    alone: Reader,
    lives: Lives,
    belief_map: BeliefMap,
    twin: str,
    now: Moment,
    known_at: Moment | None = None,
) -> None:
    """Law 2: everybody reads as one twin to whom all that counts had been sent."""
    signals = counted(lives, belief_map, twin, now, known_at)
    expected = alone(signals, belief_map, now, known_at)
    assert_close(reader(lives, belief_map, twin, now, known_at), expected, "not the union")


def check_unmerge(
    reader: PeopleReader, lives: Lives, belief_map: BeliefMap, merged: Merged, now: Moment
) -> None:
    """Law 2: merging and unmerging leaves both as if nothing had been said."""
    assert merged.into is not None
    parted = msgspec.structs.replace(merged, into=None, recorded=merged.recorded + 1)
    both = msgspec.structs.replace(lives, merges=(*lives.merges, merged, parted))
    for twin in (merged.alias, merged.into):
        found, expected = (reader(each, belief_map, twin, now) for each in (both, lives))
        assert_close(found, expected, "unmerging does not restore")


def check_merge_is_on_two_clocks(
    reader: PeopleReader, lives: Lives, belief_map: BeliefMap, merged: Merged
) -> None:
    """Law 3: readings as of before a merge, or known before it was recorded, do not see it."""
    assert merged.into is not None
    joined = msgspec.structs.replace(lives, merges=(*lives.merges, merged))
    for twin in (merged.alias, merged.into):
        for now, known_at in ((merged.at - 1, None), (merged.at, merged.recorded - 1)):
            found, expected = (
                reader(each, belief_map, twin, now, known_at) for each in (joined, lives)
            )
            assert_close(found, expected, "a merge is seen too early")


def check_retraction(
    reader: PeopleReader,
    lives: Lives,
    belief_map: BeliefMap,
    retracted: Retracted,
    twin: str,
    now: Moment,
) -> None:
    """Law 3: a signal taken back is gone for readings known from then on, and for no others."""
    gone = (retracted.source, retracted.id)
    without = msgspec.structs.replace(
        lives, signals=tuple(each for each in lives.signals if (each.source, each.id) != gone)
    )
    taken = msgspec.structs.replace(lives, retractions=(*lives.retractions, retracted))
    for known_at, expected in (
        (None, without),
        (retracted.recorded, without),
        (retracted.recorded - 1, lives),
    ):
        assert_close(
            reader(taken, belief_map, twin, now, known_at),
            reader(expected, belief_map, twin, now, known_at),
            "a retraction reaches too far, or not far enough",
        )
