"""Which map and which population were active at a moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.renames import former_names, with_history
from doxa.beliefmap.sights import learning_sight
from doxa.domain.view import EVERYTHING, Sight
from doxa.heads.population import Population, decode
from doxa.heads.priors import PopulationPriors
from doxa.heads.renaming import renamed
from doxa.reading.coupling.field import Field, declared_field, learned_field
from doxa.reading.priors import MapPriors, Priors
from doxa.runtime.wiring import Names, Wiring
from doxa.storage.port import MapVersion
from doxa.types import Moment

_RENAMES = "renamed_from"


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
    return map_of(active, wiring.path.name)


def map_of(versions: Sequence[MapVersion], where: str) -> BeliefMap:
    """The newest of some versions, which also knows what those before it called its nodes."""
    newest = parse_map(versions[-1].text, f"map {versions[-1].version} of {where}")
    earlier = versions[:-1] if any(_RENAMES in each.text for each in versions) else ()
    return with_history(newest, (parse_map(each.text) for each in earlier))


def population_at(wiring: Wiring, known_at: Moment | None) -> tuple[int, Population] | None:
    """The population that was active at a moment, with its version; None before the first."""
    active = [
        each.version
        for each in wiring.store.activations()
        if known_at is None or each.active_from <= known_at
    ]
    if not active:
        return None
    version = active[-1]
    names = former_names(map_at(wiring, known_at))
    key = version, tuple(sorted(names.items()))
    if key not in wiring.populations:
        stored = {each.version: each for each in wiring.store.populations()}
        wiring.populations[key] = renamed(decode(stored[version].body), names)
    return version, wiring.populations[key]


def priors_at(wiring: Wiring, known_at: Moment | None, sight: Sight = EVERYTHING) -> Priors:
    """The priors that readings use: of the population active then, before the first the map's.

    Parameters
    ----------
    sight : Sight
        Base rates are those of what it sees; where nothing was learned for it, the map's.
    """
    active = population_at(wiring, known_at)
    if active is None:
        return MapPriors()
    if sight == EVERYTHING:
        return PopulationPriors(active[1].priors, map_at(wiring, known_at))
    belief_map = map_at(wiring, known_at)
    part = active[1].part(learning_sight(belief_map, sight))
    return MapPriors() if part is None else PopulationPriors(part.priors, belief_map)


def field_at(wiring: Wiring, seen: BeliefMap, known_at: Moment | None, sight: Sight) -> Field:
    """How nodes lean on each other: as a map declares it, and as the population active then found.

    Parameters
    ----------
    seen : BeliefMap
        The map active then, as its reader has it: what it does not declare takes no part.
    sight : Sight
        Weights are those learned from what it sees; where nothing was, those declared.
    """
    active = population_at(wiring, known_at)
    if active is None:
        return declared_field(seen)
    if sight != EVERYTHING:
        sight = learning_sight(map_at(wiring, known_at), sight)
    part = active[1].part(sight)
    if part is None or not part.links:
        return declared_field(seen)
    for known_map, known, of, field in tuple(_FIELDS):
        if known_map is seen and known is wiring.populations and of == (active[0], sight):
            return field
    field = learned_field(seen, part.links)
    _FIELDS.append((seen, wiring.populations, (active[0], sight), field))
    return field


_FIELDS: deque[tuple[BeliefMap, dict[tuple[int, Names], Population], tuple[int, Sight], Field]] = (
    deque(maxlen=16)
)
