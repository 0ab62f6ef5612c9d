"""Merging, unmerging and taking back through the facade, on both clocks."""

from __future__ import annotations

import pytest
from tests.runtime.conftest import NOW

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, datetime_of
from doxa.errors import InputError, SignalError, UnknownName
from doxa.runtime.folding.twin_state import readable
from doxa.runtime.identity import person_at

FAIR = "prices_are_fair"


def at(days: float) -> object:
    """So many days before now."""
    return datetime_of(NOW - round(days * DAY))


@pytest.fixture
def two(shop):
    """A person and a device, both with a history."""
    for day in range(120, 0, -5):
        shop.observe("h42", "praise", at=at(day), source="till", session=f"s{day}")
        shop.observe("device-7", "complaint", {"topic": "price"}, at=at(day + 1), session=f"d{day}")
    return shop


def support(twin):
    told = twin.opinion(FAIR)
    return told.support, told.attack


class TestMerge:
    def test_both_ids_read_the_union(self, two):
        alone, other = support(two["h42"]), support(two["device-7"])
        receipt = two.merge("device-7", into="h42")
        assert (receipt.alias, receipt.twin, receipt.joined, receipt.duplicate) == (
            *("device-7", "h42"),
            *(True, False),
        )
        for name in ("h42", "device-7"):
            twin = two[name]
            assert twin.id == "h42"
            assert support(twin)[0] == pytest.approx(alone[0], rel=0.3)
            assert support(twin)[1] > 0.5 * other[1]
        assert len(two["device-7"].explain(FAIR).trail) == 48

    def test_before_it_they_are_two(self, two, clock):
        before = support(two["h42"])
        clock.move(24)
        two.merge("device-7", into="h42", at=datetime_of(NOW))
        assert support(two.twin("h42", as_of=NOW - 1)) == pytest.approx(
            support(two.twin("h42", as_of=NOW - 1, known_at=NOW)), rel=1e-12
        )
        assert support(two.twin("h42", as_of=NOW, known_at=NOW)) == before
        assert two.twin("device-7", as_of=NOW - 1).id == "device-7"
        assert two.twin("device-7", as_of=NOW).id == "h42"
        assert two.twin("device-7", known_at=NOW).id == "device-7"

    def test_unmerging_restores_both(self, two, clock):
        before = [support(two.twin(name, as_of=NOW)) for name in ("h42", "device-7")]
        two.merge("device-7", into="h42")
        clock.move(1)
        two.observe("device-7", "praise", source="till")
        two.unmerge("device-7", at=at(0.5))
        for name, expected in zip(("h42", "device-7"), before, strict=True):
            assert support(two.twin(name, as_of=NOW)) == pytest.approx(expected, rel=1e-12)
            assert two[name].id == name
        assert two["device-7"].opinion(FAIR).support > before[1][0]

    def test_while_it_held_it_holds(self, two, clock):
        two.merge("device-7", into="h42", at=at(10))
        two.unmerge("device-7", at=at(5))
        names = [two.twin("device-7", as_of=at(day)).id for day in (11, 10, 6, 5, 0)]
        assert names == ["device-7", "h42", "h42", "device-7", "device-7"]

    def test_chains(self, two):
        two.observe("cookie", "praise", at=at(3), source="till", session="c")
        two.merge("cookie", into="device-7")
        two.merge("device-7", into="h42")
        assert {two[name].id for name in ("cookie", "device-7", "h42")} == {"h42"}
        whole = support(two["h42"])
        two.unmerge("device-7")
        assert two["cookie"].id == "device-7"
        assert support(two["h42"])[0] < whole[0]

    def test_late_signals_of_an_alias(self, two):
        two.merge("device-7", into="h42")
        before = two["h42"]
        frozen = support(before)
        receipt = two.observe("device-7", "complaint", {"topic": "price"}, at=at(30))
        assert support(two["h42"])[1] > frozen[1]
        assert (support(before), len(before.explain(FAIR).trail)) == (frozen, 48)
        (change,) = receipt.delta()
        assert change.after == two["h42"].opinion(FAIR)

    def test_an_alias_may_come_before_its_first_signal(self, shop):
        shop.merge("device-7", into="h42")
        assert shop["device-7"].met is False
        shop.observe("device-7", "praise")
        assert shop["h42"].met is True

    def test_many_twins_and_conditions_see_people(self, two):
        two.merge("device-7", into="h42")
        two.observe("bob", "praise")
        found = two.read(["device-7", "bob", "nobody", "h42"], [FAIR])
        read = found.nodes[FAIR].credence.tolist()
        assert read[0] == read[3] == pytest.approx(two["h42"].opinion(FAIR).credence, rel=1e-12)
        assert read[1] == pytest.approx(two["bob"].opinion(FAIR).credence, rel=1e-12)
        assert two.find(f"{FAIR} < 2").ids == ("h42", "bob")
        assert two.find(f"{FAIR} < 2", at=at(1)).ids == ("h42", "device-7")

    @pytest.mark.parametrize(
        ("call", "error", "words"),
        [
            (lambda t: t.merge("a", into="a"), InputError, "into itself"),
            (lambda t: t.merge("h42", into="device-7"), InputError, "circle"),
            (lambda t: t.merge("device-7", into="bob"), InputError, "into 'h42' already"),
            (lambda t: t.unmerge("h42"), InputError, "not merged"),
            (lambda t: t.merge("", into="h42"), SignalError, "alias: is empty"),
            (lambda t: t.merge("a", into=None), SignalError, "into: is missing"),
            (lambda t: t.merge("a", into="b", at=at(-1)), SignalError, "future"),
            (lambda t: t.merge("a", into="b", offset=1), InputError, "offset: is for maps"),
            (lambda t: t.retract("none"), UnknownName, "no signal 'none'"),
        ],
    )
    def test_what_is_refused(self, two, call, error, words):
        two.merge("device-7", into="h42")
        with pytest.raises(error, match=words):
            call(two)
        assert two.wiring.store.twin_key("bob") is None

    def test_said_again_after_it_was_undone(self, two):
        two.merge("device-7", into="h42")
        two.unmerge("device-7")
        assert not two.merge("device-7", into="h42").duplicate
        assert two["device-7"].id == "h42"

    def test_said_twice_is_said_once(self, two, clock):
        two.merge("device-7", into="h42", at=at(3))
        clock.move(1)
        assert two.merge("device-7", into="h42").duplicate
        assert not two.merge("device-7", into="h42", at=at(8)).duplicate
        assert two.twin("device-7", as_of=at(7)).id == "h42"


