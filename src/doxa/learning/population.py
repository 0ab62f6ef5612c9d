"""Fitting a population: base rates of all nodes and a head per outcome, frozen at one origin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.fingerprint import fingerprint, question
from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.beliefmap.sights import kinds_asked
from doxa.domain.signal import TRAITS
from doxa.domain.view import EVERYTHING, Sight
from doxa.errors import InputError, PopulationError
from doxa.features.arms import fields_of_arms
from doxa.features.consents import without_withheld
from doxa.features.eligibility import fields_asked
from doxa.features.knowledge import as_known
from doxa.features.moments import (
    fields_needed,
    is_at_signal,
)
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.totals import Totals
from doxa.features.views import Views
from doxa.heads.choice import ChoiceHead
from doxa.heads.head import Head
from doxa.heads.population import Population, SightPart
from doxa.heads.priors import NodePriors
from doxa.heads.slope import Slope
from doxa.learning.asked import rows_to_fit
from doxa.learning.choices import train_choice
from doxa.learning.decided import slopes_of
from doxa.learning.field import learned_links
from doxa.learning.hazards import train_time
from doxa.learning.labelled import Labelled
from doxa.learning.popularity import looked_up
from doxa.learning.priors import node_priors
from doxa.learning.segments import with_segments
from doxa.learning.selection import known_members
from doxa.learning.training import train
from doxa.reading.coupling.field import Link
from doxa.reading.view import hearing

Progress = Callable[[str, float], None]


def learnable(outcome: Outcome) -> bool:
    """Whether this version fits a head for the outcome."""
    return outcome.each is None or outcome.of is not None or not is_at_signal(outcome)


def fields_for_fit(
    belief_map: BeliefMap, outcomes: Iterable[Outcome]
) -> dict[str, tuple[str, ...]]:
    """The payload fields that fitting some outcomes reads, by kind."""
    actions = list(belief_map.actions.values())
    units = [belief_map.groups[action.unit] for action in actions if action.unit is not None]
    found: dict[str, tuple[str, ...]] = {
        TRAITS: tuple(dict.fromkeys((*belief_map.personas, *units)))
    }
    each = [(fields_needed(outcome), fields_asked(outcome)) for outcome in outcomes]
    for needed in (
        *(part for parts in each for part in parts),
        fields_of_arms(belief_map, actions),
    ):
        for kind, names in needed.items():
            found[kind] = tuple(dict.fromkeys((*found.get(kind, ()), *names)))
    return found


def fit_population(
    past: Past,
    outcomes: Iterable[Outcome],
    origin: int,
    *,
    challenger: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
    skipped: dict[str, str] | None = None,
) -> Population:
    """Learn everything from what was known before `origin`.

    Parameters
    ----------
    past : Past
        Signals before the origin only, with the fields of `fields_for_fit`.
    outcomes : the outcomes to fit a head for
    challenger : bool
        Let gradient-boosted trees stand beside heads where people left out are forecast better.
    skipped : dict, optional
        Takes the outcomes that could not be fitted, with the reason; left out, the first of
        them is an error.
    """
    tell = progress or _silence
    twins = np.unique(past.signals.twin)
    if not len(twins):
        raise PopulationError("there is nothing to fit: the ledger is empty", hint="load history")
    heads, choices = {}, {}
    for outcome in outcomes:
        try:
            if outcome.target is Target.CHOICE:
                choices[outcome.name] = fit_choice(past, outcome, origin, seed=seed, progress=tell)
            else:
                heads[outcome.name] = fit_head(
                    past, outcome, origin, challenger=challenger, seed=seed, progress=tell
                )
        except (PopulationError, InputError) as error:
            if skipped is None:
                raise
            skipped[outcome.name] = error.problem
    slopes = _slopes(past, heads, origin, seed, tell)
    tell("base rates", 0.0)
    priors, links = _usual(past, origin, twins)
    return Population(
        origin=origin,
        signals=len(past.signals),
        people=len(twins),
        priors=priors,
        links=links,
        heads=heads,
        choices=choices,
        slopes=slopes,
        map_fingerprint=fingerprint(past.map),
        last_seq=int(past.signals.seq.max(initial=0)),
        questions={name: question(past.map.outcomes[name]) for name in (*heads, *choices)},
    )


def fit_sight(
    past: Past,
    sight: Sight,
    outcomes: Iterable[Outcome],
    origin: int,
    *,
    unheard: Sequence[str] = (),
    challenger: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> SightPart:
    """Learn for those who do not see everything what they may forecast.

    Parameters
    ----------
    past : Past
        What the sight sees of the past that `fit_population` takes, under the map as it has it.
    unheard : names of outcomes that a source decides which the sight does not hear
    """
    tell = progress or _silence
    heads, choices = {}, {}
    for outcome in outcomes:
        if outcome.name not in unheard:
            # What cannot be learned from so little is forecast by its prior, which says so.
            with suppress(PopulationError, InputError):
                if outcome.target is Target.CHOICE:
                    found = fit_choice(past, outcome, origin, seed=seed, progress=tell)
                    choices[outcome.name] = found
                else:
                    heads[outcome.name] = fit_head(
                        past, outcome, origin, challenger=challenger, seed=seed, progress=tell
                    )
    twins = np.unique(past.signals.twin[~past.signals.inert])
    priors, links = _usual(past, origin, twins, sight)
    return SightPart(
        sight=sight,
        priors=priors,
        heads=heads,
        unheard=tuple(unheard),
        links=links,
        choices=choices,
        slopes=_slopes(past, heads, origin, seed, tell),
    )


def _slopes(
    past: Past, heads: Mapping[str, Head], origin: int, seed: int, tell: Progress
) -> list[Slope]:
    """How far simulated effects of all heads hold, by the experiments of a past."""
    return [slope for head in heads.values() for slope in slopes_of(past, head, origin, seed, tell)]


def unheard_outcomes(past: Past, sight: Sight, outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Outcomes decided by signals that some source sent which a sight does not hear.

    Parameters
    ----------
    past : Past
        Of all sources.
    """
    if sight.hears_all:
        return ()
    signals = past.signals
    quiet = ~hearing(sight, signals.sources)[signals.source] & ~signals.inert
    kinds = {signals.kinds[code] for code in np.unique(signals.kind[quiet]).tolist()}
    return tuple(outcome.name for outcome in outcomes if kinds & kinds_asked(outcome))


