"""A renamed node keeps its coupled columns and its learned links."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import TIMED, crowd, past_of
from doxa.heads.renaming import renamed
from doxa.learning.population import fit_population

EDGES = "\nedges:\n  - {from: fair, to: shops, kind: supports}\n"


def test_joined_nodes_are_renamed_in_columns_owners_and_links():
    belief_map = parse_map(TIMED + EDGES)
    outcome = belief_map.outcomes["buys_count"]
    signals = crowd(people=24)
    past = past_of(signals, belief_map, [outcome])
    found = fit_population(past, [outcome], signals[-1].at + 1)
    told = renamed(found, {"fair": "honest"})
    head = told.heads["buys_count"]
    assert "honest: coupled" in head.names
    assert head.owners[head.names.index("shops: coupled")] == "shops + honest"
    assert {link.source.node for link in told.links} == {"honest"}
    assert b"fair" not in msgspec.json.encode([head.names, head.owners, told.links])
    assert renamed(told, {"honest": "fair"}).heads == found.heads
