"""Claims through the facade: open nodes, intervals, superseding, the person's own word, questions."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.runtime.conftest import NOW

from doxa.beliefmap.claims import checked_claim
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import Occasion
from doxa.checks.laws import counts
from doxa.domain.claim import ClaimKind, canonical_words
from doxa.domain.clock import DAY, datetime_of
from doxa.errors import InputError, MapError, SignalConflict, SignalError, UnknownName
from doxa.runtime.folding.twin_state import readable
from doxa.runtime.identity import Person

DELIVERY = "open:preference[prefers delivery]"


def at(days: float) -> object:
    """So many days before now."""
    return datetime_of(NOW - round(days * DAY))


def credence(twins, node, days=0.0, **clocks):
    return twins.twin("h42", as_of=at(days), **clocks).opinion(node).credence


def test_a_claim_in_words_is_an_open_node(shop):
    shop.believe("h42", "Prefers delivery.", kind="preference", source="self", at=at(3))
    shop.believe("h42", "prefers  Delivery", kind="preference", source="support", at=at(1))
    twin = shop["h42"]
    (found,) = twin.preferences()
    assert (str(found.node), found.says, found.open) == (DELIVERY, "prefers Delivery", True)
    assert found.as_dict()["open"] is True
    assert twin.opinion("PREFERS delivery") == twin.opinion(DELIVERY) == found.opinion
    assert found.opinion.occasions == 2
    assert [each.open for each in twin.beliefs()] == [False]


def test_kinds_are_remembered_for_different_times(shop):
    for kind in ClaimKind:
        shop.believe("h42", f"a {kind}", kind=kind.value, at=at(30))
    told = {
        each.says: each.opinion.support for each in shop.twin("h42", at(0)).opinions() if each.met
    }
    left = {f"a {kind}": 0.7 * 2 ** (-30 / days) for kind, days in HALF_LIVES.items()}
    assert told == pytest.approx(left)
    assert [each.says for each in shop["h42"].beliefs() if each.open] == [
        "a belief",
        "a fact",
        "a inference",
    ]


HALF_LIVES = {
    "belief": 180, "goal": 90, "preference": 90, "feeling": 1, "constraint": 90,
    "fact": 365, "inference": 30,
}  # fmt: skip


def test_one_claim_of_two_kinds_has_two_addresses(shop):
    shop.believe("h42", "has a dog", kind="fact")
    shop.believe("h42", "has a dog", kind="inference")
    twin = shop["h42"]
    with pytest.raises(InputError, match=r"open:fact\[has a dog\] or open:inference\[has a dog\]"):
        twin.opinion("has a dog")
    assert twin.opinion("open:fact[Has a dog]").status == "forming"


def test_a_claim_counts_within_its_interval_on_both_clocks(shop, clock):
    shop.believe(
        "h42", "moving", source="self", at=at(20), valid_from=at(10), valid_until=at(5), id="m"
    )
    clock.move(1)
    outside = [credence(shop, "moving", days) for days in (20, 10 + 1e-6, 5, 1)]
    assert outside == [0.5] * 4
    inside = [credence(shop, "moving", days) for days in (10, 7, 5 + 1e-6)]
    assert min(inside) > 0.6
    assert credence(shop, "moving", 7, known_at=NOW - 1) == 0.5
    told = shop["h42"].explain("moving")
    assert (told.trail, [claim.id for claim in told.expired]) == ((), ["m"])
    assert shop.twin("h42", at(15)).explain("moving").claims[0].state == "upcoming"
    turns = shop.twin("h42").timeline("moving").turns
    assert [turn.status for turn in turns] == ["forming", "unmet"]
    assert [turn.at for turn in turns] == [NOW - 10 * DAY, NOW - 5 * DAY]


def test_superseded_for_the_reads_after_it(shop):
    shop.believe("h42", "prefers delivery", kind="preference", source="self", at=at(9), id="a")
    receipt = shop.believe(
        "h42", "prefers pickup", kind="preference", source="self", at=at(4), id="b", supersedes="a"
    )
    assert {str(change.node) for change in receipt.delta()} == {
        DELIVERY,
        "open:preference[prefers pickup]",
    }
    assert credence(shop, DELIVERY, 5) > 0.6
    assert credence(shop, DELIVERY) == 0.5
    told = shop["h42"].explain("prefers delivery")
    assert [(claim.id, claim.superseded_by) for claim in told.superseded] == [("a", "b")]
    assert told.opinion.status == "unmet"
    other = shop["h42"].explain("prefers pickup")
    assert (other.supporting, other.claims[0].supersedes) == (("b",), "a")
    assert told.as_dict()["superseded"] == ["a"]


def test_nobody_else_takes_back_the_persons_own_word(shop):
    shop.believe("h42", "prices_are_fair", holds=False, source="self", at=at(2), id="mine")
    with pytest.raises(InputError, match="the person's own word"):
        shop.believe("h42", "prices_are_fair", supersedes="mine", source="support")
    before = credence(shop, "prices_are_fair")
    payload = {"about": "calm", "supersedes": "mine", "supersedes_source": "self"}
    shop.observe("h42", "claim", payload, source="support", at=at(1))
    assert credence(shop, "prices_are_fair") == before


def test_the_self_rule_bounds_claims_and_signals_alike(shop):
    for day in range(20, 4, -1):
        shop.observe("h42", "praise", at=at(day), source="till")
    assert credence(shop, "prices_are_fair") > 0.8
    shop.believe("h42", "prices_are_fair", holds=False, source="self", at=at(1), id="no")
    told = shop["h42"].explain("prices_are_fair")
    assert told.opinion.credence < 0.6
    assert told.attacking == ("no",)
    assert len(told.supporting) == 16
    shares = sum(piece.share for piece in told.trail)
    assert told.base + told.silence + shares == pytest.approx(told.opinion.credence)
    assert [ask.why for ask in shop["h42"].questions()] == ["contested"]
    assert shop["h42"].questions()[0].own_word


@pytest.mark.parametrize("node", ["buys[MILK]", "likes[MILK]", "calm"])
def test_claims_about_what_is_counted_or_measured(shop, node):
    shop.observe("h42", "purchase", {"category": "MILK"}, at=at(3))
    shop.observe("h42", "rating", {"category": "MILK", "stars": 4}, at=at(3))
    shop.observe("h42", "beep", {"calm": 5}, at=at(3))
    shop.believe("h42", node, holds=False, source="self", at=at(1), quote="not any more")
    before, after = credence(shop, node, 2), credence(shop, node)
    assert after < before
    told = shop["h42"].explain(node)
    assert not told.adds_up
    assert [piece.quote for piece in told.trail if piece.kind == "claim"] == ["not any more"]


def test_own_output_is_no_claim(shop):
    shop.believe("h42", "has a dog", kind="fact", source="self", at=at(3))
    before = credence(shop, "has a dog")
    for number in range(9):
        shop.believe(
            "h42", "has a dog", kind="fact", source="self", at=at(2), id=f"f{number}", cause="doxa"
        )
    assert credence(shop, "has a dog") == before
    fed = shop.believe("h42", "has a cat", kind="fact", source="self", cause="doxa")
    assert fed.delta() == ()
    with pytest.raises(UnknownName):
        shop["h42"].opinion("has a cat")


@given(st.integers(1, 30), st.sampled_from([0.2, 1.0, 4.0]), st.sampled_from(list(Occasion)))
@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_said_ten_times_is_not_ten_claims(tmp_path_factory, times, weight, occasion):
    import doxa

    path = tmp_path_factory.mktemp("claims") / "c.db"
    fair = f"{{kind: belief, occasion: {occasion}, half_life: never}}"
    text = f"{{doxa: 1, product: p, nodes: {{fair: {fair}}}}}"
    with doxa.open(path, map=parse_map(text)) as twins:
        for number in range(times):
            twins.believe("h42", "fair", weight=weight, session="s", id=str(number), at=at(1))
        told = twins["h42"].opinion("fair").support
    one = counts(weight)
    expected = times * one if occasion is Occasion.SIGNAL else counts(times * weight)
    assert told == pytest.approx(expected)


def test_snapshots_carry_claims(shop, clock):
    for day in range(60, 20, -1):
        shop.observe("h42", "visit", at=at(day))
    shop.believe("h42", "moving", source="self", at=at(50), valid_until=at(5), id="m")
    shop.believe("h42", "prefers delivery", kind="preference", at=at(40), id="d")
    inside = credence(shop, "moving", 6)
    wiring = shop.wiring
    person = Person(wiring.store.twin_key("h42"))
    assert readable(wiring, wiring.belief_map, person, NOW, None).snapshot is not None
    assert credence(shop, "moving", 6) == inside
    assert credence(shop, "moving", 4) == 0.5
    shop.believe("h42", "prefers pickup", kind="preference", at=at(3), supersedes="d")
    assert readable(wiring, wiring.belief_map, person, NOW, None).snapshot is not None
    assert credence(shop, "prefers delivery") == 0.5
    clock.move(24 * 30)
    shop.snapshot()
    assert credence(shop, "prefers delivery", -1) == 0.5
    assert shop.twin("h42", at(-1)).explain("prefers delivery").superseded[0].id == "d"


def test_many_twins_read_claims_alike(shop):
    for number in range(5):
        shop.believe(f"h{number}", "prices_are_fair", holds=bool(number % 2), at=at(number))
    told = shop.read([f"h{n}" for n in range(6)], ["prices_are_fair", DELIVERY], as_of=at(0))
    one = [shop.twin(f"h{n}", at(0)).opinion("prices_are_fair").credence for n in range(6)]
    assert told.nodes["prices_are_fair"].credence.tolist() == one
    assert told.nodes[DELIVERY].credence.tolist() == [0.5] * 6


def test_a_claim_taken_back_supersedes_no_more(shop):
    shop.believe("h42", "prefers delivery", kind="preference", at=at(9), id="a")
    shop.believe("h42", "prefers pickup", kind="preference", at=at(4), id="b", supersedes="a")
    assert credence(shop, DELIVERY) == 0.5
    shop.retract("b")
    assert credence(shop, DELIVERY) > 0.55
    with pytest.raises(UnknownName):
        shop["h42"].opinion("prefers pickup")


def test_claims_of_a_merged_twin_are_the_persons(shop):
    shop.believe("phone", "prefers delivery", kind="preference", at=at(9), id="a")
    shop.merge("phone", into="h42", at=at(8))
    shop.believe("h42", "prefers pickup", kind="preference", at=at(4), id="b", supersedes="a")
    assert shop["h42"].explain("prefers delivery").superseded[0].superseded_by == "b"
    assert credence(shop, DELIVERY, 5) > 0.55
    assert credence(shop, DELIVERY) == 0.5
    shop.unmerge("phone", at=at(1))
    assert shop["phone"].opinion("prefers delivery").credence > 0.55


SEEN = """
doxa: 1
product: shop
sources: {support: {seen_by: [care]}}
nodes: {fair: {kind: belief}, worried: {kind: belief}}
purposes:
  care: {sees: all}
  ads: {sees: [fair]}
  mail: {sees: [fair, "open:preference"]}
  calls: {sees: all, except: [worried, "open:feeling"]}
  bills: {sees: all, except: [worried]}
