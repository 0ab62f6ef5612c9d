"""What people will do: forecasts, and what comes of a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from doxa.beliefmap.scenarios_file import Scenarios, Written
from doxa.runtime import features as featuring
from doxa.runtime import forecasting
from doxa.runtime.faces.face import Face
from doxa.runtime.forecasts import Forecasts
from doxa.runtime.intake.times import asked_moment
from doxa.runtime.simulating.asked import COHORT_MARKS, wishes
from doxa.runtime.simulating.cohort import MOVERS, simulate_many
from doxa.runtime.simulating.results import Simulation
from doxa.runtime.simulating.share_results import Shares
from doxa.runtime.simulating.shares import shares_under

if TYPE_CHECKING:
    import pyarrow


class Foresight(Face):
    """What people will do: forecasts, and what comes of a change."""

    def forecast(
        self,
        outcome: str,
        *,
        cohort: Sequence[str] | None = None,
        items: Sequence[str] | None = None,
        given: Mapping[str, Any] | None = None,
        at: Any = None,
        record: bool = False,
        purpose: str | None = None,
    ) -> Forecasts:
        """Forecast an outcome for a cohort (everybody when left out).

        Parameters
        ----------
        items : list of str, optional
            Members asked for; left out, those the population was fitted on.
        given : mapping, optional
            What is known of the signal that will decide an outcome at a signal, such as
            ``{"film": 318}``: each field that the map names under `given` and `same`.
        at : optional
            A past moment; left out, now. A forecast at a past moment is labelled *backtest*.
        record : bool
            Write the set down durably, before its horizon begins: a minute from now when `at`
            is left out.
        purpose : str, optional
            Why it is asked for: by a head that was fitted on what this purpose may see, for those
            who let it read them; the others are counted in ``left_out``.
        """
        moment = asked_moment("at", at, self.map.clock, self.map.zone.default)
        return forecasting.forecast_set(
            self.wiring,
            outcome,
            cohort=cohort,
            items=items,
            given=given,
            at=moment,
            record=record,
            purpose=purpose,
        )

    def features(
        self,
        outcome: str,
        cohort: Sequence[str] | None = None,
        *,
        at: Any = None,
        items: Sequence[str] | None = None,
        labelled: bool = False,
        purpose: str | None = None,
    ) -> pyarrow.Table:
        """What the fitted head of an outcome reads of people, as an Arrow table.

        Columns: ``twin``, ``origin``, ``member`` where the outcome has members, then phi by the
        names that the head has for its columns; each row as known at its origin.

        Parameters
        ----------
        cohort : list of str, optional
            Left out, everybody who is eligible.
        at : moment, or a list of them, optional
            Left out, now; where a signal or trigger asks the outcome, the moment of every one.
        items : list of str, optional
            Members asked for; left out, those the population was fitted on.
        labelled : bool
            Also a column ``label``: what became of each row, null where its window is open.
        purpose : str, optional
            Why they are asked for: features of what this purpose may see, of those who let it.

        Raises
        ------
        PopulationError
            Nothing was fitted for the outcome yet.
        """
        return featuring.features(
            self.wiring,
            outcome,
            cohort,
            at=at,
            items=items,
            labelled=labelled,
            purpose=purpose,
        )

    def simulate(
        self,
        scenarios: Scenarios,
        *,
        cohort: Iterable[str] | None = None,
        days: float = 90,
        paths: int = 50,
        movers: int = MOVERS,
        outcomes: Sequence[str] | None = None,
        nodes: Sequence[str] | None = None,
        at: Any = None,
        seed: int = 1,
        purpose: str | None = None,
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Simulation:
        """Run people forward under scenarios, each against the same paths without it.

        A pure read: the ledger is not touched. Effects are told with intervals, for whom they are
        gains, by persona and by what people hold, and which nodes carry them; each with what it
        rests on.

        Parameters
        ----------
        scenarios : Scenario, change, list of changes, dict of scenarios by name, or path of a file
        cohort : ids, or what `find` gave; left out, everybody
        days, outcomes, nodes, seed : as for `Twin.simulate`
        paths : int
            Per person.
        movers : int
            So many people, drawn at random, are run again without each of up to eight nodes, to say which
            of them carry an effect; 0 = none.
        at : optional
            From a past moment on, as known then; left out, now.
        purpose : str, optional
            Why it is asked: only what it may see and forecast, of those who let it.
        progress : callable, optional
            Told after each part how many people were run, and how many will be; who is run again
            without a node counts again.
        stop : callable, optional
            Asked in between; once it says so, the people who are done are handed out.
        """
        return simulate_many(
            self.wiring,
            scenarios,
            wishes(days, paths, outcomes, nodes, seed, COHORT_MARKS),
            cohort=cohort,
            movers=movers,
            at=at,
            purpose=purpose,
            progress=progress,
            stop=stop,
        )

    def shares(
        self,
        outcome: str,
        changes: Written,
        *,
        given: Mapping[str, Any],
        cohort: Sequence[str] | None = None,
        paths: int = 200,
        seed: int = 1,
        at: Any = None,
        purpose: str | None = None,
    ) -> Shares:
        """What people would take of a menu if it were changed, against the menu as it is.

        Everybody chooses on `paths` paths, each with coefficients of its own, from both menus with
        the same luck. A pure read.

        Parameters
        ----------
        outcome : str
            A choice among options.
        changes : Scenario, change or list of changes
            Of attributes of options, such as ``put("price", times=1.1, when={"id": "tea"})``.
        given : mapping
            The menu as it is, and whatever else the choice knows of its signal; see `forecast`.
        cohort : ids; left out, everybody
        at, purpose : as for `forecast`

        Raises
        ------
        InputError
            A change lies far outside of what was seen.
        PopulationError
            Nothing is fitted yet.
        """
        return shares_under(
            self.wiring,
            outcome,
            changes,
            given,
            cohort=cohort,
            paths=paths,
            seed=seed,
            at=asked_moment("at", at, self.map.clock, self.map.zone.default),
            purpose=purpose,
        )
