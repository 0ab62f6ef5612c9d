"""What is learned across people: fitted, compared, put to use, taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doxa.runtime import fitting
from doxa.runtime.faces.face import Face
from doxa.runtime.fitting import FitReceipt
from doxa.runtime.populations import comparing, refreshing, versions
from doxa.runtime.populations.comparing import Comparison
from doxa.runtime.populations.people import MOST_SIGNALS
from doxa.runtime.populations.refreshing import RefreshReceipt
from doxa.runtime.populations.versions import PopulationRecord, Promotion


class Populations(Face):
    """What is learned across people: fitted, compared, put to use, taken back."""

    def fit(
        self,
        outcomes: Sequence[str] | None = None,
        *,
        seed: int = 1,
        promote: bool = False,
        keep: bool = False,
        challenger: bool = False,
        signals_at_most: int = MOST_SIGNALS,
        progress: Callable[[str, float], None] | None = None,
    ) -> FitReceipt:
        """Fit base rates and heads on the ledger and make them the active population.

        Where a population is active already, both are scored on the last stretch of the ledger,
        which neither was fitted on. The candidate is stored in any case; where it is worse in some
        outcome, beyond the 95 % interval over people, the active one stays: `FitReceipt.active`.

        Parameters
        ----------
        promote : bool
            Make it the active one whatever the comparison says.
        keep : bool
            Store it only.
        challenger : bool
            Fit gradient-boosted trees beside every head but those of choices and times (twice the work), and let them stand
            beside it where people left out are forecast better by more than chance.
        signals_at_most : int
            Where the ledger holds more, people are drawn, by a hash of their id and `seed`, whose
            signals are about so many: memory does not grow with the ledger.
        """
        return fitting.fit(
            self.wiring,
            outcomes,
            seed=seed,
            promote=promote,
            keep=keep,
            challenger=challenger,
            signals_at_most=signals_at_most,
            progress=progress,
        )

    def populations(self) -> list[PopulationRecord]:
        """All population versions, oldest first, and which of them is active."""
        return versions.populations(self.wiring)

    def population(self, version: int) -> PopulationRecord:
        """One population version.

        Raises
        ------
        UnknownName
            There is no such version.
        """
        return versions.population(self.wiring, version)

    def compare(
        self,
        former: int,
        latter: int,
        *,
        progress: Callable[[str, float], None] | None = None,
    ) -> Comparison:
        """Hold two population versions against each other, on what came after both were fitted."""
        return comparing.compare(self.wiring, former, latter, progress=progress)

    def promote(self, version: int) -> Promotion:
        """Let readings and forecasts use a population version from now on.

        Readings at an earlier `known_at` keep the one that was active then.
        """
        return versions.promote(self.wiring, version)

    def rollback(self) -> Promotion:
        """Let readings use again the version that was active before the present one.

        Raises
        ------
        InputError
            There was none.
        """
        return versions.rollback(self.wiring)

    def refresh(self, *, progress: Callable[[str, float], None] | None = None) -> RefreshReceipt:
        """Look up again what everybody lately does, for forecasts that read it, without fitting.

        The active population is stored once more, with tables as of now; where no head reads any,
        nothing is stored.

        Raises
        ------
        PopulationError
            Nothing is fitted, or it was fitted under another map.
        """
        return refreshing.refresh(self.wiring, progress=progress)
