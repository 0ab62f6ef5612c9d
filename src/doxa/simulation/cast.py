"""The cast: everybody who is run forward, and what is known of them at the origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Among, AmongNode
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.heads.head import recipe_of
from doxa.heads.population import SightPart
from doxa.simulation.habits import Habits, habits_of
from doxa.simulation.numbers import Keys
from doxa.simulation.offers import Offering, members_offered, offering_of, readings_met
from doxa.simulation.plan import Draw, Plan, plan_of
from doxa.simulation.senders import trust_of, usual_senders
from doxa.simulation.stage import Stage, stage_of
from doxa.simulation.standing import Standing, standing_of
from doxa.simulation.walk import as_held


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who is run forward, and what is known of them at the origin.

    Attributes
    ----------
    twins : int64[N]
    keys : uint64[N]
        Of the ids of the twins, for their random numbers.
    """

    plan: Plan
    stage: Stage
    twins: Ints
    keys: Keys
    standings: Mapping[str, Standing]
    offerings: Mapping[str, Offering]
    habits: Habits
    trust: Mapping[str, Floats]


def cast_of(
    past: Past,
    part: SightPart,
    twins: Ints,
    keys: Keys,
    origin: int,
    watched: Sequence[str] = (),
    among: Sequence[Among] = (),
) -> Cast:
    """Look at everybody once, at the origin.

    Parameters
    ----------
    past : Past
        What happened before the origin, with the fields of `fields_for_fit` of what is drawn.
    part : SightPart
        The heads.
    twins : int64[N]
        Keys of the store.
    keys : uint64[N]
        `keys_of` their ids.
    watched : single nodes whose credence is asked for
    among : requirements of changes that nodes meet, judged when they begin
    """
    plan = plan_of(past.map, part.heads, part.choices)
    readings: list[Reading] = []
    codes: dict[str, dict[int, None]] = {}
    standings = {}
    for emission in plan.emissions:
        for draw in emission.draws:
            items = emission.items(draw)
            readings += [as_held(each) for each in recipe_of(draw.head, past.map).readings]
            for family, own in _members(draw, items, past).items():
                codes.setdefault(family, {}).update(dict.fromkeys(own))
            standings[draw.outcome.name] = standing_of(draw.head, past, twins, origin, items)
    offerings = {one.outcome.name: offering_of(one, past, twins) for one in plan.choices}
    for offering in offerings.values():
        readings += [as_held(each) for each in readings_met(offering, past)]
        for family, own in members_offered(offering, past).items():
            codes.setdefault(family, {}).update(dict.fromkeys(own))
    for name in watched:
        node = past.map.nodes[name]
        if node.evidence is not None and not node.dimensions:
            readings.append(Reading(name, node.evidence, by_member=False))
    drawn = [each.outcome for each in plan.draws] + [each.outcome for each in plan.choices]
    for one in (*(one for outcome in drawn for one in outcome.among), *among):
        if isinstance(one, AmongNode):
            node = past.map.nodes[one.node.node]
            if node.evidence is not None:
                member = bool(node.dimensions)
                readings.append(Reading(node.name, node.evidence, by_member=member))
                code = past.members.code(node.name, one.node.member)
                codes.setdefault(node.name, {})[code] = None
    members = {family: np.array(list(own), np.int64) for family, own in codes.items()}
    return Cast(
        plan=plan,
        stage=stage_of(past, twins, origin, readings, members),
        twins=twins,
        keys=keys,
        standings=standings,
        offerings=offerings,
        habits=habits_of(past, plan.kinds, origin, plan.step),
        trust={
            kind: trust_of(past, usual_senders(past, kind, twins, origin))
            for kind in past.map.signals
        },
    )


def _members(draw: Draw, items: Sequence[str], past: Past) -> dict[str, list[int]]:
    """Members of families that a draw may name, in the nodes' own codes."""
    outcome = draw.outcome
    if outcome.of is None:
        return {}
    found = {}
    for name, node in past.map.nodes.items():
        if node.dimensions == (outcome.of,) and node.evidence is not None:
            found[name] = [past.members.code(name, (item,)) for item in items]
    return found
