"""The headline: skill over your personas, and how much of the base rate's loss each knowledge removes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from doxa.fidelity.ladder import PERSONA, TWIN, Ladder, Step

EVERYBODY = "all"
ONE_BAND = "one_band"
MEMORIES = ("lifetime", "own_mean", "last", "loyalty_logit", "sampler")
"""Rungs that remember the person and nothing else, where there is no decayed rate."""


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of an evaluation comes to.

    Attributes
    ----------
    subset : whose ladder it is: of people with personas, where the file asks for them
    skill : [estimate, low, high] of the twin's skill over personas; None where nobody has traits,
        or all rows came out alike
    stands : whether that interval lies above 0; None without one
    removed : by ``persona``, ``remembering`` and ``twin``: [estimate, low, high] of the share of the
        base rate's loss that is gone with it
    remembering : the rung that stands for remembering the person at all
    alike : whether all rows came out alike, and nothing tells forecasts apart
    """

    subset: str
    skill: list[float] | None
    stands: bool | None
    removed: dict[str, list[float]]
    remembering: str | None
    alike: bool = False


def judged(ladders: Sequence[Ladder]) -> Ladder | None:
    """The ladder to judge by: of the people who have personas when the file asks for them."""
    parts = [found for found in ladders if found.subset != EVERYBODY and found.step(PERSONA)]
    return next(iter(parts or ladders), None)


def remembering(ladder: Ladder) -> Step | None:
    """The rung that remembers the person and nothing else: one decayed rate, else the strongest."""
    steps = [step for name in MEMORIES if (step := ladder.step(name))]
    return ladder.step(ONE_BAND) or min(steps, key=lambda step: step.loss[0], default=None)


def headline_of(ladders: Sequence[Ladder]) -> Headline | None:
    """The headline of some ladders; None without a twin on the one to judge by."""
    ladder = judged(ladders)
    twin = ladder.step(TWIN) if ladder else None
    if ladder is None or twin is None:
        return None
    simple = remembering(ladder)
    steps = {"persona": ladder.step(PERSONA), "remembering": simple, "twin": twin}
    skill = twin.skill_over_persona
    return Headline(
        subset=ladder.subset,
        skill=skill,
        stands=None if skill is None else skill[1] > 0,
        removed={
            name: step.skill_over_base
            for name, step in steps.items()
            if step is not None and step.skill_over_base is not None
        },
        remembering=simple.name if simple else None,
        alike=ladder.alike,
    )
