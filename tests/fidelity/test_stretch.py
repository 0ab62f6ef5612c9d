"""The stretch held back lies after what both were fitted on, and its rows are the same in any past."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import Outcome, Target
from doxa.checks.worlds import TIMED, crowd, past_of
from doxa.domain.clock import DAY
from doxa.fidelity.candidate import compared, losses_of
from doxa.fidelity.stretch import MOST_WINDOWS, carried, scored_rows, stretch_of
from doxa.learning.population import fit_head

SIGNALS = crowd()
END = SIGNALS[-1].at + 1
MAP = parse_map(TIMED)
BUYS = MAP.outcomes["buys_soon"]


@given(st.integers(1, 40), st.integers(0, 100), st.integers(0, 400))
def test_whole_windows_after_the_origin(within: int, after: int, span: int) -> None:
    outcome = Outcome(name="o", target=Target.HAPPENS, kind="k", within=within)
    found = stretch_of(outcome, after, after + span)
    if span < within:
        assert found is None
        return
    assert found is not None
    windows, rest = divmod(found.end - found.begin, within)
    assert (rest, 1 <= windows <= MOST_WINDOWS) == (0, True)
    assert found.begin >= after
    assert windows == 1 or windows * within <= span / 3


def test_rows_lie_in_the_stretch_and_their_windows_close_in_it() -> None:
    past = past_of(SIGNALS, MAP, [BUYS])
    stretch = stretch_of(BUYS, END - 12 * DAY, END)
    assert stretch is not None
    judge = fit_head(past, BUYS, stretch.begin)
    rows = scored_rows(past, BUYS, stretch, judge, 1)
    assert judge.origin <= stretch.begin <= rows.rows.seen.at.min()
    assert rows.rows.closes.at.max() <= END
    assert len(rows.y) == 40 * 2 * len(judge.items)


def test_rows_of_another_past_are_the_same_rows() -> None:
    other_map = parse_map(TIMED.replace("for: 0.2", "for: 0.3"))
    past = past_of(SIGNALS, MAP, [BUYS])
    # met in another order, members have other codes
    other = past_of(SIGNALS, other_map, [other_map.outcomes["buys_soon"]])
    for name in ("rye", "tea", "milk"):
        other.coder("category")(name)
    stretch = stretch_of(BUYS, END - 12 * DAY, END)
    assert stretch is not None
    head = fit_head(past, BUYS, stretch.begin)
    rows = scored_rows(past, BUYS, stretch, head, 1)
    same = carried(rows, BUYS, past, other)
    names, others = past.values("category"), other.values("category")
    assert [names[code] for code in rows.rows.member] == [others[c] for c in same.rows.member]
    np.testing.assert_array_equal(same.rows.signal, rows.rows.signal)
    lost = losses_of(head, past, rows)
    found = compared(rows, lost, lost, head, "since")
    assert found is not None
    assert found.worse == [0.0, 0.0, 0.0]
    assert not found.is_worse
    few = rows.take(rows.rows.person < rows.rows.person.min() + 5)
    assert compared(few, lost[: len(few.y)], lost[: len(few.y)], head, "since") is None