class TestSnapshots:
    def test_one_of_the_very_same_twins_serves(self, two):
        two.merge("device-7", into="h42")
        whole = two["h42"].opinions()
        store = two.wiring.store
        key = store.twin_key("h42")
        kept = store.snapshot(key)
        assert kept.aliases == (store.twin_key("device-7"),)
        person = person_at(two.wiring, key, None, None)
        assert readable(two.wiring, two.map, person, NOW, None).snapshot == kept
        for once, again in zip(whole, two["device-7"].opinions(), strict=True):
            assert again.opinion.credence == pytest.approx(once.opinion.credence, rel=1e-9)
        earlier = person_at(two.wiring, key, NOW - DAY, None)
        assert readable(two.wiring, two.map, earlier, NOW, None).snapshot is None

    def test_all_people_have_one(self, two):
        two.merge("device-7", into="h42")
        assert two.snapshot() == 1
        assert two.snapshot(["device-7"]) == 0

    def test_a_late_signal_of_an_alias_drops_it(self, two):
        two.merge("device-7", into="h42")
        two.snapshot()
        two.observe("device-7", "praise", at=at(60))
        assert two.wiring.store.snapshot(two.wiring.store.twin_key("h42")) is None


class TestRetract:
    def test_it_counts_no_longer_but_did(self, two, clock):
        two.observe("h42", "complaint", {"topic": "price"}, at=at(2), source="self", id="c")
        with_it = support(two["h42"])
        clock.move(1)
        receipt = two.retract("c")
        assert (receipt.source, receipt.twin, receipt.duplicate) == ("self", "h42", False)
        assert support(two["h42"])[1] == 0
        assert support(two.twin("h42", as_of=NOW))[1] == 0
        known = two.twin("h42", as_of=NOW, known_at=NOW)
        assert support(known) == pytest.approx(with_it, rel=1e-12)
        assert known.explain(FAIR).trail[0].id == "c"
        assert two.retract("c").duplicate

    def test_sent_again_it_stays_so(self, two):
        row = {"twin": "h42", "kind": "complaint", "payload": {"topic": "price"}, "id": "c"}
        two.observe(**row, at=at(2))
        two.retract("c", source="default")
        again = two.observe(**row, at=at(2))
        assert (again.duplicate, again.retracted, again.delta()) == (True, True, ())
        assert support(two["h42"])[1] == 0

    def test_a_twin_read_before_does_not_move(self, two):
        two.observe("h42", "complaint", {"topic": "price"}, at=at(2), source="self", id="c")
        twin = two["h42"]
        before = twin.opinion(FAIR), twin.explain(FAIR), twin.timeline(FAIR)
        two.retract("c")
        assert (twin.opinion(FAIR), twin.explain(FAIR), twin.timeline(FAIR)) == before

    def test_a_snapshot_without_it_serves_no_earlier_knowledge(self, two, clock):
        two.observe("h42", "complaint", {"topic": "price"}, at=at(60), source="self", id="c")
        with_it = support(two["h42"])
        clock.move(1)
        two.retract("c")
        two.snapshot()
        assert two.wiring.store.snapshot(two.wiring.store.twin_key("h42")) is not None
        asked = {"as_of": NOW, "known_at": NOW}
        assert support(two.twin("h42", **asked)) == pytest.approx(with_it, rel=1e-12)
        many = two.read(["h42"], [FAIR], **asked).nodes[FAIR].attack[0]
        assert many == pytest.approx(with_it[1], rel=1e-12)


