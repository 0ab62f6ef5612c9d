"""Every wrong map says where, what, and what was meant."""

import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.errors import MapError

RIGHT = """\
doxa: 1
product: shop
timezone: Europe/London
bands: [3d, 21d, never]
fields: {stars: number, note: text, lines: items, ends: time, correct: flag}
groups: {household: {trait: household}}
sources: {default: {trust: 0.7, seen_by: [service]}}
nodes:
  fair: {kind: belief, says: "Prices are fair.", half_life: 90d, base: 0.6}
  buys: {kind: preference, of: category, says: "Buys {category}."}
  likes: {kind: preference, of: category, scale: [1, 5]}
  eat: {kind: goal, done: {count: cooked, at_least: 8}}
  meal: {kind: goal, of: [topic, dish], part_of: eat}
  moving: {kind: constraint, from: starts, until: 14d}
  age: {kind: trait, protected: true}
edges:
  - {from: {buys: MILK}, to: eat, kind: supports}
signals:
  purchase:
    - {node: buys, count: 1, once: session, amount: price}
  cooked:
    - {node: fair, for: 1, when: {correct: 1}}
  rating:
    - {node: likes, value: stars}
  sent: []
outcomes:
  again: {happens: purchase, within: 7d}
  redeems: {after: sent, happens: purchase, until: ends}
  rates: {value: stars, of_signal: rating, given: [film], scale: [1, 5]}
  picks: {choice: sent, options: lines, chosen: brand}
actions:
  offer: {signal: sent, with: {campaign: spring}}
rollout: {step: 1d, draws: [again]}
personas: [age]
purposes: {service: {sees: all}}
"""

