"""The facade of an open store: every method is one line into the module that does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from doxa.audit.report import AuditReport
from doxa.beliefmap.evaluation import Evaluation
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.scenarios_file import Scenarios, Written
from doxa.beliefmap.tables import Tables
from doxa.domain.signal import DEFAULT_SOURCE, Signal
from doxa.fidelity.live import LiveReport
from doxa.fidelity.report import FidelityReport
from doxa.runtime import backfill as loading
from doxa.runtime import (
    believing,
    correcting,
    fitting,
    forecasting,
    forgetting,
    importing,
    judging,
    observing,
)
from doxa.runtime import effects as measuring
from doxa.runtime import export as exporting
from doxa.runtime import features as featuring
from doxa.runtime import reader as reading
from doxa.runtime.auditing import audit as auditing
from doxa.runtime.believing import Said
from doxa.runtime.cohorts import finding, saving
from doxa.runtime.cohorts.cohort import Cohort
from doxa.runtime.correcting import MergeReceipt, RetractReceipt
from doxa.runtime.effects import MeasuredEffect
from doxa.runtime.fitting import FitReceipt
from doxa.runtime.folding.all_twins import snapshot_all
from doxa.runtime.forecasts import Forecasts
from doxa.runtime.forgetting import ForgetReceipt
from doxa.runtime.frozen import asking, freeze
from doxa.runtime.importing import LoadReceipt
from doxa.runtime.intake.given import Given
from doxa.runtime.intake.times import asked_moment
from doxa.runtime.live import reporting
from doxa.runtime.populations import comparing, refreshing, versions
from doxa.runtime.populations.comparing import Comparison
from doxa.runtime.populations.people import MOST_SIGNALS
from doxa.runtime.populations.refreshing import RefreshReceipt
from doxa.runtime.populations.versions import PopulationRecord, Promotion
from doxa.runtime.reader import Reader
from doxa.runtime.readings import Readings, read_many
from doxa.runtime.receipt import Receipt
from doxa.runtime.sandbox import Sandbox
from doxa.runtime.simulating.asked import COHORT_MARKS, wishes
from doxa.runtime.simulating.cohort import MOVERS, simulate_many
from doxa.runtime.simulating.results import Simulation
from doxa.runtime.simulating.share_results import Shares
from doxa.runtime.simulating.shares import shares_under
from doxa.runtime.twin import Twin
from doxa.runtime.wiring import Wiring
from doxa.storage.accesses import Access
from doxa.storage.bulk.receipt import DEFAULTS, BackfillReceipt, Options
from doxa.storage.forgotten import ForgottenList
from doxa.storage.port import SavedCohort
from doxa.types import Json, Moment

if TYPE_CHECKING:
    import pyarrow


class Twins:
    """The twins of one workspace of a store; made by `doxa.open`.

    Attributes
    ----------
    wiring : Wiring
        The store, the map and the clock that everything here runs on.
    """

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring

    @property
    def map(self) -> BeliefMap:
        """The belief map that is active."""
        return self.wiring.belief_map

    def observe(
        self,
        twin: str,
        kind: str,
        payload: Mapping[str, Any] | None = None,
        *,
        at: Any = None,
        source: str = DEFAULT_SOURCE,
        session: str | None = None,
        device: str | None = None,
        id: str | None = None,
        order: int = 0,
        cause: str | None = None,
        recorded: Any = None,
        now: Any = None,
    ) -> Receipt:
        """Take in one signal; returns when it is durable.

        Parameters
        ----------
        twin, kind : str
            Whose, and what: a kind that the map declares.
        payload : mapping, optional
            A JSON object of at most 64 KiB.
        at : str, date, datetime or (position clock) int, optional
            When it happened; without an offset in the map's zone; left out, now.
        source : str
            Who sent it.
        session, device : str, optional
        id : str, optional
            Unique per source; left out, made from the content.
        order : int
            Decides between equal times.
        cause : str, optional
            The output of doxa that caused it, if any: it then says nothing.
        recorded, now : optional
            When the store learned of it, and the time now; left out, the real one.

        Raises
        ------
        SignalError
            Names the field that cannot be taken.
        SignalConflict
            The ledger holds this id with other content.
        """
        return observing.observe(
            self.wiring,
            Given(
                twin=twin,
                kind=kind,
                payload=payload,
                at=at,
                source=source,
                session=session,
                device=device,
                id=id,
                order=order,
                cause=cause,
                recorded=recorded,
            ),
            now,
        )

    def observe_many(
        self, rows: Iterable[Mapping[str, Any] | Signal], *, now: Any = None
    ) -> list[Receipt]:
        """Take in many signals, all or none: dicts with the keys of `observe`, or `Signal` records.

        Traits without a time hold from the beginning.

        Raises
        ------
        BadRows
            Names the first twenty rows that cannot be taken; nothing was written.
        """
        return observing.observe_many(self.wiring, rows, now)

    def merge(
        self,
        alias: str,
        *,
        into: str,
        at: Any = None,
        offset: int | None = None,
        recorded: Any = None,
        now: Any = None,
    ) -> MergeReceipt:
        """Make one twin (a device, a cookie, an e-mail address) part of another.

        From then on either id reads as the twin of the union: all signals of both count, those
        from before the merge and those still to come. No signal is rewritten.

        Parameters
        ----------
        alias, into : str
            Neither needs to have been met.
        at : str, date or datetime, optional
            From when on it holds; left out, now. Readings as of an earlier moment keep them apart.
        offset : int, optional
            Needed on a position clock, and only there: what is added to the alias's positions.
        recorded, now : optional
            When the store learned of it, and the time now; left out, the real one.

        Raises
        ------
        InputError
            It would make a circle, or `alias` is part of somebody else already.
        """
        return correcting.merge(
            self.wiring, alias, into, at=at, offset=offset, recorded=recorded, now=now
        )

    def unmerge(
        self, alias: str, *, at: Any = None, recorded: Any = None, now: Any = None
    ) -> MergeReceipt:
        """Make a merged twin somebody of its own again, with the signals that were sent under it.

        Parameters
        ----------
        at : str, date or datetime, optional
            From when on; left out, now. A moment before the merge undoes it altogether.
        """
        return correcting.unmerge(self.wiring, alias, at=at, recorded=recorded, now=now)

    def retract(
        self, id: str, *, source: str | None = None, recorded: Any = None, now: Any = None
    ) -> RetractReceipt:
        """Take one signal back: it stays in the ledger and counts no longer.

        Readings known before that still see it. Sent again, the same id stays taken back.

        Parameters
        ----------
        source : str, optional
            Whose id it is; needed where several sources have a signal of that id.

        Raises
        ------
        UnknownName
            There is no such signal.
        """
        return correcting.retract(self.wiring, id, source, recorded=recorded, now=now)

    def believe(
        self,
        twin: str,
        claim: str,
        *,
        holds: bool = True,
        weight: float = 1.0,
        source: str = DEFAULT_SOURCE,
        kind: str | None = None,
        quote: str | None = None,
        valid_from: Any = None,
        valid_until: Any = None,
        supersedes: str | None = None,
        at: Any = None,
        session: str | None = None,
        device: str | None = None,
        id: str | None = None,
        order: int = 0,
        cause: str | None = None,
        recorded: Any = None,
        now: Any = None,
    ) -> Receipt:
        """Write down a claim about somebody: one built-in ``claim`` signal.

        Parameters
        ----------
        twin : str
        claim : str
            A node of the map by its address (``prices_are_fair``, ``buys[MILK]``), or a claim in
            its own words, which becomes an open node of this person.
        holds : bool
            False: it does not hold.
        weight : float
            Above zero; one full statement weighs 1.
        source : str
            Who says so; ``self`` is the person, whose own word bounds what all others can say.
        kind : str, optional
            Of a claim in its own words: belief (when left out), goal, preference, feeling,
            constraint, fact or inference.
        quote : str, optional
            The words it was taken from.
        valid_from, valid_until : str, date, datetime or (position clock) int, optional
            It counts between these moments only, the end excluded.
        supersedes : str, optional
            Id of an earlier claim about this person that this one replaces.
        at, session, device, id, order, cause, recorded, now : optional
            As in `observe`.

        Raises
        ------
        SignalError
            Names the part that cannot be taken.
        UnknownName
            What looks like an address names no node; or no claim has the id superseded.
        """
        return believing.believe(
            self.wiring,
            Said(
                what=claim,
                kind=kind,
                holds=holds,
                weight=weight,
                quote=quote,
                valid_from=valid_from,
                valid_until=valid_until,
                supersedes=supersedes,
            ),
            Given(
                twin=twin,
                at=at,
                source=source,
                session=session,
                device=device,
                id=id,
                order=order,
                cause=cause,
                recorded=recorded,
            ),
            now,
        )

    def export(self, id: str, *, now: Any = None) -> dict[str, Json]:
        """Everything held of one person, with its sources, as one record that JSON can hold.

        All signals of the person and of all aliases, those taken back marked; who was merged
        when; traits, opinions as read now, recorded forecasts, and who read the person through a
        key.

        Raises
        ------
        UnknownName
            Nothing is held of this twin.
        """
        return exporting.export(self.wiring, id, now)

    def load(self, export: Mapping[str, Any] | Path | str, *, now: Any = None) -> LoadReceipt:
        """Read back what `export` gave, all or nothing; what is there already stays as it is.

        Signals, merges and retractions are read back, each as it was recorded; traits and opinions
        follow from them, so that a store with the same map reads the same. Forecasts are not: a
        forecast is recorded where it is made.

        Parameters
        ----------
        export : mapping, or path
            The record, or a JSON file of it.

        Raises
        ------
        InputError
            Says which field is not as `export` writes it.
        """
        return importing.load(self.wiring, export, now)

    def twin(
        self,
        id: str,
        as_of: Any = None,
        known_at: Any = None,
        *,
        purpose: str | None = None,
        now: Any = None,
    ) -> Twin:
        """One twin, frozen on both clocks.

        Parameters
        ----------
        id : str
            Somebody never met is there too, and reads as the prior. An alias reads as the person it
            is part of at that moment: the twin's `id` is then the person's.
        as_of : str, date, datetime or int, optional
            The moment read: only what had happened by then; whole numbers are moments
            (microseconds since 1970, or positions). Left out: `known_at`, else now.
        known_at : the same, optional
            Only what the store had learned by then, read by the map of that time.
        purpose : str, optional
            Why it is read, a purpose of the map: what it may not see is not there. Left out, the
            operator reads, who sees all that the person lets be read.
        now : the same as `as_of`, optional
            Stands for the real clock.
        """
        return Twin(freeze(self.wiring, id, asking(self.wiring, as_of, known_at, now), purpose))

    def __getitem__(self, id: str) -> Twin:
        """One twin as it is now."""
        return self.twin(id)

    def sandbox(self, id: str, *, now: Any = None) -> Sandbox:
        """One person aside: observe, assume, look at what changes, then commit or drop it."""
        return Sandbox(self.wiring, id, now)

    def read(
        self,
        ids: Sequence[str],
        nodes: Sequence[str] | None = None,
        *,
        as_of: Any = None,
        known_at: Any = None,
        purpose: str | None = None,
        now: Any = None,
    ) -> Readings:
        """Some nodes of many twins as columns; left out, all single nodes that need no consent."""
        asked = asking(self.wiring, as_of, known_at, now)
        return read_many(self.wiring, ids, nodes, asked, purpose)

    def reader(self, key: str, *, purpose: str) -> Reader:
        """Read through a key: under a purpose, every face of a twin written into its access log.

        Parameters
        ----------
        key : str
            The id of the key, such as ``crm-service``; it stands in the log.
        purpose : str
            Of the map.

        Raises
        ------
        UnknownName
            The map declares no such purpose.
        """
        return reading.reader_of(self.wiring, key, purpose)

    def accesses(self, id: str) -> list[Access]:
        """Who read a person through a key: when, why, by which face, and which nodes they saw."""
        return reading.accesses(self.wiring, id)

    def snapshot(
        self,
        ids: Iterable[str] | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Leave snapshots of twins (left out: of all) for quicker reads; returns how many.

        Parameters
        ----------
        progress : callable, optional
            Told after each part how many twins are done, and how many there are.
        """
        return snapshot_all(self.wiring, ids, progress)

    def backfill(
        self,
        /,
        tables: Tables | Path | str,
        *,
        folder: Path | None = None,
        progress: Callable[[str, int, int | None], None] | None = None,
        options: Options = DEFAULTS,
        snapshots: bool = False,
        **columns: str | None,
    ) -> BackfillReceipt:
        """Load history from tables; run twice it loads once, killed it goes on.

        Parameters
        ----------
        tables : Tables, or path
            A tables file (``.yaml``), or one Parquet, CSV or JSONL file described by `columns`.
        folder : Path, optional
            What relative file names start from; left out, the tables file's own folder.
        snapshots : bool
            Leave snapshots of all twins at the end, so that the first readings are quick ones.
        columns : str
            As the flags of ``doxa backfill``: twin, at, kind, ...; ``=x`` is a constant.
        """
        return loading.backfill(
            self.wiring,
            tables,
            folder=folder,
            progress=progress,
            options=options,
            snapshots=snapshots,
            **columns,
        )

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

    def find(
        self,
        condition: str,
        *,
        at: Any = None,
        known_at: Any = None,
        purpose: str | None = None,
        now: Any = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Cohort:
        """The people for whom a condition holds: ``prices_are_fair < 0.3 and goal.stalled``.

        Parameters
        ----------
        condition : str
            Nodes (``fair < 0.3``, ``buys[MILK].trend > 0``, ``buys[*].contested``), goals
            (``save.stalled``, ``save.progress > 50%``), kinds (``goal.stalled``: some goal is),
            traits (``trait.age = "45-54"``) and forecasts (``forecast.lapses > 50%``), joined by
            and, or, not and brackets. What is not known passes no test.
        at, known_at, now : optional
            As for `twin`: who it held for at an earlier moment, and as known at another.
        purpose : str, optional
            As for `twin`. Who does not let it, or the operator, read what the condition names is
            left out and counted. What it may not see, its condition cannot name.
        progress : callable, optional
            Told after each part how many people were tested, and how many there are.

        Raises
        ------
        InputError
            Shows the place in the condition, and what was expected there.
        """
        return finding.find(
            self.wiring, condition, asking(self.wiring, at, known_at, now), progress, purpose
        )

    def save_cohort(self, name: str, condition: str) -> SavedCohort:
        """Keep a condition by name; whom it holds for is worked out when it is asked."""
        return saving.save(self.wiring, name, condition)

    def cohorts(self, *, purpose: str | None = None) -> list[SavedCohort]:
        """The saved conditions by name; a purpose is told only of those it may ask."""
        return saving.known(self.wiring, purpose)

    def saved_condition(self, name: str, *, purpose: str | None = None) -> str:
        """The condition saved under a name."""
        return saving.saved(self.wiring, name, purpose)

    def cohort(
        self,
        name: str,
        *,
        at: Any = None,
        known_at: Any = None,
        purpose: str | None = None,
        now: Any = None,
    ) -> Cohort:
        """The people for whom a saved condition holds."""
        text = self.saved_condition(name, purpose=purpose)
        return self.find(text, at=at, known_at=known_at, purpose=purpose, now=now)

    def drop_cohort(self, name: str) -> None:
        """Let go of a saved condition."""
        saving.drop(self.wiring, name)

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

    def forget(self, id: str, *, now: Any = None) -> ForgetReceipt:
        """Erase one person; returns when nothing of them is served any more.

        Signals of theirs that occurred up to now are refused from then on; later ones begin a new
        twin. Somebody never met is noted all the same. See `ForgetReceipt` for what is left to do
        where another process is reading.
        """
        return forgetting.forget(self.wiring, id, now)

    def purge(self, *, now: Any = None) -> Moment | None:
        """Leave no byte of the forgotten in any file of the store.

        Returns when it was done; None where another process reads an older state of the store or
        loads history: try again later. It is also tried at every `forget`, opening and closing.
        """
        return forgetting.purge(self.wiring, now)

    def forgotten(self) -> ForgottenList:
        """Everybody who was forgotten, as hashes with their key: keep it beside your backups."""
        return self.wiring.store.forgotten()

    def reapply(self, forgotten: ForgottenList | Path | str, *, now: Any = None) -> ForgetReceipt:
        """Forget again, in a restored copy, everybody on a list; what they sent since stays.

        Parameters
        ----------
        forgotten : ForgottenList, or path
            What `forgotten` gave, or the file that ``doxa forget --save`` wrote.
        """
        return forgetting.reapply(self.wiring, forgotten, now)

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        try:
            self.wiring.scribe.flush()
            forgetting.finish_purge(self.wiring)
        finally:
            self.wiring.store.close()

    def __enter__(self) -> Twins:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
