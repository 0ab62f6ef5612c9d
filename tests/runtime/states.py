"""What a stored state holds, told by names, so that states of two stores can be compared."""

from __future__ import annotations

from doxa.beliefmap.columns import Members
from doxa.beliefmap.model import BeliefMap
from doxa.state.codec import Sources, decode
from doxa.state.entries import entries_of, node_of
from doxa.state.marks import NOBODY, Marks
from doxa.state.traits import Traits
from doxa.storage.port import Snapshot


def told(belief_map: BeliefMap, snapshot: Snapshot) -> dict[str, object]:
    """Every number of a snapshot under its names; keys and places of the store left out."""
    members, sources = Members(), Sources()
    state = decode(snapshot.state, 1, members, sources, entries_of(belief_map).codes)
    name = list(sources.codes)
    cells = {
        (entry, members.names(node_of(entry))[member], name[source]): (
            part.sums[row].tolist(),
            [int(column[row]) for column in (part.first, part.last, part.opened, part.occasions)],
            {
                kind: (told.sums[row].tolist(), int(told.tick[row]), int(told.opened[row]))
                for kind, told in part.events.items()
            },
        )
        for entry, part in state.nodes.items()
        for row, (member, source) in enumerate(
            zip(part.member.tolist(), part.source.tolist(), strict=True)
        )
    }
    moments = (state.seen.source.tolist(), state.seen.first.tolist(), state.seen.last.tolist())
    seen = zip(*moments, strict=True)
    return {
        "cells": cells,
        "seen": {name[source]: (first, last) for source, first, last in seen},
        "traits": _last(state.traits, name),
        "consents": _last(state.consents, name),
        "marks": _marks(state.marks, belief_map, members, name),
        "sessions": {kind: count.count.tolist() for kind, count in state.sessions.items()},
        "kept": (
            snapshot.fingerprint,
            snapshot.until,
            snapshot.newest_at,
            snapshot.newest_recorded,
        ),
    }


def _last(told: Traits, name: list[str]) -> dict[tuple[str, str], list[object]]:
    columns = (told.source.tolist(), told.name, told.at.tolist(), told.order.tolist(), told.value)
    return {(name[source], about): rest for source, about, *rest in zip(*columns, strict=True)}


def _marks(
    told: Marks, belief_map: BeliefMap, members: Members, name: list[str]
) -> list[tuple[object, ...]]:
    entries = list(entries_of(belief_map).codes)
    numbers = (told.at, told.order, told.role, told.begins, told.ends, told.amount)
    return sorted(
        (
            name[told.source[row]],
            entry,
            () if member == NOBODY else members.names(entry)[member],
            *(float(column[row]) for column in numbers),
            told.fields[row],
        )
        for row in range(len(told))
        for entry, member in ((entries[told.entry[row]], int(told.member[row])),)
    )
