"""Static personas at their best: traits, and traits by member, with the penalty chosen on people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.features.rows import NONE, Rows
from doxa.features.traits import segment_traits, trait_of
from doxa.fidelity.rivals.base import member_means
from doxa.fidelity.rivals.known import known_columns, regressed
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.heads.glm import Family, fit_glm, link_of, loss_of, mean_of

SHARED = (None, 10.0)
"""Penalty of effects that a trait has on every member alike; None = no such effects."""
OWN = (30.0, 100.0, 300.0, 1000.0)
"""Penalty of a trait's effect on one member."""
FOLDS = 5


def persona(setting: Setting) -> Rung | None:
    """Traits x member for people with traits; people without form one more segment.

    None where the map names no personas or nobody has any of their traits. Protected traits are
    left out of them. What the base rate may know stands beside the traits.
    """
    codes_fit = _traits(setting, setting.fit)
    codes_score = _traits(setting, setting.score)
    known_fit: Bools = np.any(codes_fit >= 0, axis=1)
    known_score: Bools = np.any(codes_score >= 0, axis=1)
    if not known_fit.any():
        return None
    if known := known_columns(setting):
        return _beside(setting, known, codes_fit, codes_score)
    forecast = _segment(setting, known_fit, known_score)
    people = _People.of(setting, codes_fit, known_fit)
    chosen = min(
        ((shared, own) for shared in SHARED for own in OWN),
        key=lambda pair: people.left_out_loss(*pair),
    )
    effects = people.fitted(*chosen, np.ones(len(people.fold), dtype=bool))
    design = people.columns(codes_score[known_score])
    member = setting.score.member[known_score]
    forecast[known_score] = effects.forecast(design, people.place(member))
    settings: dict[str, float | str] = {"own": chosen[1], "shared": chosen[0] or "none"}
    return Rung("persona", forecast, settings)


def _beside(
    setting: Setting, known: tuple[Floats, Floats], codes_fit: Ints, codes_score: Ints
) -> Rung:
    """A regression on what the base rate may know and every value of each trait, unknown among them."""
    values = [np.unique(codes_fit[:, trait]) for trait in range(codes_fit.shape[1])]
    fit, score = (
        np.column_stack([own, _one_hot(codes, values)])
        for own, codes in zip(known, (codes_fit, codes_score), strict=True)
    )
    _, eta = regressed(setting, fit, score)
    return Rung("persona", mean_of(eta, setting.family))


def _traits(setting: Setting, rows: Rows) -> Ints:
    """Codes of all persona traits, int64[n, traits]; -1 = not known at the origin."""
    names = segment_traits(setting.belief_map)
    if not names:
        return np.full((len(rows), 1), NONE)
    return np.stack([trait_of(setting.past, rows, name) for name in names], axis=1)


def _segment(setting: Setting, fit: Bools, score: Bools) -> Floats:
    """Rates by member within two segments: with traits and without."""
    forecast = np.empty(len(setting.score))
    for known in (True, False):
        of_fit, of_score = fit == known, score == known
        if of_score.any():
            source = of_fit if of_fit.any() else np.ones(len(of_fit), dtype=bool)
            forecast[of_score] = member_means(
                setting.fit.member[source], setting.y[source], setting.score.member[of_score]
            )
    return forecast


@dataclass(frozen=True, slots=True)
class _Effects:
    """eta = intercept_m + Z (shared + own_m) for member m."""

    intercept: Floats
    effects: Floats
    family: Family

    def forecast(self, design: Floats, member: Ints) -> Floats:
        eta = self.intercept[member] + np.einsum("nd,nd->n", design, self.effects.T[member])
        return mean_of(eta, self.family)


