"""Leak tests of a choice: what was taken is dealt out anew, and later signals are taken away."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome
from doxa.features.menus import menus_of
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.fidelity.leaks import (
    Leaks,
    Progress,
    both_tests,
    permuted,
    without_later,
)
from doxa.fidelity.rivals.choices import Offers, base_of_choice
from doxa.fidelity.rivals.setting import Setting
from doxa.fidelity.split import Split
from doxa.heads.choice import ChoiceHead, forecast_choice
from doxa.heads.glm import Family
from doxa.learning.choices import train_choice

MENUS = 2_000
"""Fit rows, and scored rows, of a shuffle."""


def leaks_of_choice(
    split: Split,
    outcome: Outcome,
    head: ChoiceHead,
    *,
    shuffles: int,
    seed: int = 1,
    progress: Progress,
) -> Leaks:
    """Run both leak tests on (a sample of) the rows of a choice; see `leaks_of`."""

    def skill(small: Split, rng: np.random.Generator) -> float:
        return skill_of_dealt(small, outcome, rng, seed)

    def change(earlier: Rows, moment: int) -> float:
        told = forecast_choice(head, split.past, earlier).eta
        cut = forecast_choice(head, without_later(split.past, moment), earlier).eta
        return float(np.abs(told - cut).max(initial=0.0))

    return both_tests(split, skill, change, shuffles=shuffles, most=MENUS, seed=seed, tell=progress)


def skill_of_dealt(split: Split, outcome: Outcome, rng: np.random.Generator, seed: int) -> float:
    """Skill over the usual shares of a head refitted on labels that went to other people.

    What was taken is dealt out among menus with the same options. Where it has nothing to do with
    people or attributes, reading them can only cost.
    """
    past = split.past
    fit, y = (
        permuted(menu_codes(outcome, past, part.rows), part.y, rng)
        for part in (split.fit, split.score)
    )
    head = train_choice(past.map, outcome, past, split.fit.rows, fit, seed=seed, thorough=False)
    found = forecast_choice(head, past, split.score.rows)
    place = found.menus.place_of(y.astype(np.int64))
    setting = Setting(
        past.map, outcome, Family.BERNOULLI, past, split.fit.rows, fit, split.score.rows, seed
    )
    base = base_of_choice(Offers.of(setting)).forecast
    return float(1 - np.log(found.mean[place]).mean() / np.log(base[place]).mean())


def menu_codes(outcome: Outcome, past: Past, rows: Rows) -> Ints:
    """Codes of the distinct sets of options that rows are offered."""
    menus = menus_of(outcome, past, rows)
    found: dict[tuple[int, ...], int] = {}
    sets = (tuple(sorted(one.tolist())) for one in np.split(menus.option, menus.start[1:-1]))
    return np.array([found.setdefault(one, len(found)) for one in sets], dtype=np.int64)
