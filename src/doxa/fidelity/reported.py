"""The report of a row: what it was fitted and scored on, beside what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.evaluation import EvaluationRow
from doxa.features.rows import Rows
from doxa.fidelity.findings import Findings
from doxa.fidelity.ladder import Ladder
from doxa.fidelity.laps import Laps
from doxa.fidelity.leaks import Leaks
from doxa.fidelity.report import BarResult, Origins, RowReport, SharesReport
from doxa.fidelity.rungs import bars_of
from doxa.fidelity.simulated import Simulated
from doxa.fidelity.split import Split

NOTHING_MORE = Findings(calibration=None)


@dataclass(frozen=True, slots=True)
class Basis:
    """The rows that were fitted and scored, and how many were left aside.

    Attributes
    ----------
    unresolved, left_out : as in `RowReport`
    """

    fit: Rows
    score: Rows
    unresolved: int
    left_out: int

    @classmethod
    def of(cls, split: Split) -> Basis:
        """Of a split."""
        return cls(split.fit.rows, split.score.rows, split.unresolved, split.left_out)


def reported(
    row: EvaluationRow,
    basis: Basis,
    ladders: Sequence[Ladder],
    laps: Laps,
    *,
    columns: int,
    ridge: float = 0.0,
    absent: Sequence[str] = (),
    findings: Findings = NOTHING_MORE,
    bars: Sequence[BarResult] | None = None,
    leaks: Leaks | None = None,
    challenger: list[float] | None = None,
    simulated: Simulated | None = None,
    shares: SharesReport | None = None,
) -> RowReport:
    """The report of a row.

    Parameters
    ----------
    columns, ridge : of the head that was fitted last
    absent : rivals that were asked for and are not built
    bars : left out, those of the row on its ladders
    """
    return RowReport(
        **msgspec.structs.asdict(findings),
        name=row.name,
        outcome=", ".join(row.outcomes),
        fit_rows=len(basis.fit),
        fit_people=len(np.unique(basis.fit.person)),
        scored_rows=len(basis.score),
        unresolved=basis.unresolved,
        left_out=basis.left_out,
        not_built=list(absent),
        ladders=list(ladders),
        bars=bars_of(row, list(ladders)) if bars is None else list(bars),
        ridge=ridge,
        columns=columns,
        seconds=laps.seconds,
        fit_origins=Origins.of(basis.fit),
        score_origins=Origins.of(basis.score),
        leaks=leaks,
        challenger=challenger,
        simulated=simulated,
        shares=shares,
    )
