"""What a map compiles to."""

import math
from pathlib import Path

import pytest

from doxa.beliefmap.map_file import load_map, parse_map
from doxa.beliefmap.model import (
    AmongNode,
    AmongSignal,
    AmongTrait,
    BeliefMap,
    FieldType,
    Items,
    Operator,
    Target,
    Weight,
)
from doxa.beliefmap.starter import STARTER
from doxa.domain.clock import DAY, HOUR, Clock
from doxa.domain.evidence import Channel, EvidenceKind, Once
from doxa.domain.node import Address

MAPS = sorted((Path(__file__).parent / "maps").glob("*.yaml"))


def of(body: str, head: str = "") -> BeliefMap:
    """A map with this body, given as flow YAML."""
    return parse_map(f"{{doxa: 1, product: p, {head}{body}}}")


@pytest.fixture(scope="module")
def full() -> BeliefMap:
    return load_map(Path(__file__).parent / "maps" / "every_key.yaml")


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_every_draft_loads(path: Path) -> None:
    belief_map = load_map(path)
    assert belief_map.nodes
    assert all(rule.node in belief_map.nodes for rule in belief_map.rules)


def test_head(full: BeliefMap) -> None:
    assert (full.product, full.clock) == ("grocery", Clock.TIME)
    assert (full.zone.trait, full.zone.default) == ("tz", "America/New_York")
    assert list(full.bands) == [6 * HOUR, 3 * DAY, 21 * DAY, 180 * DAY, math.inf]
    assert full.event_bands == {"trip": (2.0, 6.0, 20.0)}
    assert full.fields["genres"] is FieldType.ITEMS
    assert full.groups == {"household": "household"}


def test_sources_and_purposes(full: BeliefMap) -> None:
    assert full.trust("till") == 1
    assert full.trust("somebody") == 0.7
    assert full.sources["support"].seen_by == ("service",)
    assert full.purposes["service"].forecasts is None
    assert full.purposes["marketing"].hidden == ("worried", "stressed")
    assert full.purposes["marketing"].consent


def test_no_sources_trust_everybody() -> None:
    assert of("signals: {visit: []}").trust("anybody") == 1


def test_nodes(full: BeliefMap) -> None:
    fair = full.nodes["prices_are_fair"]
    assert fair.half_life == 90 * DAY
    assert list(fair.bands) == [6 * HOUR, 3 * DAY, 21 * DAY, 90 * DAY, 180 * DAY, math.inf]
    assert full.nodes["worried"].scale == (7.0, 1.0)
    assert full.nodes["worried"].half_life == DAY
    assert full.nodes["stressed"].half_life == 14 * DAY
    assert full.nodes["moving"].half_life == 90 * DAY
    assert (full.nodes["moving"].begins, full.nodes["moving"].ends) == ("starts", "ends")
    assert full.nodes["home_cooks"].held_by == "household"
    assert full.nodes["buys"].period == 28 * DAY


def test_goals(full: BeliefMap) -> None:
    done = full.nodes["cook_at_home"].done
    assert done is not None
    assert (done.target, done.kind, done.at_least) == ("count", "recipe_cooked", 8)
    saved = full.nodes["save"].done
    assert saved is not None
    assert (saved.target, saved.kind, saved.field) == ("sum", "saved", "amount")
    assert full.nodes["eat_healthier"].deadline == "due"


def test_evidence_kinds(full: BeliefMap) -> None:
    kinds = {name: node.evidence for name, node in full.nodes.items()}
    assert kinds["buys"] is EvidenceKind.OCCURRENCE
    assert kinds["likes_film"] is EvidenceKind.VALUE
    assert kinds["prices_are_fair"] is EvidenceKind.OPINION
    assert kinds["feel_better"] is None


def test_rules(full: BeliefMap) -> None:
    bought = full.signals["purchase"][0]
    assert (bought.channel, bought.once, bought.amount) == (
        Channel.COUNT,
        Once.SESSION,
        "sales_value",
    )
    ordered = full.signals["order"][0]
    assert (ordered.each, ordered.fields) == ("lines", ("product_type",))
    assert ordered.weight == Weight(field="qty")
    broken = full.signals["complaint"][1]
    assert (broken.node, broken.constant, broken.claim) == ("buys", ("FRAGILE",), True)
    assert bought.when is None
    cheap = full.signals["purchase"][1].when
    assert cheap is not None
    assert (cheap.tests[0].operator, cheap.tests[0].values) == (Operator.GT, ("0",))


