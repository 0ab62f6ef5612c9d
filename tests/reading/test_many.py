"""Reading many nodes at once is reading each."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from hypothesis import HealthCheck, given, settings

from doxa.beliefmap.columns import Members
from doxa.checks.columns import evidence_columns, signal_columns
from doxa.checks.strategies import histories, maps
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.reading.many import Rows, read_rows
from doxa.reading.pooled import Voices
from doxa.reading.priors import Asked, MapPriors, prior_rows
from doxa.reading.read import read_node
from doxa.state.people import fold_people


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck), derandomize=True)
@given(maps(), histories(), histories())
def test_many_nodes_read_as_each(belief_map, history, other):
    beside = [
        Signal(**{f: getattr(s, f) for f in s.__struct_fields__} | {"twin": "bob"}) for s in other
    ]
    signals, members = [*history, *beside], Members()
    columns = signal_columns(signals, belief_map)
    state = fold_people(columns, evidence_columns(signals, belief_map, members), belief_map)
    voices = Voices.of(columns.sources, {"shop": 0.4})
    voices = Voices(
        voices.trust, voices.own, np.array([name != "rumour" for name in columns.sources])
    )
    now = max(signal.at for signal in signals) + 20 * DAY
    nodes = tuple(belief_map.nodes.values())
    ask = [
        (place, twin, member)
        for place, node in enumerate(nodes)
        for member in range(max(len(members.names(node.name)), 1) + 1)
        for twin in (1, 0, 7)
    ]
    node, twin, member = np.array(ask).T
    asked = Asked(twin, member, members, state.traits)
    prior = prior_rows(MapPriors(), nodes, node, asked)
    told = read_rows(state, Rows(nodes, node, twin, member, prior), now, voices)
    far = 2**40  # the keys of a large store
    moved = replace(
        state,
        tables={
            layout: replace(cells, twin=cells.twin + far) for layout, cells in state.tables.items()
        },
        seen=replace(state.seen, twin=state.seen.twin + far),
    )
    away = read_rows(moved, Rows(nodes, node, twin + far, member, prior), now, voices)
    np.testing.assert_array_equal(away.credence, told.credence)
    for place, each in enumerate(nodes):
        rows = np.flatnonzero(node == place)
        alone = read_node(state, each, now, voices, asked=(twin[rows], member[rows]))
        for field in fields(alone):
            np.testing.assert_array_equal(
                getattr(told, field.name)[rows], getattr(alone, field.name), field.name
            )