def _usual(
    past: Past, origin: int, twins: Ints, sight: Sight = EVERYTHING
) -> tuple[dict[str, NodePriors], list[Link]]:
    """Base rates of all nodes and what joins them, by what people let be read at the origin."""
    known = Totals(without_withheld(past, origin), origin)
    priors = {
        node.name: node_priors(known, node, twins)
        for node in past.map.nodes.values()
        if node.evidence is not None
    }
    links = learned_links(known, past.map, priors, twins)
    return with_segments(priors, past, known, origin, twins, sight), links


def _silence(what: str, done: float) -> None:
    pass


def fit_head(
    past: Past,
    outcome: Outcome,
    origin: int,
    *,
    challenger: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> Head:
    """Learn the head of one outcome from what had become of rows before `origin`.

    Parameters
    ----------
    past : Past
        It may reach beyond the origin: rows whose window had not closed by then are not read.
    """
    tell = progress or _silence
    outcome = past.map.outcomes.get(outcome.name, outcome)  # as the sight has it
    tell(f"rows of {outcome.name}", 0.0)
    fit, items = rows_to_fit(past, outcome, origin, seed=seed)
    return head_on(
        past, outcome, fit, items, origin, challenger=challenger, seed=seed, progress=progress
    )


def head_on(
    past: Past,
    outcome: Outcome,
    fit: Labelled,
    items: Ints,
    origin: int,
    *,
    challenger: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> Head:
    """Learn the head of one outcome on these rows.

    Parameters
    ----------
    items : codes of the members asked for
    origin : int
        A member is held by name if enough people had met it before.
    """
    tell = progress or _silence
    known = known_members(outcome, past, origin)
    told, seen = as_known(past, fit.rows)
    views = Views(told, readings_of(past.map, outcome))
    labelled, kept = Labelled(seen, fit.y), _kept(past, outcome, items, known)
    if outcome.target is Target.TIME_TO:
        return train_time(
            past.map, outcome, views, labelled, items=kept, known=known, seed=seed, progress=tell
        )
    head = train(
        past.map,
        outcome,
        views,
        labelled,
        items=kept,
        known=known,
        challenger=challenger,
        seed=seed,
        progress=tell,
    )
    return looked_up(head, past, np.unique(np.append(fit.rows.seen.at, origin)))


def fit_choice(
    past: Past,
    outcome: Outcome,
    origin: int,
    *,
    seed: int = 1,
    progress: Progress | None = None,
) -> ChoiceHead:
    """Learn the head of one choice from what had been chosen before `origin`."""
    tell = progress or _silence
    outcome = past.map.outcomes.get(outcome.name, outcome)
    tell(f"rows of {outcome.name}", 0.0)
    fit, _ = rows_to_fit(past, outcome, origin, seed=seed)
    told, seen = as_known(past, fit.rows)
    return train_choice(past.map, outcome, told, seen, fit.y, seed=seed, progress=tell)


def _kept(past: Past, outcome: Outcome, items: Ints, known: Ints) -> list[str]:
    """Names of the members asked for by default: those of the map, or met by enough people."""
    if outcome.of is None:
        return []
    if outcome.items is None or not outcome.items.names:
        items = items[np.isin(items, known)]
    names = past.values(outcome.of)
    return [names[code] for code in items.tolist()]
