"""One twin frozen on both clocks: everything that readings of it need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Any

import numpy as np

from doxa.beliefmap.columns import joined
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import Clock
from doxa.domain.view import View
from doxa.reading.coupling.field import Field
from doxa.reading.coupling.read import Leaning
from doxa.reading.falling_back import own_priors
from doxa.reading.opinion import Opinion
from doxa.reading.pooled import Voices
from doxa.reading.priors import Priors
from doxa.runtime.folding.fold import Folded, at_moment, fold_rows
from doxa.runtime.folding.twin_state import twin_state
from doxa.runtime.identity import NOBODY, Person, person_at
from doxa.runtime.intake.names import given_name
from doxa.runtime.intake.times import asked_moment
from doxa.runtime.versions import field_at, map_at, priors_at
from doxa.runtime.views import gate_of, seen_folded
from doxa.runtime.wiring import Wiring
from doxa.types import Json, Moment


@dataclass(frozen=True, slots=True)
class Frozen:
    """A twin as of a moment, as known at another; nothing here moves any more.

    Attributes
    ----------
    wiring : Wiring
    twin : str
        The twin that stands for the person; who was asked for may be an alias of it.
    person : Person
        Whose signals are in it.
    belief_map : BeliefMap
        The one that was active then, as the view has it: without what is hidden.
    priors : Priors
    field : Field
    now : int
        The moment read, on the map's clock.
    known_at : int or None
    folded : Folded
        Without what is hidden.
    view : View
    barred : View or None
        See `freeze`.
    known : mapping of (node, code of the member) to Opinion
        What was read already, with other people: it is not read again.
    """

    wiring: Wiring
    twin: str
    person: Person
    belief_map: BeliefMap
    priors: Priors
    field: Field
    now: Moment
    known_at: Moment | None
    folded: Folded
    view: View = attribute(default_factory=View)
    barred: View | None = None
    known: Mapping[tuple[str, int], Opinion] = attribute(default_factory=dict)

    @property
    def key(self) -> int:
        """The store's key of the twin, or `NOBODY`."""
        return self.person.key

    @property
    def voices(self) -> Voices:
        """How each source is heard."""
        return voices(self.belief_map, self.folded.sources)

    @property
    def leaning(self) -> Leaning:
        """What nodes start from, and how they lean on each other."""
        return Leaning(self.field, self.priors, self.folded.members)


@dataclass(frozen=True, slots=True)
class Asking:
    """Where on both clocks to read.

    Attributes
    ----------
    as_of : int or None
        None on a position clock: the newest position.
    known_at : int or None
    """

    as_of: Moment | None
    known_at: Moment | None


def asking(wiring: Wiring, as_of: Any, known_at: Any, now: Any) -> Asking:
    """Both moments as asked for: what was known at t is read as of t, unless told otherwise."""
    clock, zone = wiring.belief_map.clock, wiring.belief_map.zone.default
    known = asked_moment("known_at", known_at, Clock.TIME, zone)
    moment = asked_moment("as_of", as_of, clock, zone)
    if moment is None and clock is Clock.TIME:
        moment = known if known is not None else asked_moment("now", now, Clock.TIME, zone)
        moment = wiring.clock() if moment is None else moment
    return Asking(moment, known)


def freeze(
    wiring: Wiring,
    twin: str,
    asked: Asking,
    purpose: str | None = None,
    barred: View | None = None,
) -> Frozen:
    """Read one person's state by any of their twins, as a purpose may see it.

    Somebody never met has an empty one, and so has somebody who does not let the purpose read.

    Parameters
    ----------
    barred : View, optional
        What the person withholds besides, whatever they said by the moment read.
    """
    name = given_name("twin", twin)
    with wiring.store.steady():
        belief_map = map_at(wiring, asked.known_at)
        key = wiring.store.twin_key(name)
        if key is None:
            person = Person(NOBODY)
            folded = fold_rows(belief_map, joined([]))
        else:
            person = person_at(wiring, key, asked.as_of, asked.known_at)
            folded = twin_state(wiring, belief_map, person, asked.as_of, asked.known_at)
        gate = gate_of(belief_map, purpose, folded)
        view = gate.view(person.key)
        view = view if barred is None else view.within(barred)
        priors = priors_at(wiring, asked.known_at, view.sight)
        seen, folded = seen_folded(wiring, gate, view, person, folded, asked.as_of, asked.known_at)
        field = field_at(wiring, seen, asked.known_at, view.sight)
        person = Person(NOBODY) if view.closed else person
        if person.key not in (key, NOBODY):
            name = wiring.store.twin_names([person.key])[0]
    made = Frozen(
        wiring=wiring,
        twin=name,
        person=person,
        belief_map=seen,
        priors=priors,
        field=field,
        now=newest(folded) if asked.as_of is None else asked.as_of,
        known_at=asked.known_at,
        folded=folded,
        view=view,
        barred=barred,
    )
    return counting(made)


def counting(frozen: Frozen) -> Frozen:
    """The same with the claims that count at the moment read, and priors that fall back on it."""
    folded = at_moment(frozen.folded, frozen.now, frozen.voices)
    own = np.array([frozen.key]), np.array([frozen.now])
    priors = own_priors(frozen.priors, frozen.belief_map, folded.state, *own, frozen.voices)
    if folded is frozen.folded and priors is frozen.priors:
        return frozen
    return replace(frozen, folded=folded, priors=priors)


def newest(folded: Folded) -> Moment:
    """The newest moment of a state, 0 when it is empty."""
    return int(np.max(folded.state.seen.last)) if len(folded.state.seen.last) else 0


def voices(belief_map: BeliefMap, sources: tuple[str, ...]) -> Voices:
    """How a map lets each source be heard."""
    known = _voices(belief_map)
    if sources not in known:
        if len(known) >= _KEPT:
            known.clear()
        trust = {name: source.trust for name, source in belief_map.sources.items()}
        known[sources] = Voices.of(sources, trust)
    return known[sources]


_KEPT = 64


@per_map
def _voices(belief_map: BeliefMap) -> dict[tuple[str, ...], Voices]:
    """Those of a map that were asked for lately, by the names of the sources."""
    return {}


def traits(frozen: Frozen) -> dict[str, Json]:
    """The last value of every trait over all sources; cleared ones are gone."""
    told = frozen.folded.state.traits
    newest_of: dict[str, tuple[tuple[int, int], int]] = {}
    for row, name in enumerate(told.name):
        when = (int(told.at[row]), int(told.order[row]))
        if name not in newest_of or when > newest_of[name][0]:
            newest_of[name] = (when, row)
    found = {name: told.value[row] for name, (_, row) in sorted(newest_of.items())}
    return {
        name: value for name, value in found.items() if value is not None and frozen.view.sees(name)
    }
