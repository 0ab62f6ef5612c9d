"""Fitting a population: base rates of all nodes and a head per outcome, frozen at one origin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.fingerprint import fingerprint, question
from doxa.beliefmap.model import Action, BeliefMap, Outcome, Target
from doxa.beliefmap.payloads import Bools
from doxa.beliefmap.sights import kinds_asked
from doxa.domain.clock import DAY, Clock
from doxa.domain.signal import TRAITS
from doxa.domain.view import Sight
from doxa.errors import InputError, PopulationError
from doxa.features.arms import fields_of_arms, put_together
from doxa.features.consents import without_withheld
from doxa.features.eligibility import eligible, fields_asked
from doxa.features.knowledge import as_known
from doxa.features.labels import labels_of
from doxa.features.moments import (
    after_triggers,
    at_origins,
    at_signals,
    fields_needed,
    is_at_signal,
)
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.since import first_seen
from doxa.features.totals import Totals
from doxa.features.views import Views
from doxa.heads.choice import ChoiceHead
from doxa.heads.head import Head
from doxa.heads.population import Population, SightPart
from doxa.heads.priors import NodePriors
from doxa.heads.slope import Slope
from doxa.learning.choices import train_choice
from doxa.learning.field import learned_links
from doxa.learning.hazards import train_time
from doxa.learning.labelled import Labelled
from doxa.learning.priors import node_priors
from doxa.learning.selection import known_members, top_members
from doxa.learning.simulated import tells_apart, when_decided
from doxa.learning.slopes import crossed_effects, slope_from
from doxa.learning.training import train
from doxa.reading.coupling.field import Link
from doxa.reading.view import hearing

MOST_ORIGINS = 12
"""A grid reaches back over at most so many windows, and at most two thirds of the history."""
MOST_DAYS = 56
"""Of windows shorter than a week more: over so many days, to see every weekday several times."""
SHORT = 7
MOST_MEMBERS = 2_000
MOST_ASKED = 2_400_000
"""Of more rows than this (moments times members) some are drawn before anything is asked of them."""

Progress = Callable[[str, float], None]


def learnable(outcome: Outcome) -> bool:
    """Whether this version fits a head for the outcome."""
    return outcome.each is None or outcome.of is not None or not is_at_signal(outcome)


def fields_for_fit(
    belief_map: BeliefMap, outcomes: Iterable[Outcome]
) -> dict[str, tuple[str, ...]]:
    """The payload fields that fitting some outcomes reads, by kind."""
    lots = [action for action in belief_map.actions.values() if action.randomised is not None]
    units = [belief_map.groups[action.unit] for action in lots if action.unit is not None]
    found: dict[str, tuple[str, ...]] = {
        TRAITS: tuple(dict.fromkeys((*belief_map.personas, *units)))
    }
    each = [(fields_needed(outcome), fields_asked(outcome)) for outcome in outcomes]
    for needed in (*(part for parts in each for part in parts), fields_of_arms(belief_map, lots)):
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
    slopes = [slope for head in heads.values() for slope in _slopes(past, head, origin, seed, tell)]
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
    priors, links = _usual(past, origin, twins)
    return SightPart(
        sight=sight,
        priors=priors,
        heads=heads,
        unheard=tuple(unheard),
        links=links,
        choices=choices,
    )


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


def _usual(past: Past, origin: int, twins: Ints) -> tuple[dict[str, NodePriors], list[Link]]:
    """Base rates of all nodes and what joins them, by what people let be read at the origin."""
    known = Totals(without_withheld(past, origin), origin)
    priors = {
        node.name: node_priors(known, node, twins)
        for node in past.map.nodes.values()
        if node.evidence is not None
    }
    return priors, learned_links(known, past.map, priors, twins)


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
    return train(
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


def _slopes(past: Past, head: Head, origin: int, seed: int, tell: Progress) -> list[Slope]:
    """Per kind of randomised action that the head reads: how far its simulated effects hold."""
    outcome = past.map.outcomes[head.outcome]
    kinds: dict[str, list[Action]] = {}
    for action in past.map.actions.values():
        if action.randomised is not None and tells_apart(outcome, action):
            kinds.setdefault(action.signal, []).append(action)
    found = []
    for kind, actions in kinds.items():
        tell(f"effects of {kind} on {outcome.name}", 0.0)
        fit, _ = rows_to_fit(past, outcome, origin, seed=seed)
        told, seen = as_known(past, fit.rows)
        rows, arms = when_decided(told, actions[0], seen)
        decided = Labelled(rows, fit.y).take(arms.signal >= 0)
        known = known_members(outcome, past, origin)
        views = Views(told, readings_of(past.map, outcome))

        def trained(
            chosen: Bools, decided: Labelled = decided, views: Views = views, known: Ints = known
        ) -> Head:
            own = decided.take(chosen)
            return train(
                past.map, outcome, views, own, items=[], known=known, seed=seed, progress=tell
            )

        unit = put_together(told, actions[0], decided.rows)
        compared = crossed_effects(told, actions, decided, unit, trained)
        if compared:
            found.append(slope_from(kind, outcome.name, compared))
    return found


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


def rows_to_fit(
    past: Past, outcome: Outcome, origin: int, *, seed: int = 1
) -> tuple[Labelled, Ints]:
    """The rows whose label was decided before an origin, and the codes of the members asked for.

    Of a family's rows at most 2,400,000 are drawn, at random with `seed`.

    Raises
    ------
    PopulationError
        There are none, and why.
    """
    rows, items = _rows(past, outcome, origin, seed)
    if not len(rows):
        raise PopulationError(
            f"nobody can be asked {outcome.name!r}: no twin was known and eligible at any origin",
            hint="a signal counts from when it was recorded; history belongs in a backfill",
        )
    labels = labels_of(outcome, past, rows, origin)
    kept = labels.resolved & ~np.isnan(labels.y)
    if not kept.any() and is_at_signal(outcome) and labels.resolved.any():
        raise PopulationError(
            f"no {outcome.field!r} of {outcome.kind!r} is a number",
            hint=f"say 'fields: {{{outcome.field}: category}}' in the map if it names one of a few things",
        )
    if not kept.any():
        raise PopulationError(
            f"no window of {outcome.name!r} had closed before the end of the ledger",
            hint="load more history, or fit other outcomes",
        )
    return Labelled(rows.take(kept), labels.y[kept]), items


def _kept(past: Past, outcome: Outcome, items: Ints, known: Ints) -> list[str]:
    """Names of the members asked for by default: those of the map, or met by enough people."""
    if outcome.of is None:
        return []
    if outcome.items is None or not outcome.items.names:
        items = items[np.isin(items, known)]
    names = past.values(outcome.of)
    return [names[code] for code in items.tolist()]


def _rows(past: Past, outcome: Outcome, origin: int, seed: int) -> tuple[Rows, Ints]:
    """All rows whose window closes before the origin, and the members asked for."""
    nothing = np.zeros(0, dtype=np.int64)
    if is_at_signal(outcome):
        rows = at_signals(outcome, past)
        return rows.take(eligible(outcome, past, rows)), nothing
    if outcome.after is not None:
        rows = after_triggers(outcome, past)
    else:
        grid = _grid(past, outcome, origin)
        rows = at_origins(outcome, np.unique(past.signals.twin), grid)
    rows = rows.take(eligible(outcome, past, rows))
    if outcome.of is None:
        return rows, nothing
    # Triggers begin with the history: before the first of them nobody has met anything.
    on_a_grid = outcome.after is None and len(rows)
    first = int(rows.seen.at.min()) if on_a_grid else origin
    members = top_members(outcome, past, first)[:MOST_MEMBERS]
    rng = np.random.Generator(np.random.Philox(seed))
    return rows.for_some_members(members, MOST_ASKED, rng), members


def _grid(past: Past, outcome: Outcome, origin: int) -> list[int]:
    """Origins a window apart, back from the last whose window closes before the origin."""
    step = outcome.within or 1
    start = int(first_seen(past).first.min(initial=origin))
    earliest = start + (origin - start) // 3
    number_of = MOST_ORIGINS
    if past.map.clock is Clock.TIME and step < SHORT * DAY:
        number_of = min(max(MOST_DAYS * DAY // step, MOST_ORIGINS), MOST_DAYS)
    grid = [origin - step * number for number in range(1, number_of + 1)]
    return [at for at in reversed(grid) if at >= earliest] or grid[:1]