WRONG = [
    # head
    ("doxa: 1", "doxa: 2", ":1 doxa", "version '2'", "doxa: 1"),
    ("doxa: 1\n", "", ":1", "'doxa' is missing", "doxa: 1"),
    ("product: shop", "prodct: shop", ":2 prodct", "unknown key 'prodct'", "'product'"),
    ("Europe/London", "Europe/Lodnon", ":3 timezone", "unknown time zone", "Europe/London"),
    ("Europe/London", "{from: tz}", ":3 timezone", "'default' is missing", "a zone"),
    ("[3d, 21d, never]", "[3d, 3d]", ":4 bands[1]", "twice", "keep one"),
    ("[3d, 21d, never]", "[3 days]", ":4 bands[0]", "not a duration", "such as 7d"),
    ("[3d, 21d, never]", "[0d]", ":4 bands[0]", "not above zero", "never"),
    ("[3d, 21d, never]", "[]", ":4 bands", "0 bands", "1 to 16"),
    ("stars: number", "stars: nmber", ":5 fields.stars", "unknown type", "'number'"),
    ("product: shop", "product: shop\nclock: tme", ":3 clock", "unknown clock", "'time'"),
    ("product: shop", "product: shop\nevent_bands: {trp: [2]}", ":3 event_bands.trp", "trp", "trp: []"),
    ("{trait: household}}", "{of: household}}", ":6 groups.household.of", "unknown key", "trait"),
    ("trust: 0.7", "trust: 1.7", ":7 sources.default.trust", "1.7 is outside", "0 to 1"),
    ("[service]}}", "[servise]}}", ":7 sources.default.seen_by[0]", "unknown purpose", "'service'"),
    # nodes
    ("kind: belief", "kind: beleif", ":9 nodes.fair.kind", "unknown kind", "'belief'"),
    ("{kind: belief, ", "{", ":9 nodes.fair", "'kind' is missing", "belief, goal"),
    ("half_life: 90d", "halflife: 90d", ":9 nodes.fair.halflife", "unknown key", "'half_life'"),
    ("half_life: 90d", "half_life: 90", ":9 nodes.fair.half_life", "not a duration", "such as 7d"),
    ("base: 0.6", "base: 1", ":9 nodes.fair.base", "1 is outside", "not 0 or 1"),
    ("base: 0.6", "axis: valence", ":9 nodes.fair.axis", "a belief has no 'axis'", "feeling"),
    ("base: 0.6", "opt_in: yes", ":9 nodes.fair.opt_in", "'yes' is neither", "true or false"),
    ("base: 0.6", "period: 0d", ":9 nodes.fair.period", "not above zero", "7d"),
    ("base: 0.6", "held_by: houshold", ":9 nodes.fair.held_by", "unknown group", "'household'"),
    ("base: 0.6", "renamed_from: buys", ":9 nodes.fair.renamed_from", "still declared", "gone"),
    ("base: 0.6", "occasion: week", ":9 nodes.fair.occasion", "unknown occasion", "session"),
    ("Buys {category}", "Buys {categry}", ":10 nodes.buys.says", "{categry} stands for nothing", "'category'"),
    ("scale: [1, 5]}\n  eat", "half_life: 9d}\n  eat", ":11 nodes.likes", "has no scale", "[worst, best]"),
    ("scale: [1, 5]}\n  eat", "scale: [1, 1]}\n  eat", ":11 nodes.likes.scale", "not a scale", "two different"),
    ("count: cooked", "count: coked", ":12 nodes.eat.done.count", "unknown signal kind", "'cooked'"),
    (", at_least: 8", "", ":12 nodes.eat.done", "has 0 bounds", "at_least"),
    ("part_of: eat", "part_of: fair", ":13 nodes.meal.part_of", "'fair' is a belief", "a goal"),
    ("at_least: 8}", "at_least: 8}, part_of: meal", ":12 nodes.eat.part_of", "'meal' is a family", "one parent"),
    ("of: [topic, dish]", "done: {node: eat, above: .5}", ":12 nodes.eat", "wait for each other", "take out"),
    ("  fair:", "  self:", ":9 nodes.self", "reserved word", "another name"),
    ("  fair:", "  is fair:", ":9 nodes.is fair", "cannot be a name", "letters"),
    ("until: 14d", "until: 0d", ":14 nodes.moving.until", "not above zero", "7d"),
    ("protected: true", "half_life: 1d", ":15 nodes.age.half_life", "a trait has no", "belief"),
    # edges
    ("to: eat, kind", "to: eats, kind", ":17 edges[0].to", "unknown node 'eats'", "'eat'"),
    ("kind: supports", "kind: suports", ":17 edges[0].kind", "unknown kind of edge", "'supports'"),
    ("{buys: MILK}, to: eat", "eat, to: eat", ":17 edges[0]", "joins a node to itself", "two nodes"),
    ("from: {buys: MILK}", "from: {fair: MILK}", ":17 edges[0].from", "'fair' is no family", "just fair"),
    ("from: {buys: MILK}", "from: {meal: MILK}", ":17 edges[0].from.meal", "1 of 2 dimensions", "topic, dish"),
    ("eat, kind: supports", "fair, kind: motivates", ":17 edges[0].to", "'fair' is a belief", "a goal"),
    ("eat, kind: supports", "fair, kind: blocks", ":17 edges[0].to", "'fair' is a belief", "a goal"),
    ("eat, kind: supports", "eat, kind: about", ":17 edges[0].from", "'buys' is a preference", "a feeling"),
    # goals and constraints as a whole
    ("at_least: 8", "at_most: 8", ":12 nodes.eat.done", "kept up to a deadline", "beside it"),
    ("node: fair, for: 1,", "node: moving, count: 1,", ":14 nodes.moving.from", "counts or takes values", "for or against"),
    ("node: fair, for: 1,", "node: eat, count: 1, deadline: 3d,", ":12 nodes.eat", "counts or takes values", "for or against"),
    # families that fall back
    ("base: 0.6", "within: likes", ":9 nodes.fair.within", "no wider than 'fair'", "beside it"),
    ("base: 0.6", "within: fare", ":9 nodes.fair.within", "unknown node 'fare'", "'fair'"),
    ("says: \"Buys {category}.\"", "within: fair", ":10 nodes.buys.within", "silence is evidence", "for or against"),
    ("scale: [1, 5]}\n  eat", "scale: [1, 5], within: fair}\n  eat", ":11 nodes.likes.within", "takes value evidence", "one evidence kind"),
    ("of: category, says: \"Buys {category}.\"", "of: category, within: likes", ":10 nodes.buys.within", "no wider than", "not all"),
    ("part_of: eat}", "part_of: eat, within: age}", ":13 nodes.meal.within", "'age' is a trait", "opinions"),
    # signals
    ("node: buys, count", "node: buy, count", ":20 signals.purchase[0].node", "unknown node", "'buys'"),
    ("count: 1, once", "once", ":20 signals.purchase[0]", "says nothing", "exactly one"),
    ("count: 1, once", "count: 1, for: 1, once", ":20 signals.purchase[0]", "for and count", "exactly one"),
    ("count: 1, once", "count: -1, once", ":20 signals.purchase[0].count", "negative", "zero or more"),
    ("count: 1, once", "count: note, once", ":20 signals.purchase[0].count", "declared 'text'", "a number"),
    ("once: session", "once: week", ":20 signals.purchase[0].once", "unknown unit", "session"),
    ("once: session", "by: {categry: x}", ":20 signals.purchase[0].by.categry", "unknown dimension", "'category'"),
    ("once: session", "by: {category: note}", ":20 signals.purchase[0].by", "declared 'text'", "item"),
    ("once: session", "each: stars", ":20 signals.purchase[0].each", "declared 'number'", "a list"),
    ("node: fair, for: 1,", "node: fair, for: 1, amount: price,", ":22 signals.cooked[0].amount", "beside count only", ""),
    ("node: fair, for: 1,", "node: buys, for: 1,", ":22 signals.cooked[0]", "takes opinion evidence here", "one evidence kind"),
    ("node: fair, for: 1,", "node: age, for: 1,", ":22 signals.cooked[0].node", "is a trait", "'traits'"),
    ("node: fair, for: 1,", "node: fair, for: 1, until: 3d,", ":22 signals.cooked[0].until", "a belief has no", "a constraint"),
    ("{correct: 1}", "{correct: maybe}", ":22 signals.cooked[0].when.correct", "not a flag", "1 or 0"),
    ("{correct: 1}", "{correct: {presnt: 1}}", ":22 signals.cooked[0].when.correct.presnt", "unknown key", "'present'"),
    ("{correct: 1}", "{note: {gt: 1}}", ":22 signals.cooked[0].when.note.gt", "has no order", "number"),
    ("{correct: 1}", "{topic: }", ":22 signals.cooked[0].when.topic", "is empty", "present: false"),
    ("{correct: 1}", "{stars: {gt: two}}", ":22 signals.cooked[0].when.stars.gt", "not a number", ""),
    ("value: stars}\n", "value: 5}\n", ":24 signals.rating[0].value", "is a number", "payload field"),
    ("  sent: []", "  sent: {}", ":25 signals.sent", "not a list", "[]"),
    # outcomes
    ("happens: purchase, within", "happens: purchas, within", ":27 outcomes.again.happens", "unknown signal kind", "'purchase'"),
    ("happens: purchase, within", "hapens: purchase, within", ":27 outcomes.again", "asks nothing", "'happens'"),
    (", within: 7d", "", ":27 outcomes.again", "never ends", "within"),
    (", within: 7d", ", within: 7d, given: [price]", ":27 outcomes.again.given", "no signal asks", "after"),
    (", within: 7d", ", within: 7d, step: 1", ":27 outcomes.again.step", "takes no 'step'", "value"),
    (", within: 7d", ", until: ends", ":27 outcomes.again.until", "needs a trigger", "after: kind"),
    (", within: 7d", ", within: 7d, items: {top: 3}", ":27 outcomes.again.items", "items of what", "'of'"),
    (", within: 7d", ", within: 7d, of: categry", ":27 outcomes.again.of", "unknown dimension", "'category'"),
    (", within: 7d", ", within: 7d, same: [session]", ":27 outcomes.again.same", "no moment", "after"),
    (", within: 7d", ", within: 7d, base: 2", ":27 outcomes.again.base", "2 is outside", "between 0 and 1"),
    (", within: 7d", ", within: 7d, among: {did: purchse}", ":27 outcomes.again.among.did", "unknown signal kind", "'purchase'"),
    (", within: 7d", ", within: 7d, among: [{node: fair}]", ":27 outcomes.again.among[0]", "no bound", "above or below"),
    (", within: 7d", ", within: 7d, among: {node: buys, above: 0.5}", ":27 outcomes.again.among.node", "is a family", "MEMBER"),
    (", within: 7d", ", within: 7d, among: {never: sent, at_least: 2}", ":27 outcomes.again.among.at_least", "no at_least", "did"),
    ("after: sent, happens", "after: snt, happens", ":28 outcomes.redeems.after", "unknown signal kind", "'sent'"),
    ("until: ends", "until: note", ":28 outcomes.redeems.until", "declared 'text'", "moment"),
    ("until: ends", "until: ends, plus: [1d, 1d]", ":28 outcomes.redeems.plus", "twice", "keep one"),
    ("given: [film]", "given: [stars]", ":29 outcomes.rates.given", "is what is asked", "beforehand"),
    ("given: [film]", "within: 3d", ":29 outcomes.rates.within", "no window", "after"),
    ("given: [film]", "recent: {ratng: [stars]}", ":29 outcomes.rates.recent.ratng", "unknown signal kind", "'rating'"),
    (", of_signal: rating", "", ":29 outcomes.rates", "'of_signal' is missing", "kind"),
    (", chosen: brand", "", ":30 outcomes.picks", "'chosen' is missing", "option"),
    ("chosen: brand", "chosen: brand, of_signal: purchase", ":30 outcomes.picks", "of_signal and within", "both"),
    # the rest
    ("{signal: sent, with", "{signal: snt, with", ":32 actions.offer.signal", "unknown signal kind", "'sent'"),
    ("with: {campaign: spring}", "randomised: 0.5", ":32 actions.offer.randomised", "against", "control"),
    ("draws: [again]", "draws: [agian]", ":33 rollout.draws[0]", "unknown outcome", "'again'"),
    ("personas: [age]", "personas: [fair]", ":34 personas[0]", "is a belief", "a trait"),
    ("sees: all", "sees: some", ":35 purposes.service.sees", "not a list", "all"),
    ("sees: all", "sees: [fare]", ":35 purposes.service.sees[0]", "unknown node", "'fair'"),
    ("sees: all", "sees: all, forecasts: [agian]", ":35 purposes.service.forecasts[0]", "unknown outcome", "'again'"),
]  # fmt: skip


