"""What people would take of a menu if it were changed, against the same people and the menu as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome, Target
from doxa.beliefmap.payloads import Bools
from doxa.beliefmap.scenarios import Put, Scenario
from doxa.beliefmap.scenarios_file import Written, scenario_of
from doxa.domain.clock import Clock
from doxa.domain.ground import Grounds, weakest
from doxa.errors import InputError, PopulationError
from doxa.features.eligibility import eligible
from doxa.features.menus import Menus, menus_of
from doxa.features.past import Past
from doxa.features.plan import outcome_named
from doxa.features.rows import Rows
from doxa.features.support import Verdict, refuse_far
from doxa.features.supposed import with_supposed
from doxa.features.traits import segment_traits, trait_of
from doxa.heads.choice import ChoiceHead, choice_outcome
from doxa.runtime.forecasting import now_of, past_asked
from doxa.runtime.given import Supposed, overlap, supposed
from doxa.runtime.purposes import Asked, asked_by, part_of
from doxa.runtime.simulating.grounds import Log, grounds_of_change
from doxa.runtime.simulating.share_results import PersonShares, ShareChange, SharePart, Shares
from doxa.runtime.versions import population_at
from doxa.runtime.wiring import Wiring
from doxa.simulation.menus import changed_menus
from doxa.simulation.shares import PairedShares, PartShares, paired_shares
from doxa.storage.rows import session_codes
from doxa.types import Moment

EVERYBODY = "everybody"
MOST_PARTS = 8
"""Of a persona so many values are told apart, those of most people."""


def shares_under(
    wiring: Wiring,
    name: str,
    changes: Written,
    given: Mapping[str, Any],
    *,
    cohort: Sequence[str] | None = None,
    paths: int = 200,
    seed: int = 1,
    at: Moment | None = None,
    purpose: str | None = None,
) -> Shares:
    """What people would take under a change; see `Twins.shares`."""
    if paths < 1:
        raise InputError(f"{paths} is no number of paths", where="paths", expected="1 or more")
    asked = _asked(wiring, name, changes, given, cohort, at, purpose)
    menus = menus_of(asked.outcome, asked.past, asked.rows)
    changed, outside = changed_menus(
        asked.outcome, asked.past, asked.rows, menus, asked.scenario, asked.head.support
    )
    refuse_far(outside, where="changes")
    parts = dict(_parts(asked.past, asked.rows))
    found = paired_shares(
        asked.head, asked.past, asked.rows, menus, changed, parts, paths=paths, seed=seed
    )
    return Shares(
        outcome=name,
        origin=asked.origin,
        paths=paths,
        seed=seed,
        version=asked.version,
        parts=_told_parts(asked, found, parts),
        people=_told_people(wiring, asked, found, menus),
        grounds=_grounds(wiring, asked),
        outside=[*asked.outside, *outside],
        left_out=asked.left_out,
        purpose=purpose,
        clock=wiring.belief_map.clock,
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, of whom, from what."""

    outcome: Outcome
    seen: Asked
    scenario: Scenario
    head: ChoiceHead
    version: int
    origin: Moment
    past: Past
    rows: Rows
    left_out: int
    outside: list[Verdict]


def _asked(
    wiring: Wiring,
    name: str,
    changes: Written,
    given: Mapping[str, Any],
    cohort: Sequence[str] | None,
    at: Moment | None,
    purpose: str | None,
) -> _Question:
    outcome = outcome_named(wiring.belief_map, name)
    if outcome.target is not Target.CHOICE or outcome.options is None:
        raise InputError(
            f"outcome {name!r} is no choice among options",
            where="shares",
            hint="twins.simulate runs people forward",
        )
    seen = asked_by(wiring.belief_map, purpose, outcome)
    scenario = scenario_of(changes, seen.belief_map)
    version, head = _head(wiring, seen, outcome)
    asking = supposed(wiring.belief_map, outcome, given)
    outside = overlap(outcome, asking, head.support)
    origin = now_of(wiring) if at is None else at
    among = tuple(one for change in scenario.changes for one in change.among)
    wide = msgspec.structs.replace(outcome, among=(*outcome.among, *among))
    past, left_out = past_asked(wiring, seen, wide, cohort, origin, origin)
    past, rows = _rows(past, outcome, asking, origin)
    if not len(rows):
        raise InputError("nobody is asked: no twin is eligible at this moment", where="shares")
    own = choice_outcome(head, past.map)
    return _Question(own, seen, scenario, head, version, origin, past, rows, left_out, outside)


