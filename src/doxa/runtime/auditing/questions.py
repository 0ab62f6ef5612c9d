"""The questions an audit puts to a ledger: each outcome, learned before and scored after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow, People, Selection
from doxa.beliefmap.evaluation_rows import untriggered
from doxa.beliefmap.model import Outcome
from doxa.domain.clock import Clock
from doxa.features.labels import chance_of
from doxa.features.past import Past
from doxa.features.plan import outcome_named
from doxa.fidelity.breaks import Question
from doxa.fidelity.split import split_rows
from doxa.learning.labelled import Labelled
from doxa.runtime.default_evaluation import default_evaluation
from doxa.runtime.wiring import Wiring

MOST_ROWS = 100_000
"""More rows than this to learn from, or to score, are drawn at random."""
ENOUGH, FEWEST_ORIGINS = 4, 3
"""An outcome per member is asked at so few origins that about four times as many rows come up."""
MEMBERS = 50
"""Taken for granted where the map names no number of members."""
PARTS = 5
"""On a position clock one person in so many is scored, and the others are learned from."""


def evaluation_of(wiring: Wiring, outcomes: Sequence[str] | None) -> Evaluation:
    """Every outcome that can be learned, or those named.

    On the time clock the last fifth of the ledger is scored; on a position clock, where nobody's
    moments are another's, one person in five.
    """
    whole = default_evaluation(wiring)
    for name in outcomes or ():
        outcome_named(wiring.belief_map, name)
    rows = {name: row for name, row in whole.rows.items() if not outcomes or name in outcomes}
    people = len(wiring.store.twins())
    rows = {
        name: _thinned(wiring.belief_map.outcomes[name], row, people) for name, row in rows.items()
    }
    if wiring.belief_map.clock is Clock.POSITION:
        rows = {name: _by_people(wiring, row) for name, row in rows.items()}
    return msgspec.structs.replace(whole, rows=rows)


def _thinned(outcome: Outcome, row: EvaluationRow, people: int) -> EvaluationRow:
    """The row asked at fewer origins, where all of them would make far more rows than are kept."""
    if outcome.of is None or not untriggered(outcome):
        return row
    members = (outcome.items.top or len(outcome.items.names)) if outcome.items else MEMBERS
    most = max(FEWEST_ORIGINS, ENOUGH * MOST_ROWS // max(people * members, 1))
    fit, score = (_fewer(each, most) for each in (row.fit, row.score))
    return msgspec.structs.replace(row, fit=fit, score=score)


def _fewer(grid: Selection | None, most: int) -> Selection | None:
    if grid is None or grid.begin is None or grid.end is None or not grid.every:
        return grid
    count = (grid.end.last - grid.begin.moment) // grid.every + 1
    return msgspec.structs.replace(grid, every=grid.every * max(1, -(-count // most)))


def _by_people(wiring: Wiring, row: EvaluationRow) -> EvaluationRow:
    grid = Selection()
    if untriggered(wiring.belief_map.outcomes[row.outcomes[0]]) and row.fit and row.score:
        grid = Selection(begin=row.fit.begin, end=row.score.end, every=row.fit.every)

    def part(*parts: int) -> Selection:
        people = People(modulus=PARTS, parts=parts, hashed=True)
        return msgspec.structs.replace(grid, people=people)

    return msgspec.structs.replace(row, fit=part(*range(1, PARTS)), score=part(0))


def question_of(
    evaluation: Evaluation,
    row: EvaluationRow,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
) -> Question:
    """The rows of one outcome (of a time: whether it comes in the window), at most `MOST_ROWS` on either side."""
    outcome = chance_of(outcome_named(evaluation.belief_map, row.outcomes[0]))
    split = split_rows(evaluation, row, outcome, past, names)
    rng = np.random.Generator(np.random.Philox(evaluation.seed))
    fit, score = (_sampled(each, rng) for each in (split.fit, split.score))
    return Question(split.past, outcome, fit, score, split.known, evaluation.seed)


def _sampled(found: Labelled, rng: np.random.Generator) -> Labelled:
    if len(found.y) <= MOST_ROWS:
        return found
    return found.take(np.sort(rng.choice(len(found.y), MOST_ROWS, replace=False)))
