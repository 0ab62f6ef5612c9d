"""The split of an evaluation: which rows are fitted, which are scored, with their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.bars import PARTS_BY_END
from doxa.beliefmap.columns import Ints
from doxa.beliefmap.evaluation import (
    Evaluation,
    EvaluationRow,
    Folds,
    People,
    Selection,
    Subset,
)
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.payloads import Bools
from doxa.domain.clock import Clock
from doxa.errors import InputError
from doxa.features.knowledge import as_known
from doxa.features.labels import labels_of
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows, joined
from doxa.features.traits import trait_is, trait_of
from doxa.learning.labelled import Labelled
from doxa.learning.selection import in_parts, known_members, select_rows, top_members

NEVER_ENDS = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Split:
    """Fit rows with labels, scored rows with labels, and what was left aside.

    Attributes
    ----------
    past : Past
        What features and rivals may be computed from: with late signals hidden from the rows
        that could not have known them. Labels were made from everything.
    fit, score : Labelled
        Rows read from that past.
    members, known : int64[...]
        Members asked for, and those met by enough people to be held by name.
    unresolved : int
        Scored rows whose window had not closed; left aside, or kept where the row says `apart`.
    left_out : int
        Fit rows whose label was not known before the first scored origin.
    parts : tuple of (int64[...], int64[...])
        Fit rows and the scored rows that their parameters forecast; one pair without folds.
    """

    past: Past
    fit: Labelled
    score: Labelled
    members: Ints
    known: Ints
    unresolved: int
    left_out: int
    parts: tuple[tuple[Ints, Ints], ...] = ()

    @property
    def pairs(self) -> tuple[tuple[Ints, Ints], ...]:
        """The parts; all rows as one where there are no folds."""
        return self.parts or ((np.arange(len(self.fit.y)), np.arange(len(self.score.y))),)


def split_rows(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
) -> Split:
    """The rows of an evaluation's row, labelled, as known then."""
    fit_by, score_by = row.fit or Selection(), row.score or Selection()
    first = fit_by.begin.moment if fit_by.begin else NEVER_ENDS
    members = top_members(outcome, past, first)
    until = evaluation.complete_before or NEVER_ENDS
    fit = labelled(evaluation, outcome, past, fit_by, members, until, names)
    score = labelled(
        evaluation, outcome, past, score_by, members, until, names, apart=row.unresolved_apart
    )
    left_out = 0
    if _one_timeline(row, score_by, past) and len(score[0].y):
        known = fit[0].rows.closes.until(int(score[0].rows.seen.at.min()))
        left_out = int((~known).sum())
        fit = (fit[0].take(known), fit[1])
    if not len(score[0].y):
        raise InputError(f"row {row.name!r} scores nothing", hint="look at its selection")
    told, fitted, scored = _told(past, fit[0], score[0])
    known_by = int(score[0].rows.seen.at.min())
    kept = known_members(outcome, past, known_by)
    split = Split(told, fitted, scored, members, kept, score[1], left_out)
    return split if row.folds is None else _in_folds(evaluation, row.folds, split, names)


def _one_timeline(row: EvaluationRow, score_by: Selection, past: Past) -> bool:
    """Whether what is scored comes after what is fitted, so that labels must be known by then.

    Not where other people are scored: split by hand, in folds, or by their traits where positions
    count from a beginning of each person's own; nor where the moments with the largest moves are
    held out, which lie between the others.
    """
    if score_by.largest:
        return False
    own = past.map.clock is Clock.POSITION and bool(score_by.traits)
    return score_by.people is None and row.folds is None and not own


def _in_folds(
    evaluation: Evaluation,
    folds: Folds,
    split: Split,
    names: Callable[[Ints], Sequence[str]],
) -> Split:
    """The same rows, each part of the people to be forecast with the parameters of the others."""
    fit = _part_of(evaluation, folds, split.past, split.fit.rows, names)
    score = _part_of(evaluation, folds, split.past, split.score.rows, names)
    covered = score >= 0
    score = score[covered]
    parts = [
        (np.flatnonzero(fit != number), np.flatnonzero(score == number))
        for number in range(len(folds.parts))
    ]
    empty = [number for number, (fitted, _) in enumerate(parts) if not len(fitted)]
    if empty:
        raise InputError("a fold has nobody to be fitted on", hint="look at `folds` and `fit`")
    kept = tuple((fitted, scored) for fitted, scored in parts if len(scored))
    return replace(split, score=split.score.take(covered), parts=kept)


