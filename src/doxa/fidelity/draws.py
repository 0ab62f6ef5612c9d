"""The draws of a rollout, fitted on the rows of an evaluation: what people are run forward by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow, Selection
from doxa.beliefmap.model import Outcome, Target
from doxa.domain.view import EVERYTHING
from doxa.errors import InputError
from doxa.features.knowledge import as_known
from doxa.features.past import Past
from doxa.fidelity.rungs import Progress
from doxa.fidelity.split import labelled
from doxa.heads.population import SightPart
from doxa.learning.choices import train_choice
from doxa.learning.labelled import Labelled
from doxa.learning.population import head_on
from doxa.learning.selection import top_members

FIRST = np.iinfo(np.int64).max


def fitted_draws(
    evaluation: Evaluation,
    row: EvaluationRow,
    draws: Sequence[Outcome],
    past: Past,
    before: int,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
) -> tuple[SightPart, dict[str, Labelled], int]:
    """A head per draw, fitted on the row's selection.

    Parameters
    ----------
    before : int
        Labels known only at or after this moment are left out.

    Returns
    -------
    SightPart
        With heads alone: no base rates of nodes, and no links.
    dict
        The fit rows of each draw.
    int
        How many fit rows were left out.
    """
    heads, choices, rows, left_out = {}, {}, {}, 0
    for outcome in draws:
        progress(f"rows of {outcome.name}", 0.0)
        fit, members, late = _rows(evaluation, row, outcome, past, before, names)
        rows[outcome.name] = fit
        left_out += late
        if outcome.target is Target.CHOICE:
            told, seen = as_known(past, fit.rows)
            choices[outcome.name] = train_choice(
                past.map, outcome, told, seen, fit.y, seed=evaluation.seed, progress=progress
            )
        else:
            heads[outcome.name] = head_on(
                past, outcome, fit, members, before, seed=evaluation.seed, progress=progress
            )
    part = SightPart(sight=EVERYTHING, priors={}, heads=heads, choices=choices)
    return part, rows, left_out


def _rows(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    past: Past,
    before: int,
    names: Callable[[Ints], Sequence[str]],
) -> tuple[Labelled, Ints, int]:
    fit_by = row.fit or Selection()
    first = fit_by.begin.moment if fit_by.begin else FIRST
    members = top_members(outcome, past, first)
    found, _ = labelled(evaluation, outcome, past, fit_by, members, before, names)
    known = found.rows.closes.until(before)
    if not known.any():
        raise InputError(
            f"row {row.name!r} has nothing to fit {outcome.name!r} on",
            hint="look at its `fit` selection",
        )
    return found.take(known), members, int((~known).sum())
