"""What can be drawn: whether the signals that a map's `rollout` draws can come of one another."""

from __future__ import annotations

from collections.abc import Sequence

from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.errors import InputError
from doxa.features.moments import is_at_signal

COMES = (Target.HAPPENS, Target.COUNT, Target.TIME_TO)
"""Outcomes that say whether, or how often, a signal comes."""


def drawable(belief_map: BeliefMap) -> tuple[int, list[Outcome]]:
    """The step of a map's `rollout`, and what is drawn, in order.

    Raises
    ------
    InputError
        The map has no rollout, or one that cannot be drawn; says which outcome and why.
    """
    rollout = belief_map.rollout
    if rollout is None:
        raise InputError(
            "the map does not say how a person is run forward",
            where="rollout",
            expected="rollout: {step: 1d, draws: [outcomes]}",
        )
    outcomes = [belief_map.outcomes[name] for name in rollout.draws]
    for outcome in outcomes:
        _check(outcome, outcomes)
    return rollout.step, outcomes


def undrawn(belief_map: BeliefMap) -> InputError | None:
    """Why a map's rollout cannot be drawn; None where it can, or the map has none.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map(
    ...     "{doxa: 1, product: shop, signals: {mood: []}, rollout: {step: 1d, draws: [then]},"
    ...     " outcomes: {then: {value: stars, of_signal: mood, scale: [1, 5]}}}"
    ... )
    >>> undrawn(shop).problem
    "is a value of 'mood', which nothing draws"
    """
    if belief_map.rollout is None:
        return None
    try:
        drawable(belief_map)
    except InputError as why:
        return why
    return None


def is_field(outcome: Outcome) -> bool:
    """Whether it is a field of a signal that comes of something else."""
    return is_at_signal(outcome) and not (outcome.target is Target.CHOICE and outcome.within)


def _check(outcome: Outcome, outcomes: Sequence[Outcome]) -> None:
    where = f"rollout.draws: {outcome.name}"
    kinds = [each.kind for each in outcomes if not is_field(each)]
    if outcome.target is Target.CHOICE:
        if outcome.options is None and outcome.kind not in kinds:
            raise _nothing_draws(outcome, where)
        return
    if is_at_signal(outcome):
        named = {each.of for each in outcomes if not is_field(each) and each.kind == outcome.kind}
        if outcome.of is not None and outcome.of not in named:
            raise InputError(
                f"is asked of every {outcome.of}, which nothing draws of {outcome.kind!r}",
                where=where,
                expected=f"a draw of {outcome.kind!r} with of: {outcome.of}",
            )
        if outcome.each is not None:
            raise InputError(
                "is a value of each element, which is not drawn",
                where=where,
                expected="an outcome that happens or is counted, a choice, or a value of a signal",
            )
        if outcome.kind not in kinds:
            raise _nothing_draws(outcome, where)
        return
    if outcome.target not in COMES:
        raise InputError(
            f"says no signal: it is a {outcome.target.value}",
            where=where,
            expected="an outcome that happens, is counted, or waits for its time",
            hint="sums and what never happens are counted on the path: do not draw them",
        )
    if outcome.after is None and outcome.within is None:
        raise InputError("has no window", where=where, expected="within: a duration")


def _nothing_draws(outcome: Outcome, where: str) -> InputError:
    return InputError(
        f"is a value of {outcome.kind!r}, which nothing draws",
        where=where,
        expected=f"a draw before it that says when {outcome.kind!r} comes",
    )
