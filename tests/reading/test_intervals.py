"""When a constraint binds, held against a calendar that is painted day by day."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.reading.intervals import Standing, Statement, binding

DAYS = 40


@st.composite
def statements(draw):
    at, out = 0, []
    for _ in range(draw(st.integers(1, 12))):
        at += draw(st.integers(0, 4))
        source = draw(st.sampled_from(["shop", "support", "self"]))
        begins = draw(st.integers(0, DAYS - 2))
        ends = draw(st.integers(begins + 1, DAYS))
        opens = draw(st.sampled_from([True, True, False]))
        out.append(Statement(at, len(out), source, source == "self", opens, begins, ends))
    return out


def painted(told):
    """Days on which each source has the constraint, and whether its last word is a denial."""
    days = {one.source: [False] * DAYS for one in told}
    denies = dict.fromkeys(days, False)
    for one in told:
        mine = days[one.source]
        if one.opens:
            for first, last in runs(mine):
                if first <= one.ends and one.begins <= last:
                    mine[first:last] = [False] * (last - first)
            mine[one.begins : one.ends] = [True] * (one.ends - one.begins)
        for source, theirs in days.items():
            if not one.opens and (one.own or source == one.source):
                theirs[one.at :] = [False] * len(theirs[one.at :])
        denies[one.source] = not one.opens
    return days, denies


def runs(days):
    """Stretches of days that are painted."""
    edges = [n for n in range(DAYS + 1) if (n < DAYS and days[n]) != (n > 0 and days[n - 1])]
    return list(zip(edges[::2], edges[1::2], strict=True))


@given(statements(), st.integers(0, DAYS - 1), st.sampled_from([0.2, 0.5, 0.9]))
@settings(max_examples=400, deadline=None)
def test_it_binds_on_the_days_that_are_painted(told, now, credence):
    seen = [one for one in told if one.at <= now]
    found = binding(reversed(seen), now, credence)
    if found is None:
        assert not seen
        return
    days, denies = painted(seen)
    having = {source for source, painting in days.items() if painting[now]}
    denied = any(denies[source] for source in days if source not in having)
    assert found.contradicted == (bool(having) and denied)
    assert found.active == (bool(having) and (not denied or credence >= 0.5))
    if found.active:
        assert found.begins <= now < found.ends
    if found.standing is Standing.UPCOMING:
        assert found.begins > now
        assert any(painting[found.begins] for painting in days.values())


def said(at, source, opens=True, begins=5, ends=9):
    return Statement(at, 0, source, source == "self", opens, begins, ends)


def test_a_later_until_extends_and_an_earlier_one_shortens():
    told = [said(0, "shop"), said(1, "shop", ends=14), said(2, "shop", ends=7)]
    found = binding(told, 8, 0.9)
    assert (found.standing, found.ends) == (Standing.OVER, 7)
    assert [turn.what for turn in found.turns] == ["opened", "extended", "shortened"]


def test_two_stretches_stand_beside_each_other():
    told = [said(0, "shop"), said(1, "shop", begins=20, ends=22)]
    assert [binding(told, now, 0.9).standing.value for now in (6, 12, 21, 30)] == [
        "active",
        "upcoming",
        "active",
        "over",
    ]


def test_the_persons_denial_closes_what_everybody_says():
    told = [said(0, "shop"), said(0, "support"), said(6, "self", opens=False)]
    found = binding(told, 7, 0.9)
    assert (found.standing, found.ends, found.contradicted) == (Standing.CLOSED, 6, False)


def test_two_sources_that_disagree_contradict_each_other():
    told = [said(0, "shop"), said(6, "support", opens=False)]
    assert [binding(told, 7, credence).standing.value for credence in (0.6, 0.4)] == [
        "active",
        "closed",
    ]
    found = binding(told, 7, 0.6)
    assert found.contradicted
    assert [turn.what for turn in found.turns] == ["opened", "contradicted"]


def test_nothing_said_is_no_interval():
    assert binding([], 0, 0.5) is None
