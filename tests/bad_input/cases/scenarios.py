"""Scenarios that are wrong, and people who cannot be run forward."""

from __future__ import annotations

from tests.bad_input.case import Case


def _scenario(mistake: str, change: str, says: str) -> Case:
    text = f"doxa: 1\nscenarios:\n  a: {change}\n"
    return Case(mistake, "simulate h42 --scenario s.yaml", says, files={"s.yaml": text})


def _asked(mistake: str, run: str, says: str, code: int = 2) -> Case:
    files = {"s.yaml": "doxa: 1\nscenarios: {a: [], b: {send: visit}}\n"}
    return Case(mistake, run, says, code, files)


CASES = [
    Case(
        "no scenarios",
        "simulate h42 --scenario s.yaml",
        "s.yaml:1: 'scenarios' is missing; expected scenarios by name",
        files={"s.yaml": "doxa: 1\n"},
    ),
    Case(
        "a file of scenarios that is not there",
        "simulate h42 --scenario gone.yaml",
        "gone.yaml: cannot be read: No such file or directory",
    ),
    _scenario(
        "a change of nothing",
        "{at: 7d}",
        "s.yaml:3 scenarios.a: changes nothing; expected {set: price, times: 1.1}, {send: kind}, {do: action} or {assume: node}",
    ),
    _scenario(
        "a verb that does not exist",
        "{sned: visit}",
        "s.yaml:3 scenarios.a: changes nothing; expected {set: price, times: 1.1}, {send: kind}, {do: action} or {assume: node}; did you mean 'send'?",
    ),
    _scenario(
        "a kind that the map does not declare",
        "{send: visti}",
        "s.yaml:3 scenarios.a.send: unknown signal kind 'visti'; expected one of complaint, move_announced, offer_sent, purchase, resolution, review, visit; did you mean 'visit'?",
    ),
    _scenario(
        "a claim that is sent",
        "{send: claim}",
        "s.yaml:3 scenarios.a.send: 'claim' cannot be sent; expected a kind of the map; write {assume: node}",
    ),
    _scenario(
        "an action that the map does not have",
        "{do: coupon}",
        "s.yaml:3 scenarios.a.do: unknown action 'coupon'; expected a declared action, and there is none",
    ),
    _scenario(
        "a field that the map does not read",
        "{set: prise, times: 1.1}",
        "s.yaml:3 scenarios.a.set: the map reads no field 'prise'; expected one of discount, ends, genres, offer, price, stars, topic; did you mean 'price'?",
    ),
    _scenario(
        "a price that is multiplied by a word",
        "{set: price, times: twice}",
        "s.yaml:3 scenarios.a.times: 'twice' is not a number; expected a number",
    ),
    _scenario(
        "a field without a value",
        "{set: price}",
        "s.yaml:3 scenarios.a: says no value; expected either to, or times and plus",
    ),
    _scenario(
        "a trait that the map does not read",
        "{set: {trait: agee}, to: 40}",
        "s.yaml:3 scenarios.a.set.trait: unknown trait 'agee'; expected one of age, region; did you mean 'age'?",
    ),
    _scenario(
        "a node that does not exist",
        "{assume: prices_are_fare}",
        "s.yaml:3 scenarios.a.assume: unknown node 'prices_are_fare'; expected one of buys, prices_are_fair, likes, read_more, moving, age; did you mean 'prices_are_fair'?",
    ),
    _scenario(
        "a family without its member",
        "{assume: buys}",
        "s.yaml:3 scenarios.a.assume: 'buys' is a family; expected {buys: MEMBER}",
    ),
    _scenario(
        "a schedule without an end",
        "{send: visit, every: 7d}",
        "s.yaml:3 scenarios.a.every: has no end; expected until: an offset, beside it",
    ),
    _scenario(
        "a schedule of seconds",
        "{send: visit, every: 1s, until: 1d}",
        "s.yaml:3 scenarios.a.until: more than 1000 times; expected a longer step",
    ),
    _scenario(
        "a start that is no date",
        "{begins: soon, changes: []}",
        "s.yaml:3 scenarios.a.begins: 'soon' is not a time; expected ISO 8601, such as 2017-10-03T18:22:00Z or 2017-10-03",
    ),
    _asked(
        "a scenario that is not in the file",
        "simulate h42 --scenario s.yaml --only c",
        "--only: the file has no scenario 'c'; expected one of a, b",
    ),
    _asked(
        "people beside a condition",
        'simulate h42 --where "prices_are_fair < 0.3" --scenario s.yaml',
        "--where: stands beside people; expected one of them",
    ),
    _asked(
        "a map without a rollout",
        "simulate h42 --scenario s.yaml",
        "rollout: the map does not say how a person is run forward; expected rollout: {step: 1d, draws: [outcomes]}",
    ),
    _asked(
        "nothing to go towards",
        "recommend h42 --towards vsits --scenario s.yaml",
        "towards: nothing to go towards is called 'vsits'; expected an outcome or a node: buys_within_month, buys_genre, lapses, visits, spend, accepts, rates, buys, prices_are_fair, likes, read_more, moving; did you mean 'visits'?",
    ),
    _asked(
        "a map without actions",
        "recommend h42 --towards visits",
        "actions: the map declares no action; pass them in",
    ),
    _asked(
        "an action that is not declared",
        "recommend h42 --towards visits --action coupon",
        "actions: the map declares no action 'coupon'",
    ),
    _asked(
        "a propensity that is no share",
        "recommend h42 --towards visits --action coupon --propensity coupon",
        "--propensity: 'coupon' is no propensity; expected such as coupon=0.5",
    ),
]
