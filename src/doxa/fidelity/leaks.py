"""Leak tests: shuffled labels must teach nothing, and later signals must change nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.events import field_codes
from doxa.features.known import carrier
from doxa.features.moments import is_at_signal
from doxa.features.past import Past
from doxa.features.phi import phi
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.fidelity.ladder import row_losses
from doxa.fidelity.split import Split
from doxa.heads.forecast import forecast
from doxa.heads.glm import Family, link_of, mean_of
from doxa.heads.head import Head, family_of, recipe_of
from doxa.learning.labelled import Labelled
from doxa.learning.training import train

ROWS = 25_000
"""Fit rows, and scored rows, of a shuffle; and rows whose features are made twice."""
FEWEST = 3
EXACT = 1e-9
Progress = Callable[[str, float], None]


class Leaks(msgspec.Struct, frozen=True, kw_only=True):
    """What leak tests found in one row of an evaluation.

    Attributes
    ----------
    shuffles : how many times labels were dealt out anew and everything was fitted again
    skill : [mean, low, high] over the shuffles, with the 95 % interval of the mean
        Of the refitted forecasts over the same forecasts without differences between people; None
        of people run forward, whom no label scores alone.
    later : the largest change of a feature, forecast or path when later signals were taken away
    rows : rows whose features, or paths, were made twice
    paths : whether `later` is of paths
    """

    shuffles: int
    skill: list[float] | None
    later: float
    rows: int
    paths: bool = False

    @property
    def passed(self) -> bool:
        """Whether shuffled labels gave no skill, and later signals changed nothing."""
        skilled = self.skill is not None and self.skill[1] > 0
        return not skilled and self.later <= EXACT


def leaks_of(
    split: Split,
    outcome: Outcome,
    head: Head,
    *,
    shuffles: int,
    known: tuple[str, ...] = (),
    seed: int = 1,
    progress: Progress | None = None,
) -> Leaks:
    """Run both leak tests on (a sample of) the rows of an evaluation.

    Parameters
    ----------
    head : Head
        Fitted on rows of the split.
    shuffles : int
        At least 3.
    known : tuple of str
        Fields that the base rate may know: labels are shuffled within their values.
    """
    views = Views(split.past, readings_of(split.past.map, outcome))

    def skill(small: Split, rng: np.random.Generator) -> float:
        return skill_of_permuted(small, outcome, views, rng, known=known, seed=seed)

    def change(earlier: Rows, moment: int) -> float:
        return change_by_later(head, split.past, earlier, moment)

    return both_tests(
        split, skill, change, shuffles=shuffles, most=ROWS, seed=seed, tell=progress or _silence
    )


def both_tests(
    split: Split,
    skill: Callable[[Split, np.random.Generator], float],
    change: Callable[[Rows, int], float],
    *,
    shuffles: int,
    most: int,
    seed: int,
    tell: Progress,
) -> Leaks:
    """Deal labels out anew, often enough for an interval; then take later signals away.

    Parameters
    ----------
    skill : callable
        Of everything fitted again on labels that it deals out, from rows and random numbers.
    change : callable
        The largest change of rows up to a moment when what is later is taken away.
    most : int
        So many fit rows, and scored rows, of a shuffle.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    small = replace(split, fit=_some(split.fit, most, rng), score=_some(split.score, most, rng))
    skills = []
    for number in range(max(shuffles, FEWEST)):
        tell("leak test: shuffled labels", number / max(shuffles, FEWEST))
        skills.append(skill(small, rng))
    moments = np.unique(split.score.rows.seen.at)
    moment = int(moments[len(moments) // 2])
    earlier = rows_before(split.past, split.score.rows, moment)
    return Leaks(
        shuffles=len(skills),
        skill=interval_of(skills),
        later=change(earlier, moment),
        rows=len(earlier),
    )


def _silence(what: str, done: float) -> None:
    pass


def _some(labelled: Labelled, most: int, rng: np.random.Generator) -> Labelled:
    if len(labelled.y) <= most:
        return labelled
    return labelled.take(np.sort(rng.choice(len(labelled.y), most, replace=False)))


def interval_of(skills: list[float]) -> list[float]:
    """Mean of the skills, and 1.96 standard errors to either side."""
    mean = float(np.mean(skills))
    width = 1.96 * float(np.std(skills, ddof=1)) / float(np.sqrt(len(skills)))
    return [mean, mean - width, mean + width]


def permuted(cell: Ints, y: Floats, rng: np.random.Generator) -> Floats:
    """The labels, dealt out anew among the rows of each cell.

    Examples
    --------
    >>> cell, y = np.array([1, 1, 2, 2]), np.array([0.0, 1.0, 5.0, 5.0])
    >>> dealt = permuted(cell, y, np.random.default_rng(1))
    >>> sorted(dealt[:2].tolist()), dealt[2:].tolist()
    ([0.0, 1.0], [5.0, 5.0])
    """
    dealt = np.lexsort((rng.random(len(y)), cell))
    place = np.argsort(cell, kind="stable")
    found = np.empty(len(y))
    found[place] = y[dealt]
    return found


def cells_of(outcome: Outcome, past: Past, rows: Rows, known: tuple[str, ...] = ()) -> Ints:
    """Codes of what rows share that are not told apart by who the person is.

    The origin and the member; for an outcome at a signal, where every row has a moment of its own,
    the member and the values of the `known` fields.
    """
    parts = [rows.member]
    if not is_at_signal(outcome):
        parts.append(rows.seen.at)
    else:
        carried = past.columns[carrier(outcome)].fields
        names = [name for name in known if carried[name].present().any()]
        parts += [field_codes(past, carrier(outcome), name, rows.signal) for name in names]
    _, code = np.unique(np.stack(parts, axis=1), axis=0, return_inverse=True)
    return np.asarray(code.ravel(), dtype=np.int64)


def skill_of_permuted(
    split: Split,
    outcome: Outcome,
    views: Views,
    rng: np.random.Generator,
    *,
    known: tuple[str, ...] = (),
    seed: int = 1,
) -> float:
    """Skill of a twin refitted on labels dealt out anew, on scores dealt out alike.

    It is held against the same forecasts, averaged over the people of each cell. Where labels have
    nothing to do with people, differences between people can only cost: a skill above 0 says that
    the fit knew something of labels it must not know.
    """
    past = split.past
    family = family_of(outcome, past.map)
    fit = split.fit
    dealt = Labelled(fit.rows, permuted(cells_of(outcome, past, fit.rows, known), fit.y, rng))
    cell = cells_of(outcome, past, split.score.rows, known)
    y = permuted(cell, split.score.y, rng)
    head = train(past.map, outcome, views, dealt, items=[], known=split.known, seed=seed)
    told = forecast(head, views, split.score.rows).mean
    own = row_losses(y, told, family).mean()
    alike = row_losses(y, _averaged(told, cell, family), family).mean()
    return float(1 - own / alike) if alike > 0 else 0.0


def _averaged(told: Floats, cell: Ints, family: Family) -> Floats:
    """Forecasts averaged over the rows of each cell, on the scale of the predictor."""
    eta = link_of(told, family)
    mean = np.bincount(cell, eta) / np.maximum(np.bincount(cell), 1)
    return mean_of(mean[cell], family)


def rows_before(past: Past, rows: Rows, moment: int) -> Rows:
    """The latest rows that may read nothing from a moment on; at most 25,000."""
    earlier = rows.seen.until(moment)
    own = rows.signal >= 0
    earlier[own] &= past.signals.at[rows.signal[own]] < moment
    places = np.flatnonzero(earlier)
    return rows.take(places[np.argsort(rows.seen.at[places], kind="stable")][-ROWS:])


def change_by_later(head: Head, past: Past, rows: Rows, moment: int) -> float:
    """The largest change of any feature or forecast when all from a moment on is taken away."""
    told = _made(head, past, rows)
    cut = _made(head, without_later(past, moment), rows)
    return max(float(np.abs(a - b).max(initial=0.0)) for a, b in zip(told, cut, strict=True))


def without_later(past: Past, moment: int) -> Past:
    """The past in which signals at or after a moment belong to nobody who is asked about."""
    signals = past.signals
    nobody = int(signals.twin.max(initial=0)) + 1
    twin = np.where(signals.at >= moment, nobody, signals.twin)
    return replace(past, signals=replace(signals, twin=twin))


def _made(head: Head, past: Past, rows: Rows) -> tuple[Floats, Floats]:
    """Features and forecasts of some rows from a past."""
    recipe = recipe_of(head, past.map)
    views = Views(past, recipe.readings)
    return phi(recipe, views, rows).table, forecast(head, views, rows).eta
