"""Forecasts from a store: who is asked, from what was known, by the active population."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.domain.clock import MINUTE, Clock
from doxa.domain.signal import TRAITS
from doxa.errors import InputError, UnknownName
from doxa.features.eligibility import eligible, fields_asked
from doxa.features.moments import after_triggers, at_origins, fields_needed, is_at_signal
from doxa.features.past import Past, read_past
from doxa.features.plan import outcome_named
from doxa.features.rows import FIRST, Bound, Rows
from doxa.features.supposed import with_supposed
from doxa.features.traits import traits_read
from doxa.features.views import Views
from doxa.heads.ends import ends_of, ends_of_prior
from doxa.heads.forecast import forecast
from doxa.heads.glm import Family, link_of, mean_of
from doxa.heads.head import Head, family_of, recipe_of
from doxa.heads.reasons import Reasons, reasons
from doxa.runtime.choosing import choice_made
from doxa.runtime.folding.rows import seen_scan
from doxa.runtime.forecasts import Forecast, Forecasts, Made
from doxa.runtime.frozen import Frozen
from doxa.runtime.given import Supposed, overlap, supposed
from doxa.runtime.identity import newest_at, people_at
from doxa.runtime.intake.names import given_name
from doxa.runtime.purposes import Asked, asked_by, part_of
from doxa.runtime.recording import recorded
from doxa.runtime.staleness import is_stale
from doxa.runtime.versions import population_at
from doxa.runtime.wiring import Wiring
from doxa.storage.rows import session_codes
from doxa.types import Moment

LIVE, BACKTEST, PRIOR = "live", "backtest", "prior"
ASSUMED_BASE = 0.5
_NO_ITEMS = "leave the items out, or declare `of` for the outcome"
LEAD = MINUTE
"""The horizon of a recorded set begins so long after it was asked for."""


def forecast_set(
    wiring: Wiring,
    name: str,
    *,
    cohort: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    given: Mapping[str, Any] | None = None,
    at: Moment | None = None,
    known_at: Moment | None = None,
    record: bool = False,
    purpose: str | None = None,
) -> Forecasts:
    """Forecast an outcome; see `Twins.forecast`.

    Parameters
    ----------
    known_at : int, optional
        Read only what was recorded by then, with the population active then; left out, a
        backtest reads what was known at its origin, with today's population.
    purpose : str, optional
        Whoever does not let it read is left out and counted.
    """
    outcome = outcome_named(wiring.belief_map, name)
    seen = asked_by(wiring.belief_map, purpose, outcome)
    now = now_of(wiring)
    origin = at if at is not None else now + (_lead(wiring) if record else 0)
    label = BACKTEST if origin < now - _lead(wiring) else LIVE
    if record and origin < now:
        raise InputError(
            "a recorded forecast must be made before its horizon begins",
            where="at",
            hint="leave `at` out, or do not record",
        )
    if wiring.belief_map.clock is Clock.TIME and origin > now and not record:
        raise InputError(
            "lies in the future", where="at", expected="a past moment", hint="left out, it is now"
        )
    if items is not None and outcome.of is None:
        raise InputError(f"outcome {name!r} is not asked per item", where="items", hint=_NO_ITEMS)
    if record and is_at_signal(outcome):
        raise InputError(
            f"outcome {name!r} has no horizon to record a forecast before: a signal decides it",
            where="record",
            hint="do not record",
        )
    known = population_at(wiring, known_at)
    version, population = known if known else (None, None)
    part = part_of(population, seen, outcome) if population else None
    head = part.heads.get(name) if part else None
    choice = part.choices.get(name) if part else None
    asking = supposed(wiring.belief_map, outcome, given, head.known if head else ())
    fitted = head or choice
    outside = overlap(outcome, asking, fitted.support) if fitted else []
    past, left_out = past_asked(
        wiring, seen, outcome, cohort, origin, origin if known_at is None else known_at
    )
    past, rows, asked = _rows(outcome, past, origin, items, asking, head)
    if outcome.target is Target.CHOICE:
        made = choice_made(outcome, past, rows, choice)
    else:
        made = _made(outcome, past, rows, asked, head)
    unfitted = fitted is None
    found = _handed_out(wiring, outcome, past.map, made, origin)
    found = replace(
        found, version=None if unfitted else version, label=PRIOR if unfitted else label
    )
    if not unfitted and population is not None:
        stale = is_stale(population, wiring.belief_map, wiring.store, name)
        found = replace(found, stale=stale)
    found = replace(found, purpose=purpose, left_out=left_out, outside=outside)
    return recorded(wiring, found) if record else found


def forecasts_of(
    frozen: Frozen,
    name: str,
    items: Sequence[str] | None = None,
    given: Mapping[str, Any] | None = None,
) -> list[Forecast]:
    """What one twin will likely do from the moment it was read at, likeliest first."""
    if frozen.view.closed:
        raise InputError(
            f"is read for {frozen.view.purpose!r} only with the person's consent, and none is recorded",
            where=frozen.twin,
            hint="a `consent` signal gives it",
        )
    # A reading at t holds what happened at t; on a position clock the next origin is the one after.
    after = 0 if frozen.belief_map.clock is Clock.TIME else 1
    found = forecast_set(
        frozen.wiring,
        name,
        cohort=[frozen.twin],
        items=items,
        given=given,
        at=frozen.now + after,
        known_at=frozen.known_at,
        purpose=frozen.view.purpose,
    )
    unseen = frozen.view.purpose is not None and not len(frozen.folded.state.seen.last)
    if found.left_out or (unseen and not len(found)):
        raise _never_met(frozen.twin)
    return sorted(found.rows(), key=lambda each: -each.probability)


def _lead(wiring: Wiring) -> int:
    """How far ahead of now a recorded horizon begins: it must be durable before that."""
    return LEAD if wiring.belief_map.clock is Clock.TIME else 0


def now_of(wiring: Wiring) -> Moment:
    """The moment asked about where none is given; on a position clock the one after the newest."""
    if wiring.belief_map.clock is Clock.TIME:
        return wiring.clock()
    newest = newest_at(wiring)
    return 0 if newest is None else newest + 1


def past_asked(
    wiring: Wiring,
    seen: Asked,
    outcome: Outcome,
    cohort: Sequence[str] | None,
    origin: Moment,
    known_at: Moment,
) -> tuple[Past, int]:
    """What may be read of those asked about, and how many of them may not be read at all."""
    fields: dict[str, tuple[str, ...]] = {TRAITS: traits_read(seen.belief_map, outcome)}
    for needed in (fields_needed(outcome), fields_asked(outcome)):
        for kind, names in needed.items():
            fields[kind] = tuple(dict.fromkeys((*fields.get(kind, ()), *names)))
    timed = wiring.belief_map.clock is Clock.TIME
    known = known_at if timed else None
    met, unmet = (None, 0) if cohort is None else _keys(wiring, cohort, seen.purpose)
    identity = people_at(wiring, origin, known, met)
    keys = None if met is None else np.unique(identity.roots(np.array(met, np.int64)))
    kept, closed = seen.readable(wiring, keys, identity, origin, known)
    batches = seen_scan(
        wiring.store,
        seen.belief_map,
        seen.sight,
        until=origin,
        known_at=known,
        twins=None if kept is None else kept.tolist(),
        identity=identity,
    )
    return read_past(seen.belief_map, batches, fields=fields), unmet + closed


def _keys(wiring: Wiring, cohort: Sequence[str], purpose: str | None) -> tuple[list[int], int]:
    """Keys of twins, and how many were never met: under a purpose nobody learns which."""
    found, unmet = [], 0
    for twin in dict.fromkeys(cohort):
        key = wiring.store.twin_key(given_name("twin", twin))
        if key is not None:
            found.append(key)
        elif purpose is None:
            raise _never_met(twin)
        else:
            unmet += 1
    return found, unmet


def _never_met(twin: str) -> UnknownName:
    return UnknownName(
        "nothing was ever observed of this twin",
        where=twin,
        hint="observe something first; traits are enough to be forecast by",
    )


def _rows(
    outcome: Outcome,
    past: Past,
    origin: Moment,
    items: Sequence[str] | None,
    asking: Supposed,
    head: Head | None,
) -> tuple[Past, Rows, list[str]]:
    """The rows asked, their members, and the past they are asked of: with the supposed signals."""
    twins = np.unique(past.signals.twin)
    if is_at_signal(outcome):
        past, rows = with_supposed(
            past,
            outcome,
            twins,
            origin,
            asking.payload,
            session=int(session_codes([asking.session])[0]),
            source=asking.source,
        )
    elif outcome.after is not None:
        rows = _open_at(after_triggers(outcome, past), origin)
    else:
        rows = at_origins(outcome, twins, [origin])
    rows = rows.take(eligible(outcome, past, rows))
    if outcome.of is None:
        return past, rows, []
    asked = list(items) if items is not None else (head.items if head else _own_items(outcome))
    if not asked:
        raise InputError(
            f"outcome {outcome.name!r} is asked per {outcome.of}: which ones?",
            where="items",
            hint="name them, or run doxa fit",
        )
    if items is not None:
        _refuse_unknown(outcome, past, items, head)
    coder = past.coder(outcome.of)
    members = np.array([coder(item) for item in asked], dtype=np.int64)
    return past, rows.for_members(members), asked


def _open_at(rows: Rows, origin: Moment) -> Rows:
    """Triggers whose window is open, each as asked last before the origin, now read up to it."""
    rows = rows.take((rows.closes.at >= origin) & (rows.seen.at <= origin))
    newest = np.lexsort((rows.seen.at, rows.signal))
    last = np.r_[np.diff(rows.signal[newest]) != 0, np.ones(min(1, len(rows)), bool)]
    rows = rows.take(np.sort(newest[last]))
    cut = Bound(np.full(len(rows), origin), np.full(len(rows), FIRST))
    return replace(rows, seen=cut, opens=cut)


def _refuse_unknown(outcome: Outcome, past: Past, items: Sequence[str], head: Head | None) -> None:
    """Refuse members that nobody asked about has met, and neither map nor population names."""
    known = {*past.values(outcome.of or ""), *_own_items(outcome), *(head.items if head else ())}
    if head is not None and head.rates is not None:
        known.update(head.rates.members)
    for norms in head.norms.values() if head else ():
        known.update(name for member in norms.members for name in member)
    members = past.members.codes
    for node in past.map.nodes.values():
        if node.dimensions == (outcome.of,):
            known.update(name for (name,) in members.get(node.name, {}))
    for item in items:
        if item not in known:
            near = get_close_matches(item, sorted(known), n=3)
            raise UnknownName(
                f"nobody asked about has met the {outcome.of} {item!r}, nor does the population"
                " know it",
                where="items",
                expected=", ".join(near),
            )


def _own_items(outcome: Outcome) -> list[str]:
    return list(outcome.items.names) if outcome.items else []


def _made(outcome: Outcome, past: Past, rows: Rows, asked: list[str], head: Head | None) -> Made:
    """What the head says of every row, or the prior without one."""
    item = np.full(len(rows), -1)
    if asked:
        item = np.tile(np.arange(len(asked)), len(rows) // len(asked))
    if head is None:
        family = family_of(outcome, past.map)
        eta = link_of(np.full(len(rows), _prior_mean(outcome, family)), family)
        mean = mean_of(eta, family)
        ends = ends_of_prior(outcome, family, mean)
        why: Callable[[Ints], Reasons | None] = _no_reasons
    else:
        views = Views(past, recipe_of(head, past.map).readings)
        made = forecast(head, views, rows)
        eta, mean = made.eta, made.mean
        ends = ends_of(head, views, rows, made)
        why = _reasons_of(head, views, rows)
    trigger = None if outcome.after is None else past.signals.seq[rows.signal]
    item = item.astype(np.int64)
    hazard = head.hazard if head else None
    low, high = ends or (None, None)
    return Made(rows.twin, asked, item, eta, mean, rows.closes.at, why, trigger, hazard, low, high)


def _handed_out(
    wiring: Wiring, outcome: Outcome, belief_map: BeliefMap, made: Made, origin: Moment
) -> Forecasts:
    """A forecast set, before it is said what made it."""
    twins, twin = np.unique(made.twin, return_inverse=True)
    return Forecasts(
        outcome=outcome.name,
        twins=wiring.store.twin_names(twins.tolist()),
        keys=twins.tolist(),
        twin=twin.astype(np.int64),
        items=made.items,
        item=made.item,
        probability=made.mean,
        predictor=made.eta,
        closes=made.closes,
        origin=origin,
        version=None,
        label=PRIOR,
        stale=False,
        id=None,
        _reasons=made.why,
        _says={node.name: node.says for node in belief_map.nodes.values()},
        trigger=made.trigger,
        hazard=made.hazard,
        low=made.low,
        high=made.high,
        clock=belief_map.clock,
    )


def _prior_mean(outcome: Outcome, family: Family) -> float:
    """The map's base; else a half of a chance, the middle of a scale, or nothing of an amount."""
    if outcome.base is not None:
        return outcome.base
    if family is Family.BERNOULLI:
        return ASSUMED_BASE
    return sum(outcome.scale) / 2 if outcome.scale else 0.0


def _no_reasons(places: Ints) -> Reasons | None:
    return None


def _reasons_of(head: Head, views: Views, rows: Rows) -> Callable[[Ints], Reasons | None]:
    return lambda places: reasons(head, views, rows.take(places))