@dataclass(frozen=True, slots=True)
class _People:
    """Fit rows of people with traits, added up over those of one fold with equal traits, by member.

    Nothing else tells them apart: sums say as much as the rows.

    Attributes
    ----------
    fold : int64[u]
        The part that is left out with them.
    design : float64[u, d]
        One column per value of each trait, and one where the trait is not known.
    total, count : float64[u, members]
    """

    fold: Ints
    design: Floats
    total: Floats
    count: Floats
    members: Ints
    values: list[Ints]
    family: Family

    @classmethod
    def of(cls, setting: Setting, codes: Ints, known: Bools) -> _People:
        rows = np.flatnonzero(known)
        _, person = np.unique(setting.fit.person[rows], return_inverse=True)
        key = np.column_stack([person % FOLDS, codes[rows]])
        units, unit = np.unique(key, axis=0, return_inverse=True)
        members, place = np.unique(setting.fit.member[rows], return_inverse=True)
        flat = unit.ravel() * len(members) + place
        shape = (len(units), len(members))
        size = shape[0] * shape[1]
        total = np.bincount(flat, weights=setting.y[rows], minlength=size).astype(np.float64)
        count = np.bincount(flat, minlength=size).astype(np.float64)
        values = [np.unique(codes[rows, trait]) for trait in range(codes.shape[1])]
        design = _one_hot(units[:, 1:], values)
        return cls(
            units[:, 0],
            design,
            total.reshape(shape),
            count.reshape(shape),
            members,
            values,
            setting.family,
        )

    def columns(self, codes: Ints) -> Floats:
        return _one_hot(codes, self.values)

    def place(self, member: Ints) -> Ints:
        return np.minimum(np.searchsorted(self.members, member), len(self.members) - 1)

    def left_out_loss(self, shared: float | None, own: float) -> float:
        """Loss on people left out, each fold by the parameters of the others."""
        loss = 0.0
        for part in range(FOLDS):
            found = self.fitted(shared, own, self.fold != part)
            out = np.flatnonzero(self.fold == part)
            eta = found.intercept + self.design[out] @ found.effects
            mean = self.total[out] / np.maximum(self.count[out], 1)
            loss += float((self.count[out] * loss_of(eta, mean, self.family)).sum())
        return loss / float(self.count.sum())

    def fitted(self, shared: float | None, own: float, people: Bools) -> _Effects:
        chosen = np.flatnonzero(people)
        design, count = self.design[chosen], self.count[chosen]
        mean = self.total[chosen] / np.maximum(count, 1)
        width = design.shape[1]
        common = self._common(design, mean, count, shared)
        offset = design @ common
        table = np.column_stack([np.ones(len(design)), design])
        ridge = np.r_[1e-6, np.full(width, own)]
        betas = np.stack(
            [
                fit_glm(
                    table,
                    mean[:, m],
                    ridge=ridge,
                    family=self.family,
                    offset=offset,
                    weight=count[:, m],
                )
                for m in range(mean.shape[1])
            ],
            axis=1,
        )
        return _Effects(betas[0], betas[1:] + common[:, None], self.family)

    def _common(self, design: Floats, mean: Floats, count: Floats, shared: float | None) -> Floats:
        """Effects of traits on all members alike, beside an intercept per member."""
        if shared is None or mean.shape[1] == 1:
            return np.zeros(design.shape[1])
        level = link_of((mean * count).sum(0) / np.maximum(count.sum(0), 1), self.family)
        units, members = mean.shape
        table = np.column_stack([np.ones(units * members), np.repeat(design, members, axis=0)])
        beta = fit_glm(
            table,
            mean.ravel(),
            ridge=np.r_[1e-6, np.full(design.shape[1], shared)],
            family=self.family,
            offset=np.tile(level, units),
            weight=count.ravel(),
        )
        return beta[1:]


def _one_hot(codes: Ints, values: list[Ints]) -> Floats:
    columns = [
        (codes[:, trait, None] == known[None, :]).astype(np.float64)
        for trait, known in enumerate(values)
    ]
    return np.concatenate(columns, axis=1)
