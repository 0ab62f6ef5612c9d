"""Shares under moved attributes: choices held out are simulated, and shares by cell held against real ones.

Every menu is simulated from what its person had done before it, with the attributes it really had.
`share_error` and `slope` are those of `doxa.fidelity.cells`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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
from doxa.fidelity.choice_leaks import leaks_of_choice
from doxa.fidelity.choices import offered, rungs_of_choice, setting_of
from doxa.fidelity.ladder import BASE, PERSONA, TWIN, Ladder, Step
from doxa.fidelity.laps import Laps
from doxa.fidelity.report import RowReport, SharesReport
from doxa.fidelity.reported import Basis, reported
from doxa.fidelity.resampling import Resamples, ratios
from doxa.fidelity.rivals.choices import Offers
from doxa.fidelity.rivals.setting import Rung
from doxa.fidelity.rungs import Progress, combined
from doxa.fidelity.split import Split, split_rows, units_of
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
    *,
    shuffles: int = 0,
) -> RowReport:
    """Fit and score one row of an evaluation that asks for shares.

    Parameters
    ----------
    past, names, shuffles : as for `run_row`
    """
    laps = Laps()
    split = split_rows(evaluation, row, outcome, past, names)
    past = split.past
    outcome = with_levels(outcome, past, split.fit.rows, split.fit.y)
    split = replace(
        split, fit=offered(outcome, past, split.fit), score=offered(outcome, past, split.score)
    )
    score, menus = split.score, menus_of(outcome, past, split.score.rows)
    laps.end("rows and labels")
    parts = [
        _part(evaluation, row, outcome, split, pair, menus, laps, progress) for pair in split.pairs
    ]
    options = list(dict.fromkeys(name for part in parts for name in part.head.recipe.options))
    taken = np.zeros(len(menus))
    taken[menus.place_of(score.y.astype(np.int64))] = 1.0
    moves = [moves_of(outcome, past, score.rows, menus, name) for name in row.moved]
    codes = np.full(len(menus), -1)
    for part in parts:
        codes[part.spots] = _codes(part, options, past)
    cells = cells_by_move(menus.owner, codes, moves)
    if not len(cells.cell):
        raise InputError(
            f"row {row.name!r} scores no option that was offered before",
            hint="score later moments, or attributes that are numbers",
        )
    progress("sampling", 0.0)
    simulated, by_path = np.zeros(len(menus)), np.zeros((len(cells.keys), row.paths or PATHS))
    for part in parts:
        _simulate(part, past, cells, simulated, by_path, evaluation.seed)
    laps.end("sampling")
    rungs = combined([(part.spots, part.rungs) for part in parts], len(menus))
    given = {rung.name: rung.forecast for rung in rungs}
    given[TWIN] = simulated
    units = units_of(evaluation, past, score.rows)
    scored = _Scored(cells, taken, Resamples(units, seed=evaluation.seed))
    ladder = Ladder(
        subset="all",
        loss=ERROR,
        rows=len(score.y),
        people=len(np.unique(units)),
        mean=float(np.unique(score.y, return_counts=True)[1].max() / len(score.y)),
        steps=scored.steps(given, {rung.name: rung.chosen for rung in rungs}),
        choice=True,
    )
    laps.end("ladder")
    last, leaks = parts[-1], None
    if shuffles:
        fit, own = split.pairs[-1]
        leaks = leaks_of_choice(
            replace(split, fit=split.fit.take(fit), score=score.take(own), parts=()),
            outcome,
            last.head,
            shuffles=shuffles,
            seed=evaluation.seed,
            progress=progress,
        )
        laps.end("leak tests")
    outside = np.sum([_outside(row, part, past) for part in parts], axis=0)
    return reported(
        row,
        Basis.of(split),
        [ladder],
        laps,
        columns=len(last.head.names),
        absent=last.absent,
        leaks=leaks,
        shares=SharesReport(
            paths=row.paths or PATHS,
            cells=_cells(row, options, cells, taken, given, by_path),
            outside=int(outside[0]),
            far=int(outside[1]),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A head, the menus that it is scored on, and what simpler rungs say of their options.

    Attributes
    ----------
    spots : int64[k]
        Where the options of these menus stand among those of all.
    """

    head: ChoiceHead
    rows: Rows
    menus: Menus
    spots: Ints
    rungs: list[Rung]
    absent: list[str]


def _part(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    split: Split,
    pair: tuple[Ints, Ints],
    menus: Menus,
    laps: Laps,
    progress: Progress,
) -> _Part:
    past, fit, score = split.past, split.fit.take(pair[0]), split.score.take(pair[1])
    head = train_choice(
        past.map, outcome, past, fit.rows, fit.y, seed=evaluation.seed, progress=progress
    )
    laps.end("fit")
    setting = setting_of(evaluation, outcome, past, fit, score)
    rungs, absent = rungs_of_choice(row, Offers.of(setting), progress)
    laps.end("rivals")
    own = menus.take(pair[1])
    spots = np.arange(len(own)) + np.repeat(
        menus.start[pair[1]] - own.start[:-1], np.diff(own.start)
    )
    return _Part(head, score.rows, own, spots, rungs, absent)


def _codes(part: _Part, options: Sequence[str], past: Past) -> Ints:
    """The place of each option among all that are known; -1 = one that hardly anybody was offered."""
    coder = past.coder(part.head.recipe.field)
    place = {name: number for number, name in enumerate(options)}
    known = {coder(option): place[option] for option in part.head.recipe.options}
    return np.array([known.get(code, -1) for code in part.menus.option.tolist()], dtype=np.int64)


def _simulate(
    part: _Part, past: Past, cells: Cells, simulated: Floats, by_path: Floats, seed: int
) -> None:
    """Note the share of paths on which each option is taken, and totals by cell on every path.

    Parameters
    ----------
    simulated : float64[k]
        Of the options of all menus.
    by_path : float64[m, paths]
    """
    local = np.full(len(simulated), -1)
    local[part.spots] = np.arange(len(part.spots))
    here = np.flatnonzero(local[cells.place] >= 0)
    here = here[np.argsort(local[cells.place[here]], kind="stable")]
    places = local[cells.place[here]]
    paths = by_path.shape[1]
    for found in sampled_choices(part.head, past, part.rows, [part.menus], paths=paths, seed=seed):
        taken = found.taken[0]
        simulated[part.spots[found.options]] = taken.mean(axis=1)
        low, high = np.searchsorted(places, [found.options[0], found.options[-1] + 1])
        own = here[low:high]
        np.add.at(by_path, cells.cell[own], taken[places[low:high] - found.options[0]])


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
    options: Sequence[str],
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
            option=options[option],
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


def _outside(row: EvaluationRow, part: _Part, past: Past) -> tuple[int, int]:
    """How many held-out menus show a moved attribute outside, and far outside, of what was fitted."""
    names, menus = past.values(part.head.recipe.field), part.menus
    outside, far = set(), set()
    for name in row.moved:
        told = zip(menus.owner.tolist(), menus.option.tolist(), menus.numbers(name), strict=True)
        for owner, option, value in told:
            verdict = checked(part.head.support, name, float(value), names[option])
            if verdict.flagged:
                outside.add(owner)
            if verdict.refused:
                far.add(owner)
    return len(outside), len(far)