def _part_of(
    evaluation: Evaluation,
    folds: Folds,
    past: Past,
    rows: Rows,
    names: Callable[[Ints], Sequence[str]],
) -> Ints:
    """The part that each row's unit falls into; -1 = none."""
    units, place = np.unique(units_of(evaluation, past, rows), return_inverse=True)
    told = _unit_names(evaluation, past, units, names)
    found = np.full(len(units), NONE)
    for number, remainders in enumerate(folds.parts):
        people = People(modulus=folds.modulus, parts=remainders, hashed=folds.hashed)
        found[in_parts(told, people)] = number
    return found[place]


def _told(past: Past, fit: Labelled, score: Labelled) -> tuple[Past, Labelled, Labelled]:
    """The past with what nobody could have known hidden, and the rows that read it."""
    told, rows = as_known(past, joined([fit.rows, score.rows]))
    count = len(fit.y)
    fitted = rows.take(np.arange(count))
    scored = rows.take(np.arange(count, len(rows)))
    return told, Labelled(fitted, fit.y), Labelled(scored, score.y)


def labelled(
    evaluation: Evaluation,
    outcome: Outcome,
    past: Past,
    selection: Selection,
    members: Ints,
    until: int,
    names: Callable[[Ints], Sequence[str]],
    *,
    apart: bool = False,
) -> tuple[Labelled, int]:
    """Resolved rows with their labels, and how many were not resolved.

    Parameters
    ----------
    apart : bool
        Keep the others too, with what had come by the end of the data.
    """
    rows = selected(evaluation, outcome, past, selection, members, names)
    found = labels_of(outcome, past, rows, until)
    decided = (found.resolved | apart) & ~np.isnan(found.y)
    labelled = Labelled(rows.take(decided), found.y[decided])
    return labelled, int((~found.resolved).sum())


def selected(
    evaluation: Evaluation,
    outcome: Outcome,
    past: Past,
    selection: Selection,
    members: Ints,
    names: Callable[[Ints], Sequence[str]],
) -> Rows:
    """The rows of a selection, of the people whom it names."""
    rows = select_rows(outcome, past, selection, members)
    if selection.people is None:
        return rows
    twins, place = np.unique(units_of(evaluation, past, rows), return_inverse=True)
    chosen = in_parts(_unit_names(evaluation, past, twins, names), selection.people)
    return rows.take(chosen[place])


def parts_by_end(evaluation: Evaluation, row: EvaluationRow, rows: Rows) -> list[tuple[str, Bools]]:
    """Scored rows whose window had closed when the data ended, and the others; nothing if not asked."""
    if not row.unresolved_apart:
        return []
    closed = rows.closes.until(evaluation.complete_before or NEVER_ENDS)
    parts = zip(PARTS_BY_END, (closed, ~closed), strict=True)
    return [(name, chosen) for name, chosen in parts if chosen.any()]


def units_of(evaluation: Evaluation, past: Past, rows: Rows) -> Ints:
    """Who is split and resampled together: the twin, or the twins with one value of a trait."""
    if evaluation.unit == "twin":
        return rows.person
    trait = past.map.groups.get(evaluation.unit, evaluation.unit)
    return trait_of(past, rows, trait)


def _unit_names(
    evaluation: Evaluation, past: Past, units: Ints, names: Callable[[Ints], Sequence[str]]
) -> Sequence[str]:
    if evaluation.unit == "twin":
        return names(units)
    known = past.values(f"trait:{past.map.groups.get(evaluation.unit, evaluation.unit)}")
    return [known[unit] if unit >= 0 else "" for unit in units.tolist()]


def in_subset(past: Past, rows: Rows, subset: Subset) -> Bools:
    """Rows of people who have a trait, or one of its values, at the origin."""
    chosen = np.ones(len(rows), dtype=bool)
    if subset.has is not None:
        chosen &= trait_of(past, rows, subset.has) != NONE
    for name, values in subset.traits.items():
        chosen &= trait_is(past, rows, name, values)
    return chosen
