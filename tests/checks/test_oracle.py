"""The fold against plain loops: every sum of every cell, and the event clocks."""

from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import HealthCheck, given, settings

from doxa.beliefmap.columns import Members
from doxa.checks.columns import evidence_columns, signal_columns
from doxa.checks.oracle_cells import held
from doxa.checks.strategies import histories, maps
from doxa.domain.clock import DAY, Clock, local_day
from doxa.state.clock import event_clocks
from doxa.state.entries import claims_about
from doxa.state.people import fold_people

slow = settings(
    deadline=None, max_examples=80, suppress_health_check=list(HealthCheck), derandomize=True
)


@slow
@given(maps(), histories())
def test_every_sum_is_what_plain_loops_say(belief_map, history):
    members = Members()
    columns = signal_columns(history, belief_map)
    state = fold_people(columns, evidence_columns(history, belief_map, members), belief_map)
    now = history[-1].at + 3 * DAY
    told = held(history, belief_map)
    entries = [(a, a.node, h) for a, h in told.items() if h.sources]
    entries += [(a, claims_about(a.node), h.claims) for a, h in told.items() if h.claims]
    assert {entry for _, entry, _ in entries} == state.nodes.keys()
    for address, entry, facts in entries:
        cells = state.nodes[entry]
        names = members.names(address.node)
        for source, expected in facts.sources.items():
            same = cells.source == columns.sources.index(source)
            mine = same & (cells.member == names.index(address.member))
            row = int(np.flatnonzero(mine)[0])
            assert (cells.first[row], cells.last[row]) == (
                min(expected.moments),
                max(expected.moments),
            )
            for band, half_life in enumerate(cells.bands):
                np.testing.assert_allclose(
                    cells.at(now)[row, :, band],
                    expected.sums(now, half_life),
                    rtol=1e-9,
                    atol=1e-9,
                )


@slow
@given(maps(), histories())
def test_event_clocks_count_sessions_that_began(belief_map, history):
    belief_map = msgspec.structs.replace(belief_map, event_bands={"visit": (2.0,)})
    clock = event_clocks(signal_columns(history, belief_map), belief_map)["visit"]
    began: dict[object, tuple[int, int]] = {}
    for signal in history:
        if signal.kind == "visit":
            timed = belief_map.clock is Clock.TIME
            day = local_day(signal.at, belief_map.zone.default) if timed else 0
            key = (signal.session, day) if signal.session else signal.id
            when = signal.at, signal.order
            began[key] = min(began.get(key, when), when)
    for signal in history:
        when, one = (signal.at, signal.order), np.zeros(1, dtype=np.int64)
        count = clock.ticks(one, one + signal.at, one + signal.order)[0]
        assert count == sum(start <= when for start in began.values())
        before = clock.ticks(one, one + signal.at, one + signal.order, strictly=True)[0]
        assert before == sum(start < when for start in began.values())
