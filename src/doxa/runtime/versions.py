"""Which map and which population were active at a moment."""

from __future__ import annotations

from collections.abc import Mapping

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap, Node
from doxa.heads.priors import NodePriors
from doxa.reading.prior import Prior, map_prior
from doxa.reading.priors import Asked, MapPriors, Priors
from doxa.runtime.wiring import Wiring
from doxa.types import Moment


def map_at(wiring: Wiring, known_at: Moment | None) -> BeliefMap:
    """The map that was active at a moment; before the first one, the first."""
    if known_at is None:
        return wiring.belief_map
    versions = wiring.store.maps()
    if not versions:
        return wiring.belief_map
    active = [each for each in versions if each.active_from <= known_at] or versions[:1]
    if active[-1].version == versions[-1].version:
        return wiring.belief_map
    return parse_map(active[-1].text, f"map {active[-1].version} of {wiring.path.name}")


def population_at(wiring: Wiring, known_at: Moment | None) -> int | None:
    """The version of the population that was active at a moment, None before the first."""
    active = [
        each.version
        for each in wiring.store.activations()
        if known_at is None or each.active_from <= known_at
    ]
    return active[-1] if active else None


class PopulationPriors:
    """The priors of a frozen population; of nodes that it does not know, the map's.

    Parameters
    ----------
    nodes : dict of node name to NodePriors
    """

    def __init__(self, nodes: Mapping[str, NodePriors]) -> None:
        self._nodes = nodes

    def prior(self, node: Node, asked: Asked) -> Prior:
        """The prior of each row asked for."""
        found = self._nodes.get(node.name)
        if found is None:
            return map_prior(node)
        names = asked.members.names(node.name)
        return found.prior([names[code] for code in asked.member.tolist()])


def priors_at(wiring: Wiring, known_at: Moment | None) -> Priors:
    """The priors that readings use: of the population active then, before a fit the map's.

    Populations are frozen, so each is decoded once.
    """
    version = population_at(wiring, known_at)
    if version is None:
        return MapPriors()
    if version not in wiring.priors:
        from doxa.heads.population import decode

        stored = next(each for each in wiring.store.populations() if each.version == version)
        wiring.priors[version] = PopulationPriors(decode(stored.body).priors)
    return wiring.priors[version]
