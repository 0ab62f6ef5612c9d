"""From runs to records: every chunk of people noted as it comes, then told together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, Target
from doxa.beliefmap.payloads import Bools
from doxa.heads.recalibration import TotalReading
from doxa.heads.slope import Slope
from doxa.runtime.simulating.results import (
    OUTCOME,
    PROGRESS,
    Effect,
    Group,
    PersonEffect,
    Spread,
    Track,
)
from doxa.simulation.arms import (
    FOUR_IN_FIVE,
    Bands,
    Contrast,
    Pair,
    bands,
    contrast,
    own_interval,
    pair,
    sides,
    together,
)
from doxa.simulation.rollout import REACHED

MORE, LESS = "more", "less"
SHARES = (Target.HAPPENS, Target.NEVER)
MOST_PEOPLE = 5
"""So many people are told of who move most, at either end."""
FEWEST_IN_GROUP = 10
MOST_PARTS = 32


@dataclass(frozen=True, slots=True)
class Grouping:
    """People in groups by one thing.

    Attributes
    ----------
    code : int64[n]
        The group of each person of the cohort; -1 = none.
    """

    by: str
    values: tuple[str, ...]
    code: Ints


@dataclass(slots=True)
class Notes:
    """What came of one arm, chunk by chunk.

    Parameters
    ----------
    groupings : by persona and by node
        Over the people of the cohort in their order.
    asked_in_groups : outcomes
        Of which the groups are told.
    """

    groupings: Sequence[Grouping] = ()
    asked_in_groups: frozenset[str] = frozenset()
    parts: dict[str, list[Pair]] = field(default_factory=lambda: defaultdict(list))
    grouped: dict[tuple[str, int, int], list[Pair]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def take(self, place: Ints, under: Mapping[str, Floats], without: Mapping[str, Floats]) -> None:
        """Note some people of both arms, float64[T, P, S] each, by outcome and node.

        Parameters
        ----------
        place : int64[T]
            Where the people stand in the cohort.
        """
        for what, values in under.items():
            _add(self.parts[what], pair(values, without[what]))
            if what in self.asked_in_groups:
                self._take_groups(what, place, values[:, :, -1:], without[what][:, :, -1:])

    def _take_groups(self, what: str, place: Ints, under: Floats, without: Floats) -> None:
        for number, grouping in enumerate(self.groupings):
            code = grouping.code[place]
            for group in np.unique(code[code >= 0]).tolist():
                own = code == group
                _add(self.grouped[what, number, group], pair(under[own], without[own]))

    def whole(self, what: str) -> Pair:
        """Everybody noted so far."""
        return together(self.parts[what])

    def groups(
        self,
        what: str,
        belief_map: BeliefMap,
        slope: Slope | None = None,
        total: TotalReading | None = None,
    ) -> list[Group]:
        """The effect in every group of enough people, and how many gain and are hurt there."""
        less = better_of(what, belief_map) == LESS
        found = []
        for (name, number, group), parts in sorted(self.grouped.items()):
            everybody = together(parts)
            if name != what or len(everybody) < FEWEST_IN_GROUP:
                continue
            told = sloped(contrast(everybody), slope, total or AS_DRAWN)
            who, grouping = sides(everybody), self.groupings[number]
            found.append(
                Group(
                    by=grouping.by,
                    value=grouping.values[group],
                    people=len(everybody),
                    difference=told.difference,
                    low=told.low,
                    high=told.high,
                    gain=who.down if less else who.up,
                    hurt=who.up if less else who.down,
                )
            )
        return found


def _add(parts: list[Pair], found: Pair) -> None:
    """One part more; many are made one, so that memory grows with people alone."""
    parts.append(found)
    if len(parts) > MOST_PARTS:
        parts[:] = [together(parts)]


def node_of(what: str) -> str:
    """The node that something is told of, as its progress is.

    Examples
    --------
    >>> node_of("save reached"), node_of("save")
    ('save', 'save')
    """
    return what.removesuffix(REACHED)


def kind_of(what: str, belief_map: BeliefMap) -> str:
    """The kind of a node, ``progress`` of a goal, else ``outcome``."""
    if node_of(what) != what and what not in belief_map.outcomes:
        return PROGRESS
    named = what not in belief_map.outcomes and what in belief_map.nodes
    return belief_map.nodes[what].kind.value if named else OUTCOME


def better_of(what: str, belief_map: BeliefMap) -> str:
    """Whether more or less of it is better: less of what people should not stop doing."""
    outcome = belief_map.outcomes.get(what)
    return LESS if outcome is not None and outcome.target is Target.NEVER else MORE


AS_DRAWN = TotalReading()


def sloped(told: Contrast, slope: Slope | None, total: TotalReading = AS_DRAWN) -> Contrast:
    """An effect times the slope of real on simulated effects, as wide as both leave open.

    Without a slope it is as wide as an error common to everybody leaves open, which multiplies both
    arms and so what differs; the error of a slope, measured on real people, holds that already.

    Examples
    --------
    >>> half = Slope(kind="letter", outcome="votes", slope=0.5, error=0.0, experiments=[])
    >>> sloped(Contrast(4.0, 2.0, 6.0), half), sloped(Contrast(4.0, 2.0, 6.0), None).difference
    (Contrast(difference=2.0, low=1.0, high=3.0), 4.0)
    """
    if slope is None and not total.changes:
        return told
    factor = 1.0 if slope is None else slope.slope
    unsure = total.apart(FOUR_IN_FIVE) if slope is None else FOUR_IN_FIVE * slope.error
    middle, own = factor * told.difference, factor * (told.high - told.difference)
    far = float(np.hypot(own, unsure * told.difference))
    return Contrast(middle, middle - far, middle + far)


def effect_of(
    what: str,
    found: Pair,
    belief_map: BeliefMap,
    slope: Slope | None = None,
    weights: Floats | None = None,
    total: TotalReading = AS_DRAWN,
) -> Effect:
    """The effect on everybody noted.

    Parameters
    ----------
    weights : float64[P] or None
        How much each path counts for what comes without the scenario; None = all alike.
    total : TotalReading
        How sums over people are read.
    """
    told, who = sloped(contrast(found), slope, total), sides(found)
    without = float(np.average(found.without[:, -1], weights=weights)) / max(len(found), 1)
    without *= total.factor
    return Effect(
        what=what,
        kind=kind_of(what, belief_map),
        under=without + told.difference,
        without=without,
        slope=None if slope is None else slope.slope,
        difference=told.difference,
        low=told.low,
        high=told.high,
        up=who.up,
        down=who.down,
        neither=who.neither,
        better=better_of(what, belief_map),
    )


def track_of(
    what: str,
    found: Pair,
    moments: Sequence[int],
    belief_map: BeliefMap,
    banded: Callable[[Floats], Bands] = bands,
) -> Track:
    """The way of everybody noted: their mean, where the paths lie.

    Parameters
    ----------
    banded : callable
        Where paths lie, float64[P, S].
    """
    people = max(len(found), 1)
    outcome, kind = belief_map.outcomes.get(what), kind_of(what, belief_map)
    return Track(
        what=what,
        kind=kind,
        says="" if kind == OUTCOME else belief_map.nodes[node_of(what)].says,
        share=kind != OUTCOME or (outcome is not None and outcome.target in SHARES),
        under=_spreads(banded(found.under / people), moments),
        without=_spreads(banded(found.without / people), moments),
    )


def _spreads(found: Bands, moments: Sequence[int]) -> list[Spread]:
    ends = (found.low, found.middle, found.high, found.mean)
    return [
        Spread(at=at, low=low, middle=middle, high=high, mean=mean)
        for at, low, middle, high, mean in zip(
            moments, *(end.tolist() for end in ends), strict=True
        )
    ]


def most_moved(
    found: Pair, place: Ints, names: Sequence[str], slope: Slope | None = None
) -> list[PersonEffect]:
    """Who moves most, down and up; of many only those at either end.

    Parameters
    ----------
    place : int64[t]
        Where everybody noted stands among the names.
    """
    factor = 1.0 if slope is None else slope.slope
    own = place[found.known]
    low, high = own_interval(found)
    order = np.argsort(found.mean, kind="stable")
    if len(order) > 2 * MOST_PEOPLE:
        order = np.concatenate([order[:MOST_PEOPLE], order[-MOST_PEOPLE:]])
    return [
        PersonEffect(
            twin=names[own[row]],
            difference=factor * float(found.mean[row]),
            low=factor * float(low[row]),
            high=factor * float(high[row]),
        )
        for row in order.tolist()
    ]


def halves(by: str, credence: Floats, absent: Bools) -> Grouping:
    """People in the half that holds a node more and the half that holds it less; no two alike.

    Examples
    --------
    >>> halves("fair", np.array([0.2, 0.9, 0.5]), np.zeros(3, bool)).code.tolist()
    [0, 1, 0]
    """
    known = credence[~absent]
    middle = float(np.median(known)) if len(known) else 0.0
    code = np.where(credence > middle, 1, 0)
    code[absent] = -1
    return Grouping(by, ("lower half", "higher half"), code.astype(np.int64))
