"""What a break of context costs: the same outcome from a past that is cut where state is reset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.cut import cut
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.rows import joined
from doxa.features.views import Views
from doxa.fidelity.ladder import row_losses
from doxa.fidelity.resampling import Interval, Resamples
from doxa.heads.forecast import Forecasts, forecast
from doxa.heads.glm import Family
from doxa.learning.labelled import Labelled, Progress
from doxa.learning.training import train


@dataclass(frozen=True, slots=True)
class Question:
    """One outcome, to be learned from some rows and scored on others.

    Attributes
    ----------
    past : Past
        As known then.
    known : int64[...]
        Members that a head may hold by name.
    """

    past: Past
    outcome: Outcome
    fit: Labelled
    score: Labelled
    known: Ints
    seed: int = 1


def answered(question: Question, progress: Progress | None = None) -> tuple[Forecasts, Forecasts]:
    """The forecasts of a head fitted on the fit rows: of these, and of the scored ones."""
    past = question.past
    views = Views(past, readings_of(past.map, question.outcome))
    head = train(
        past.map,
        question.outcome,
        views,
        question.fit,
        items=[],
        known=question.known,
        seed=question.seed,
        progress=progress,
    )
    return forecast(head, views, question.fit.rows), forecast(head, views, question.score.rows)


def reset_at(question: Question, part: Ints) -> Question:
    """The same question, had state been reset at every part of the past.

    Parameters
    ----------
    part : int64[signals]
        See `doxa.features.cut.parts_of`.
    """
    count = len(question.fit.y)
    past, rows = cut(question.past, joined([question.fit.rows, question.score.rows]), part)
    return Question(
        past,
        question.outcome,
        Labelled(rows.take(np.arange(count)), question.fit.y),
        Labelled(rows.take(np.arange(count, len(rows))), question.score.y),
        question.known,
        question.seed,
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """Shares of the base rate's loss that are removed with and without a reset, and what it costs."""

    kept: Interval
    reset: Interval
    lost: Interval


def cost_of(
    y: Floats,
    base: Floats,
    kept: Floats,
    reset: Floats,
    family: Family,
    resamples: Resamples,
) -> Cost:
    """Skill over the base rate of a persistent and of a reset twin, and the difference, paired.

    Parameters
    ----------
    base, kept, reset : float64[n]
        Forecasts of the scored rows.
    """
    usual, own, cold = (row_losses(y, each, family) for each in (base, kept, reset))
    return Cost(
        resamples.skill(own, usual),
        resamples.skill(cold, usual),
        resamples.share(cold - own, usual),
    )
