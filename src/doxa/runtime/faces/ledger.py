"""What is written down about people: signals, claims, identities, and what is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from doxa.beliefmap.tables import Tables
from doxa.domain.signal import DEFAULT_SOURCE, Signal
from doxa.runtime import backfill as loading
from doxa.runtime import believing, correcting, importing, observing
from doxa.runtime import export as exporting
from doxa.runtime.believing import Said
from doxa.runtime.correcting import MergeReceipt, RetractReceipt
from doxa.runtime.faces.face import Face
from doxa.runtime.folding.all_twins import snapshot_all
from doxa.runtime.importing import LoadReceipt
from doxa.runtime.intake.given import Given
from doxa.runtime.receipt import Receipt
from doxa.storage.bulk.receipt import DEFAULTS, BackfillReceipt, Options
from doxa.types import Json


class Ledger(Face):
    """What is written down about people: signals, claims, identities, and what is taken back."""

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