def test_outcomes(full: BeliefMap) -> None:
    week = full.outcomes["buys_within_week"]
    assert (week.of, week.items, week.within) == ("category", Items(top=80), 7 * DAY)
    lapses = full.outcomes["lapses"]
    assert lapses.among == (
        AmongSignal(did=True, kind="purchase", within=90 * DAY, at_least=3),
        AmongTrait(trait="income", values=("low",)),
    )
    assert full.outcomes["converts"].plus == (0, 3 * DAY, 7 * DAY)
    rates = full.outcomes["rates"]
    assert (rates.kind, rates.field, rates.given) == ("rating", "stars", ("film", "genres"))
    assert (rates.scale, rates.step) == ((0.5, 5), 0.5)
    picks = full.outcomes["picks_brand"]
    assert (picks.kind, picks.shown, picks.field) == ("picked", "shelf_seen", "brand")
    assert (picks.options, picks.otherwise) == ("brands", "none")
    spend = full.outcomes["spend_month"]
    assert (spend.target, spend.kind, spend.field) == (Target.SUM, "purchase", "sales_value")


def test_actions_edges_rollout(full: BeliefMap) -> None:
    coupon = full.actions["coupon"]
    assert (coupon.randomised, coupon.unit) == ("propensity", "household")
    assert coupon.among == (AmongNode(node=Address("stressed"), below=0.3),)
    assert full.edges[0].source == Address("buys", ("PRODUCE",))
    assert full.edges[0].sign == 1
    assert full.rollout is not None
    assert full.rollout.draws == ("shops_today", "buys_within_week")


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        ("0.5", Weight(constant=0.5)),
        ("minutes", Weight(field="minutes")),
        ("log1p(minutes)", Weight(field="minutes", log1p=True)),
        ("{log1p: minutes}", Weight(field="minutes", log1p=True)),
    ],
)
def test_weights(weight: str, expected: Weight) -> None:
    body = f"nodes: {{a: {{kind: belief}}}}, signals: {{call: [{{node: a, for: {weight}}}]}}"
    assert of(body).rules[0].weight == expected


def test_position_clock_defaults() -> None:
    belief_map = of("nodes: {a: {kind: belief}, f: {kind: feeling}}", "clock: position, ")
    assert list(belief_map.bands) == [2, 8, 32, 128, math.inf]
    assert [node.half_life for node in belief_map.nodes.values()] == [32, 8]
    assert belief_map.nodes["a"].period == 28


@pytest.mark.parametrize(
    ("bands", "life"), [("[2, never]", 2), ("[1, 2, 4, never]", 4), ("[never]", math.inf)]
)
def test_positions_default_to_the_nearest_band(bands: str, life: float) -> None:
    belief_map = of("nodes: {a: {kind: belief}}", f"clock: position, bands: {bands}, ")
    assert belief_map.nodes["a"].half_life == life


def test_traits_may_carry_rules() -> None:
    body = (
        "nodes: {a: {kind: belief}}, "
        "signals: {traits: [{node: a, for: 1, when: {plan: pro}}], consent: []}"
    )
    assert of(body).rules[0].kind == "traits"


def test_built_in_kinds_need_no_declaration() -> None:
    assert of("outcomes: {moves: {happens: traits, within: 7d}}").outcomes["moves"].kind == "traits"


def test_names_of_any_alphabet_but_composed() -> None:
    assert list(of("nodes: {wünscht_ruhe: {kind: belief}}").nodes) == ["wünscht_ruhe"]


def test_kinds_and_fields_may_hold_spaces() -> None:
    body = "nodes: {a: {kind: belief}}, signals: {Order Completed: [{node: a, for: unit price}]}"
    assert of(body).rules[0].weight.field == "unit price"


def test_goals_may_share_a_child_without_a_circle() -> None:
    body = "a: {kind: goal}, b: {kind: goal, part_of: a}, c: {kind: goal, part_of: b}"
    assert of(f"nodes: {{{body}}}").nodes["c"].part_of == "b"


def test_starter_loads_and_teaches_the_common_keys() -> None:
    belief_map = parse_map(STARTER)
    assert {node.evidence for node in belief_map.nodes.values()} >= set(EvidenceKind)
    for key in ("event_bands", "groups", "edges", "actions", "rollout", "opt_in", "seen_by"):
        assert key in STARTER
