from __future__ import annotations

import numpy as np
import pytest
from tests.runtime.conftest import NOW, SHOP

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, datetime_of
from doxa.errors import InputError, UnknownName
from doxa.runtime.folding.twin_state import readable
from doxa.runtime.identity import Person


def at(days: float) -> object:
    """So many days before now."""
    return datetime_of(NOW - round(days * DAY))


@pytest.fixture
def lived(shop):
    """A person with half a year of history."""
    for day in range(180, 0, -3):
        payload = {"category": ["MILK", "BREAD"][day % 2], "price": 2.5, "discount": day % 4}
        shop.observe("h42", "purchase", payload, at=at(day), source="till", session=f"s{day}")
    shop.observe("h42", "complaint", {"topic": "price"}, at=at(20), source="self", id="c")
    shop.observe("h42", "rating", {"category": "MILK", "stars": 5}, at=at(10))
    shop.observe("h42", "beep", {"worried": 7, "calm": 6}, at=at(1))
    shop.observe("h42", "traits", {"age": 41, "region": "n"}, at=at(100))
    shop.observe("h42", "traits", {"region": None}, at=at(50))
    return shop


def test_somebody_never_met_reads_as_the_prior(shop):
    nobody = shop["nobody"]
    assert (nobody.met, nobody.traits(), nobody.preferences()) == (False, {}, ())
    told = nobody.opinion("prices_are_fair")
    assert (told.credence, told.uncertainty, told.status) == (0.6, 1.0, "unmet")
    assert nobody.explain("buys", category="MILK").trail == ()


def test_opinions_by_kind(lived):
    twin = lived["h42"]
    assert [str(each.node) for each in twin.beliefs()] == ["prices_are_fair"]
    assert {str(each.node) for each in twin.preferences()} >= {"buys[MILK]", "likes[MILK]"}
    assert len(twin.preferences(limit=2)) == 2
    assert [str(each.node) for each in twin.feelings()] == ["calm"]
    assert [str(each.node) for each in twin.goals()] == ["eat_healthier"]
    assert [str(each.node) for each in twin.constraints()] == ["moving"]
    assert twin.preferences(1)[0].says != ""
    assert twin.traits() == {"age": 41}


def test_addresses(lived):
    twin = lived["h42"]
    assert twin.opinion("buys", category="MILK") == twin.opinion("buys[MILK]")
    for call, error, message in (
        (lambda: twin.opinion("bys"), UnknownName, "did you mean 'buys'"),
        (lambda: twin.opinion("buys"), InputError, r"expected buys\[category\]"),
        (lambda: twin.opinion("buys", kind="MILK"), InputError, "has no members by kind"),
        (lambda: twin.opinion("age"), InputError, "is a trait"),
        (lambda: twin.opinion("worried"), InputError, "only with the person's consent"),
        (lambda: twin.opinions("mood"), InputError, "is no kind of node"),
        (lambda: twin.preferences(-1), InputError, "limit is -1"),
    ):
        with pytest.raises(error, match=message):
            call()


def test_a_twin_does_not_move(lived):
    twin = lived["h42"]
    before = twin.opinion("prices_are_fair"), twin.explain("prices_are_fair")
    lived.observe("h42", "praise", at=at(2), source="till")
    assert (twin.opinion("prices_are_fair"), twin.explain("prices_are_fair")) == before
    assert lived["h42"].opinion("prices_are_fair") != before[0]


def test_both_clocks(shop, clock):
    shop.observe("h42", "praise", at=at(30))
    clock.move(24)
    shop.observe("h42", "complaint", {"topic": "price"}, at=at(20))
    then = shop.twin("h42", as_of=at(10), known_at=NOW)
    today = shop.twin("h42", as_of=at(10))
    earlier = shop.twin("h42", as_of=at(25))
    assert then.opinion("prices_are_fair").attack == 0
    assert today.opinion("prices_are_fair").attack > 0
    assert earlier.opinion("prices_are_fair").attack == 0
    assert shop.twin("h42", known_at=NOW).as_of == NOW


@pytest.mark.parametrize("node", ["prices_are_fair", "buys[MILK]", "buys[NEVER MET]", "moving"])
def test_an_explanation_adds_up(lived, node):
    told = lived["h42"].explain(node)
    total = told.base + told.silence + sum(piece.share for piece in told.trail)
    assert told.adds_up
    assert total == pytest.approx(told.opinion.credence, abs=1e-12)


def test_the_trail_names_signals(lived):
    told = lived["h42"].explain("prices_are_fair")
    (complaint,) = (piece for piece in told.trail if piece.id == "c")
    assert (complaint.kind, complaint.source, complaint.channel) == ("complaint", "self", "against")
    assert complaint.share < 0
    assert [piece.at for piece in told.trail] == sorted((p.at for p in told.trail), reverse=True)
    assert lived["h42"].explain("likes[MILK]").adds_up is False


def test_changes_since(shop):
    shop.observe("h42", "praise", at=at(5))
    (change,) = shop["h42"].changes(since=at(10))
    assert (str(change.node), change.before.status, change.after.status) == (
        "prices_are_fair",
        "unmet",
        "forming",
    )


def test_many_twins_read_as_one_by_one(lived):
    lived.observe("other", "praise")
    found = lived.read(["h42", "nobody", "other"], ["prices_are_fair", "buys[MILK]"])
    for place, name in enumerate(found.ids):
        for text, columns in found.nodes.items():
            expected = lived[name].opinion(text)
            assert columns.one(place).credence == pytest.approx(expected.credence, rel=1e-9)
            assert columns.one(place).status == expected.status
    assert set(lived.read(["h42"]).nodes) == {"prices_are_fair", "eat_healthier", "moving", "calm"}


