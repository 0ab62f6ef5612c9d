"""Shares under a change through the facade: refusals, parts, and nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.heads.test_choice import MAP, shoppers
from tests.lives import as_rows

from doxa.beliefmap.changes import put
from doxa.beliefmap.map_file import parse_map
from doxa.domain.ground import Ground
from doxa.errors import InputError, PopulationError, UnknownName
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins

SHELF: list[dict[str, Any]] = [
    {"id": "a", "price": 2.0, "kind": "fine"},
    {"id": "b", "price": 2.0, "kind": "plain"},
    {"id": "c", "price": 1.5, "kind": "plain"},
]
DEARER = put("price", plus=0.5, when={"id": "a"})


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Twins:
    opened = open_twins(tmp_path_factory.mktemp("shares") / "shop.db", MAP)
    opened.observe_many(as_rows(shoppers(30)))
    opened.fit()
    return opened


def test_shares_as_it_is_are_the_forecasts(twins: Twins) -> None:
    found = twins.shares("takes", DEARER, given={"brands": SHELF}, paths=300)
    told = twins.forecast("takes", given={"brands": SHELF})
    by_person: dict[tuple[str, str], float] = {}
    for row in told.rows():
        assert row.item is not None
        by_person[row.twin, row.item] = row.probability
    assert len(found.people) == 30
    for person in found.people:
        for one in person.options:
            assert one.without == pytest.approx(by_person[person.twin, one.option], abs=0.06)
    assert [person.worth for person in found.people] == sorted(p.worth for p in found.people)
    assert sum(one.difference for one in found.options) == pytest.approx(0, abs=1e-9)
    assert found.grounds is not None
    assert found.grounds.ground is Ground.TRANSPORTED


def test_the_same_seed_is_the_same_answer_and_a_person_alone_is_as_among_others(
    twins: Twins,
) -> None:
    before = twins.wiring.store.stats().signals
    one, again = (
        twins.shares("takes", DEARER, given={"brands": SHELF}, paths=40, seed=5) for _ in range(2)
    )
    assert one == again
    alone = twins.shares("takes", DEARER, given={"brands": SHELF}, paths=40, seed=5, cohort=["p3"])
    (own,) = alone.people
    among = next(person for person in one.people if person.twin == "p3")
    for mine, same in zip(own.options, among.options, strict=True):
        assert mine.option == same.option
        assert mine.difference == pytest.approx(same.difference, abs=1e-9)
    assert twins.wiring.store.stats().signals == before


def test_no_change_is_no_difference(twins: Twins) -> None:
    found = twins.shares("takes", [], given={"brands": SHELF}, paths=20)
    assert all(one.difference == one.low == one.high == 0 for one in found.options)
    assert found.parts[0].gain == found.parts[0].lose == 0
    assert found.grounds is None


def test_far_outside_is_refused_and_near_is_flagged(twins: Twins) -> None:
    near = twins.shares(
        "takes", put("price", to=3.3, when={"id": "a"}), given={"brands": SHELF}, paths=20
    )
    assert "above the highest seen" in near.outside[0].says
    assert near.grounds is not None
    with pytest.raises(InputError, match=r"changes: price of . 6 lies"):
        twins.shares("takes", put("price", times=3), given={"brands": SHELF})


@pytest.mark.parametrize(
    ("changes", "options", "says"),
    [
        (put("kind", times=2), {}, "is no number to be changed"),
        (DEARER, {"paths": 0}, "0 is no number of paths"),
        (DEARER, {"cohort": ["nobody"]}, "nothing was ever observed"),
    ],
)
def test_bad_questions_are_refused(
    twins: Twins, changes: Any, options: dict[str, Any], says: str
) -> None:
    with pytest.raises((InputError, UnknownName), match=says):
        twins.shares("takes", changes, given={"brands": SHELF}, **options)


def test_before_a_fit_and_without_a_choice_there_is_nothing_to_say(tmp_path: Path) -> None:
    with open_twins(tmp_path / "new.db", MAP) as opened:
        first = shoppers(1)[0]
        opened.observe(first.twin, first.kind, dict(first.payload), at=first.at, id=first.id)
        with pytest.raises(PopulationError, match="nothing was learned"):
            opened.shares("takes", DEARER, given={"brands": SHELF})
    visits = parse_map(
        "{doxa: 1, product: p, signals: {visit: []}, outcomes: {comes: {happens: visit, within: 7d}}}"
    )
    with (
        open_twins(tmp_path / "visits.db", visits) as opened,
        pytest.raises(InputError, match="no choice among options"),
    ):
        opened.shares("comes", [], given={})


def test_a_purpose_asks_only_for_what_it_may_forecast_and_of_those_who_let_it(
    tmp_path: Path,
) -> None:
    text = """
doxa: 1
product: shop
clock: position
fields: {brand: category}
nodes: {buys: {kind: preference, of: brand}}
signals: {shelf: [{node: buys, count: 1}]}
outcomes:
  takes: {choice: shelf, options: brands, chosen: brand, attributes: [price, kind]}
purposes:
  service: {sees: all}
  offers: {sees: all, forecasts: [takes], consent: true}
  nothing: {sees: [buys]}
"""
    with open_twins(tmp_path / "shop.db", parse_map(text)) as opened:
        opened.observe_many(
            {"twin": each.twin, "kind": each.kind, "at": each.at, "payload": dict(each.payload)}
            for each in shoppers(30)
        )
        opened.fit()
        opened.observe("p4", "consent", {"purpose": "offers", "given": True}, at=20)
        told = opened.shares("takes", DEARER, given={"brands": SHELF}, paths=5, purpose="offers")
        assert [person.twin for person in told.people] == ["p4"]
        assert told.left_out == 29
        assert len(opened.shares("takes", DEARER, given={"brands": SHELF}, paths=5).people) == 30
        with pytest.raises(InputError, match="nothing"):
            opened.shares("takes", DEARER, given={"brands": SHELF}, purpose="nothing")