POSITIONS = """
doxa: 1
product: trials
clock: position
nodes: {fair: {kind: belief, half_life: 8}}
signals: {said: [{node: fair, for: 1}]}
"""


def test_positions_need_an_offset(tmp_path):
    import doxa

    with doxa.open(tmp_path / "p.db", parse_map(POSITIONS)) as twins:
        twins.observe_many([{"twin": "a", "kind": "said", "at": n} for n in range(5)])
        twins.observe_many([{"twin": "b", "kind": "said", "at": n} for n in range(5)])
        for more, words in (({}, "offset: is missing"), ({"offset": 1.5}, "1.5 is no offset")):
            with pytest.raises(InputError, match=words):
                twins.merge("b", into="a", **more)
        with pytest.raises(InputError, match="every position"):
            twins.merge("b", into="a", offset=5, at=3)
        twins.merge("b", into="a", offset=5)
        assert (twins["b"].as_of, twins["b"].opinion("fair").occasions) == (9, 10)
        assert twins.twin("a", as_of=6).opinion("fair").occasions == 7
        twins.unmerge("b")
        assert twins["a"].as_of == twins["b"].as_of == 4


def test_fits_know_people_as_they_are_known_now(two):
    from doxa.features.past import read_past
    from doxa.runtime.identity import people_at

    two.merge("device-7", into="h42", at=at(0.1))
    two.retract(two["h42"].explain(FAIR).trail[0].id)
    past = read_past(
        two.map, two.wiring.store.scan(identity=people_at(two.wiring, None, None)), fields={}
    )
    assert len(past.signals) == 47
    assert set(past.signals.twin.tolist()) == {two.wiring.store.twin_key("h42")}


def test_one_call_at_a_time_is_enough(two, clock):
    """A merge an hour ahead of a lagging clock still stands in the order it was made."""
    two.merge("device-7", into="h42")
    clock.move(-1)
    two.unmerge("device-7")
    rows = two.wiring.store.aliases()
    assert rows[1].recorded == rows[0].recorded == NOW
    assert rows[1].at == NOW - HOUR
    assert two["device-7"].id == "device-7"
