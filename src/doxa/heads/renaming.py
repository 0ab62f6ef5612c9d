"""A population under the present names of nodes that were called otherwise when it was fitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from doxa.features.coupling import JOINED
from doxa.heads.choice import ChoiceHead
from doxa.heads.head import Head
from doxa.heads.population import Population, SightPart
from doxa.heads.priors import NodePriors
from doxa.reading.coupling.field import Link

T = TypeVar("T")


def renamed(population: Population, names: Mapping[str, str]) -> Population:
    """The same base rates, links and heads; a node without a new name keeps its own.

    Parameters
    ----------
    names : mapping
        Present names by former ones.
    """
    if not names:
        return population
    return msgspec.structs.replace(
        population,
        priors=_priors(population.priors, names),
        heads=_heads(population.heads, names),
        choices=_choices(population.choices, names),
        links=[_link(link, names) for link in population.links],
        sights=[_part(part, names) for part in population.sights],
    )


def _part(part: SightPart, names: Mapping[str, str]) -> SightPart:
    hidden, only = (
        None if seen is None else tuple(sorted(names.get(name, name) for name in seen))
        for seen in (part.sight.hidden, part.sight.only)
    )
    return msgspec.structs.replace(
        part,
        sight=msgspec.structs.replace(part.sight, hidden=hidden, only=only),
        priors=_priors(part.priors, names),
        heads=_heads(part.heads, names),
        choices=_choices(part.choices, names),
        links=[_link(link, names) for link in part.links],
    )


def _priors(found: Mapping[str, NodePriors], names: Mapping[str, str]) -> dict[str, NodePriors]:
    """Base rates by present names, of segments by the present name of the trait."""
    told = dict(found)
    for node, each in found.items():
        if each.segments is not None:
            trait = names.get(each.segments.trait, each.segments.trait)
            segments = msgspec.structs.replace(each.segments, trait=trait)
            told[node] = msgspec.structs.replace(each, segments=segments)
    return _keyed(told, names)


def _link(link: Link, names: Mapping[str, str]) -> Link:
    source, target = (
        msgspec.structs.replace(end, node=names.get(end.node, end.node))
        for end in (link.source, link.target)
    )
    return msgspec.structs.replace(link, source=source, target=target)


def _heads(heads: Mapping[str, Head], names: Mapping[str, str]) -> dict[str, Head]:
    return {outcome: _head(head, names) for outcome, head in heads.items()}


def _head(head: Head, names: Mapping[str, str]) -> Head:
    owners = [_owner(owner, names) for owner in head.owners]
    columns = [
        _column(column, owner, names) for column, owner in zip(head.names, head.owners, strict=True)
    ]
    return msgspec.structs.replace(
        head,
        names=columns,
        owners=owners,
        norms=_keyed(head.norms, names),
        popularity=_keyed(head.popularity, names),
    )


def _choices(choices: Mapping[str, ChoiceHead], names: Mapping[str, str]) -> dict[str, ChoiceHead]:
    return {outcome: _choice(head, names) for outcome, head in choices.items()}


def _choice(head: ChoiceHead, names: Mapping[str, str]) -> ChoiceHead:
    bearing = head.recipe.bearing
    if bearing is None:
        return head
    bearing = msgspec.structs.replace(bearing, norms=_keyed(bearing.norms, names))
    return msgspec.structs.replace(
        head,
        owners=[_owner(owner, names) for owner in head.owners],
        names=[
            _column(column, owner, names)
            for column, owner in zip(head.names, head.owners, strict=True)
        ],
        recipe=msgspec.structs.replace(head.recipe, bearing=bearing),
    )


def _owner(owner: str, names: Mapping[str, str]) -> str:
    """One node, or joined ones that own a column together."""
    return JOINED.join(names.get(each, each) for each in owner.split(JOINED))


def _column(column: str, owner: str, names: Mapping[str, str]) -> str:
    """The column of the owner, of one of the joined nodes that own it, or of a node though none owns it."""
    nodes = owner.split(JOINED) if owner else names
    node = next((each for each in nodes if column.startswith(f"{each}: ")), "")
    return names.get(node, node) + column.removeprefix(node)


def _keyed(found: Mapping[str, T], names: Mapping[str, str]) -> dict[str, T]:
    return {names.get(name, name): value for name, value in found.items()}
