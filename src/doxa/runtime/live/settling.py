"""Settling: what became of recorded sets is written down once their outcome is known, and stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import DAY, Clock, parse_span
from doxa.errors import InputError
from doxa.features.moments import is_at_signal
from doxa.heads.head import family_of
from doxa.runtime.identity import newest_at
from doxa.runtime.live.recorded import Recorded, became
from doxa.runtime.live.rivals import Rivals, Said
from doxa.runtime.populations.pasts import Progress
from doxa.runtime.wiring import Wiring
from doxa.storage.blocks import encode_block
from doxa.storage.port import ForecastSet
from doxa.storage.settled import Settled
from doxa.types import Moment

LIVE = "live"


@dataclass(frozen=True, slots=True)
class Sets:
    """The recorded sets of a store.

    Attributes
    ----------
    settled : those with what became of them
    pending : those whose outcome is not known yet
    not_scored : why not, by the id of the set
    """

    settled: list[tuple[Recorded, Settled]]
    pending: list[Recorded]
    not_scored: dict[str, str]


def settle_span(given: str | None, clock: Clock) -> int:
    """How long after its last window a set settles; a day, on a position clock at once."""
    if given is None:
        return DAY if clock is Clock.TIME else 0
    try:
        return parse_span(given, clock)
    except InputError as error:
        raise InputError(error.problem, where="settle", expected=error.expected) from error


def settle(wiring: Wiring, span: int, outcomes: Sequence[str] | None, progress: Progress) -> Sets:
    """Settle what can be settled, and give everything that is.

    A set settles as a whole when its last window and `span` are over; its labels are what the
    ledger said at that moment, whenever this is called.
    """
    now, maps = _now(wiring), _Maps(wiring)
    known = {each.forecast_set for each in wiring.store.settled()}
    found: list[Recorded] = []
    not_scored: dict[str, str] = {}
    for each in wiring.store.forecast_sets():
        if not outcomes or each.outcome in outcomes:
            why = _not_scored(each, maps)
            if why:
                not_scored[each.id] = why
            else:
                found.append(Recorded.of(each, maps.at(each.recorded)))
    due = [one for one in found if one.made.id not in known and one.closes + span <= now]
    _settle(wiring, due, span, progress)
    stored = {each.forecast_set: each for each in wiring.store.settled()}
    return Sets(
        settled=[
            (one.as_settled(stored[one.made.id]), stored[one.made.id])
            for one in found
            if one.made.id in stored
        ],
        pending=[one for one in found if one.made.id not in stored],
        not_scored=not_scored,
    )


def _now(wiring: Wiring) -> Moment:
    if wiring.belief_map.clock is Clock.TIME:
        return wiring.clock()
    newest = newest_at(wiring)
    return 0 if newest is None else newest + 1


def _settle(wiring: Wiring, due: Sequence[Recorded], span: int, progress: Progress) -> None:
    """Write down what became of some sets."""
    origins = {each.version: each.origin for each in wiring.store.populations()}
    said = Rivals(wiring, origins, progress).of(due)
    for place, found in enumerate(due):
        progress("settling forecasts", place / len(due))
        wiring.store.put_settled(_settled(wiring, found, said[found.made.id], found.closes + span))


def _settled(wiring: Wiring, found: Recorded, said: Said, known_at: Moment) -> Settled:
    [told] = became(wiring, [found], known_at)
    columns = {
        **found.columns,
        "y": told.y,
        "acted": told.acted.astype(np.int64),
        "base": said.base,
        "persona": said.persona,
    }
    return Settled(
        forecast_set=found.made.id,
        known_at=known_at,
        scored=wiring.clock(),
        body=encode_block(found.block.twins, found.block.items, columns),
    )


def _not_scored(made: ForecastSet, maps: _Maps) -> str:
    """Why a set is never scored; empty where it is."""
    if made.label != LIVE:
        return "it was the prior of the map: nothing was fitted"
    outcome = maps.at(made.recorded).outcomes.get(made.outcome)
    if outcome is None:
        return "the map it was made under does not declare its outcome"
    if is_at_signal(outcome):
        return "a signal decides it, which has no window"
    if not Recorded.of(made, maps.at(made.recorded)).block.twins:
        return "nobody was asked"
    if not Recorded.of(made, maps.at(made.recorded)).readable:
        return "what opened its windows was not written down"
    try:
        family_of(outcome, maps.at(made.recorded))
    except (InputError, KeyError) as error:
        return str(error)
    return ""


class _Maps:
    """The maps of a store, each parsed once."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.versions = wiring.store.maps()
        self.parsed: dict[int, BeliefMap] = {}

    def at(self, moment: Moment) -> BeliefMap:
        """The map that was active at a moment; before the first one, the first."""
        active = [each for each in self.versions if each.active_from <= moment]
        if not self.versions or active[-1:] == self.versions[-1:]:
            return self.wiring.belief_map
        version = active[-1] if active else self.versions[0]
        if version.version == self.versions[-1].version:
            return self.wiring.belief_map
        if version.version not in self.parsed:
            self.parsed[version.version] = parse_map(version.text)
        return self.parsed[version.version]