def _head(wiring: Wiring, seen: Asked, outcome: Outcome) -> tuple[int, ChoiceHead]:
    known = population_at(wiring, None)
    part = part_of(known[1], seen, outcome) if known else None
    head = part.choices.get(outcome.name) if part else None
    if known is None or head is None:
        raise PopulationError(f"nothing was learned of {outcome.name!r} yet", hint="run doxa fit")
    return known[0], head


def _rows(past: Past, outcome: Outcome, asking: Supposed, origin: Moment) -> tuple[Past, Rows]:
    """The menu, offered to everybody at the origin."""
    past, rows = with_supposed(
        past,
        outcome,
        np.unique(past.signals.twin),
        origin,
        asking.payload,
        session=int(session_codes([asking.session])[0]),
        source=asking.source,
    )
    return past, rows.take(eligible(outcome, past, rows))


def _parts(past: Past, rows: Rows) -> Iterator[tuple[str, Bools]]:
    """Everybody, then people by the commonest values of each persona that is not protected."""
    yield EVERYBODY, np.ones(len(rows), dtype=bool)
    for trait in segment_traits(past.map):
        code, names = trait_of(past, rows, trait), past.values(f"trait:{trait}")
        known, count = np.unique(code[code >= 0], return_counts=True)
        for value in known[np.argsort(-count, kind="stable")][:MOST_PARTS].tolist():
            yield f"{trait} {names[value]}", code == value


def _told_parts(
    asked: _Question, found: PairedShares, parts: Mapping[str, Bools]
) -> list[SharePart]:
    names = asked.past.values(asked.head.recipe.field)
    options = [names[code] for code in found.options.tolist()]
    return [
        SharePart(
            name=name,
            people=part.rows,
            options=_changes(options, part),
            gain=int((found.gains & parts[name]).sum()),
            lose=int((found.loses & parts[name]).sum()),
        )
        for name, part in found.parts.items()
    ]


def _changes(options: Sequence[str], part: PartShares) -> list[ShareChange]:
    return [
        _change(option, part.shares[:, number], part.difference[:, number])
        for number, option in enumerate(options)
    ]


def _change(option: str, shares: Floats, difference: Floats) -> ShareChange:
    return ShareChange(
        option=option,
        without=float(shares[0]),
        under=float(shares[1]),
        difference=float(difference[0]),
        low=float(difference[1]),
        high=float(difference[2]),
    )


def _told_people(
    wiring: Wiring, asked: _Question, found: PairedShares, menus: Menus
) -> list[PersonShares]:
    """Everybody, those who lose most first."""
    names = asked.past.values(asked.head.recipe.field)
    twins = wiring.store.twin_names(asked.rows.twin.tolist())
    order: Ints = np.argsort(found.worth[0], kind="stable")
    return [
        PersonShares(
            twin=twins[row],
            options=[
                _change(names[menus.option[at]], found.chance[:, at], found.moved[:, at])
                for at in range(menus.start[row], menus.start[row + 1])
            ],
            worth=float(found.worth[0, row]),
            low=float(found.worth[1, row]),
            high=float(found.worth[2, row]),
        )
        for row in order.tolist()
    ]


def _grounds(wiring: Wiring, asked: _Question) -> Grounds | None:
    timed = asked.past.map.clock is Clock.TIME
    log = Log(wiring, asked.seen, asked.origin, asked.origin if timed else None)
    return weakest(
        grounds_of_change(change, log, asked.head.support.of(change.field))
        for change in asked.scenario.changes
        if isinstance(change, Put)
    )
