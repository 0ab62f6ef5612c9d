"""Where context breaks, counted in plain Python over small worlds of signals."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.audit.journey import journey_of
from doxa.beliefmap.map_file import parse_map
from doxa.checks.columns import signal_columns
from doxa.domain.clock import DAY, HOUR, Clock, local_day, parse_time
from doxa.domain.signal import Signal

MAP = parse_map("{doxa: 1, product: p, timezone: UTC, signals: {visit: []}}")
START = parse_time("2026-01-01T00:00:00Z")
_ROWS = st.lists(
    st.tuples(
        st.sampled_from(("ann", "bob", "cy")),
        st.integers(0, 300),
        st.sampled_from((None, "s1", "s2", "s3")),
        st.sampled_from((None, "phone", "tablet")),
        st.sampled_from(("web", "shop", "support")),
        st.sampled_from(("visit", "visit", "visit", "traits")),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


def signals_of(rows: list[tuple]) -> list[Signal]:
    return [
        Signal(
            id=f"n{place}",
            twin=twin,
            kind=kind,
            at=START + hours * 12 * HOUR,
            recorded=START,
            order=place,
            session=session,
            device=device,
            source=source,
            cause="forecast" if caused and place % 5 == 0 else None,
        )
        for place, (twin, hours, session, device, source, kind, caused) in enumerate(rows)
    ]


@given(rows=_ROWS)
@settings(max_examples=40, deadline=None)
def test_breaks_are_those_of_plain_python(rows) -> None:
    every = signals_of(rows)
    found = journey_of(
        signal_columns(every, MAP), Clock.TIME, ids=5, joined=2, named_as_device=1, gap=3 * DAY
    )
    seen = sorted(
        (s for s in every if s.kind == "visit" and s.cause is None), key=lambda s: (s.at, s.order)
    )
    assert (found.signals, found.people) == (len(seen), len({s.twin for s in seen}))
    for name in ("device", "session"):
        _check_ids(name, [(getattr(s, name), s.twin) for s in seen if getattr(s, name)], found)
    _check_starts(seen, found.starts)
    for each in found.departments:
        own = [s for s in seen if s.source == each.name]
        people = {s.twin for s in own}
        theirs = [s for s in seen if s.twin in people]
        assert (each.signals, each.people) == (len(own), len(people))
        assert each.missed == pytest.approx(1 - len(own) / len(theirs))
    pairs = {(each.reader, each.sender): each for each in found.blind}
    for (reader, sender), each in pairs.items():
        both = {s.twin for s in seen if s.source == reader} & {
            s.twin for s in seen if s.source == sender
        }
        count = {
            name: sum(s.twin in both for s in seen if s.source == name) for name in (reader, sender)
        }
        assert each.people == len(both)
        assert each.missed == pytest.approx(count[sender] / sum(count.values()))
        assert (sender, reader) in pairs


def _check_ids(name, carried, found) -> None:
    told = next((each for each in found.ids if each.name == name), None)
    under, has = defaultdict(set), defaultdict(set)
    for value, twin in carried:
        under[value].add(twin)
        has[twin].add(value)
    if not under:
        assert told is None
        return
    shared = {value for value, twins in under.items() if len(twins) > 1}
    assert (told.signals, told.ids, told.shared) == (len(carried), len(under), len(shared))
    assert told.sharers == len({twin for value in shared for twin in under[value]})
    assert told.several == sum(len(values) > 1 for values in has.values())
    assert told.single == len(under) - len(shared)


def _check_starts(seen, starts) -> None:
    sessions, first, cold, other = set(), 0, 0, 0
    last, devices = {}, defaultdict(set)
    for s in seen:
        key = (s.twin, s.session or local_day(s.at, "UTC"))
        fresh = s.device is not None and s.device not in devices[s.twin]
        if key not in sessions:
            sessions.add(key)
            first += s.twin not in last
            cold += s.twin in last and s.at - last[s.twin] > 3 * DAY
            other += s.twin in last and fresh
        devices[s.twin].add(s.device)
        last[s.twin] = s.at
    assert (starts.sessions, starts.unmet, starts.cold) == (len(sessions), first, cold)
    assert starts.other_device == other
    if sessions:
        assert starts.share == pytest.approx((first + cold) / len(sessions))
