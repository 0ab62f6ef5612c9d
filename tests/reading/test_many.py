"""Reading many nodes at once is reading each."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import HealthCheck, given, settings

from doxa.beliefmap.columns import Members
from doxa.checks.columns import evidence_columns, signal_columns
from doxa.checks.strategies import histories, maps
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.reading.many import read_many
from doxa.reading.pooled import Voices
from doxa.reading.read import read_node
from doxa.state.people import fold_people


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), derandomize=True)
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
    nodes = list(belief_map.nodes.values())
    told = read_many(state, nodes, now, voices)
    for node in nodes:
        alone = read_node(state, node, now, voices)
        assert (node.name in told) is (len(alone) > 0) or not len(told[node.name])
        if node.name in told:
            for field in fields(alone):
                np.testing.assert_array_equal(
                    getattr(told[node.name], field.name), getattr(alone, field.name), field.name
                )
