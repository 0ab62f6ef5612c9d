"""The leak test: labels that went to other people must leave nothing to be learned."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.fidelity.ladder import row_losses
from doxa.fidelity.resampling import Interval, Resamples
from doxa.fidelity.rivals.base import member_means
from doxa.fidelity.split import Split
from doxa.heads.head import family_of, forecast
from doxa.learning.training import Labelled, train


def permuted(rows: Rows, y: Floats, rng: np.random.Generator) -> Floats:
    """The labels, dealt out anew among people within each (origin, member).

    Whatever a person did stays with the moment and the member, never with the person.

    Examples
    --------
    >>> from doxa.features.rows import Bound
    >>> person, at = np.arange(4), np.array([1, 1, 2, 2])
    >>> cut = Bound(at, at)
    >>> rows = Rows(person, cut, cut, cut, person * 0, person * 0 - 1, person)
    >>> sorted(permuted(rows, np.array([0.0, 1.0, 5.0, 5.0]), np.random.default_rng(1))[:2].tolist())
    [0.0, 1.0]
    """
    moment = _moments(rows)
    dealt = np.lexsort((rng.random(len(y)), moment))
    place = np.argsort(moment, kind="stable")
    found = np.empty(len(y))
    found[place] = y[dealt]
    return found


def skill_of_permuted(split: Split, outcome_name: str, *, seed: int = 1) -> Interval:
    """Skill over the base rate of a twin refitted on permuted labels, on scores permuted alike.

    The base rate stands at each (origin, member) of the fit rows' mean by member. A skill whose
    interval lies above 0 says that features know something of labels they must not know.

    Parameters
    ----------
    split : Split
        The rows of an evaluation; a few ten thousand are plenty.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    past = split.past
    outcome = past.map.outcomes[outcome_name]
    fit = Labelled(split.fit.rows, permuted(split.fit.rows, split.fit.y, rng))
    y = permuted(split.score.rows, split.score.y, rng)
    views = Views(past, readings_of(past.map, outcome))
    head = train(past.map, outcome, views, fit, items=[], known=split.known, seed=seed)
    family = family_of(outcome, past.map)
    own = row_losses(y, forecast(head, views, split.score.rows).mean, family)
    rate = member_means(fit.rows.member, fit.y, split.score.rows.member)
    base = row_losses(y, rate, family)
    return Resamples(split.score.rows.person, seed=seed).skill(own, base)


def _moments(rows: Rows) -> Ints:
    """Codes of the distinct (origin, member)."""
    _, at = np.unique(rows.seen.at, return_inverse=True)
    _, member = np.unique(rows.member, return_inverse=True)
    return np.asarray(at * (int(member.max(initial=0)) + 1) + member, dtype=np.int64)
