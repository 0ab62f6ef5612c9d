"""Which nodes carry the effect of a scenario: each silenced in turn in all arms, on the same paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.scenarios import Scenario
from doxa.heads.population import SightPart
from doxa.heads.slope import Slope
from doxa.runtime.simulating.asked import Request
from doxa.runtime.simulating.noting import sloped
from doxa.runtime.simulating.results import Mover
from doxa.runtime.simulating.running import Chunk, Stand, Stop, chunks
from doxa.runtime.simulating.telling import differences, last_of, slope_of
from doxa.simulation.arms import contrast, pair, sides

MOST_SILENCED = 8
"""Of so many nodes it is tried what is gone without them."""
MOST_MOVERS = 5

Whole = dict[str, dict[str, Floats]]
"""By scenario, then outcome or node: what differs at the last mark, float64[T, P, 1]."""
Movers = dict[str, dict[str, list[Mover]]]
"""By scenario and outcome."""


@dataclass(slots=True)
class Differing:
    """What differs at the end for some people, gathered as chunks come.

    Attributes
    ----------
    place : int64[n], ascending, or None
        Where the people stand among those who are run; None = everybody.
    """

    place: Ints | None = None
    parts: dict[tuple[str, str], list[Floats]] = field(default_factory=dict)
    places: list[Ints] = field(default_factory=list)

    def take(self, chunk: Chunk) -> None:
        """Some people in every arm."""
        own = np.ones(len(chunk.place), bool)
        if self.place is not None:
            own = np.isin(chunk.place, self.place)
        if not own.any():
            return
        self.places.append(chunk.place[own])
        for name, by in differences(chunk).items():
            for what, values in by.items():
                self.parts.setdefault((name, what), []).append(last_of(values)[own])

    def whole(self) -> Whole:
        """Everybody taken, in the order in which they stand."""
        found: Whole = {}
        if not self.places:
            return found
        order = np.argsort(np.concatenate(self.places))
        for (name, what), parts in self.parts.items():
            found.setdefault(name, {})[what] = np.concatenate(parts)[order]
        return found


def movers_of(
    stand: Stand,
    request: Request,
    scenarios: Mapping[str, Scenario],
    whole: Whole,
    whats: Sequence[str],
    stop: Stop | None = None,
    progress: Callable[[int], None] | None = None,
) -> Movers:
    """Per scenario and outcome, the nodes without which some of the effect is gone.

    Each node is silenced in both arms, on the same paths; what is then gone of the difference is its
    part, times the slope that the effect is multiplied by. Parts that chance may explain are left out.

    Parameters
    ----------
    stand : Stand
        The people that `whole` is of.
    whole : what differs when nothing is silenced
    whats : outcomes whose movers are asked for
    progress : callable
        Told how many people a node was silenced in, again and again.
    """
    found: Movers = {name: {} for name in scenarios}
    changed = {name: moved(parts, whats) for name, parts in whole.items()}
    asked = {name: scenario for name, scenario in scenarios.items() if changed.get(name)}
    for node in silenced(request, whole) if asked else ():
        without = _without(stand, request, asked, node, stop, progress)
        if without is None:
            break
        for name, parts in without.items():
            for what in changed[name]:
                slope = slope_of(scenarios[name], what, request)
                mover = _mover(node, request, whole[name][what], parts[what], slope)
                if mover is not None:
                    found[name].setdefault(what, []).append(mover)
    return {name: {what: _most(told) for what, told in by.items()} for name, by in found.items()}


def moved(parts: Mapping[str, Floats], whats: Sequence[str]) -> list[str]:
    """The outcomes that differ at all."""
    return [what for what in whats if what in parts and bool(np.nan_to_num(parts[what]).any())]


def _without(
    stand: Stand,
    request: Request,
    scenarios: Mapping[str, Scenario],
    node: str,
    stop: Stop | None,
    progress: Callable[[int], None] | None,
) -> Whole | None:
    """What differs when nothing speaks of a node; None where it was stopped."""
    told = Differing()
    request = replace(request, watched=())
    for chunk in chunks(stand, request, scenarios, silent=[node], stop=stop):
        told.take(chunk)
        if progress is not None:
            progress(len(chunk.place))
    count = sum(map(len, told.places))
    return told.whole() if count == len(stand.keys) else None


def read_nodes(request: Request) -> list[str]:
    """The nodes that the heads read which draw."""
    told = (_read_by(request.part, name) for name in request.rollout.draws)
    return list(dict.fromkeys(node for nodes in told for node in nodes))


def _read_by(part: SightPart, name: str) -> list[str]:
    """The nodes that the head of an outcome reads."""
    if name not in part.choices:
        return list(part.heads[name].norms)
    bearing = part.choices[name].recipe.bearing
    return [] if bearing is None else list(bearing.norms)


def silenced(request: Request, whole: Whole) -> list[str]:
    """Nodes that heads read, those that any scenario moves most first; families before all."""

    def least(node: str) -> float:
        parts = [abs(float(np.nanmean(arm[node]))) for arm in whole.values() if node in arm]
        return -max(parts, default=np.inf)

    return sorted(read_nodes(request), key=least)[:MOST_SILENCED]


def _mover(
    node: str, request: Request, full: Floats, without: Floats, slope: Slope | None
) -> Mover | None:
    both = pair(full, without)
    told, who = sloped(contrast(both), slope), sides(both)
    if not len(both) or told.low <= 0 <= told.high:
        return None
    return Mover(
        node=node,
        says=request.map.nodes[node].says,
        part=told.difference,
        low=told.low,
        high=told.high,
        up=who.up,
        down=who.down,
    )


def _most(movers: list[Mover]) -> list[Mover]:
    return sorted(movers, key=lambda one: -abs(one.part))[:MOST_MOVERS]
