"""Choices sampled per person and path, under several worlds at once that share their luck.

On path r the weights are beta_r = beta + L z_r, one draw for everybody, and the option taken is the
largest of eta + g, g = -ln(-ln u) (Gumbel): a sample of the softmax of eta. u and z are functions of
(seed, person, path, moment, outcome, option), so that two worlds differ by their attributes alone,
and whoever is run beside a person changes nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.features.menus import Menus
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead, columns_of_choice
from doxa.heads.logit import likely
from doxa.simulation.numbers import Keys, key_of, keys_of, mixed, normals, uniforms

AT_ONCE = 2_000_000
"""Options times paths held at a time."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What some rows came to on every path, world by world.

    Attributes
    ----------
    rows, options : int64[n], int64[k]
        Their places among all rows, and among the options of all menus.
    chance : A arrays float64[k, paths]
        The probability of each option by the weights of the path.
    taken : A arrays bool[k, paths]
    worth : A arrays float64[n, paths]
        ln sum exp(eta): what the menu is worth to the person, on the scale of the predictor.
    """

    rows: Ints
    options: Ints
    chance: list[Floats]
    taken: list[Bools]
    worth: list[Floats]


def weights_on_paths(head: ChoiceHead, paths: int, seed: int) -> Floats:
    """The head's weights on every path, float64[paths, columns]; all alike where it stores no spread."""
    weights = np.asarray(head.weights)
    if head.laplace is None:
        return np.tile(weights, (paths, 1))
    key = mixed(seed, key_of(f"weights of {head.outcome}"))
    size = len(head.laplace.columns)
    keys = mixed(mixed(key, _counted(paths))[:, None], _counted(size)[None, :])
    return head.laplace.around(weights, normals(keys))


def sampled_choices(
    head: ChoiceHead,
    past: Past,
    rows: Rows,
    worlds: Sequence[Menus],
    *,
    paths: int,
    seed: int,
    exact: bool = False,
) -> Iterator[Sampled]:
    """Sample what every row takes, in parts of bounded memory.

    Parameters
    ----------
    worlds : A menus of these rows, with the same options
    exact : bool
        The weights as fitted on every path: only sampling is left.
    """
    weights = weights_on_paths(head, paths, seed)
    if exact:
        weights = np.tile(np.asarray(head.weights), (paths, 1))
    start = worlds[0].start
    names = past.values(head.recipe.field)
    stream = mixed(key_of(head.outcome), keys_of(names))
    for part in _parts(start, paths):
        asked = rows.take(part)
        menus = [world.take(part) for world in worlds]
        own = menus[0]
        luck = _luck(asked, own, stream, paths, seed)
        eta = [columns_of_choice(head, past, asked, each).table @ weights.T for each in menus]
        yield Sampled(
            rows=part,
            options=np.arange(start[part[0]], start[part[-1] + 1]),
            chance=[_likely(each, own.start) for each in eta],
            taken=[_taken(each + luck, own) for each in eta],
            worth=[_worth(each, own) for each in eta],
        )


def _parts(start: Ints, paths: int) -> Iterator[Ints]:
    """Consecutive rows with few enough options."""
    most = max(AT_ONCE // paths, 1)
    first, count = 0, len(start) - 1
    while first < count:
        last = int(np.searchsorted(start, start[first] + most, side="right")) - 1
        last = min(max(last, first + 1), count)
        yield np.arange(first, last)
        first = last


def _luck(rows: Rows, menus: Menus, stream: Keys, paths: int, seed: int) -> Floats:
    """A Gumbel number per option and path, float64[k, paths]."""
    own = mixed(seed, rows.twin.astype(np.uint64))[:, None]
    path = mixed(own, _counted(paths)[None, :])
    step = mixed(path, rows.seen.at.astype(np.uint64)[:, None])
    found = mixed(step[menus.owner], stream[menus.option][:, None])
    return np.asarray(-np.log(-np.log(uniforms(found))))


def _counted(size: int) -> Keys:
    return np.arange(size, dtype=np.uint64)


def _likely(eta: Floats, start: Ints) -> Floats:
    return np.stack([likely(eta[:, path], start) for path in range(eta.shape[1])], axis=1)


def _taken(value: Floats, menus: Menus) -> Bools:
    best = np.maximum.reduceat(value, menus.start[:-1], axis=0)
    return np.asarray(value == best[menus.owner])


def _worth(eta: Floats, menus: Menus) -> Floats:
    top = np.maximum.reduceat(eta, menus.start[:-1], axis=0)
    grown = np.exp(eta - top[menus.owner])
    return np.asarray(np.log(np.add.reduceat(grown, menus.start[:-1], axis=0)) + top)
