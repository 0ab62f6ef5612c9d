"""Finding people equals reading each of them and testing one by one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.runtime.conditions import holds
from tests.runtime.conftest import NOW

from doxa.beliefmap.cohorts.parse import parse_condition
from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, datetime_of
from doxa.errors import InputError, UnknownName
from doxa.runtime.cohorts import finding
from doxa.runtime.opening import open_twins

PEOPLE = ("ann", "bob", "cyd", "dee")

signals = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(
            [
                ("praise", {}),
                ("complaint", {"topic": "price"}),
                ("purchase", {"category": "MILK", "price": 2.0, "discount": 1}),
                ("purchase", {"category": "BREAD", "price": 1.0, "discount": 0}),
                ("rating", {"category": "MILK", "stars": 5}),
                ("rating", {"category": "BREAD", "stars": 1}),
                ("beep", {"calm": 2}),
                ("resolution", {}),
                ("traits", {"age": 41, "tier": "gold"}),
                ("traits", {"age": None, "tier": "mid"}),
                ("visit", {}),
            ]
        ),
        st.integers(0, 200),
        st.integers(0, 5),
    ),
    max_size=25,
)
atoms = st.sampled_from(
    [
        "prices_are_fair < 0.55",
        "prices_are_fair.contested",
        "prices_are_fair.status in (forming, held)",
        "prices_are_fair.truth != neither",
        "prices_are_fair.trend > 0",
        "buys[MILK] >= 60%",
        "buys[*] > 0.9",
        "buys[*].forming",
        "likes[*].mean > 3",
        "likes[BREAD].uncertainty < 0.9",
        "belief.forming",
        "preference.forming",
        "goal.unmet",
        "feeling.unmet",
        'trait.tier = "gold"',
        "trait.tier in (mid, gold)",
        "trait.age > 40",
        "trait.age != 41",
        "calm.occasions >= 2",
    ]
)
conditions = st.recursive(
    atoms,
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(" and ".join).map("({})".format),
        st.tuples(parts, parts).map(" or ".join).map("({})".format),
        parts.map("not {}".format),
    ),
    max_leaves=4,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=signals, condition=conditions, back=st.integers(0, 100), known=st.booleans())
def test_find_is_reading_everybody(shop_file, tmp_path_factory, rows, condition, back, known):
    path = tmp_path_factory.mktemp("find") / "shop.db"
    with open_twins(path, shop_file, clock=lambda: NOW) as twins:
        twins.observe_many(
            {
                "twin": twin,
                "kind": kind,
                "payload": payload,
                "at": datetime_of(NOW - ago * HOUR),
                "recorded": datetime_of(NOW - max(ago - late * 24, 0) * HOUR),
                "id": str(place),
            }
            for place, (twin, (kind, payload), ago, late) in enumerate(rows)
        )
        at = datetime_of(NOW - back * HOUR)
        found = twins.find(condition, at=at, known_at=at if known else None)
        tree = parse_condition(condition, twins.map)
        read = {name: twins.twin(name, at, at if known else None) for name in PEOPLE}
        there = [name for name in PEOPLE if read[name].met or read[name].traits()]
        expected = {name for name in there if holds(tree, read[name])}
        told = set(found.ids)
        assert {name for name in told if name in there} == expected
        assert found.among >= len(there)


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory):
    from tests.runtime.conftest import SHOP

    path = tmp_path_factory.mktemp("map") / "shop.yaml"
    path.write_text(SHOP)
    return path


@pytest.fixture
def crowd(open_shop):
    shop = open_shop()
    for person in range(7):
        for day in range(person + 1):
            shop.observe(
                f"p{person}", "complaint", {"topic": "price"}, at=datetime_of(NOW - day * DAY)
            )
    return shop


def test_parts_and_snapshots_change_nothing(crowd, monkeypatch):
    whole = crowd.find("prices_are_fair < 0.3")
    assert whole.among == 7
    assert whole.ids == tuple(
        f"p{n}" for n in range(7) if crowd[f"p{n}"].opinion("prices_are_fair").credence < 0.3
    )
    assert 0 < len(whole) < 7
    monkeypatch.setattr(finding, "PART", 2)
    steps = []
    crowd.snapshot()
    again = crowd.find("prices_are_fair < 0.3", progress=lambda done, of: steps.append((done, of)))
    assert again.ids == whole.ids
    assert steps == [(2, 7), (4, 7), (6, 7), (7, 7)]


def test_saved_conditions(crowd):
    assert crowd.cohorts() == []
    crowd.save_cohort("unhappy", "prices_are_fair < 0.3")
    assert crowd.cohort("unhappy").ids == crowd.find("prices_are_fair < 0.3").ids
    crowd.save_cohort("unhappy", "prices_are_fair < 0.1")
    assert [each.condition for each in crowd.cohorts()] == ["prices_are_fair < 0.1"]
    with pytest.raises(UnknownName, match="did you mean 'unhappy'"):
        crowd.cohort("unhapy")
    with pytest.raises(InputError, match="cannot be the name"):
        crowd.save_cohort("so so", "prices_are_fair < 0.1")
    with pytest.raises(InputError, match="no node"):
        crowd.save_cohort("wrong", "price < 0.1")
    crowd.drop_cohort("unhappy")
    assert crowd.cohorts() == []
    with pytest.raises(UnknownName, match="there is none"):
        crowd.drop_cohort("unhappy")


def test_forecasts_in_a_condition(open_shop):
    text = """
doxa: 1
product: shop
signals: {visit: []}
outcomes: {lapses: {never: visit, within: 28d, base: 0.3}}
"""
    shop = open_shop(parse_map(text))
    shop.observe("ann", "visit", at=datetime_of(NOW - DAY))
    assert shop.find("forecast.lapses > 25%").ids == ("ann",)
    assert shop.find("forecast.lapses > 0.5").ids == ()


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("", "a test is missing"),
        ("prices_are_fair", "a comparison is missing"),
        ("prices_are_fare < 1", "did you mean 'prices_are_fair'"),
        ("buys > 0.5", "which member"),
        ("buys[a, b] > 0.5", "names no member"),
        ("calm[x] > 1", "has no members"),
        ("prices_are_fair < often", "is no number"),
        ("prices_are_fair.statut = held", "did you mean 'status'"),
        ("prices_are_fair.status > held", "no order"),
        ("prices_are_fair.status = helt", "did you mean 'held'"),
        ("age > 3", "trait.age"),
        ("(prices_are_fair < 1", "is missing"),
        ("prices_are_fair < 1 calm < 2", "cannot stand here"),
        ("trait.age = 'x", "closing '"),
        ("prices_are_fair < 1; drop", "cannot stand here"),
        ("goal.stalle", "no goal stands so"),
        ("forecast.lapses > 1", "no such outcome"),
        ("not " * 60 + "calm < 1", "nested too deeply"),
        ("calm < 1 and " * 400 + "calm < 1", "characters long"),
    ],
)
def test_wrong_conditions_say_where(open_shop, condition, message):
    with pytest.raises(InputError, match=message):
        open_shop().find(condition)
