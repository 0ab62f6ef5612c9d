"""Whether a population still answers what the map asks: the same evidence, the same question."""

from __future__ import annotations

from doxa.beliefmap.fingerprint import fingerprint, question
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.renames import former_names
from doxa.heads.population import Population
from doxa.storage.port import Store


def is_stale(population: Population, belief_map: BeliefMap, store: Store, outcome: str) -> bool:
    """Whether a head was fitted on other evidence, or for another question, than the map has now.

    A node that was only renamed is the same node.
    """
    fitted, asked = population.map_fingerprint, population.questions.get(outcome)
    if outcome not in belief_map.outcomes:
        return True
    now = fingerprint(belief_map), question(belief_map.outcomes[outcome])
    if fitted in ("", now[0]) and asked in (None, now[1]):
        return False
    names = former_names(belief_map)
    if not names:
        return True
    maps = [parse_map(each.text) for each in store.maps() if each.fingerprint == fitted]
    return not any(
        (fingerprint(each, names), question(each.outcomes[outcome], names)) == now
        for each in maps
        if outcome in each.outcomes and asked in (None, question(each.outcomes[outcome]))
    )
