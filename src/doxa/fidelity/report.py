"""The fidelity report: what was asked, what was found, and which bars were reached."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from doxa.beliefmap.evaluation import Bar
from doxa.features.rows import Rows
from doxa.fidelity.cells import Cell
from doxa.fidelity.findings import Findings
from doxa.fidelity.ladder import Ladder
from doxa.fidelity.leaks import Leaks
from doxa.fidelity.simulated import Simulated
from doxa.types import Moment


class BarResult(msgspec.Struct, frozen=True, kw_only=True):
    """One bar or aim of the evaluation file, and what the twin reached."""

    subset: str
    metric: str
    low: float | None
    high: float | None
    value: float
    reached: bool
    aim: bool = False

    @classmethod
    def of(cls, bar: Bar, value: float) -> BarResult:
        """What a value is by the bar."""
        return cls(
            subset=bar.subset,
            metric=bar.metric,
            low=bar.low,
            high=bar.high,
            value=value,
            reached=bar.reached(value),
            aim=bar.aim,
        )


class Origins(msgspec.Struct, frozen=True, kw_only=True):
    """The moments at which forecasts were made: the first, the last, and how many."""

    first: Moment
    last: Moment
    count: int

    @classmethod
    def of(cls, rows: Rows) -> Origins | None:
        """Of some rows; None without any."""
        if not len(rows):
            return None
        moments = np.unique(rows.seen.at)
        return cls(first=int(moments[0]), last=int(moments[-1]), count=len(moments))


class SharesReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a row that asks for shares held out, cell by cell.

    Attributes
    ----------
    paths : how often each held-out choice was sampled
    cells : by attribute, option and move
    outside, far : menus with a moved attribute outside, and far outside, of what the fit rows showed
    """

    paths: int
    cells: list[Cell]
    outside: int
    far: int


class RowReport(Findings, frozen=True, kw_only=True):
    """One row of an evaluation.

    Attributes
    ----------
    unresolved : rows whose window had not closed; counted, and never scored as "no" unless the row
        says ``unresolved: apart``: then they are scored by what had come, and once more apart
    left_out : fit rows whose label was not known before the first scored origin
    not_built : rivals that this version does not have
    fit_origins, score_origins : when the forecasts that were fitted, and scored, were made
    leaks : what the leak tests found; None where they were not run
    challenger : share of the trees beside the head, then what they gained per row on fitted people
        left out: [share, estimate, low, high]; None without trees
    simulated : what people run forward came to; None where nobody was. Its ladders have an outcome as
        their subset
    shares : of a row that asks for shares; None of others
    """

    name: str
    outcome: str
    fit_rows: int
    fit_people: int
    scored_rows: int
    unresolved: int
    left_out: int
    not_built: list[str]
    ladders: list[Ladder]
    bars: list[BarResult]
    ridge: float
    columns: int
    seconds: dict[str, float]
    fit_origins: Origins | None = None
    score_origins: Origins | None = None
    leaks: Leaks | None = None
    challenger: list[float] | None = None
    simulated: Simulated | None = None
    shares: SharesReport | None = None

    def ladder(self, subset: str) -> Ladder | None:
        """The ladder on one subset; ``all`` is every scored row."""
        return next((found for found in self.ladders if found.subset == subset), None)


class FidelityReport(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of one evaluation.

    Attributes
    ----------
    variants : how many variants were compared on the scored rows, as the evaluation says (`compared`);
        None where it does not
    variants_at_least : whether there may have been more
    """

    product: str
    people: int
    signals: int
    variants: int | None
    variants_at_least: bool = False
    rows: list[RowReport]
    bars: list[BarResult]
    clock: Literal["time", "position"] = "time"
    skipped: dict[str, str] = {}

    @property
    def variants_said(self) -> str:
        """How many variants were compared, in words."""
        if self.variants is None:
            return "not said"
        return f"at least {self.variants}" if self.variants_at_least else f"{self.variants}"

    @property
    def passed(self) -> bool:
        """Whether every bar was reached and no leak was found; aims may be missed."""
        if any(row.leaks is not None and not row.leaks.passed for row in self.rows):
            return False
        every = [*self.bars, *(bar for row in self.rows for bar in row.bars)]
        return all(bar.reached or bar.aim for bar in every)
