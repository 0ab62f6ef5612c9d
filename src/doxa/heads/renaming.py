"""A population under the present names of nodes that were called otherwise when it was fitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from doxa.heads.head import Head
from doxa.heads.population import Population, SightPart

T = TypeVar("T")


def renamed(population: Population, names: Mapping[str, str]) -> Population:
    """The same base rates and heads; a node without a new name keeps its own.

    Parameters
    ----------
    names : mapping
        Present names by former ones.
    """
    if not names:
        return population
    return msgspec.structs.replace(
        population,
        priors=_keyed(population.priors, names),
        heads=_heads(population.heads, names),
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
        priors=_keyed(part.priors, names),
        heads=_heads(part.heads, names),
    )


def _heads(heads: Mapping[str, Head], names: Mapping[str, str]) -> dict[str, Head]:
    return {outcome: _head(head, names) for outcome, head in heads.items()}


def _head(head: Head, names: Mapping[str, str]) -> Head:
    owners = [names.get(owner, owner) for owner in head.owners]
    columns = [
        owner + column.removeprefix(before) if before else column
        for column, before, owner in zip(head.names, head.owners, owners, strict=True)
    ]
    norms = _keyed(head.norms, names)
    return msgspec.structs.replace(head, names=columns, owners=owners, norms=norms)


def _keyed(found: Mapping[str, T], names: Mapping[str, str]) -> dict[str, T]:
    return {names.get(name, name): value for name, value in found.items()}
