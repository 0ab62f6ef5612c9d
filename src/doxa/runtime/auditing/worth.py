"""What the fields of a table say about an outcome that the twin has answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from doxa.audit.worth import FieldWorth, Gain, OutcomeWorth
from doxa.beliefmap.columns import Floats
from doxa.beliefmap.payloads import Bools
from doxa.domain.clock import Clock
from doxa.fidelity.ladder import loss_name
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.worth import (
    Ground,
    Penalties,
    Side,
    Values,
    chosen_penalties,
    levelled,
    with_fields,
    worth_of,
)
from doxa.heads.glm import link_of
from doxa.runtime.auditing.answer import FEWEST, Answer
from doxa.runtime.auditing.fields import FieldTable

TOGETHER = "all of them"


def outcome_worth(
    found: Answer, fields: FieldTable, tell: Callable[[str, float], None]
) -> OutcomeWorth | None:
    """What each field says, alone and beside the twin; None where too few of the table are asked."""
    fit = fields.holds(found.question.fit.rows)
    score = fields.holds(found.question.score.rows)
    people = np.unique(found.question.score.rows.person[score])
    if not fields.codes or not fit.any() or len(people) < FEWEST:
        return None
    sides = _Sides.of(found, fit, score)
    each = list(_each(sides, _values(found, fields, fit, score), tell))
    order = np.argsort([-one.worth.alone.removed[0] for one in each], kind="stable").tolist()
    apart = [each[place] for place in order if each[place].values.name not in fields.results]
    return OutcomeWorth(
        outcome=found.question.outcome.name,
        loss=loss_name(found.family),
        rows=int(score.sum()),
        people=len(people),
        mean=float(sides.alone.score.y.mean()),
        base=float(sides.base.mean()),
        history=sides.gain(sides.alone, sides.beside.score.known),
        fields=tuple(one.worth for one in each),
        together=_together(sides, apart) if len(apart) > 1 else None,
        later=found.question.past.map.clock is Clock.TIME,
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """The two grounds that fields are added to: the base rate, and the twin's forecasts.

    Attributes
    ----------
    base : float64[n]
        The base rate's loss of each scored row.
    """

    alone: Ground
    beside: Ground
    resamples: Resamples
    base: Floats

    @classmethod
    def of(cls, found: Answer, fit: Bools, score: Bools) -> _Sides:
        alone = _ground(found, fit, score, link_of(found.base_fit, found.family),
                        link_of(found.base, found.family))  # fmt: skip
        beside = _ground(found, fit, score, found.twin_fit.eta, found.twin.eta)
        question = found.question
        resamples = Resamples(question.score.rows.person[score], seed=question.seed)
        return cls(alone, beside, resamples, alone.losses(alone.score.known))

    def gain(self, ground: Ground, predictor: Floats) -> Gain:
        """What a predictor removes of what the ground knows."""
        worth = worth_of(ground, predictor, self.resamples, self.base)
        return Gain(removed=worth.removed.as_list(), share=worth.share.as_list())


def _ground(found: Answer, fit: Bools, score: Bools, known_fit: Floats, known: Floats) -> Ground:
    question = found.question
    rows = (question.fit.rows.take(fit), question.score.rows.take(score))
    _, person = np.unique(np.concatenate([part.person for part in rows]), return_inverse=True)
    members, member = np.unique(np.concatenate([part.member for part in rows]), return_inverse=True)
    count = len(rows[0])
    return levelled(
        Ground(
            Side(question.fit.y[fit], known_fit[fit], member[:count], person[:count]),
            Side(question.score.y[score], known[score], member[count:], person[count:]),
            len(members),
            found.family,
        )
    )


def _values(found: Answer, fields: FieldTable, fit: Bools, score: Bools) -> list[Values]:
    """Every field as it was known of the person at each row's origin."""
    in_fit = fields.known(found.question.fit.rows.take(fit))
    in_score = fields.known(found.question.score.rows.take(score))
    return [Values(name, code, in_score[name], fields.sizes[name]) for name, code in in_fit.items()]


@dataclass(frozen=True, slots=True)
class _Each:
    """One field, what was chosen for it on either ground, and what it is worth there."""

    values: Values
    alone: Penalties
    beside: Penalties
    worth: FieldWorth


def _each(sides: _Sides, fields: list[Values], tell: Callable[[str, float], None]) -> list[_Each]:
    found = []
    for place, values in enumerate(fields):
        tell("what fields say", place / len(fields))
        alone, beside = (chosen_penalties(side, values) for side in (sides.alone, sides.beside))
        worth = FieldWorth(
            field=values.name,
            alone=sides.gain(sides.alone, with_fields(sides.alone, [(values, alone)])),
            beside=sides.gain(sides.beside, with_fields(sides.beside, [(values, beside)])),
        )
        found.append(_Each(values, alone, beside, worth))
    return found


def _together(sides: _Sides, each: list[_Each]) -> FieldWorth:
    """All fields at once, one added after the other."""
    alone = with_fields(sides.alone, [(one.values, one.alone) for one in each])
    beside = with_fields(sides.beside, [(one.values, one.beside) for one in each])
    return FieldWorth(
        field=TOGETHER,
        alone=sides.gain(sides.alone, alone),
        beside=sides.gain(sides.beside, beside),
    )
