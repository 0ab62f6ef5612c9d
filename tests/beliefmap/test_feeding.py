"""What nothing feeds, and what nothing reads yet."""

from pathlib import Path

from doxa.beliefmap.feeding import unfed
from doxa.beliefmap.map_file import load_map, parse_map
from doxa.beliefmap.starter import STARTER
from doxa.beliefmap.unread import unread

MAPS = Path(__file__).parent / "maps"


def test_the_starter_has_neither() -> None:
    belief_map = parse_map(STARTER)
    assert unfed(belief_map) == []
    assert unread(belief_map) == []


def test_a_node_without_rules() -> None:
    assert unfed(load_map(MAPS / "oulad.yaml")) == [
        ("nodes.finish", "no rule says anything about it")
    ]


def test_goals_with_done_or_children_are_reached() -> None:
    text = (
        "{doxa: 1, product: p, signals: {v: []}, nodes: "
        "{a: {kind: goal}, b: {kind: goal, part_of: a, done: {happens: v}}, t: {kind: trait}}}"
    )
    assert unfed(parse_map(text)) == []


def test_conditions_that_nothing_passes() -> None:
    text = (
        "{doxa: 1, product: p, signals: {v: []}, "
        "outcomes: {o: {happens: v, within: 1d, when: {x: {present: false, gt: 1}}}}}"
    )
    assert unfed(parse_map(text))[0][0] == "outcomes.o.when.x"


def test_a_scale_without_values_is_idle() -> None:
    text = (
        "{doxa: 1, product: p, nodes: {a: {kind: belief, scale: [1, 2]}}, "
        "signals: {v: [{node: a, for: 1}]}}"
    )
    assert unfed(parse_map(text))[0][0] == "nodes.a.scale"


def test_what_was_never_seen() -> None:
    seen = {
        "visit": set(),
        "purchase": {"genres", "price"},
        "review": {"genres", "stars"},
        "traits": {"age"},
    }
    found = dict(unfed(parse_map(STARTER), seen))
    assert found["signals.purchase[1]"] == "no purchase carried the field discount"
    assert found["signals.complaint"] == "no such signal was seen"
    assert found["outcomes.accepts"] == "no purchase carried the field offer"
    assert found["personas.region"] == "no such trait was seen"
    assert "outcomes.rates" not in found


def test_everything_without_a_reader_is_named() -> None:
    paths = {path for path, _ in unread(load_map(MAPS / "every_key.yaml"))}
    assert paths == {"nodes.home_cooks.held_by"}
