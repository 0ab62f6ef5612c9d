"""Purposes, sources and consent: what is not seen is not there, in every face of a twin."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from doxa.beliefmap.map_file import parse_map
from doxa.checks.laws import assert_close
from doxa.checks.strategies import CLAIMING, histories, maps
from doxa.checks.views import (
    PURPOSES,
    Faces,
    check_purpose,
    check_trust,
    purposed_histories,
    purposed_maps,
)
from doxa.domain.clock import DAY, HOUR
from doxa.errors import InputError, SignalError, TooManyRejects, UnknownName
from doxa.runtime.intake.signals import BadRows
from doxa.runtime.living.course import course
from doxa.runtime.twins import Twins
from doxa.runtime.wiring import Wiring
from doxa.storage.memory import MemoryStore

SETTINGS = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)

CARE = """
doxa: 1
product: care
timezone: {from: tz, default: UTC}
sources: {support: {seen_by: [service]}, till: {trust: 0.8}}
nodes:
  prices_are_fair: {kind: belief}
  worried: {kind: feeling}
  stressed: {kind: feeling, opt_in: true}
  buys: {kind: preference, of: category}
  income: {kind: trait, protected: true}
signals:
  complaint: [{node: prices_are_fair, against: 1}, {node: worried, for: 1}]
  praise: [{node: prices_are_fair, for: 1}]
  overtime: [{node: stressed, for: 1}]
  purchase: [{node: buys, count: 1}]
  visit: []
purposes:
  service: {sees: all}
  shop: {sees: all, except: [worried]}
  ads: {sees: [prices_are_fair, buys], consent: true}
