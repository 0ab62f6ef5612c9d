"""The graph of a twin, and what other tools read of it."""

from __future__ import annotations

import io

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.conftest import NOW

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, Clock, datetime_of
from doxa.domain.node import Address, NodeKind
from doxa.runtime.graph.export import to_cypher, to_graphml, to_networkx
from doxa.runtime.graph.graph import Graph, GraphEdge, GraphNode

GROCER = """
doxa: 1
product: grocer
nodes:
  buys: {kind: preference, of: category, half_life: 30d}
  likes: {kind: preference, of: category, scale: [1, 5]}
  eat_healthier: {kind: goal, part_of: feel_better}
  feel_better: {kind: goal}
  fair: {kind: belief}
edges:
  - {from: {buys: PRODUCE}, to: eat_healthier, kind: supports, weight: 0.5}
  - {from: likes, to: buys, kind: supports}
  - {from: fair, to: feel_better, kind: motivates}
signals:
  purchase: [{node: buys, count: 1}]
  rating: [{node: likes, value: stars}]
  resolution: [{node: eat_healthier, for: 1}, {node: feel_better, for: 1}]
"""


@pytest.fixture
def twin(open_shop):
    shop = open_shop(parse_map(GROCER))
    for kind, payload, ago in (
        ("purchase", {"category": "PRODUCE"}, 40),
        ("purchase", {"category": "MILK"}, 30),
        ("rating", {"category": "MILK", "stars": 5}, 20),
        ("rating", {"category": "WINE", "stars": 4}, 20),
        ("resolution", {}, 10),
    ):
        shop.observe("ann", kind, payload, at=datetime_of(NOW - ago * DAY))
    return shop["ann"]


def ends(graph: Graph) -> set[tuple[str, str, str]]:
    return {(str(edge.source), edge.kind, str(edge.target)) for edge in graph.edges}


def test_nodes_and_edges_with_their_intervals(twin):
    graph = twin.graph()
    assert {str(node.node) for node in graph.nodes} == {
        *("buys[PRODUCE]", "buys[MILK]", "likes[MILK]", "likes[WINE]"),
        *("eat_healthier", "feel_better"),
    }
    assert ends(graph) == {
        ("buys[PRODUCE]", "supports", "eat_healthier"),
        ("likes[MILK]", "supports", "buys[MILK]"),
        ("eat_healthier", "part_of", "feel_better"),
    }
    (produce,) = (edge for edge in graph.edges if edge.weight)
    assert (produce.weight, produce.begins) == (0.5, NOW - 10 * DAY)
    node = next(each for each in graph.nodes if str(each.node) == "eat_healthier")
    assert node.begins == NOW - 10 * DAY
    assert node.ends == twin.opinion("eat_healthier").dissolves > NOW


def test_the_graph_as_of_a_moment(twin):
    assert ends(twin.graph(at=datetime_of(NOW - 15 * DAY))) == {
        ("likes[MILK]", "supports", "buys[MILK]")
    }
    assert twin.graph(at=datetime_of(NOW - 50 * DAY)).nodes == ()
    later = twin.graph().at(twin.graph().nodes[-1].ends)
    assert "eat_healthier" not in {str(node.node) for node in later.nodes}


def test_what_changed_in_words(open_shop):
    shop = open_shop()
    for day in range(20, 10, -1):
        shop.observe("bob", "praise", at=datetime_of(NOW - day * DAY))
    for day in range(8):
        shop.observe("bob", "complaint", {"topic": "price"}, at=datetime_of(NOW - day * DAY))

    def words(since: int, until: int) -> dict[str, tuple[str, ...]]:
        twin = shop.twin("bob", as_of=datetime_of(NOW - until * DAY))
        return {str(each.node): each.what for each in twin.changes(datetime_of(NOW - since * DAY))}

    assert words(25, 11) == {"prices_are_fair": ("formed", "rose")}
    assert words(11, 0) == {"prices_are_fair": ("contested", "fell")}
    assert words(0, -2000)["prices_are_fair"][0] == "dissolved"


texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)


@given(texts, texts, texts)
def test_whatever_people_say_stays_data(one, two, said):
    nodes = tuple(
        GraphNode(
            node=Address("buys", (member,)),
            kind=NodeKind.PREFERENCE,
            says=said,
            credence=0.25,
            uncertainty=0.5,
            status="held",
            begins=0,
            ends=None,
        )
        for member in dict.fromkeys((one, two))
    )
    edges = (
        GraphEdge(
            source=nodes[0].node,
            target=nodes[-1].node,
            kind="supports",
            weight=0.5,
            begins=0,
            ends=DAY,
        ),
    )
    graph = Graph(twin=said, as_of=0, known_at=None, clock=Clock.TIME, nodes=nodes, edges=edges)
    whole = to_networkx(graph)
    assert set(whole) == {str(node.node) for node in nodes}
    assert [told["credence"] for _, told in whole.nodes(data=True)] == [0.25] * len(nodes)
    read = networkx.read_graphml(io.BytesIO(to_graphml(graph).encode()), force_multigraph=True)
    assert len(read) <= len(nodes)
    assert [told["weight"] for *_, told in read.edges(data=True)] == [0.5]
    if said.isprintable():
        assert next(told["says"] for _, told in read.nodes(data=True)) == said or not said
    statement = to_cypher(graph)
    assert outside_of_quotes(statement).count("CREATE") == 1 + 2 * len(nodes) + 1
    assert outside_of_quotes(statement).count(";") == 1


def outside_of_quotes(statement: str) -> str:
    """What is left of a statement without its literals."""
    kept, inside, skip = "", False, False
    for letter in statement:
        if skip:
            skip = False
        elif inside and letter == "\\":
            skip = True
        elif letter == "'":
            inside = not inside
        elif not inside:
            kept += letter
    assert not inside
    return kept
