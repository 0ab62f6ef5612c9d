"""Finding people: a condition tested on everybody, part by part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.cohorts.parse import parse_condition
from doxa.beliefmap.cohorts.tree import (
    All,
    Any,
    Leaf,
    Not,
    OfForecast,
    OfKind,
    OfNode,
    OfTrait,
    Tree,
    leaves,
    names_of,
)
from doxa.beliefmap.columns import Ints
from doxa.beliefmap.payloads import Bools
from doxa.runtime.cohorts.cohort import Cohort
from doxa.runtime.cohorts.part import Part, compared, registered_in
from doxa.runtime.folding.fold import counted_each
from doxa.runtime.folding.many import twin_states
from doxa.runtime.forecasting import forecast_set
from doxa.runtime.frozen import Asking, voices
from doxa.runtime.identity import all_people, newest_at, people_at
from doxa.runtime.readings import moments
from doxa.runtime.versions import field_at, map_at, priors_at
from doxa.runtime.views import gate_of, map_seen_by, seen_many
from doxa.runtime.wiring import Wiring
from doxa.types import Moment

PART = 5_000
"""People tested at a time: what lies in memory is their state."""

Progress = Callable[[int, int], None]


def find(
    wiring: Wiring,
    condition: str,
    asked: Asking,
    progress: Progress | None = None,
    purpose: str | None = None,
) -> Cohort:
    """The people for whom a condition holds.

    Parameters
    ----------
    condition : str
        See `parse_condition`.
    asked : Asking
        The moment on both clocks. On a position clock, left out, everybody is read at their own
        newest position.
    progress : callable, optional
        Told after each part how many people were tested, and how many there are.
    purpose : str, optional
        Who is looked for: by what this purpose may see.
    """
    whole = map_at(wiring, asked.known_at)
    belief_map = map_seen_by(whole, purpose)
    tree = parse_condition(condition, belief_map)
    names = names_of(tree)
    identity = people_at(wiring, asked.as_of, asked.known_at)
    keys = all_people(wiring, identity)
    forecasts = _forecasts(wiring, tree, asked, purpose)
    holding, known, left_out = [], 0, 0
    for start in range(0, len(keys), PART):
        some = keys[start : start + PART]
        states = twin_states(wiring, whole, some, identity, asked.as_of, asked.known_at)
        for place, folded in states:
            here = some[place]
            gate = gate_of(whole, purpose, folded)
            withheld = gate.closed(here)
            for name in names:
                withheld |= gate.withheld(name, here)
            left_out += int((withheld & registered_in(folded.state, here)).sum())
            seen = seen_many(wiring, gate, here, identity, folded, asked.as_of, asked.known_at)[1]
            now, heard = moments(seen, here, asked.as_of), voices(belief_map, seen.sources)
            part = Part(
                belief_map=belief_map,
                folded=counted_each(seen, here, now, heard),
                keys=here,
                now=now,
                priors=priors_at(wiring, asked.known_at, gate.sight),
                field=field_at(wiring, belief_map, asked.known_at, gate.sight),
                gate=gate,
                voices=heard,
            )
            registered = registered_in(seen.state, here) & ~withheld
            known += int(registered.sum())
            found = _Tested(part, tree, forecasts).of(tree)
            holding.append(here[registered & found])
        if progress is not None:
            progress(min(start + PART, len(keys)), len(keys))
    every = np.sort(np.concatenate(holding)) if holding else keys
    return Cohort(
        condition=condition,
        ids=tuple(wiring.store.twin_names(every.tolist())),
        among=known,
        as_of=_moment(wiring, asked),
        known_at=asked.known_at,
        left_out=left_out,
    )


def _moment(wiring: Wiring, asked: Asking) -> Moment:
    if asked.as_of is not None:
        return asked.as_of
    newest = newest_at(wiring)
    return 0 if newest is None else newest


def _forecasts(
    wiring: Wiring, tree: Tree, asked: Asking, purpose: str | None
) -> dict[OfForecast, Ints]:
    """The keys of those whom each test of a forecast holds for; who is not asked does not pass."""
    found = {}
    for leaf in leaves(tree):
        if isinstance(leaf, OfForecast) and leaf not in found:
            made = forecast_set(
                wiring,
                leaf.outcome,
                items=None if leaf.item is None else [leaf.item],
                at=asked.as_of,
                known_at=asked.known_at,
                purpose=purpose,
            )
            passes = compared(made.probability, leaf.operator, [repr(leaf.value)])
            found[leaf] = np.array(made.keys, dtype=np.int64)[made.twin[passes]]
    return found


@dataclass(frozen=True, slots=True)
class _Tested:
    """The tests of a condition on some people."""

    part: Part
    tree: Tree
    forecasts: dict[OfForecast, Ints]

    def of(self, tree: Tree) -> Bools:
        """Whom a part of the condition holds for; named nodes are read in one pass."""
        named = [leaf for leaf in leaves(tree) if isinstance(leaf, OfNode) and not leaf.anyone]
        told: dict[Leaf, Bools] = dict(zip(named, self.part.of_nodes(named), strict=True))
        return self._joined(tree, told)

    def _joined(self, tree: Tree, told: dict[Leaf, Bools]) -> Bools:
        if isinstance(tree, Not):
            return ~self._joined(tree.part, told)
        if isinstance(tree, All):
            every = [self._joined(part, told) for part in tree.parts]
            return np.asarray(np.all(np.stack(every), axis=0))
        if isinstance(tree, Any):
            some = [self._joined(part, told) for part in tree.parts]
            return np.asarray(np.any(np.stack(some), axis=0))
        if tree not in told:
            told[tree] = self._leaf(tree)
        return told[tree]

    def _leaf(self, leaf: Leaf) -> Bools:
        if isinstance(leaf, OfNode):
            return self.part.anyone(leaf)
        if isinstance(leaf, OfKind):
            return self.part.of_kind(leaf)
        if isinstance(leaf, OfTrait):
            return self.part.of_trait(leaf)
        assert isinstance(leaf, OfForecast)
        return np.isin(self.part.keys, self.forecasts[leaf])