"""


def show(signals, belief_map, now, known_at, purpose):
    """The faces of ``ann`` over a store in memory that keeps snapshots."""
    store = MemoryStore(clock=belief_map.clock, zone=belief_map.zone)
    far = 4_000_000_000 * 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        wiring = Wiring(store, belief_map, Path(folder) / "x.db", lambda: far, snapshot_after=1)
        twins = Twins(wiring)
        half = len(signals) // 2
        for part in (signals[:half], signals[half:]):
            if part:
                store.append(part)
                twins.twin("ann", as_of=now)
        twin = twins.twin("ann", as_of=now, known_at=known_at, purpose=purpose)
        held = {each.node: each.opinion for each in twin.opinions() if each.met}
        columns = twins.read(
            ["ann", "bob"], list(map(str, held)), as_of=now, known_at=known_at, purpose=purpose
        )
        by_column = {each: columns.nodes[str(each)].one(0).as_dict() for each in held}
        one_by_one = {address: opinion.as_dict() for address, opinion in held.items()}
        assert_close(by_column, one_by_one, "columns of many twins")
        trails = {str(address): twin.explain(str(address)) for address in held}
        return Faces(
            one_by_one,
            twin.traits(),
            {
                name: sorted(
                    (msgspec.to_builtins(p) for p in (*told.trail, *told.claims)),
                    key=lambda p: (
                        p["at"],
                        p["source"],
                        p["id"],
                        p.get("channel", "claim"),
                        p["weight"],
                    ),
                )
                for name, told in trails.items()
            },
            {str(address): twin.timeline(str(address)).as_dict() for address in held},
            sorted(
                (each.as_dict() for each in twin.changes(now - 30 * DAY)), key=lambda c: c["node"]
            ),
            course(twin.frozen, steps=3).as_dict(),
        )


@given(
    belief_map=purposed_maps(),
    history=purposed_histories(),
    age=st.sampled_from([-DAY, 0, HOUR, 40 * DAY]),
    known=st.sampled_from([None, 0, -DAY]),
    purpose=st.sampled_from([*PURPOSES, None]),
)
@SETTINGS
def test_a_purpose_sees_what_the_operator_would_of_what_is_left(
    belief_map, history, age, known, purpose
):
    end = max(signal.at for signal in history)
    known_at = None if known is None else end + known
    check_purpose(show, history, belief_map, end + age, known_at, purpose)


@given(belief_map=maps(), history=histories(kinds=CLAIMING), age=st.sampled_from([0, 40 * DAY]))
@settings(SETTINGS, max_examples=20)
def test_less_trust_in_a_source_attenuates_its_own_sums_only(belief_map, history, age):
    end = max(signal.at for signal in history)
    check_trust(show, history, belief_map, end + age, "shop")


@pytest.fixture
def care(open_shop):
    twins = open_shop(parse_map(CARE))
    rows = [
        {"kind": "praise", "at": "2026-03-01T10:00Z", "source": "till", "id": "p1"},
        {"kind": "complaint", "at": "2026-03-02T10:00Z", "source": "support", "id": "secret-1"},
        {"kind": "purchase", "at": "2026-03-03T10:00Z", "source": "till", "payload": {"category": "MILK"}},
        {"kind": "overtime", "at": "2026-03-03T11:00Z", "source": "till"},
        {"kind": "traits", "source": "till", "payload": {"income": "low", "tz": "Asia/Tokyo"}},
    ]  # fmt: skip
    twins.observe_many([{"twin": "ann", **row} for row in rows])
    return twins


def consent(twins, at=None, **payload):
    return twins.observe("ann", "consent", payload, at=at)


def test_what_a_purpose_may_not_see_is_not_there(care):
    consent(care, purpose="ads", given=True)
    service, ads = (care.twin("ann", purpose=name) for name in ("service", "ads"))
    assert {str(each.node) for each in service.opinions()} == {
        "prices_are_fair", "worried", "buys[MILK]",
    }  # fmt: skip
    assert {str(each.node) for each in ads.opinions()} == {"prices_are_fair", "buys[MILK]"}
    assert [piece.id for piece in ads.explain("prices_are_fair").trail] == ["p1"]
    assert ads.opinion("prices_are_fair").disagreement == 0
    assert [piece.source for piece in ads.timeline("prices_are_fair").evidence] == ["till"]
    assert (ads.purpose, service.traits(), ads.traits()) == (
        "ads", {"income": "low", "tz": "Asia/Tokyo"}, {},
    )  # fmt: skip
    assert care.twin("ann", purpose="shop").traits() == {"tz": "Asia/Tokyo"}


@pytest.mark.parametrize("face", ["opinion", "explain", "timeline"])
def test_a_hidden_node_is_refused_like_one_that_is_not_declared(care, face):
    consent(care, purpose="ads", given=True)
    ads = care.twin("ann", purpose="ads")
    told = []
    for name in ("worried", "wearied", "stressed"):
        with pytest.raises(UnknownName) as error:
            getattr(ads, face)(name)
        told.append(str(error.value).replace(name, "X"))
    assert set(told) == {"the map declares no node 'X'; expected one of prices_are_fair, buys"}


def test_an_unknown_purpose_names_the_nearest(care):
    with pytest.raises(UnknownName, match=r"no purpose 'servise'.*did you mean 'service'"):
        care.twin("ann", purpose="servise")
    with pytest.raises(UnknownName, match="did you mean 'ads'"):
        care.read(["ann"], purpose="adz")


def test_a_purpose_that_needs_consent_sees_nobody_without_it(care, clock):
    before = care.twin("ann", purpose="ads")
    assert (before.met, before.traits(), before.changes("2026-03-01")) == (False, {}, ())
    assert before.opinion("prices_are_fair") == care.twin("nobody").opinion("prices_are_fair")
    assert before.explain("prices_are_fair").trail == ()
    consent(care, purpose="ads", given=True)
    clock.move(1)
    given_at = clock.now
    assert care.twin("ann", purpose="ads").met
    clock.move(1)
    consent(care, purpose="ads", given=False)
    assert not care.twin("ann", purpose="ads").met
    assert care.twin("ann", as_of=given_at, purpose="ads").met
    assert care.twin("ann", purpose="shop").met


def test_anybody_may_object_to_a_purpose(care):
    consent(care, purpose="shop", given=False)
    assert not care.twin("ann", purpose="shop").met
    assert care.twin("ann", purpose="service").met


def test_a_node_by_consent_is_absent_until_given_and_after_withdrawal(care, clock):
    def names():
        return {each.node.node for each in care.twin("ann").opinions()}

    assert "stressed" not in names()
    with pytest.raises(InputError, match="only with the person's consent"):
        care.twin("ann").opinion("stressed")
    consent(care, node="stressed", given=True)
    assert "stressed" in names()
    assert care.twin("ann").opinion("stressed").occasions == 1
    assert care.read(["ann", "bob"], ["stressed"]).absent["stressed"].tolist() == [False, True]
    clock.move(1)
    consent(care, node="stressed", given=False)
    assert "stressed" not in names()
    assert care.read(["ann"], ["stressed"]).nodes["stressed"].occasions.tolist() == [0]


def test_any_node_may_be_withheld(care):
    consent(care, node="prices_are_fair", given=False)
    consent(care, node="income", given=False)
    twin = care.twin("ann")
    assert {str(each.node) for each in twin.opinions()} == {"worried", "buys[MILK]"}
    assert twin.traits() == {"tz": "Asia/Tokyo"}


def test_a_delta_tells_a_purpose_what_it_may_see(care):
    receipt = care.observe("ann", "complaint", source="till")
    assert {str(c.node) for c in receipt.delta()} == {"prices_are_fair", "worried"}
    assert {str(c.node) for c in receipt.delta("shop")} == {"prices_are_fair"}
    assert receipt.delta("ads") == ()
    assert care.observe("ann", "complaint", source="support").delta("shop") == ()


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({}, "payload: does not say to what"),
        ({"purpose": "ads"}, "payload.given: None is neither given nor withdrawn"),
        ({"purpose": "ads", "given": "yes"}, "payload.given: 'yes' is neither"),
        ({"purpose": "ad", "given": True}, "payload.purpose: unknown purpose 'ad'.*did you mean 'ads'"),
        ({"node": "stresed", "given": True}, "did you mean 'stressed'"),
        ({"node": "buys[MILK]", "given": False}, "every member of it"),
        ({"node": ["worried"], "given": False}, "unknown node"),
        ({"node": "worried", "purpose": "ads", "given": True}, "about two things at once"),
        ({"purpose": "ads", "given": True, "until": "2027"}, "a consent has no 'until'"),
    ],
)  # fmt: skip
def test_a_consent_that_says_nothing_is_refused(care, payload, says):
    with pytest.raises(SignalError, match=says):
        care.observe("ann", "consent", payload)
    with pytest.raises(BadRows, match=says):
        care.observe_many([{"twin": "ann", "kind": "consent", "payload": payload}])


def test_a_load_refuses_such_a_consent_too(care, tmp_path):
    file = tmp_path / "c.csv"
    file.write_text("who,at,purpose,given\nann,2026-03-01T00:00Z,add,true\n")
    with pytest.raises(TooManyRejects, match=r"payload\.purpose: unknown purpose 'add'"):
        care.backfill(file, twin="who", at="at", kind="=consent")
    file.write_text("who,at,purpose,given\nann,2026-03-01T00:00Z,ads,true\n")
    care.backfill(file, twin="who", at="at", kind="=consent")
    assert care.twin("ann", purpose="ads").met


def test_a_cohort_leaves_out_and_counts_who_gave_no_consent(care):
    care.observe("bob", "praise", source="till")
    consent(care, purpose="ads", given=True)
    found = care.find("prices_are_fair > 0.5", purpose="ads")
    assert (found.ids, found.among, found.left_out) == (("ann",), 1, 1)
    everybody = care.find("prices_are_fair > 0.5")
    assert (everybody.ids, everybody.among, everybody.left_out) == (("bob",), 2, 0)
    withheld = care.find("not stressed > 0.5")
    assert (withheld.ids, withheld.among, withheld.left_out) == ((), 0, 2)


def test_a_condition_cannot_name_what_a_purpose_does_not_see(care):
    told = []
    for name in ("worried", "wearied"):
        with pytest.raises(InputError, match="declares no node") as error:
            care.find(f"{name} > 0.5", purpose="shop")
        told.append(error.value.expected)
    assert told[0] == told[1]
    assert care.find('trait.income = "low"', purpose="service").ids == ("ann",)
    assert care.find('trait.income = "low"', purpose="shop").ids == ()


def test_a_graph_holds_only_what_is_seen(care):
    names = {str(each.node) for each in care.twin("ann", purpose="shop").graph().nodes}
    assert names == {"prices_are_fair", "buys[MILK]"}
