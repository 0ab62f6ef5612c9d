"""What is put and assumed moves people the way the heads learned, and never beyond what was seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.runtime import kiosk

from doxa.beliefmap.changes import assume, put, put_trait
from doxa.domain.ground import Ground
from doxa.errors import InputError
from doxa.features.support import Lies
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins

ASKED = {"days": 14, "paths": 20, "outcomes": ["spends", "buy signals"]}


@pytest.fixture(scope="module")
def kiosk_twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    file = tmp_path_factory.mktemp("kiosk") / "kiosk.db"
    with open_twins(file, kiosk.MAP, clock=lambda: kiosk.END) as twins:
        twins.observe_many(kiosk.signals())
        twins.fit()
        yield twins


def test_a_known_field_that_is_put_is_what_draws_know(kiosk_twins):
    found = kiosk_twins.simulate({"cheap": put("tag", to=1.0), "dear": put("tag", to=2.0)}, **ASKED)
    cheap, dear = (found.effect("spends", name) for name in ("cheap", "dear"))
    assert dear.under / cheap.under == pytest.approx(2.0, rel=0.1)
    assert found.effect("buy signals", "dear").difference == 0.0
    assert found.arm("dear").grounds.ground is Ground.TRANSPORTED
    assert found.arm("dear").changes[0].outside == []


def test_it_holds_only_while_it_holds_and_for_whom(kiosk_twins):
    found = kiosk_twins.simulate(
        {
            "later": put("tag", to=2.0, begin="7d"),
            "some": put("tag", to=2.0, among={"trait": "plan", "is": "gold"}),
        },
        **ASKED,
        nodes=[],
    )
    track = found.track("spends", "later")
    gone = [u.mean == w.mean for u, w in zip(track.under, track.without, strict=True)]
    assert gone[:7] == [True] * 7
    assert gone[-1] is False
    groups = {one.value: one for one in found.arm("some").groups["spends"] if one.by == "plan"}
    assert groups["plain"].difference == 0.0
    assert groups["gold"].difference != 0.0


def test_a_drawn_field_is_reckoned_with(kiosk_twins):
    found = kiosk_twins.simulate({"dearer": put("paid", times=1.1, plus=0.0)}, **ASKED)
    effect = found.effect("spends")
    assert effect.under == pytest.approx(1.1 * effect.without)


def test_a_trait_moves_who_did_not_have_it(kiosk_twins):
    found = kiosk_twins.simulate({"gold": put_trait("plan", "gold")}, **ASKED)
    groups = {one.value: one for one in found.arm().groups["buy signals"] if one.by == "plan"}
    assert groups["gold"].difference == 0.0
    assert groups["plain"].difference > 0.5


def test_a_belief_that_is_assumed_moves_what_rests_on_it(kiosk_twins):
    found = kiosk_twins.simulate(
        {"unfair": assume("fair", holds=False, weight=3), "fair": assume("fair", weight=3)},
        **ASKED,
    )
    assert found.arm("fair").grounds.ground is Ground.ASSUMED
    assert found.effect("fair", "fair").difference > 0.02
    assert found.effect("fair", "unfair").difference < -0.02
    assert (
        found.effect("buy signals", "unfair").difference
        < found.effect("buy signals", "fair").difference
    )


def test_three_times_the_largest_seen_is_refused_and_one_inside_is_not(kiosk_twins):
    twin = kiosk_twins["k01"]
    largest = 2.0
    with pytest.raises(InputError, match="nothing that was seen says what would follow"):
        twin.simulate(put("tag", to=3 * largest), days=2, paths=2)
    inside = twin.simulate(put("tag", to=1.5), days=2, paths=2)
    assert inside.arm().changes[0].outside == []
    beyond = twin.simulate(put("tag", to=2.2), days=2, paths=2).arm().changes[0]
    assert beyond.outside[0].lies is Lies.OUTSIDE
    assert "10 % above the highest seen" in beyond.outside[0].says
    assert beyond.grounds.ground is Ground.ASSUMED


def test_what_has_no_value_to_begin_with_is_not_reckoned_with(kiosk_twins):
    with pytest.raises(InputError, match="which nothing draws"):
        kiosk_twins["k01"].simulate(put("tag", times=1.1), days=2, paths=2)
