"""Finding people: a condition tested on everybody, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from doxa.beliefmap.cohorts.tree import (
    All,
    Any,
    Leaf,
    Not,
    OfForecast,
    OfGoal,
    OfKind,
    OfNode,
    OfTrait,
    Tree,
    leaves,
    names_of,
)
from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.open_nodes import nodes_of
from doxa.beliefmap.payloads import Bools
from doxa.beliefmap.sights import seen_map, sight_of
from doxa.reading.coupling.field import Field
from doxa.reading.falling_back import own_priors, with_wider
from doxa.reading.opinion import Opinion
from doxa.reading.priors import Priors
from doxa.runtime.cohorts.cohort import Cohort
from doxa.runtime.cohorts.condition import condition_asked
from doxa.runtime.cohorts.part import Part, compared, registered_in
from doxa.runtime.cohorts.wanting import Wanting
from doxa.runtime.folding.fold import counted_each
from doxa.runtime.folding.many import twin_states
from doxa.runtime.forecasting import forecast_set
from doxa.runtime.frozen import Asking, Frozen, voices
from doxa.runtime.identity import Person, all_people, newest_at, people_at
from doxa.runtime.readings import moments
from doxa.runtime.versions import field_at, map_at, priors_at
from doxa.runtime.views import gate_of, map_seen_by, seen_many
from doxa.runtime.wiring import Wiring
from doxa.state.entries import entries_of, node_of
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
        See `doxa.beliefmap.cohorts.parse.parse_condition`.
    asked : Asking
        The moment on both clocks. On a position clock, left out, everybody is read at their own
        newest position.
    progress : callable, optional
        Told after each part how many people were tested, and how many there are.
    purpose : str, optional
        Who is looked for: by what this purpose may see.
    """
    whole = map_at(wiring, asked.known_at)
    belief_map, sight = map_seen_by(whole, purpose), sight_of(whole, purpose)
    tree = condition_asked(whole, purpose, condition)
    names = names_of(tree)
    identity = people_at(wiring, asked.as_of, asked.known_at)
    keys = all_people(wiring, identity)
    forecasts = _forecasts(wiring, tree, asked, purpose)
    field = field_at(wiring, belief_map, asked.known_at, sight)
    given = priors_at(wiring, asked.known_at, sight)
    wanted = _entries_read(tree, whole, belief_map, field)
    holding, known, left_out = [], 0, 0
    for start in range(0, len(keys), PART):
        some = keys[start : start + PART]
        states = twin_states(wiring, whole, some, identity, asked.as_of, asked.known_at, wanted)
        for place, folded in states:
            here = some[place]
            gate = gate_of(whole, purpose, folded)
            withheld = gate.closed(here)
            for name in names:
                withheld |= gate.withheld(name, here)
            left_out += int((withheld & registered_in(folded, here, sight)).sum())
            seen = seen_many(wiring, gate, here, identity, folded, asked.as_of, asked.known_at)[1]
            now, heard = moments(seen, here, asked.as_of), voices(belief_map, seen.sources)
            counted = counted_each(seen, here, now, heard)
            part = Part(
                belief_map=belief_map,
                folded=counted,
                keys=here,
                now=now,
                priors=own_priors(given, belief_map, counted.state, here, now, heard, gate),
                field=field,
                gate=gate,
                voices=heard,
            )
            looked = registered_in(seen, here) & ~withheld
            known += int(looked.sum())
            wanting = Wanting(part, partial(_frozen, wiring, part, given, asked.known_at))
            holding.append(here[_Tested(part, wanting, tree, forecasts).of(looked)])
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


def _entries_read(
    tree: Tree, whole: BeliefMap, belief_map: BeliefMap, field: Field
) -> Bools | None:
    """The entries whose cells a condition asks for, and those their nodes start from or lean on.

    None = all of them.
    """
    names = set(names_of(tree))
    for leaf in leaves(tree):
        if isinstance(leaf, OfGoal):
            return None  # what moves a goal is found person by person
        if isinstance(leaf, OfKind):
            names |= {node.name for node in nodes_of(belief_map).values() if node.kind is leaf.kind}
    names |= field.around(names).place.keys()
    nodes = nodes_of(belief_map)
    told = [nodes[name] for name in names if name in nodes]
    names |= {node.name for node in with_wider(belief_map, told)}
    return np.array([node_of(entry) in names for entry in entries_of(whole).names], dtype=bool)


def _frozen(
    wiring: Wiring,
    part: Part,
    given: Priors,
    known_at: Moment | None,
    place: int,
    known: Mapping[tuple[str, int], Opinion],
) -> Frozen:
    """One of some twins as it is read alone."""
    keys, now = part.keys[place : place + 1], part.now[place : place + 1]
    key = int(keys[0])
    view = part.gate.view(key)
    belief_map = seen_map(part.gate.belief_map, view)
    state = part.folded.state.twin(key)
    return Frozen(
        wiring=wiring,
        twin="",
        person=Person(key),
        belief_map=belief_map,
        priors=own_priors(given, belief_map, state, keys, now, part.voices),
        field=part.field
        if belief_map is part.belief_map
        else field_at(wiring, belief_map, known_at, view.sight),
        now=int(now[0]),
        known_at=known_at,
        folded=replace(part.folded, state=state),
        view=view,
        known=known,
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
    wanting: Wanting
    tree: Tree
    forecasts: dict[OfForecast, Ints]

    def of(self, asked: Bools) -> Bools:
        """Whom the condition holds for, of those asked; named nodes are read in one pass."""
        named = [leaf for leaf in leaves(self.tree) if isinstance(leaf, OfNode) and not leaf.anyone]
        named = list(dict.fromkeys(named))
        told: dict[Leaf, Bools] = dict(zip(named, self.part.of_nodes(named), strict=True))
        return asked & self._joined(self.tree, told, asked)

    def _joined(self, tree: Tree, told: dict[Leaf, Bools], asked: Bools) -> Bools:
        """Whom a part of the condition holds for; of those not asked it says anything."""
        if isinstance(tree, Not):
            return ~self._joined(tree.part, told, asked)
        if isinstance(tree, All):
            for part in _cheapest_first(tree.parts):
                asked = asked & self._joined(part, told, asked)
            return asked
        if isinstance(tree, Any):
            some = np.zeros(len(asked), dtype=bool)
            for part in _cheapest_first(tree.parts):
                some |= self._joined(part, told, asked & ~some)
            return some
        if isinstance(tree, OfGoal):
            return self.wanting.of_goal(tree, asked)
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


def _cheapest_first(parts: tuple[Tree, ...]) -> list[Tree]:
    """Goals are read person by person, and last: only of those whom the rest leaves open."""
    return sorted(parts, key=lambda part: any(isinstance(leaf, OfGoal) for leaf in leaves(part)))
