"""The audit as it is handed out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from doxa.audit.facts import FieldFacts, KindFacts
from doxa.audit.journey import JourneyAudit
from doxa.audit.verdict import Fate, Standing, Verdict
from doxa.audit.worth import OutcomeWorth


class FieldAudit(msgspec.Struct, frozen=True, kw_only=True):
    """One field: what was counted, and what it should become."""

    facts: FieldFacts
    verdict: Verdict


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a product holds about people.

    Attributes
    ----------
    file : str
    people : int
    stale_days : float or None
        Between the newest row of the median person and the newest moment of all files; None where
        the table carries no times.
    fields : tuple of FieldAudit
    kinds : tuple of KindFacts
        Of the log of signals, if one was given.
    silent : int or None
        People of the table without a single signal.
    proposal : str
        A first belief map.
    worth : tuple of OutcomeWorth
        What the fields say about each outcome, where there is a ledger to learn from.
    journey : JourneyAudit or None
        Where context breaks in that ledger.
    unscored : dict of outcome to why
        ``""`` where nothing could be scored at all.
    """

    file: str
    people: int
    stale_days: float | None
    fields: tuple[FieldAudit, ...]
    kinds: tuple[KindFacts, ...] = ()
    silent: int | None = None
    proposal: str = ""
    worth: tuple[OutcomeWorth, ...] = ()
    journey: JourneyAudit | None = None
    unscored: dict[str, str] = {}

    @property
    def unjoined(self) -> Sequence[FieldAudit]:
        """Fields that join identities, and of which several people have the same value."""
        return [field for field in self.of(Fate.ALIAS) if field.facts.distinct < field.facts.known]

    def count(self, standing: Standing) -> int:
        """How many fields stand so."""
        return sum(field.verdict.standing is standing for field in self.fields)

    def of(self, *fates: Fate) -> Sequence[FieldAudit]:
        """The fields of some fates."""
        return [field for field in self.fields if field.verdict.fate in fates]
