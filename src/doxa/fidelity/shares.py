"""Shares under moved attributes: choices held out are simulated, and shares by cell held against real ones.

Every menu is simulated from what its person had done before it, with the attributes it really had.
`share_error` and `slope` are those of `doxa.fidelity.cells`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow
from doxa.beliefmap.model import Outcome
from doxa.errors import InputError
from doxa.features.menus import Menus, menus_of
from doxa.features.moves import moves_of
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.support import checked
from doxa.fidelity.cells import MOVES, Cell, Cells, cells_by_move, interval, share_error, slope
from doxa.fidelity.choices import offered, rungs_of_choice, setting_of
from doxa.fidelity.ladder import BASE, PERSONA, TWIN, Ladder, Step
from doxa.fidelity.laps import Laps
from doxa.fidelity.report import Origins, RowReport, SharesReport
from doxa.fidelity.resampling import Resamples, ratios
from doxa.fidelity.rivals.choices import Offers
from doxa.fidelity.rungs import Progress, bars_of
from doxa.fidelity.split import split_rows, units_of
from doxa.heads.choice import ChoiceHead
from doxa.learning.choices import train_choice, with_levels
from doxa.simulation.arms import positions
from doxa.simulation.choices import sampled_choices

PATHS = 200
"""Where a row does not say how many."""
ERROR, SLOPE = "share_error", "slope"


def run_shares(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
) -> RowReport:
    """Fit and score one row of an evaluation that asks for shares.

    Parameters
    ----------
    past, names : as for `run_row`
    """
    laps = Laps()
    if row.folds is not None:
        raise InputError(
            f"row {row.name!r} asks for shares in folds",
            expected="one part to fit and one to score",
            hint="select people by hand, or moments by their moves",
        )
    split = split_rows(evaluation, row, outcome, past, names)
    past = split.past
    outcome = with_levels(outcome, past, split.fit.rows, split.fit.y)
    fit, score = (offered(outcome, past, part) for part in (split.fit, split.score))
    laps.end("rows and labels")
    head = train_choice(
        past.map, outcome, past, fit.rows, fit.y, seed=evaluation.seed, progress=progress
    )
    laps.end("fit")
    progress("sampling", 0.0)
    menus = menus_of(outcome, past, score.rows)
    taken = np.zeros(len(menus))
    taken[menus.place_of(score.y.astype(np.int64))] = 1.0
    moves = [moves_of(outcome, past, score.rows, menus, name) for name in row.moved]
    codes = _codes(head, past, menus)
    cells = cells_by_move(menus.owner, codes, moves)
    if not len(cells.cell):
        raise InputError(
            f"row {row.name!r} scores no option that was offered before",
            hint="score later moments, or attributes that are numbers",
        )
    simulated, by_path = _simulated(
        head, past, score.rows, menus, cells, row.paths or PATHS, evaluation.seed
    )
    laps.end("sampling")
    setting = setting_of(evaluation, outcome, past, fit, score)
    rungs, absent = rungs_of_choice(row, Offers.of(setting), progress)
    given = {**{rung.name: rung.forecast for rung in rungs}, TWIN: simulated}
    laps.end("rivals")
    resamples = Resamples(units_of(evaluation, past, score.rows), seed=evaluation.seed)
    scored = _Scored(cells, taken, resamples)
    units = units_of(evaluation, past, score.rows)
    steps = scored.steps(given, {rung.name: rung.chosen for rung in rungs})
    ladder = Ladder(
        subset="all",
        loss=ERROR,
        rows=len(score.y),
        people=len(np.unique(units)),
        mean=float(np.unique(score.y, return_counts=True)[1].max() / len(score.y)),
        steps=steps,
        choice=True,
    )
    laps.end("ladder")
    outside, far = _outside(row, head, past, menus)
    return RowReport(
        calibration=None,
        name=row.name,
        outcome=outcome.name,
        fit_rows=len(fit.y),
        fit_people=len(np.unique(fit.rows.person)),
        scored_rows=len(score.y),
        unresolved=split.unresolved,
        left_out=split.left_out,
        not_built=absent,
        ladders=[ladder],
        bars=bars_of(row, [ladder]),
        ridge=0.0,
        columns=len(head.names),
        seconds=laps.seconds,
        fit_origins=Origins.of(fit.rows),
        score_origins=Origins.of(score.rows),
        shares=SharesReport(
            paths=row.paths or PATHS,
            cells=_cells(row, head, cells, taken, given, by_path),
            outside=outside,
            far=far,
        ),
    )


def _codes(head: ChoiceHead, past: Past, menus: Menus) -> Ints:
    """The place of each option among those of the head; -1 = one that hardly anybody was offered."""
    coder = past.coder(head.recipe.field)
    known = {coder(option): place for place, option in enumerate(head.recipe.options)}
    return np.array([known.get(code, -1) for code in menus.option.tolist()], dtype=np.int64)


def _simulated(
    head: ChoiceHead,
    past: Past,
    rows: Rows,
    menus: Menus,
    cells: Cells,
    paths: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Share of paths on which each option is taken, float64[k], and totals by cell, float64[m, paths]."""
    simulated = np.zeros(len(menus))
    by_path = np.zeros((len(cells.keys), paths))
    within = np.argsort(cells.place, kind="stable")
    places = cells.place[within]
    for part in sampled_choices(head, past, rows, [menus], paths=paths, seed=seed):
        taken = part.taken[0]
        simulated[part.options] = taken.mean(axis=1)
        low, high = np.searchsorted(places, [part.options[0], part.options[-1] + 1])
        own = within[low:high]
        np.add.at(by_path, cells.cell[own], taken[cells.place[own] - part.options[0]])
    return simulated, by_path


