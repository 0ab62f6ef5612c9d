"""Base rates by segment: learned where a trait tells people apart, read by what the trait says then."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, format_moment
from doxa.heads.population import decode
from doxa.learning.segments import pooled
from doxa.reading.beta import CAP
from doxa.runtime.opening import open_twins

START = 1_600_000_000_000_000
MAP = """
doxa: 1
product: p
nodes:
  fair: {kind: belief, says: "Prices are fair.", half_life: 90d}
  visits: {kind: preference, says: "Visits.", half_life: 30d}
  eats: {kind: preference, of: dish, says: "Eats {dish}.", half_life: 30d}
  mood: {kind: feeling, says: "Feels well.", scale: [1, 7], half_life: 30d}
  plan: {kind: trait%s}
  colour: {kind: trait}
signals:
  said: [{node: fair, for: 1, when: {ok: 1}}, {node: fair, against: 1, when: {ok: 0}}]
  visit: [{node: visits, count: 1}, {node: eats, count: 1}]
  beep: [{node: mood, value: mood}]
personas: [plan, colour]
purposes:
  support: {sees: all}
  blind: {sees: all, except: [plan]}
"""
PLANS = ("free", "paid")


def rows(people: int = 120, apart: float = 1.0, seed: int = 3):
    """People of two plans whose beliefs, visits and moods lie apart by their plan; colours say nothing."""
    rng = np.random.default_rng(seed)
    for number in range(people):
        plan = number % 3 == 0
        twin, share = f"p{number}", rng.beta(8, 2) if plan and apart else rng.beta(2, 8)
        traits = {"plan": PLANS[plan], "colour": ("red", "blue")[int(rng.random() < 0.5)]}
        yield {"twin": twin, "kind": "traits", "at": format_moment(START), "payload": traits}
        for day in range(1, 30, 3):
            at = START + day * DAY
            told = {"ok": int(rng.random() < share)}
            yield {"twin": twin, "kind": "said", "at": format_moment(at), "payload": told}
            if rng.random() < (0.7 if plan and apart else 0.2):
                dish = ("soup", "fish")[int(rng.random() < 0.5)]
                yield {
                    "twin": twin,
                    "kind": "visit",
                    "at": format_moment(at + 1),
                    "payload": {"dish": dish},
                }
            if rng.random() < 0.4:
                mood = float(np.clip(round(rng.normal(5 + apart * plan, 0.7)), 1, 7))
                yield {
                    "twin": twin,
                    "kind": "beep",
                    "at": format_moment(at + 2),
                    "payload": {"mood": mood},
                }


NEW = ({"plan": "paid"}, {"plan": "free"}, {"plan": "gold"}, {})


def opened(folder, protected: str = "", apart: float = 1.0):
    belief_map = parse_map(MAP % protected)
    twins = open_twins(folder / "shop.db", belief_map, clock=lambda: START + 40 * DAY)
    twins.observe_many(list(rows(apart=apart)))
    for number, traits in enumerate(NEW):
        twins.observe(f"n{number}", "traits", traits, at=format_moment(START + 29 * DAY))
    twins.fit([])
    return twins


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as twins:
        yield twins


def learned(twins):
    return decode(twins.wiring.store.populations()[-1].body)


def test_the_trait_that_tells_people_apart_is_chosen(shop) -> None:
    priors = learned(shop).priors
    assert {each.segments.trait for each in priors.values() if each.segments} == {"plan"}
    fair = priors["fair"].segments
    assert fair.values == ["free", "paid"]
    assert sum(fair.people) == 122
    free, paid = (row[0] for row in fair.families)
    assert free < 0.3 < 0.6 < paid
    assert free < priors["fair"].family[0] < paid
    visits = priors["visits"].segments
    assert visits.families[0][0] < visits.families[1][0]
    mood = priors["mood"].segments
    assert mood.families[0][3] + 0.6 < mood.families[1][3]
    assert all(
        len(table) == len(priors["eats"].members) for table in priors["eats"].segments.tables
    )


def test_a_stranger_reads_with_the_base_rate_of_the_segment(shop) -> None:
    priors = learned(shop).priors
    rates = [
        *(row[0] for row in reversed(priors["fair"].segments.families)),
        priors["fair"].family[0],
    ]
    for number, rate in enumerate([*rates, rates[-1]]):
        assert shop[f"n{number}"].opinion("fair").credence == pytest.approx(rate, abs=1e-12)


def test_many_read_together_and_one_alone_are_alike(shop) -> None:
    for limit in (0.2, 0.5, 0.7):
        found = set(shop.find(f"fair > {limit}").ids)
        every = [f"n{n}" for n in range(len(NEW))] + [f"p{n}" for n in range(0, 120, 7)]
        assert {one for one in every if shop[one].opinion("fair").credence > limit} == found & set(
            every
        )


def test_explain_names_the_segment_and_adds_up(shop) -> None:
    told = shop["p3"].explain("fair")
    assert told.segment == "plan: paid"
    shares = sum(piece.share for piece in told.trail)
    assert told.base + shares == pytest.approx(told.opinion.native, abs=1e-9)
    assert shop["n2"].explain("fair").segment is None


def test_a_purpose_that_does_not_see_the_trait_is_not_served_by_it(shop) -> None:
    part = learned(shop).sights[0]
    assert all(each.segments is None for each in part.priors.values())
    blind = [shop.twin(f"n{n}", purpose="blind").opinion("fair").credence for n in range(2)]
    assert blind[0] == blind[1] == pytest.approx(part.priors["fair"].family[0])
    assert shop.twin("n0", purpose="support").opinion("fair").credence > 0.6


def test_the_trait_counts_from_when_it_was_said(shop) -> None:
    earlier = shop.twin("n0", as_of=format_moment(START + 28 * DAY)).opinion("fair").credence
    assert earlier == pytest.approx(learned(shop).priors["fair"].family[0])


def test_evidence_of_a_person_weighs_against_the_base_of_the_segment(shop) -> None:
    segments = learned(shop).priors["fair"].segments
    for twin, value in (("p0", "paid"), ("p1", "free")):
        row, told = segments.families[segments.values.index(value)], shop[twin].opinion("fair")
        r, s, base, strength = told.support, told.attack, row[0], row[5]
        kept = CAP / (CAP + r + s)
        by_hand = (r * kept + base * strength) / ((r + s) * kept + strength)
        assert told.native == pytest.approx(by_hand, abs=1e-9)


def test_a_protected_trait_makes_no_segments(tmp_path) -> None:
    with opened(tmp_path, ", protected: true") as twins:
        assert all(each.segments is None for each in learned(twins).priors.values())


def test_alike_people_have_no_segments(tmp_path) -> None:
    with opened(tmp_path, apart=0.0) as twins:
        assert all(each.segments is None for each in learned(twins).priors.values())


def test_what_somebody_withholds_is_not_read(tmp_path) -> None:
    with opened(tmp_path) as twins:
        whole = learned(twins).priors["fair"].family[0]
        twins.observe(
            "n0", "consent", {"node": "plan", "given": False}, at=format_moment(START + 30 * DAY)
        )
        assert twins["n0"].opinion("fair").credence == pytest.approx(whole)


def test_a_trait_that_the_map_protects_later_is_read_no_more(tmp_path) -> None:
    with opened(tmp_path) as twins:
        whole = learned(twins).priors["fair"].family[0]
        assert twins["n0"].opinion("fair").credence > 0.6
    protected = parse_map(MAP % ", protected: true")
    after = START + 41 * DAY
    with open_twins(tmp_path / "shop.db", protected, apply_map=True, clock=lambda: after) as twins:
        assert twins["n0"].opinion("fair").credence == pytest.approx(whole)


def test_an_older_population_has_none(shop) -> None:
    body = msgspec.msgpack.decode(shop.wiring.store.populations()[-1].body)
    for each in body["priors"].values():
        del each["segments"]
    assert decode(msgspec.msgpack.encode(body)).priors["fair"].segments is None


def test_means_below_nought_are_pooled_as_they_are() -> None:
    node = parse_map(
        "{doxa: 1, product: p, nodes: {mood: {kind: feeling, scale: [-1, 1]}},"
        " signals: {beep: [{node: mood, value: mood}]}}"
    ).nodes["mood"]
    row, usual = [0.4, 2.0, 1.0, -0.5, 0.5], [0.6, 2.0, 1.0, -0.1, 0.5]
    base, _, _, mean, spread = pooled(row, usual, node, met=10, everybody=20)[:5]
    assert (base, mean) == pytest.approx((0.5, -0.3))
    assert spread == pytest.approx(0.5)
