"""The evaluation of those who wrote none: the last fifth of the ledger by time."""

from __future__ import annotations

from doxa.beliefmap.evaluation import Evaluation, EvaluationRow, Question, Selection, When
from doxa.beliefmap.evaluation_rows import untriggered
from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.domain.clock import BEGINNING, format_moment
from doxa.errors import InputError
from doxa.heads.glm import Family
from doxa.heads.head import family_of
from doxa.learning.population import learnable
from doxa.runtime.identity import newest_at, people_at
from doxa.runtime.wiring import Wiring
from doxa.types import Moment

SCORED = 5
"""One part in so many of the ledger's time is scored, the last."""
MOST_ORIGINS = 12
RATED = (Target.HAPPENS, Target.NEVER, Target.TIME_TO)


def default_evaluation(wiring: Wiring) -> Evaluation:
    """Every outcome that can be fitted, fitted before the last fifth and scored in it.

    Windows are asked a window apart, so that they do not overlap; a window that reaches from the
    fitted into the scored time is in neither.
    """
    newest = newest_at(wiring)
    if newest is None:
        raise InputError("there is nothing to score: the ledger is empty", hint="load history")
    belief_map = wiring.belief_map
    first = wiring.store.first_signals(identity=people_at(wiring, None, None)).at
    start = int(first[first > BEGINNING[belief_map.clock]].min(initial=newest))
    end = newest + 1
    cut = end - (end - start) // SCORED
    rows = [_row(belief_map, outcome, start, cut, end) for outcome in belief_map.outcomes.values()]
    found = {row.name: row for row in rows if row is not None}
    if not found:
        raise InputError(
            "no outcome's window fits into the last fifth of the ledger",
            hint="write an evaluation file, or load more history",
        )
    return Evaluation(
        belief_map=belief_map,
        map_path=wiring.path,
        complete_until=_when(belief_map, end - 1),
        rows=found,
    )


def _row(
    belief_map: BeliefMap, outcome: Outcome, start: Moment, cut: Moment, end: Moment
) -> EvaluationRow | None:
    if not learnable(outcome):
        return None
    fit, score = _grids(belief_map, outcome, start, cut, end)
    if fit is None or score is None:
        return None
    yes_or_no = family_of(outcome, belief_map) is Family.BERNOULLI
    rated = outcome.target in RATED and outcome.within is not None
    return EvaluationRow(
        name=outcome.name,
        asks=Question.FORECAST,
        outcomes=(outcome.name,),
        fit=fit,
        score=score,
        rivals=("lifetime", "one_band") if rated else (),
        metrics=_metrics(outcome, yes_or_no),
    )


def _metrics(outcome: Outcome, yes_or_no: bool) -> tuple[str, ...]:
    if outcome.target is Target.TIME_TO:
        return ("log_loss", "brier", "auc")
    return ("log_loss", "auc") if yes_or_no else ("rmse",)


def _grids(
    belief_map: BeliefMap, outcome: Outcome, start: Moment, cut: Moment, end: Moment
) -> tuple[Selection | None, Selection | None]:
    """When the outcome is asked: origins of windows, or all its moments on either side."""
    if not untriggered(outcome):
        whole = Selection(begin=_when(belief_map, start), end=_when(belief_map, cut - 1))
        return whole, Selection(begin=_when(belief_map, cut))
    step = outcome.within or 1
    fits = min((cut - start) * 2 // 3 // step, MOST_ORIGINS)
    scores = min((end - cut) // step, MOST_ORIGINS)
    return (
        _grid(belief_map, cut - step * fits, cut - step, step) if fits else None,
        _grid(belief_map, cut, cut + step * (scores - 1), step) if scores else None,
    )


def _grid(belief_map: BeliefMap, first: Moment, last: Moment, step: int) -> Selection:
    return Selection(begin=_when(belief_map, first), end=_when(belief_map, last), every=step)


def _when(belief_map: BeliefMap, moment: Moment) -> When:
    return When(text=format_moment(moment, belief_map.clock), moment=moment, last=moment)