def test_the_right_one_loads() -> None:
    assert parse_map(RIGHT).product == "shop"


@pytest.mark.parametrize(("old", "new", "where", "problem", "tip"), WRONG)
def test_wrong(old: str, new: str, where: str, problem: str, tip: str) -> None:
    assert RIGHT.count(old) >= 1
    text = RIGHT.replace(old, new, 1)
    with pytest.raises(MapError) as caught:
        parse_map(text)
    error = caught.value
    assert error.where == f"map.yaml{where}"
    assert problem in error.problem
    assert tip in f"{error.expected}; {error.hint}"


def test_twenty_rules_are_the_most() -> None:
    rule = "    - {node: calm, for: 1}\n"
    head = "doxa: 1\nproduct: p\nnodes: {calm: {kind: belief}}\nsignals:\n  visit:\n"
    assert len(parse_map(head + 20 * rule).rules) == 20
    with pytest.raises(MapError, match=r"map.yaml:6 signals.visit: holds 21 rules"):
        parse_map(head + 21 * rule)


def test_a_position_clock_has_no_calendar() -> None:
    text = "{doxa: 1, product: p, clock: position, nodes: {calm: {kind: belief, of: weekpart}}}"
    with pytest.raises(MapError, match=r"nodes.calm.of: a position clock has no weekpart"):
        parse_map(text)


