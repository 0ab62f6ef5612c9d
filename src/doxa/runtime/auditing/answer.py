"""An outcome answered once by the persistent twin, for all that is asked of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.errors import InputError
from doxa.fidelity.breaks import Question, answered
from doxa.fidelity.rivals.base import member_means
from doxa.heads.forecast import Forecasts
from doxa.heads.glm import Family
from doxa.heads.head import family_of

FEWEST = 20
"""With fewer people to score, an interval says nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with the forecasts of the base rate and of the persistent twin."""

    question: Question
    family: Family
    base_fit: Floats
    base: Floats
    twin_fit: Forecasts
    twin: Forecasts

    @classmethod
    def of(cls, question: Question, tell: Callable[[str, float], None]) -> Answer:
        """Fit the persistent twin.

        Raises
        ------
        InputError
            Too few people can be scored.
        """
        people = len(np.unique(question.score.rows.person))
        if people < FEWEST:
            raise InputError(f"only {people} people can be scored", expected=f"{FEWEST} or more")
        fit, score = question.fit, question.score
        twin_fit, twin = answered(question, tell)
        return cls(
            question,
            family_of(question.outcome, question.past.map),
            member_means(fit.rows.member, fit.y, fit.rows.member),
            member_means(fit.rows.member, fit.y, score.rows.member),
            twin_fit,
            twin,
        )
