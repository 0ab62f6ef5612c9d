"""When the constraints of one person begin and end, from signals and claims."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from doxa.beliefmap.marking import ALWAYS, FOREVER, Role
from doxa.beliefmap.open_nodes import nodes_of
from doxa.domain.evidence import Channel
from doxa.domain.node import Address
from doxa.reading.intervals import HALF, Binding, Statement, binding
from doxa.reading.opinion import Opinion
from doxa.runtime.frozen import Frozen
from doxa.state.claims import SELF, spans
from doxa.state.entries import keyed
from doxa.types import Moment


def dated(frozen: Frozen, address: Address, opinion: Opinion) -> Opinion:
    """The opinion of a constraint with its interval: whether it is active, since and until when.

    Where no end is known it is active while it is held at least as likely as not.
    """
    found = binding_of(frozen, address, opinion)
    lasts = opinion.occasions > 0 and opinion.status != "dissolved" and opinion.credence >= HALF
    if found is None:
        return msgspec.structs.replace(opinion, active=lasts, begins=opinion.first)
    endless = found.ends >= FOREVER
    return msgspec.structs.replace(
        opinion,
        active=found.active and (lasts or not endless),
        begins=found.begins,
        ends=None if endless else found.ends,
    )


def binding_of(frozen: Frozen, address: Address, opinion: Opinion) -> Binding | None:
    """When a constraint binds; None where no interval was given."""
    return binding(_statements(frozen, address), frozen.now, opinion.credence)


def _statements(frozen: Frozen, address: Address) -> Iterator[Statement]:
    yield from _marked(frozen, address)
    yield from _claimed(frozen, address)


def _marked(frozen: Frozen, address: Address) -> Iterator[Statement]:
    folded = frozen.folded
    marks, visible = folded.state.marks, frozen.voices.visible
    member = folded.members.code(address.node, address.member)
    entry = folded.state.entries[address.node]
    rows = (marks.entry == entry) & (marks.member == member) & visible[marks.source]
    for row in np.flatnonzero(rows).tolist():
        source = folded.sources[marks.source[row]]
        yield Statement(
            at=int(marks.at[row]),
            order=int(marks.order[row]),
            source=source,
            own=source == SELF,
            opens=bool(marks.role[row] == Role.OPENS),
            begins=int(marks.begins[row]),
            ends=int(marks.ends[row]),
        )


def _claimed(frozen: Frozen, address: Address) -> Iterator[Statement]:
    """Claims with an interval, and denials; those that were superseded say nothing any more."""
    folded = frozen.folded
    claims = folded.state.claims
    if not len(claims):
        return
    visible = frozen.voices.visible
    key = keyed(
        folded.state.entries[address.node], folded.members.code(address.node, address.member)
    )
    span = spans(claims, visible)
    rows = (claims.key == key) & visible[claims.source] & (span.superseded > frozen.now)
    node = nodes_of(frozen.belief_map)[address.node]
    for row in np.flatnonzero(rows).tolist():
        source, at = claims.id[row][0], int(claims.at[row])
        opens = bool(claims.channel[row] == Channel.FOR)
        ends = int(claims.ends[row])
        if ends >= FOREVER and isinstance(node.ends, int):
            ends = at + node.ends
        yield Statement(
            at=at,
            order=int(claims.order[row]),
            source=source,
            own=source == SELF,
            opens=opens,
            begins=_begun(int(claims.begins[row]), node.begins, at),
            ends=ends,
        )


def _begun(given: Moment, declared: object, at: Moment) -> Moment:
    if given > ALWAYS:
        return given
    return at + declared if isinstance(declared, int) else at
