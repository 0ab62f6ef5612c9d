"""No local day lies on both sides of a boundary, whatever the zone does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.beliefmap.model import Zone
from doxa.domain.clock import DAY, HOUR, SLOT, local_day, parse_time
from doxa.runtime.folding.boundary import boundary, midnight

ZONES = ["UTC", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Asia/Kathmandu"]
NONE = np.zeros(0, np.int64)


@given(st.sampled_from(ZONES), st.integers(0, 20_000))
@settings(deadline=None, derandomize=True)
def test_local_days_are_parted(name, day):
    found = midnight(day, name)
    if found is not None:
        around = range(found - 36 * HOUR, found + 36 * HOUR, SLOT)
        assert all((local_day(each, name) >= day) == (each >= found) for each in around)


def test_a_repeated_midnight_is_no_boundary():
    day = local_day(parse_time("2010-11-07T12:00:00Z"), "America/St_Johns")
    assert midnight(day, "America/St_Johns") is None


@pytest.mark.parametrize("name", ZONES)
def test_it_is_at_least_two_days_old(name):
    now = parse_time("2020-05-05T05:05:00Z")
    found = boundary(NONE, Zone(default=name), now)
    assert now - 3 * DAY < found <= now - 2 * DAY


def test_a_zone_that_moves_needs_two_quiet_days():
    now, moving = 100 * DAY, Zone(default="UTC", trait="tz")
    busy = np.arange(0, 100 * DAY, DAY // 2)
    assert boundary(busy, moving, now) is None
    quiet = busy[(busy < 50 * DAY) | (busy > 54 * DAY)]
    found = boundary(quiet, moving, now)
    assert 52 * DAY <= found <= 54 * DAY
    assert boundary(NONE, moving, now) is None
