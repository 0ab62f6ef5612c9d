"""Many twins at once: some nodes as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Node
from doxa.beliefmap.open_nodes import nodes_of
from doxa.beliefmap.sights import sight_of
from doxa.domain.node import Address, NodeKind
from doxa.reading.coupling.read import Leaning, Wanted, read_coupled
from doxa.reading.falling_back import own_priors
from doxa.reading.opinion import Opinions, joined_opinions
from doxa.runtime.addresses import address_of
from doxa.runtime.folding.fold import Folded, counted_each
from doxa.runtime.folding.many import twin_states
from doxa.runtime.frozen import Asking, voices
from doxa.runtime.identity import people_at
from doxa.runtime.intake.names import given_name
from doxa.runtime.versions import field_at, map_at, priors_at
from doxa.runtime.views import gate_of, map_seen_by, seen_many
from doxa.runtime.wiring import Wiring
from doxa.storage.identity import Identity
from doxa.types import Moment

CHUNK = 2_000
"""Twins folded at a time."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Some nodes of many twins.

    Attributes
    ----------
    ids : tuple of str
        One row each, as they were asked for; an alias reads as the person it is part of.
    nodes : dict of address as text to Opinions
        Columns of the length of `ids`; somebody never met reads as the prior.
    absent : dict of address as text to bool[ids]
        Who may not be read for want of consent; the opinion then is the prior.
    """

    ids: tuple[str, ...]
    nodes: dict[str, Opinions]
    absent: dict[str, NDArray[np.bool_]]


def read_many(
    wiring: Wiring,
    ids: Sequence[str],
    nodes: Sequence[str] | None,
    asked: Asking,
    purpose: str | None = None,
) -> Readings:
    """Read nodes of many twins; left out, all single nodes that need no consent.

    Parameters
    ----------
    ids : sequence of str
        Distinct.
    nodes : sequence of addresses as text
    """
    belief_map = map_seen_by(map_at(wiring, asked.known_at), purpose)
    single = [
        node.name
        for node in belief_map.nodes.values()
        if not node.dimensions and not node.opt_in and node.kind is not NodeKind.TRAIT
    ]
    wanted = {
        text: address_of(belief_map, text, {}) for text in (single if nodes is None else nodes)
    }
    names = tuple(given_name("twin", twin) for twin in dict.fromkeys(ids))
    met = _keys(wiring, names)
    identity = people_at(wiring, asked.as_of, asked.known_at, met[met >= 0])
    keys, back = np.unique(identity.roots(met), return_inverse=True)
    parts = [
        _chunk(wiring, keys[start : start + CHUNK], identity, wanted, asked, purpose)
        for start in range(0, max(len(keys), 1), CHUNK)
    ]
    rows = slice(None) if (back[1:] > back[:-1]).all() else back
    columns = {text: joined_opinions([part[text] for part, _ in parts]) for text in wanted}
    absent = {text: np.concatenate([part[text] for _, part in parts]) for text in wanted}
    return Readings(
        names,
        {text: found.take(rows) for text, found in columns.items()},
        {text: missing[rows] for text, missing in absent.items()},
    )


def _keys(wiring: Wiring, names: Sequence[str]) -> Ints:
    """Keys of twins; below zero for those never met."""
    found = wiring.store.twin_keys(names)
    return np.array(
        [-1 - place if key is None else key for place, key in enumerate(found)], dtype=np.int64
    )


def _chunk(
    wiring: Wiring,
    keys: Ints,
    identity: Identity,
    wanted: dict[str, Address],
    asked: Asking,
    purpose: str | None,
) -> tuple[dict[str, Opinions], dict[str, NDArray[np.bool_]]]:
    """The opinions of some people, and of whom they may not be read."""
    whole = map_at(wiring, asked.known_at)
    sight = sight_of(whole, purpose)
    priors = priors_at(wiring, asked.known_at, sight)
    places, parts, absent = [], [], []
    states = twin_states(wiring, whole, keys, identity, asked.as_of, asked.known_at)
    for place, folded in states:
        here = keys[place]
        gate = gate_of(whole, purpose, folded)
        seen, shown = seen_many(wiring, gate, here, identity, folded, asked.as_of, asked.known_at)
        nodes = tuple(nodes_of(seen)[address.node] for address in wanted.values())
        now, heard = moments(shown, here, asked.as_of), voices(seen, shown.sources)
        rows = _rows(shown, nodes, list(wanted.values()), here)
        state = counted_each(shown, here, now, heard).state
        places.append(place)
        field = field_at(wiring, seen, asked.known_at, sight)
        own = own_priors(priors, seen, state, here, now, heard, gate)
        leaning = Leaning(field, own, shown.members, gate)
        parts.append(read_coupled(state, rows, np.tile(now, len(nodes)), heard, leaning))
        absent.append([gate.unseen(each.node, here) for each in wanted.values()])
    order = np.concatenate(places)
    back = slice(None) if (order[1:] > order[:-1]).all() else np.argsort(order)
    found, missing = {}, {}
    for node, text in enumerate(wanted):
        columns = [
            part.take(slice(node * len(place), (node + 1) * len(place)))
            for place, part in zip(places, parts, strict=True)
        ]
        found[text] = joined_opinions(columns).take(back)
        missing[text] = np.concatenate([part[node] for part in absent])[back]
    return found, missing


def _rows(folded: Folded, nodes: tuple[Node, ...], addresses: list[Address], keys: Ints) -> Wanted:
    """All nodes of all twins, node by node."""
    code = [folded.members.code(each.node, each.member) for each in addresses]
    node = np.repeat(np.arange(len(nodes)), len(keys))
    twin, member = np.tile(keys, len(nodes)), np.repeat(np.array(code, np.int64), len(keys))
    return Wanted(nodes, node, twin, member)


def moments(folded: Folded, keys: Ints, as_of: Moment | None) -> Ints:
    """When each twin is read: as asked, or at its own newest position."""
    if as_of is not None:
        return np.full(len(keys), as_of)
    seen = folded.state.seen
    newest = dict.fromkeys(keys.tolist(), 0)
    for twin, last in zip(seen.twin.tolist(), seen.last.tolist(), strict=True):
        newest[twin] = max(newest[twin], last)
    return np.array(list(newest.values()), dtype=np.int64)
