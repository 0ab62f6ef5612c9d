"""Shares with and without a change: paired over the same luck, of everybody, of parts, of each person.

On path r the difference of an option's share is mean over people of (taken_r under the change -
taken_r as it is). The middle four in five of the paths hold what the coefficients do not know and
the luck of so many choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.features.menus import Menus
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead
from doxa.simulation.arms import HIGH, LOW, positions
from doxa.simulation.choices import sampled_choices


@dataclass(frozen=True, slots=True)
class PartShares:
    """Some of the rows together.

    Attributes
    ----------
    rows : how many
    shares : float64[2, options]
        Of each option as it is, and under the change.
    difference : float64[3, options]
        Mean, and the ends of the middle four in five paths.
    """

    rows: int
    shares: Floats
    difference: Floats


@dataclass(frozen=True, slots=True)
class PairedShares:
    """All rows, their parts, and each row alone.

    Attributes
    ----------
    options : int64[options]
        Codes of the options on any menu, ascending.
    parts : by name, those asked for
    chance : float64[2, k]
        Of every option of every menu, as it is and under the change.
    moved : float64[3, k]
        The difference, with the ends of what the coefficients do not know.
    worth : float64[3, n]
        How much more the menu is worth to the person, on the scale of the predictor.
    """

    options: Ints
    parts: dict[str, PartShares]
    chance: Floats
    moved: Floats
    worth: Floats

    @property
    def gains(self) -> Bools:
        """Rows whose menu is worth more on nearly all paths."""
        return np.asarray(self.worth[1] > 0)

    @property
    def loses(self) -> Bools:
        """Rows whose menu is worth less on nearly all paths."""
        return np.asarray(self.worth[2] < 0)


def paired_shares(
    head: ChoiceHead,
    past: Past,
    rows: Rows,
    as_it_is: Menus,
    changed: Menus,
    parts: Mapping[str, Bools],
    *,
    paths: int,
    seed: int,
) -> PairedShares:
    """Sample what every row takes as it is and under a change, with the same luck.

    Parameters
    ----------
    parts : bool[n] by name
        Rows to add up; one that holds nobody is left out.
    """
    options, place = np.unique(as_it_is.option, return_inverse=True)
    held = {name: own for name, own in parts.items() if own.any()}
    taken = {name: np.zeros((2, len(options), paths)) for name in held}
    mean = {name: np.zeros((2, len(options))) for name in held}
    chance, moved = np.zeros((2, len(as_it_is))), np.zeros((3, len(as_it_is)))
    worth = np.zeros((3, len(rows)))
    worlds = [as_it_is, changed]
    owner = as_it_is.owner
    for found in sampled_choices(head, past, rows, worlds, paths=paths, seed=seed):
        spot = place[found.options]
        own = np.stack([each.mean(axis=1) for each in found.chance])
        chance[:, found.options] = own
        moved[:, found.options] = _ends(found.chance[1] - found.chance[0])
        worth[:, found.rows] = _ends(found.worth[1] - found.worth[0])
        for name, chosen in held.items():
            inside = chosen[owner[found.options]]
            for world in (0, 1):
                np.add.at(taken[name][world], spot[inside], found.taken[world][inside])
                np.add.at(mean[name][world], spot[inside], own[world][inside])
    told = {}
    for name, chosen in held.items():
        count = int(chosen.sum())
        ends = _ends((taken[name][1] - taken[name][0]) / count)
        shares = mean[name] / count
        told[name] = PartShares(count, shares, np.stack([shares[1] - shares[0], *ends[1:]]))
    return PairedShares(options, told, chance, moved, worth)


def _ends(values: Floats) -> Floats:
    """Mean over the paths, and the ends of the middle four in five: float64[3, ...]."""
    return np.stack([values.mean(axis=-1), *positions(values, [LOW, HIGH], axis=-1)])
