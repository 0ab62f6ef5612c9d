"""What anybody would say who knows some fields of the moment, and nothing of the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.features.blocks import given
from doxa.features.known import FieldNorms, carrier
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.past import Past
from doxa.features.plan import members_apart
from doxa.features.rows import Rows
from doxa.features.traits import trait_of
from doxa.fidelity.rivals.base import base, member_means
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.heads.glm import Family, fit_glm, link_of, loss_of, mean_of
from doxa.learning.fields import Fields, fields_of_fit

RIDGES = (0.1, 3.0, 100.0)


@dataclass(frozen=True, slots=True)
class Regression:
    """eta = columns @ beta, columns standardised as the fit rows are."""

    centre: Floats
    scale: Floats
    beta: Floats

    @classmethod
    def fitted(cls, columns: Floats, y: Floats, family: Family, person: Ints) -> Regression:
        """The regression whose penalty forecasts people left out best."""
        centre = columns.mean(axis=0)
        scale = np.maximum(columns.std(axis=0), 1e-9)
        table = np.column_stack([np.ones(len(y)), (columns - centre) / scale])
        _, code = np.unique(person, return_inverse=True)
        out = code % 5 == 0

        def beta(rows: Bools, ridge: float) -> Floats:
            penalty = np.r_[1e-6, np.full(columns.shape[1], ridge)]
            return fit_glm(table[rows], y[rows], ridge=penalty, family=family)

        def loss(ridge: float) -> float:
            eta = table[out] @ beta(~out, ridge)
            return float(loss_of(eta, y[out], family).mean())

        best = RIDGES[0] if out.all() or not out.any() else min(RIDGES, key=loss)
        return cls(centre, scale, beta(np.ones(len(y), dtype=bool), best))

    def eta(self, columns: Floats) -> Floats:
        """The linear predictor of some rows."""
        table = np.column_stack([np.ones(len(columns)), (columns - self.centre) / self.scale])
        return np.asarray(table @ self.beta)


def regressed(setting: Setting, fit: Floats, score: Floats) -> tuple[Floats, Floats]:
    """The linear predictors of fit and scored rows; a few named members have a regression each."""
    apart = bool(members_apart(setting.outcome))
    etas = np.zeros(len(fit)), np.zeros(len(score))
    groups = setting.fit.member if apart else np.zeros(len(fit), dtype=np.int64)
    asked = setting.score.member if apart else np.zeros(len(score), dtype=np.int64)
    for code in np.unique(np.r_[groups, asked]).tolist():
        own, told = groups == code, asked == code
        source = own if own.any() else np.ones(len(fit), dtype=bool)
        model = Regression.fitted(
            fit[source], setting.y[source], setting.family, setting.fit.person[source]
        )
        etas[0][own], etas[1][told] = model.eta(fit[own]), model.eta(score[told])
    return etas


def known_columns(setting: Setting) -> tuple[Floats, Floats] | None:
    """Columns of what the base rate may know, of fit and scored rows; None where it knows nothing.

    Item effects on fit rows come from other people; a name that no payload carries is a trait. The
    member asked for, if any, is one column: its mean among the fit rows.
    """
    parts = [*_by_field(setting), *_by_trait(setting)]
    if not parts:
        return None
    if setting.outcome.of is not None:
        fit, score = (
            link_of(member_means(setting.fit.member, setting.y, rows.member), setting.family)
            for rows in (setting.fit, setting.score)
        )
        parts.append((fit[:, None], score[:, None]))
    fit, score = (np.concatenate(columns, axis=1) for columns in zip(*parts, strict=True))
    return fit, score


def _by_field(setting: Setting) -> Iterator[tuple[Floats, Floats]]:
    carried = setting.past.columns[carrier(setting.outcome)].fields
    names = tuple(name for name in setting.known if carried[name].present().any())
    if not names:
        return
    outcome = msgspec.structs.replace(setting.outcome, given=names, by={}, recent={})
    level = float(link_of(np.array([setting.y.mean()]), setting.family)[0])
    fields = fields_of_fit(
        outcome, setting.past, setting.fit, setting.y, setting.family, level, fewest=1
    )
    score = _columns(fields.known, setting.past, setting.score)
    yield _apart(fields, setting.past, setting.fit), score


def _apart(fields: Fields, past: Past, rows: Rows) -> Floats:
    found = _columns(fields.known, past, rows)
    for part, known in enumerate(fields.apart):
        own = np.flatnonzero(fields.part == part)
        if len(own):
            found[own] = _columns(known, past, rows.take(own))
    return found


def _columns(known: tuple[FieldNorms, ...], past: Past, rows: Rows) -> Floats:
    table = [column for norms in known for _, column in given.columns(norms, past, rows.signal)]
    return np.stack(table, axis=1) if table else np.zeros((len(rows), 0))


def _by_trait(setting: Setting) -> Iterator[tuple[Floats, Floats]]:
    carried = setting.past.columns[carrier(setting.outcome)].fields
    for name in setting.known:
        if carried[name].present().any():
            continue
        fit, score = (trait_of(setting.past, rows, name) for rows in (setting.fit, setting.score))
        people = np.unique(np.stack([fit, setting.fit.person], axis=1), axis=0)[:, 0]
        levels = [code for code in np.unique(fit) if (people == code).sum() >= FEWEST_PEOPLE]
        if levels:
            yield tuple(
                (codes[:, None] == np.array(levels)).astype(np.float64) for codes in (fit, score)
            )


def base_of(setting: Setting) -> Rung:
    """The base rate, which knows the fields that the question allows it."""
    columns = known_columns(setting)
    if columns is None:
        return base(setting)
    _, eta = regressed(setting, *columns)
    return Rung("base", mean_of(eta, setting.family))