POOLED = """{doxa: 1, product: p,
nodes: {calm: {kind: belief}, fair: {kind: belief}, mood: {kind: feeling, scale: [1, 5]},
  there: {kind: belief, of: device, within: calm}, so: {kind: belief, of: [device, x], within: there},
  mood_on: {kind: feeling, of: device, scale: %s, within: mood}},
signals: {beep: [{node: mood, value: m}, {node: mood_on, value: m}]}, edges: %s}"""
SUPPORTS = "{from: %s, to: %s, kind: supports}"


def test_members_and_what_they_fall_back_on_have_one_scale() -> None:
    with pytest.raises(
        MapError, match=r":4 nodes.mood_on.within: 'mood_on' and 'mood' have differ"
    ):
        parse_map(POOLED % ("[1, 7]", "[]"))


@pytest.mark.parametrize(
    "pairs",
    [
        [("there", "calm")],
        [("{there: tv}", "calm")],
        [("so", "fair"), ("fair", "calm")],
    ],
)
def test_no_edges_join_a_family_to_what_it_falls_back_on(pairs: list[tuple[str, str]]) -> None:
    edges = ", ".join(SUPPORTS % pair for pair in pairs)
    with pytest.raises(
        MapError, match=r"within: edges join '(so|there)' to '(calm|there)', on which"
    ):
        parse_map(POOLED % ("[1, 5]", f"[{edges}]"))
    parse_map(POOLED % ("[1, 5]", f"[{SUPPORTS % ('so', 'fair')}]"))