"""


def test_a_purpose_sees_no_claim_it_may_not(open_shop):
    twins = open_shop(parse_map(SEEN))
    twins.believe("h42", "prefers post", kind="preference", at=at(9), id="a")
    twins.believe("h42", "is anxious", kind="feeling", source="self", at=at(1))
    twins.believe("h42", "worried", source="self", at=at(1))
    twins.believe("h42", "fair", at=at(8), id="f")
    twins.believe("h42", "fair", holds=False, source="support", at=at(7), supersedes="f")
    twins.believe(
        "h42", "prefers calls", kind="preference", source="support", at=at(2), supersedes="a"
    )

    def told(purpose):
        return {
            each.says or str(each.node): round(each.opinion.credence, 1)
            for each in twins.twin("h42", at(0), purpose=purpose).opinions()
            if each.met
        }

    assert set(told("care")) == {"fair", "worried", "is anxious", "prefers calls"}
    assert told("care")["fair"] < 0.5
    # what support said is not heard, so it superseded nothing
    assert told("ads") == {"fair": 0.7}
    assert set(told("mail")) == {"fair", "prefers post"}
    assert set(told("calls")) == {"fair", "prefers post"}
    assert set(told("bills")) == {"fair"}
    twin = twins.twin("h42", at(0), purpose="ads")
    assert twin.explain("fair").superseded == ()
    with pytest.raises(UnknownName):
        twin.opinion("prefers post")
    assert [ask.says for ask in twin.questions()] == []


def test_positions(open_shop):
    text = "{doxa: 1, product: p, clock: position, nodes: {fair: {kind: belief}}}"
    twins = open_shop(parse_map(text))
    twins.believe("h42", "fair", at=3, valid_until=9)
    twins.believe("h42", "has a dog", at=4, kind="fact")
    assert twins.twin("h42", 8).opinion("fair").status == "forming"
    assert twins.twin("h42", 9).opinion("fair").status == "unmet"
    assert twins.twin("h42", 9).opinion("has a dog").support == 2 ** (-5 / 128)


def test_a_claim_with_an_id_is_one(shop):
    first = shop.believe("h42", "prices_are_fair", id="c", at=at(1))
    again = shop.believe("h42", "prices_are_fair", id="c", at=at(1))
    assert (first.duplicate, again.duplicate, again.delta()) == (False, True, ())
    with pytest.raises(SignalConflict):
        shop.believe("h42", "prices_are_fair", id="c", at=at(1), holds=False)


@pytest.mark.parametrize(
    ("claim", "more", "error", "says"),
    [
        ("prices_are_fare", {}, UnknownName, "did you mean 'prices_are_fair'"),
        ("buys[", {}, InputError, "is not a node address"),
        ("buys", {}, InputError, r"expected buys\[category\]"),
        ("age", {}, InputError, "is a trait"),
        ("prices_are_fair", {"kind": "goal"}, SignalError, "kind: 'prices_are_fair' is a belief"),
        ("has a dog", {"kind": "facts"}, SignalError, "did you mean 'fact'"),
        ("has a dog", {"holds": "yes"}, SignalError, "expected `bool`, got `str`"),
        ("has a dog", {"weight": 0}, SignalError, "is 0; expected above zero"),
        ("has a dog", {"weight": float("nan")}, SignalError, "weight"),
        ("has a dog", {"valid_from": "soon"}, SignalError, "valid_from: 'soon' is not a time"),
        ("  . ", {}, SignalError, "payload.says: is missing"),
        ("x " * 600, {}, SignalError, "has 1199 characters"),
        (7, {}, SignalError, "is no text but int"),
        ("has a dog", {"supersedes": "x"}, UnknownName, "has the id 'x'"),
    ],
)
def test_wrong_claims(shop, claim, more, error, says):
    with pytest.raises(error, match=says):
        shop.believe("h42", claim, **more)
    assert not shop["h42"].met


def test_a_map_cannot_have_rules_for_claims():
    with pytest.raises(MapError, match="claims need no rules"):
        parse_map(
            "{doxa: 1, product: p, nodes: {a: {kind: belief}}, signals: {claim: [{node: a, for: 1}]}}"
        )


def test_a_renamed_node_keeps_its_claims():
    renamed = parse_map(
        "{doxa: 1, product: p, nodes: {fair_prices: {kind: belief, renamed_from: fair}}}"
    )
    with pytest.raises(SignalError, match="declares no node 'fair'"):
        checked_claim({"about": "fair"}, renamed)


@given(st.text())
def test_canonical_words_are_canonical(text):
    once = canonical_words(text)
    assert canonical_words(once) == once
