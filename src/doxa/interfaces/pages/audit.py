"""The audit as a page: what you hold, what it is worth, what to make of it."""

from __future__ import annotations

import os
from pathlib import Path

from doxa import __version__
from doxa.audit.report import AuditReport, FieldAudit
from doxa.audit.verdict import Fate, Standing
from doxa.interfaces.pages.audit_learned import learned_cards, learned_sections
from doxa.report import (
    Card,
    Chart,
    Column,
    Listing,
    Note,
    Origin,
    Page,
    Section,
    Table,
    ladder,
    write_page,
)
from doxa.report.number import spell

_STATIC = (Standing.STATIC, Standing.UNKNOWN)


def audit_page(found: AuditReport, *, command: str) -> Page:
    """The page of an audit."""
    name = Path(found.file).name
    return Page(
        f"What {name} knows about {spell(found.people, 'count')} people",
        Origin(command, __version__, (("file", name),)),
        lede=(
            "Each field is judged by its name and its values. A static field is what somebody wrote"
            " down once; a belief, goal or preference is kept up by what people do."
        ),
        cards=(*_cards(found), *learned_cards(found)),
        sections=(
            Section("Every field", (_fields(found),)),
            Section("How many people look the same", (_sharing(found), _sharing_note(found))),
            *learned_sections(found),
            *([Section("What people do", (_kinds(found),))] if found.kinds else []),
            Section(
                "A first belief map",
                (
                    Note("Correct it, then check it with doxa map check."),
                    Listing(found.proposal),
                ),
            ),
        ),
    )


def write_audit_page(found: AuditReport, path: str | os.PathLike[str], *, command: str) -> Path:
    """Write `audit_page` as one file that needs no network."""
    return write_page(audit_page(found, command=command), path)


def _cards(found: AuditReport) -> tuple[Card, ...]:
    static = sum(each.verdict.standing in _STATIC for each in found.fields)
    cards = [
        _count("fields", len(found.fields), "in the table"),
        _count("static or seen once", static, "they do not follow the person"),
        _count("protected", sum(e.verdict.ground is not None for e in found.fields), "by name"),
        _count("say nothing", len(found.of(Fate.DROP)), "empty, alike, or counted anyway"),
    ]
    if found.stale_days is not None:
        cards.append(_count("days old", found.stale_days, "the median person's newest row"))
    if found.silent is not None:
        cards.append(_count("people without a signal", found.silent, "traits and nothing else"))
    return tuple(cards)


def _count(label: str, value: float, note: str) -> Card:
    return Card(label, value, "count", claim=False, note=note)


def _fields(found: AuditReport) -> Table:
    columns = (
        Column("name", "field"),
        Column("known", "known", "percent"),
        Column("distinct", "values", "count"),
        Column("stands", "stands"),
        Column("pace", "changes a year", "number"),
        Column("ground", "protected"),
        Column("fate", "make it"),
        Column("why", "because"),
    )
    return Table(columns, tuple(_row(each) for each in found.fields))


def _row(each: FieldAudit) -> dict[str, object]:
    facts, verdict = each.facts, each.verdict
    return {
        "name": facts.name,
        "known": 1 - facts.missing,
        "distinct": facts.distinct,
        "stands": verdict.standing.value,
        "pace": verdict.pace,
        "ground": verdict.ground,
        "fate": verdict.fate.value,
        "why": verdict.why,
    }


def _sharing(found: AuditReport) -> Chart:
    shown = [each.facts for each in found.fields if each.facts.known]
    return ladder(
        [
            {"name": facts.name, "value": facts.sharers / found.people if found.people else 0.0}
            for facts in sorted(shown, key=lambda facts: -facts.sharers)
        ],
        measure="share of people in the same bucket",
        form="percent",
        title="With how many people somebody shares each field's value, on average",
        caption=(
            "How to read it: at 50 % the field splits people into about two kinds; the shorter the"
            " bar, the more a field tells people apart."
        ),
    )


def _sharing_note(found: AuditReport) -> Note:
    crowded = [e.facts for e in found.fields if e.facts.known and e.verdict.fate is Fate.TRAIT]
    if not crowded:
        return Note("No field describes people by segments.")
    facts = min(crowded, key=lambda facts: facts.sharers)
    return Note(
        f"Even {facts.name}, the finest of the segments, puts somebody together with"
        f" {spell(facts.sharers, 'count')} people on average."
    )


def _kinds(found: AuditReport) -> Table:
    columns = (
        Column("name", "signal"),
        Column("events", "signals", "count"),
        Column("people", "people", "count"),
        Column("pace", "each per month", "number"),
    )
    rows = [
        {"name": k.name, "events": k.events, "people": k.people, "pace": k.per_person_month}
        for k in found.kinds
    ]
    return Table(columns, tuple(rows))