@dataclass(frozen=True, slots=True)
class _Scored:
    """Rungs scored on the same cells, under the same draws of people."""

    cells: Cells
    taken: Floats
    resamples: Resamples

    def steps(
        self, given: dict[str, Floats], chosen: dict[str, dict[str, float | str]]
    ) -> list[Step]:
        """A step per rung, skills over base and persona paired."""
        ones = np.ones(len(self.taken))
        rows, drawn_rows = self._both(ones)
        real, drawn_real = self._both(self.taken)
        error, drawn_error = {}, {}
        slopes = {}
        for name, forecast in given.items():
            told, drawn = self._both(forecast)
            error[name] = float(share_error(rows, real, told))
            drawn_error[name] = share_error(drawn_rows, drawn_real, drawn)
            slopes[name] = interval(
                float(slope(self.cells.group, rows, real, told)),
                slope(self.cells.group, drawn_rows, drawn_real, drawn),
            )

        def skill(name: str, over: str) -> list[float] | None:
            if over not in error or name == over:
                return None
            drawn = 1 - ratios(drawn_error[name], drawn_error[over])
            return interval(1 - error[name] / error[over], drawn).as_list()

        return [
            Step(
                name=name,
                loss=interval(error[name], drawn_error[name]).as_list(),
                metrics={ERROR: error[name], SLOPE: slopes[name].estimate},
                skill_over_base=skill(name, BASE),
                skill_over_persona=skill(name, PERSONA),
                chosen=chosen.get(name, {}),
                intervals={SLOPE: slopes[name].as_list()[1:]},
            )
            for name in given
        ]

    def _both(self, values: Floats) -> tuple[Floats, Floats]:
        return self.cells.totals(values), self.cells.drawn(values, self.resamples)


def _cells(
    row: EvaluationRow,
    head: ChoiceHead,
    cells: Cells,
    taken: Floats,
    given: dict[str, Floats],
    by_path: Floats,
) -> list[Cell]:
    """Every cell with its shares, in the order of attribute, option and move."""
    rows = cells.totals(np.ones(len(taken)))
    real = cells.totals(taken) / rows
    told = {name: cells.totals(forecast) / rows for name, forecast in given.items()}
    low, high = positions(by_path / rows[:, None], [2.5, 97.5], axis=1)
    size = cells.mean_moves()
    return [
        Cell(
            option=head.recipe.options[option],
            attribute=row.moved[attribute],
            moved=MOVES[kind],
            mean_move=float(size[number]),
            rows=int(rows[number]),
            real=float(real[number]),
            simulated={name: float(share[number]) for name, share in told.items()},
            low=float(low[number]),
            high=float(high[number]),
        )
        for number, (attribute, option, kind) in enumerate(cells.keys.tolist())
    ]


def _outside(row: EvaluationRow, head: ChoiceHead, past: Past, menus: Menus) -> tuple[int, int]:
    """How many held-out menus show a moved attribute outside, and far outside, of what was fitted."""
    names = past.values(head.recipe.field)
    outside, far = set(), set()
    for name in row.moved:
        told = zip(menus.owner.tolist(), menus.option.tolist(), menus.numbers(name), strict=True)
        for owner, option, value in told:
            verdict = checked(head.support, name, float(value), names[option])
            if verdict.flagged:
                outside.add(owner)
            if verdict.refused:
                far.add(owner)
    return len(outside), len(far)
