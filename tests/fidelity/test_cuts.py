"""Groups, cuts and the learning curve, against doing it one group and one draw at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, parse_time
from doxa.domain.signal import Signal
from doxa.features.moments import after_triggers, at_origins
from doxa.fidelity.cuts import by_evidence, by_volume, cuts_of
from doxa.fidelity.groups import Grouped, Groups, binned
from doxa.fidelity.horizons import horizons_of
from doxa.fidelity.learning_curve import by_answered, curve_of
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.segments import UNKNOWN, segments_of

MAP = parse_map("""
doxa: 1
product: shop
timezone: UTC
nodes:
  buys: {kind: preference}
signals:
  buy: [{node: buys, count: 1}]
  offer: []
outcomes:
  soon: {happens: buy, within: 7d}
  redeems: {after: offer, plus: [0d, 3d], happens: buy, within: 5d}
personas: [tier, age]
""")
START = parse_time("2026-01-01T00:00:00Z")
PEOPLE = 40


def signal(number: int, twin: str, kind: str, day: float, **payload: object) -> Signal:
    at = START + round(day * DAY)
    return Signal(id=f"n{number}", twin=twin, kind=kind, at=at, recorded=at, payload=payload)


def history() -> list[Signal]:
    found: list[Signal] = []
    for person in range(PEOPLE):
        twin = f"p{person}"
        if person % 4:
            tier = "gold" if person % 2 else "blue"
            found.append(signal(len(found), twin, "traits", 0, tier=tier, age=20 + person))
        for day in range(0, person, 2):
            found.append(signal(len(found), twin, "buy", 1 + day))
        found.append(signal(len(found), twin, "offer", 10))
    return found


@pytest.fixture(scope="module")
def past():
    return past_of(history(), MAP, list(MAP.outcomes.values()))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_grouped_scores_are_those_of_each_group_alone(seed):
    rng = np.random.default_rng(seed)
    n = 300
    people, code = rng.integers(0, 60, n), rng.integers(-1, 3, n)
    loss, rival = rng.random(n), rng.random(n) + 0.5
    resamples = Resamples(people, draws=200, seed=3)
    groups = Groups("g", ["a", "b", "c"], code)
    found = Grouped(resamples, groups, {"loss": loss, "rival": rival})
    means, skills = found.mean("loss"), found.skill("loss", "rival")
    for place in range(3):
        own = code == place
        assert found.rows[place] == own.sum()
        assert found.people[place] == len(np.unique(people[own]))
        assert means[place][0] == pytest.approx(loss[own].mean())
        assert skills[place][0] == pytest.approx(1 - loss[own].mean() / rival[own].mean())
        # The draws are those of all rows: what a mask of the others gives.
        drawn = resamples.share(loss * own, own.astype(float))
        assert means[place] == pytest.approx(drawn.as_list())
        assert skills[place][1] <= skills[place][0] <= skills[place][2]


def test_few_people_have_no_interval():
    people = np.repeat(np.arange(15), 2)
    code = (people > 8).astype(np.int64)
    groups = Groups("g", ["nine", "six"], code)
    found = Grouped(Resamples(people), groups, {"loss": np.ones(30)}).mean("loss")
    assert found[0][0] == 1.0
    assert np.isnan(found[0][1:]).all()


def test_an_end_belongs_to_the_bin_above_it():
    found = binned("n", np.array([0.0, 1.0, 5.0, 6.0]), [1.0, 6.0], ["0", "1-5", "6 or more"])
    assert [found.names[code] for code in found.code] == ["0", "1-5", "1-5", "6 or more"]


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60))
def test_every_row_stands_in_the_group_that_its_number_names(numbers):
    known = np.array(numbers)
    for groups in (by_evidence(known), by_volume(known), by_answered(known)):
        for number, code in zip(numbers, groups.code, strict=True):
            assert within(number, groups.names[code])


def within(number: int, name: str) -> bool:
    name = name.replace(",", "")
    if name.startswith("over "):
        return number > int(name[5:])
    if name.endswith(" or more"):
        return number >= int(name[:-8])
    low, _, high = name.partition("-")
    return int(low) <= number <= int(high or low)


def test_cuts_of_scored_rows_add_up(past):
    outcome = MAP.outcomes["soon"]
    twins = np.unique(past.signals.twin)
    rows = at_origins(outcome, twins, [START + 3 * DAY, START + 45 * DAY])
    rng = np.random.default_rng(1)
    losses = {name: rng.random(len(rows)) + 0.2 for name in ("base", "persona", "twin")}
    cuts = cuts_of(past, rows, losses, None, Resamples(rows.person))
    assert [(cut.by, cut.trait) for cut in cuts] == [
        ("evidence", None),
        ("tenure", None),
        ("volume", None),
        ("segment", "tier"),
        ("segment", "age"),
    ]
    for cut in cuts:
        assert sum(group.rows for group in cut.groups) == len(rows)
        mean = sum(group.rows * group.twin[0] for group in cut.groups) / len(rows)
        assert mean == pytest.approx(losses["twin"].mean())
    evidence = {group.name: group for group in cuts[0].groups}
    assert list(evidence) == ["0", "1-5", "6-20", "21-100"]
    tenure = {group.name: group.people for group in cuts[1].groups}
    assert sum(tenure.values()) == 2 * PEOPLE
    tiers = {group.name: group for group in cuts[3].groups}
    assert tiers[UNKNOWN].people == PEOPLE // 4
    assert tiers["gold"].skill_over_persona[0] == pytest.approx(
        1 - tiers["gold"].twin[0] / tiers["gold"].persona[0]
    )


def test_without_personas_there_is_no_skill_over_them(past):
    rows = at_origins(MAP.outcomes["soon"], np.unique(past.signals.twin), [START + 45 * DAY])
    losses = {"base": np.ones(len(rows)), "twin": np.full(len(rows), 0.5)}
    for cut in cuts_of(past, rows, losses, None, Resamples(rows.person)):
        for group in cut.groups:
            assert group.persona is group.skill_over_persona is None
            assert group.skill_over_base[0] == pytest.approx(0.5)


def test_a_number_of_many_values_is_cut_into_quarters(past):
    rows = at_origins(MAP.outcomes["soon"], np.unique(past.signals.twin), [START + 45 * DAY])
    found = segments_of(past, rows, "age")
    assert len(found.names) == 5
    assert found.names[-1] == UNKNOWN
    size = np.bincount(found.code)
    assert size[:4].max() - size[:4].min() <= 2


def test_horizons_are_those_of_the_outcome(past):
    soon = MAP.outcomes["soon"]
    rows = at_origins(soon, np.unique(past.signals.twin), [START + 45 * DAY])
    assert horizons_of(soon, past, rows).names == ["7d"]
    redeems = MAP.outcomes["redeems"]
    asked = after_triggers(redeems, past)
    found = horizons_of(redeems, past, asked)
    assert found.names == ["0d after", "3d after"]
    later = asked.seen.at - past.signals.at[asked.signal]
    assert (found.code == (later > 0)).all()


def test_the_curve_pairs_both_heads_on_the_same_rows():
    rng = np.random.default_rng(2)
    people = np.repeat(np.arange(50), 6)
    answered = np.tile(np.arange(6), 50)
    twin = rng.random(300)
    without = twin + np.where(answered == 0, 0.0, 0.2)
    found = curve_of(answered, twin + 1, twin, without, Resamples(people))
    assert found.effects
    assert [point.answered for point in found.points] == ["0", "1", "2-3", "4-7"]
    assert found.points[0].gain == pytest.approx([0, 0, 0])
    for point in found.points[1:]:
        # The gain is the same on every row: paired, its interval has no width.
        assert point.gain == pytest.approx([0.2, 0.2, 0.2])
    assert found.gain[0] == pytest.approx(0.2 * 5 / 6)
    bare = curve_of(answered, twin, twin, None, Resamples(people))
    assert not bare.effects
    assert bare.points[0].without is bare.gain is None
