"""Choices through the facade: fit, ask about a shelf nobody has seen yet, and clear refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.heads.test_choice import MAP, shoppers
from tests.lives import as_rows

from doxa.errors import InputError, UnknownName
from doxa.runtime.forecasts import Forecast
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins

SHELF: list[dict[str, Any]] = [
    {"id": "a", "price": 1.0, "kind": "fine"},
    {"id": "b", "price": 2.0, "kind": "plain"},
    {"id": "new", "price": 1.5},
]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Twins:
    opened = open_twins(tmp_path_factory.mktemp("choices") / "shop.db", MAP)
    opened.observe_many(as_rows(shoppers(30)))
    return opened


def test_before_a_fit_all_options_are_alike(tmp_path: Path) -> None:
    with open_twins(tmp_path / "new.db", MAP) as opened:
        first = shoppers(1)[0]
        opened.observe(first.twin, first.kind, dict(first.payload), at=first.at, id=first.id)
        found = opened.twin(first.twin).forecast("takes", given={"brands": SHELF})
    assert [row.label for row in found] == ["prior"] * 3
    assert [row.probability for row in found] == pytest.approx([1 / 3] * 3)


def test_every_option_has_a_probability_and_reasons_that_add_up(twins: Twins) -> None:
    receipt = twins.fit()
    assert [(head.outcome, head.family) for head in receipt.heads] == [("takes", "choice")]
    found = twins.twin("p1").forecast("takes", given={"brands": SHELF})
    assert {row.item for row in found} == {"a", "b", "new"}
    assert sum(row.probability for row in found) == pytest.approx(1.0)
    assert [row.probability for row in found] == sorted(
        (row.probability for row in found), reverse=True
    )
    for row in found:
        told = row.base + sum(reason.contribution for reason in row.reasons)
        assert told == pytest.approx(row.predictor, abs=1e-9)
        assert row.label == "live"
        assert not row.stale


def test_a_person_who_likes_what_is_cheap_is_moved_by_a_price(twins: Twins) -> None:
    if not twins.populations():
        twins.fit()

    def of_a(person: str, price: float) -> float:
        shelf = [{**SHELF[0], "price": price}, *SHELF[1:]]
        found = twins.twin(person).forecast("takes", given={"brands": shelf})
        return next(row.probability for row in found if row.item == "a")

    likes_dear, likes_cheap = (of_a(person, 3.0) - of_a(person, 1.0) for person in ("p0", "p1"))
    assert likes_dear > likes_cheap


def test_a_set_over_everybody_has_a_row_per_person_and_option(twins: Twins) -> None:
    found = twins.forecast("takes", given={"brands": SHELF[:2]})
    assert len(found) == 2 * 30
    assert sorted(set(found.items)) == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "brands is not given"),
        ({}, "brands is not given"),
        ({"brands": SHELF[:1]}, "fewer than two options"),
        ({"brands": "a"}, "fewer than two options"),
        ({"brands": [{"price": 1}, {"price": 2}]}, "fewer than two options"),
        ({"brands": ["a", "a"]}, "fewer than two options"),
    ],
)
def test_a_menu_must_leave_something_to_choose(
    twins: Twins, given: dict[str, Any] | None, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        twins.twin("p1").forecast("takes", given=given)


def test_what_is_chosen_cannot_be_given(twins: Twins) -> None:
    with pytest.raises(UnknownName, match="'brand'"):
        twins.twin("p1").forecast("takes", given={"brands": SHELF, "brand": "a"})


def test_a_choice_is_not_recorded(twins: Twins) -> None:
    with pytest.raises(InputError, match="no horizon"):
        twins.forecast("takes", given={"brands": SHELF}, record=True)


def test_a_price_beyond_those_seen_is_flagged_and_one_far_beyond_refused(twins: Twins) -> None:
    if not twins.populations():
        twins.fit()

    def at(price: float) -> list[Any]:
        shelf = [{**SHELF[0], "price": price}, *SHELF[1:]]
        return twins.twin("p1").forecast("takes", given={"brands": shelf})

    assert all(row.outside == [] for row in at(2.0))
    flagged = at(3.3)
    (verdict,) = flagged[0].outside
    assert (verdict.field, verdict.option, verdict.value) == ("price", "a", 3.3)
    assert "above the highest seen" in verdict.says
    assert all(row.outside == [verdict] for row in flagged)
    with pytest.raises(InputError, match=r"price of a 9 lies 2\d\d % above the highest seen"):
        at(9.0)


def test_every_option_has_ends_around_its_chance_also_before_a_fit(tmp_path: Path) -> None:
    with open_twins(tmp_path / "shop.db", MAP) as unfitted:
        unfitted.observe_many(as_rows(shoppers(30)))
        before = unfitted.twin("p1").forecast("takes", given={"brands": SHELF})
        unfitted.fit()
        after = unfitted.twin("p1").forecast("takes", given={"brands": SHELF})

    def width(found: list[Forecast]) -> float:
        total = 0.0
        for row in found:
            assert row.low is not None
            assert row.high is not None
            assert 0 <= row.low <= row.probability <= row.high <= 1
            total += row.high - row.low
        return total

    assert width(after) < width(before)
