"""The credence of one node at every row, as the reading has it: for `among: {node: ...}`."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.domain.node import Address
from doxa.features.consents import Withholding
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.states import States
from doxa.reading.coupling.field import declared_field
from doxa.reading.coupling.read import Leaning, Wanted, read_coupled
from doxa.reading.falling_back import own_priors, with_wider
from doxa.reading.priors import MapPriors


def credence_of(past: Past, rows: Rows, address: Address) -> Floats:
    """P(the node holds) for each row's twin, from what the row may read, by the map's prior.

    The same as folding what lies before the row and reading it at the row's origin, moved by the
    neighbours that the map declares. A population is not asked: who is eligible may not change
    with a fit.
    """
    node = past.map.nodes[address.node]
    field = declared_field(past.map).around([node.name])
    code = past.members.code(address.node, address.member)
    nodes = with_wider(past.map, field.nodes or (node,))
    only = {node.name: np.array([code], dtype=np.int64)} if len(nodes) == 1 else None
    states = States(past, nodes, only)
    state = states.at(rows.twin, rows.seen)
    count, none = np.arange(len(rows)), np.zeros(len(rows), dtype=np.int64)
    wanted = Wanted((node,), none, count, np.full(len(rows), code))
    gate = Withholding(past, rows.twin, rows.seen)
    own = own_priors(MapPriors(), past.map, state, count, rows.seen.at, states.voices, gate)
    leaning = Leaning(field, own, past.members, gate)
    return read_coupled(state, wanted, rows.seen.at, states.voices, leaning).credence
