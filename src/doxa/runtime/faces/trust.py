"""How far forecasts and effects hold, and what is worth knowing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from doxa.audit.report import AuditReport
from doxa.beliefmap.evaluation import Evaluation
from doxa.fidelity.live import LiveReport
from doxa.fidelity.report import FidelityReport
from doxa.runtime import effects as measuring
from doxa.runtime import judging
from doxa.runtime.auditing import audit as auditing
from doxa.runtime.effects import MeasuredEffect
from doxa.runtime.faces.face import Face
from doxa.runtime.live import reporting
from doxa.runtime.populations.people import MOST_SIGNALS


class Trust(Face):
    """How far forecasts and effects hold, and what is worth knowing."""

    def fidelity(
        self,
        evaluation: Evaluation,
        rows: Sequence[str] | None = None,
        *,
        progress: Callable[[str, float], None] | None = None,
    ) -> FidelityReport:
        """Fit and score the rows of an evaluation on this store's ledger."""
        return judging.fidelity(self.wiring, evaluation, rows, progress=progress)

    def live_fidelity(
        self,
        outcomes: Sequence[str] | None = None,
        *,
        settle: str | None = None,
        progress: Callable[[str, float], None] | None = None,
    ) -> LiveReport:
        """Score the forecasts that were recorded, by what then became of them.

        A set settles when its last window is over, and `settle` after it: its labels are what the
        ledger said then, are written down, and stay. Where the ledger says otherwise today, a
        second score is given beside the first. People to whom an action of the map was done
        inside the window are scored apart. `LiveReport.drifted` names outcomes whose calibration
        changed from some set on.

        Parameters
        ----------
        outcomes : list of str, optional
            Only these.
        settle : str, optional
            A duration such as ``1d``, which is the default; on a position clock a whole number.
        """
        return reporting.live_fidelity(
            self.wiring, outcomes, settle_after=settle, progress=progress
        )

    def effects(
        self,
        action: str,
        outcome: str,
        *,
        cohort: Iterable[str] | None = None,
        seed: int = 1,
        signals_at_most: int = MOST_SIGNALS,
        progress: Callable[[str, float], None] | None = None,
    ) -> MeasuredEffect:
        """Measure what an action did to an outcome, from everything in the ledger.

        Where the map says that chance decided (`randomised`): the difference of arms by inverse
        propensity, its interval between units, and the same with the twin's forecast without the
        action as covariate: each half of the units is forecast by a head fitted on the other, so that
        the difference stays unbiased and its interval narrows as far as the twin knows people. Beside
        it what the active population simulates, times the slope it learned. Always with the label.
        An outcome of any moment is counted from the action's signal on.

        Parameters
        ----------
        action, outcome : names of the map
        cohort : ids, or what `find` gave; left out, everybody
            Chosen by what was so before the action: what came of it tells people apart by its own effect.
            Forecasts are learned from everybody.
        signals_at_most : int
            Of a larger ledger a random share of people is read, as by `fit`.

        Raises
        ------
        InputError, UnknownName
            There is no such action or outcome, or nothing it could change the mean of.
        """
        return measuring.effects(
            self.wiring,
            action,
            outcome,
            cohort=cohort,
            seed=seed,
            signals_at_most=signals_at_most,
            progress=progress,
        )

    def audit(
        self,
        users: Path | str,
        events: Path | str | None = None,
        asked: auditing.Asked | None = None,
    ) -> AuditReport:
        """What a table of people says about them, and where context breaks along their way.

        Outcomes are learned from a log of signals, or, where that is left out, from this store's
        own ledger and map.

        Parameters
        ----------
        users, events : path
        asked : Asked, optional
            Which columns say what (guessed by their names), which map and outcomes; see
            `doxa.runtime.auditing.audit.Asked`.
        """
        log = None if events is None else Path(events)
        return auditing.audit(Path(users), log, asked, wiring=self.wiring)
