"""Many twins at once: some nodes as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.node import Address, NodeKind
from doxa.reading.opinion import Opinions
from doxa.reading.priors import Asked
from doxa.reading.read import read_node
from doxa.runtime.addresses import address_of
from doxa.runtime.folding.fold import Folded, fold_rows
from doxa.runtime.folding.rows import ledger_rows
from doxa.runtime.frozen import Asking, voices
from doxa.runtime.held import readable_node
from doxa.runtime.intake.names import given_name
from doxa.runtime.versions import map_at, priors_at
from doxa.runtime.wiring import Wiring
from doxa.types import Moment

CHUNK = 2_000
"""Twins folded at a time."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Some nodes of many twins.

    Attributes
    ----------
    ids : tuple of str
        One row each, as they were asked for.
    nodes : dict of address as text to Opinions
        Columns of the length of `ids`; somebody never met reads as the prior.
    """

    ids: tuple[str, ...]
    nodes: dict[str, Opinions]


def read_many(
    wiring: Wiring, ids: Sequence[str], nodes: Sequence[str] | None, asked: Asking
) -> Readings:
    """Read nodes of many twins; left out, all single nodes.

    Parameters
    ----------
    ids : sequence of str
        Distinct.
    nodes : sequence of addresses as text
    """
    belief_map = map_at(wiring, asked.known_at)
    single = [
        node.name
        for node in belief_map.nodes.values()
        if not node.dimensions and not node.opt_in and node.kind is not NodeKind.TRAIT
    ]
    wanted = {
        text: address_of(belief_map, text, {}) for text in (single if nodes is None else nodes)
    }
    names = tuple(given_name("twin", twin) for twin in dict.fromkeys(ids))
    keys = _keys(wiring, names)
    parts = [
        _chunk(wiring, keys[start : start + CHUNK], wanted, asked)
        for start in range(0, max(len(keys), 1), CHUNK)
    ]
    return Readings(names, {text: _joined([part[text] for part in parts]) for text in wanted})


def _keys(wiring: Wiring, names: Sequence[str]) -> Ints:
    """Keys of twins; below zero for those never met."""
    found = [wiring.store.twin_key(name) for name in names]
    return np.array(
        [-1 - place if key is None else key for place, key in enumerate(found)], dtype=np.int64
    )


def _chunk(
    wiring: Wiring, keys: Ints, wanted: dict[str, Address], asked: Asking
) -> dict[str, Opinions]:
    belief_map = map_at(wiring, asked.known_at)
    rows = ledger_rows(
        wiring.store,
        belief_map.zone,
        keys[keys >= 0].tolist(),
        until=asked.as_of,
        known_at=asked.known_at,
    )
    folded = fold_rows(belief_map, rows)
    now = _moments(folded, keys, asked.as_of)
    heard, priors = voices(belief_map, folded.sources), priors_at(wiring, asked.known_at)
    found = {}
    for text, address in wanted.items():
        node = readable_node(belief_map, address.node)
        member = np.full(len(keys), folded.members.code(address.node, address.member))
        prior = priors.prior(node, Asked(keys, member, folded.members, folded.state.traits))
        found[text] = read_node(folded.state, node, now, heard, prior=prior, asked=(keys, member))
    return found


def _moments(folded: Folded, keys: Ints, as_of: Moment | None) -> Ints:
    """When each twin is read: as asked, or at its own newest position."""
    if as_of is not None:
        return np.full(len(keys), as_of)
    seen = folded.state.seen
    out = np.full(len(keys), 0)
    for place, key in enumerate(keys.tolist()):
        own = seen.last[seen.twin == key]
        out[place] = own.max() if len(own) else 0
    return out


def _joined(parts: list[Opinions]) -> Opinions:
    columns: dict[str, Any] = {
        each.name: np.concatenate([getattr(part, each.name) for part in parts])
        for each in fields(Opinions)
    }
    return Opinions(**columns)
