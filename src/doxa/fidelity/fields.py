"""What an evaluation reads of payloads: the fields of outcomes, selections, subsets and units."""

from __future__ import annotations

from collections.abc import Iterable

from doxa.beliefmap.conditions import fields_of
from doxa.beliefmap.evaluation import EvaluationRow, Question
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.domain.signal import TRAITS
from doxa.features.arms import fields_of_arms
from doxa.features.eligibility import fields_asked
from doxa.features.known import carrier
from doxa.features.moments import fields_needed
from doxa.features.plan import outcome_named


def fields_for(
    belief_map: BeliefMap, rows: Iterable[EvaluationRow], unit: str = "twin"
) -> dict[str, tuple[str, ...]]:
    """The payload fields that some rows of an evaluation need, by kind.

    Parameters
    ----------
    unit : str
        What is split and resampled together: ``twin``, a group or a trait.
    """
    own = () if unit == "twin" else (belief_map.groups.get(unit, unit),)
    found: dict[str, tuple[str, ...]] = {TRAITS: (*belief_map.personas, *own)}
    for row in rows:
        for name in (*row.outcomes, *_drawn(belief_map, row)):
            outcome = outcome_named(belief_map, name)
            acted = fields_of_arms(belief_map, [belief_map.actions[each] for each in row.actions])
            asked = fields_needed(outcome), fields_asked(outcome), _selected(row, outcome)
            for needed in (*asked, acted):
                for kind, names in needed.items():
                    found[kind] = tuple(dict.fromkeys((*found.get(kind, ()), *names)))
    return found


def _drawn(belief_map: BeliefMap, row: EvaluationRow) -> tuple[str, ...]:
    """What people are run forward by, where a row asks that."""
    if row.asks is not Question.SIMULATE or belief_map.rollout is None:
        return ()
    return belief_map.rollout.draws


def _selected(row: EvaluationRow, outcome: Outcome) -> dict[str, tuple[str, ...]]:
    kind = carrier(outcome)
    found: dict[str, tuple[str, ...]] = {
        kind: (*row.base, *row.report_by),
        TRAITS: (*row.base, *row.report_by),
    }
    for selection in (row.fit, row.score):
        if selection is None:
            continue
        per = (selection.nth.per,) if selection.nth and selection.nth.per else ()
        sizes = (*selection.largest, *selection.without_largest)
        found[kind] = (*found.get(kind, ()), *fields_of(selection.when), *per, *sizes)
        found[TRAITS] = (*found.get(TRAITS, ()), *selection.traits)
    for subset in row.subsets.values():
        traits = (*subset.traits, *((subset.has,) if subset.has else ()))
        found[TRAITS] = (*found.get(TRAITS, ()), *traits)
    return found
