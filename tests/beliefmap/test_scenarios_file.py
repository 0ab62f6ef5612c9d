"""What scenarios compile to, from a file and from Python, and what they refuse."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from doxa.beliefmap.changes import assume, do, put, put_trait, send
from doxa.beliefmap.map_file import load_map, parse_map
from doxa.beliefmap.model import AmongNode, AmongSignal, AmongTrait
from doxa.beliefmap.scenarios import Assume, Put, Scenario, Send
from doxa.beliefmap.scenarios_file import (
    load_scenarios,
    parse_scenarios,
    scenario_of,
    scenarios_of,
)
from doxa.domain.clock import DAY, parse_time
from doxa.domain.node import Address
from doxa.errors import MapError

FILE = Path(__file__).parent / "scenarios.yaml"
SHOP = load_map(FILE.with_name("scenarios_map.yaml"))
ORDERED = parse_map("{doxa: 1, product: p, clock: position, signals: {hint: []}}")


def test_the_file():
    found = load_scenarios(FILE, SHOP)
    assert found["nothing"] == Scenario(name="nothing")
    (rise,) = found["price_rise"].changes
    assert isinstance(rise, Put)
    assert (rise.kind, rise.field, rise.changed(10.0)) == ("shelf_seen", "price", 11.0)
    assert rise.when is not None
    assert rise.when.tests[0].values == ("sunshine", "7")
    week = found["cheaper_for_a_week"]
    assert week.begins == parse_time("2017-10-01T00:00", "America/New_York")
    price, plan, shelf = week.changes
    assert isinstance(price, Put)
    assert (price.kind, price.begin, price.end) == (None, 0, 7 * DAY)
    assert plan == Put(
        field="plan",
        kind="traits",
        to="gold",
        among=(AmongTrait(trait="age", values=("45-54", "55-64")),),
    )
    assert isinstance(shelf, Put)
    assert shelf.to is True


def test_actions_carry_their_own_and_what_the_scenario_says():
    coupon, letter = load_scenarios(FILE, SHOP)["coupon"].changes
    assert isinstance(coupon, Send)
    assert (coupon.kind, coupon.action, coupon.at) == ("coupon_sent", "coupon", (0, 7 * DAY))
    assert coupon.payload == {"campaign": "spring", "worth": 5}
    assert [type(one) for one in coupon.among] == [AmongNode, AmongSignal, AmongNode]
    assert isinstance(letter, Send)
    assert letter.at == (0, 7 * DAY, 14 * DAY, 21 * DAY)
    assert letter.payload == {"tone": "warm", "worth": 1.5, "lines": [{"sku": "a"}]}


def test_beliefs_are_named_as_everywhere():
    fair, milk = load_scenarios(FILE, SHOP)["trusted"].changes
    assert fair == Assume(node="prices_are_fair", weight=2.0, at=3 * DAY)
    assert isinstance(milk, Assume)
    assert (milk.of, milk.holds) == ({"category": "MILK"}, False)
    assert milk.address == Address("buys", ("MILK",))


def test_python_says_the_same_as_a_file():
    bought = [{"did": "purchase", "within": "90d"}, {"node": {"buys": "MILK"}, "above": 0.5}]
    lines = [{"sku": "a"}]
    said = {
        "nothing": [],
        "price_rise": put("price", of="shelf_seen", times=1.1, when={"brand": ["sunshine", "7"]}),
        "cheaper_for_a_week": {
            "begins": date(2017, 10, 1),
            "changes": [
                put("price", times=0.9, plus=-0.05, begin=timedelta(0), until=timedelta(days=7)),
                put_trait("plan", "gold", among={"trait": "age", "is": ["45-54", "55-64"]}),
                put("new_shelf", to=True),
            ],
        },
        "coupon": [
            do("coupon", {"worth": 5}, at=("7d", "0d"), among=bought),
            send("letter", {"tone": "warm", "worth": 1.5, "lines": lines}, every="7d", until="28d"),
        ],
        "trusted": (
            assume("prices_are_fair", weight=2, at="3d"),
            assume("buys[MILK]", holds=False),
        ),
    }
    assert scenarios_of(said, SHOP) == load_scenarios(FILE, SHOP) == scenarios_of(FILE, SHOP)


def test_plain_data_too():
    plain = yaml.safe_load(FILE.read_text())["scenarios"]
    assert scenarios_of(plain, SHOP) == load_scenarios(FILE, SHOP)
    compiled = scenario_of(plain["price_rise"], SHOP, "rise")
    assert scenario_of(compiled, SHOP) is compiled
    assert scenarios_of({"again": compiled}, SHOP)["again"].name == "rise"


def test_positions():
    (hint,) = scenario_of(send("hint", at=[3, 0]), ORDERED).changes
    assert isinstance(hint, Send)
    assert hint.at == (0, 3)
    assert scenario_of({"begins": 40, "changes": []}, ORDERED).begins == 40


WRONG = {
    "{set: prise, times: 2}": "the map reads no field 'prise'; expected one of",
    "{set: price, of: purchse, times: 2}": "unknown signal kind 'purchse'",
    "{set: taken, of: purchase, to: 1}": "the map reads no field of 'purchase' 'taken'",
    "{set: age, to: 3}": "write {set: {trait: name}}",
    "{set: {trait: plam}, to: gold}": "did you mean 'plan'?",
    "{set: {trait: plan}, of: purchase, to: gold}": "drop 'of'",
    "{set: {trait: plan}, to: gold, when: {brand: a}}": "say 'among'",
    "{set: price}": "says no value",
    "{set: price, to: 1, plus: 1}": "says two values",
    "{set: price, to: cheap}": "'cheap' is not a number, but field 'price' is",
    "{set: new_shelf, to: perhaps}": "'perhaps' is not a flag, but field 'new_shelf' is",
    "{set: price, times: -1}": "-1 is negative; expected zero or more",
    "{set: brand, times: 2}": "field 'brand' is declared 'category'",
    "{set: price, times: 2, from: 7d, until: 7d}": "lies before it begins",
    "{send: leter}": "did you mean 'letter'?",
    "{send: claim}": "write {assume: node}",
    "{send: traits}": "write {set: {trait: name}, to: value}",
    "{send: letter, at: [0d], every: 7d}": "stands beside 'at'",
    "{send: letter, every: 7d}": "expected until: an offset, beside it",
    "{send: letter, until: 7d}": "'until' without 'every'",
    "{send: letter, every: 1s, until: 900d}": "more than 1000 times",
    "{send: letter, at: soon}": "'soon' is not a duration",
    "{do: cupon}": "unknown action 'cupon'; expected one of coupon; did you mean 'coupon'?",
    "{do: coupon, send: letter}": "says send and do",
    "{sned: letter}": "did you mean 'send'?",
    "{assume: fair_prices}": "unknown node 'fair_prices'",
    "{assume: buys}": "'buys' is a family; expected {buys: MEMBER}",
    "{assume: plan}": "'plan' is a trait",
    '{assume: "buys[A, B]"}': "is a family",
    "{assume: prices_are_fair, weight: 0}": "0 is not above zero",
    "{assume: prices_are_fair, since: 3d}": "unknown key 'since'",
    "{begins: yesterday, changes: []}": "'yesterday' is not a time",
    "{begins: 2017-10-01}": "'changes' is missing",
    "raise prices": "is not a mapping",
}


@pytest.mark.parametrize("written", WRONG)
def test_what_is_refused(written):
    with pytest.raises(MapError) as found:
        parse_scenarios("doxa: 1\nscenarios:\n  a: " + written, SHOP)
    assert str(found.value).startswith("scenarios.yaml:3 scenarios.a")
    assert WRONG[written] in str(found.value)


def test_python_errors_name_no_line():
    with pytest.raises(MapError, match=r"^scenarios rise\[0\]\.times: 'high' is not a number"):
        scenarios_of({"rise": [{"set": "price", "times": "high"}]}, SHOP)
    with pytest.raises(MapError, match="a value of type object cannot be written down"):
        scenario_of([{"send": "letter", "with": {"a": object()}}], SHOP)