def test_a_delta_is_the_difference_of_two_reads(lived):
    before = lived["h42"].opinion("prices_are_fair")
    receipt = lived.observe("h42", "praise", source="till", session="x")
    (change,) = receipt.delta()
    assert change.before.credence == pytest.approx(before.credence, rel=1e-9)
    assert change.after == lived["h42"].opinion("prices_are_fair")
    lived.observe("h42", "praise", source="till", session="y")
    assert receipt.delta() == (change,)


def test_duplicates_and_silent_signals_change_nothing(lived):
    assert lived.observe("h42", "visit").delta() == ()
    assert lived.observe("h42", "beep", {"worried": 3}).delta() == ()
    lived.observe("h42", "praise", id="p", at=at(1))
    again = lived.observe("h42", "praise", id="p", at=at(1))
    assert (again.duplicate, again.delta()) == (True, ())
    assert lived.observe("h42", "praise", cause="forecast-1").delta() == ()


class TestSnapshots:
    def test_a_read_leaves_one_that_serves_the_next(self, lived):
        whole = lived["h42"].opinions()
        store = lived.wiring.store
        kept = store.snapshot(store.twin_key("h42"))
        assert kept is not None
        assert NOW - 4 * DAY < kept.until <= NOW - 48 * HOUR
        found = readable(lived.wiring, lived.map, Person(store.twin_key("h42")), NOW, None)
        assert found.snapshot == kept
        assert len(found.rows) < 5
        for once, again in zip(whole, lived["h42"].opinions(), strict=True):
            assert again.opinion.credence == pytest.approx(once.opinion.credence, rel=1e-9)

    def test_it_never_serves_what_must_not_be_seen(self, lived, clock):
        assert lived.snapshot() == 1
        key = lived.wiring.store.twin_key("h42")
        early = readable(lived.wiring, lived.map, Person(key), NOW - 100 * DAY, None)
        unknown = readable(lived.wiring, lived.map, Person(key), NOW, NOW - 1)
        assert (early.snapshot, unknown.snapshot) == (None, None)
        assert len(unknown.rows) == 0

    def test_a_late_signal_drops_it(self, lived):
        lived.snapshot()
        lived.observe("h42", "praise", at=at(60))
        assert lived.wiring.store.snapshot(1) is None
        assert any(
            piece.kind == "praise" for piece in lived["h42"].explain("prices_are_fair").trail
        )

    def test_another_map_does_not_read_it(self, open_shop, lived):
        lived.snapshot()
        lived.close()
        changed = open_shop(
            parse_map(SHOP.replace("half_life: 90d", "half_life: 30d")), apply_map=True
        )
        assert readable(changed.wiring, changed.map, Person(1), NOW, None).snapshot is None

    def test_positions_have_none(self, tmp_path):
        import doxa

        text = "{doxa: 1, product: p, clock: position, nodes: {fair: {kind: belief}}, signals: {said: [{node: fair, for: 1}]}}"
        with doxa.open(tmp_path / "p.db", parse_map(text)) as twins:
            twins.observe_many([{"twin": "a", "kind": "said", "at": n} for n in range(600)])
            assert twins.snapshot() == 0
            assert (twins["a"].as_of, twins["a"].met) == (599, True)
            assert twins.twin("a", as_of=10).opinion("fair").occasions == 11
            with pytest.raises(Exception, match="counts positions"):
                twins.observe("a", "said")
            assert np.allclose(
                twins.read(["a"]).nodes["fair"].credence, twins["a"].opinion("fair").credence
            )


def test_a_fitted_population_gives_the_base_rates(lived, clock):
    from doxa.beliefmap.fingerprint import fingerprint
    from doxa.heads.population import Population, encode
    from doxa.heads.priors import NodePriors
    from doxa.storage.port import PopulationVersion

    plain = NodePriors(
        [("MILK",)], [[0.5, 9.0, 9.0 * DAY, 0.0, 1.0]], [0.5, 1.0, 90.0 * DAY, 0.0, 1.0]
    )
    fair = NodePriors([], [], [0.3, 1.0, 1.0, 0.0, 1.0])
    fitted = Population(
        origin=NOW, signals=1, people=1, priors={"buys": plain, "prices_are_fair": fair}, heads={}
    )
    clock.move(1)
    lived.wiring.store.put_population(
        PopulationVersion(
            version=0,
            created=clock.now,
            map_fingerprint=fingerprint(lived.map),
            origin=NOW,
            active_from=clock.now,
            body=encode(fitted),
        )
    )
    assert lived["nobody"].opinion("prices_are_fair").credence == pytest.approx(0.3)
    assert lived["nobody"].opinion("buys[MILK]").base > lived["nobody"].opinion("buys[EGGS]").base
    assert lived.twin("nobody", known_at=NOW).opinion("prices_are_fair").credence == 0.6
    told = lived["h42"].explain("prices_are_fair")
    total = told.base + sum(piece.share for piece in told.trail)
    assert (told.base, total) == (pytest.approx(0.3), pytest.approx(told.opinion.credence))
    assert lived.read(["nobody"], ["prices_are_fair"]).nodes["prices_are_fair"].credence[0] == 0.3


def test_a_trait_without_a_time_leaves_rates_alone(shop):
    purchase = {"kind": "purchase", "payload": {"category": "MILK"}, "at": "2026-03-01T12:00:00Z"}
    shop.observe_many([{"twin": "dated", **purchase}, {"twin": "undated", **purchase}])
    shop.observe_many([{"twin": "undated", "kind": "traits", "payload": {"age": "old"}}])
    read = {name: shop[name].opinion("buys", category="MILK") for name in ("dated", "undated")}
    assert shop["undated"].traits() == {"age": "old"}
    assert read["undated"].credence == read["dated"].credence
