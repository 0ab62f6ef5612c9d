"""``doxa audit``: what a product holds about people today, and what it should become."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.audit_learned import learned_lines
from doxa.interfaces.cli.console import (
    Json,
    cut,
    note,
    phases,
    plain,
    print_json,
    say,
    table,
    width,
)
from doxa.interfaces.cli.stores import DEFAULT_WORKSPACE, Workspace, open_existing

if TYPE_CHECKING:
    from doxa.audit.report import AuditReport, FieldAudit


def audit(
    users: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="People and their fields: CSV, JSONL or Parquet."),
    ],
    events: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A log of signals in one of these forms, or a tables file."
        ),
    ] = None,
    belief_map: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="Reads the log; left out, the proposed map."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the files of its tables lie.")
    ] = None,
    db: Annotated[
        str | None, typer.Option(metavar="FILE", help="Audit the ledger of this store instead.")
    ] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="Only these; may be given several times."),
    ] = None,
    twin: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Names the person, or several (a,b); guessed if left out.",
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="When a row was true; guessed if left out.")
    ] = None,
    event_twin: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Names the person of a signal.")
    ] = None,
    event_at: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="When a signal happened.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The kind of signal; left out, one kind.")
    ] = None,
    session: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The session of a signal.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The device it came from.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Who sent it: a department or channel.")
    ] = None,
    cold: Annotated[
        str | None,
        typer.Option(
            metavar="SPAN", help="So long without a signal, a session starts from nothing; 30d."
        ),
    ] = None,
    only_count: Annotated[
        bool, typer.Option("--only-count", help="Count, but learn and score nothing.")
    ] = False,
    write_map: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the proposed belief map there.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page there.")] = None,
    as_json: Json = False,
) -> None:
    """Audit what you hold about people: what each field is, what it is worth, where context breaks.

    Example: doxa audit people.csv --events log.parquet --write-map map.yaml

    Example: doxa audit people.csv --events tables.yaml --map map.yaml --outcome lapses
    """
    from doxa.runtime.auditing.audit import Asked
    from doxa.runtime.auditing.audit import audit as run

    if db is not None and (events is not None or belief_map is not None):
        raise InputError("a store has its own signals and map", where="--db", hint="leave one out")
    asked = Asked(
        twin=twin,
        at=at,
        event_twin=event_twin,
        event_at=event_at,
        kind=kind,
        session=session,
        device=device,
        source=source,
        map=belief_map,
        data=data,
        outcomes=outcome or None,
        cold=cold,
        score=not only_count,
    )
    store = nullcontext() if db is None else open_existing(db, workspace=workspace)
    with store as twins, phases() as report:
        wiring = None if twins is None else twins.wiring
        found = run(users, events, asked, wiring=wiring, progress=report)
    if as_json:
        print_json(found)
    else:
        say(*_lines(found), *learned_lines(found), "", _END)
    if write_map is not None:
        _write(write_map, found.proposal, "--write-map")
        note(f"{write_map}: a first map, to be corrected; then doxa map check {write_map}")
    if html is not None:
        from doxa.interfaces.pages.audit import write_audit_page

        told = [("--events", events), ("--map", belief_map), ("--db", db)]
        words = [word for flag, value in told if value for word in (flag, Path(value).name)]
        words += [word for name in outcome or () for word in ("--outcome", name)]
        command = " ".join(["doxa", "audit", users.name, *words])
        write_audit_page(found, html, command=command)
        note(f"{html}: the audit as a page")


_END = "a first belief map: --write-map FILE; as a page: --html FILE; as JSON: --json"


def _lines(found: AuditReport) -> list[str]:
    lines = [f"{plain(Path(found.file).name)}: {found.people:,} people, {len(found.fields)} fields"]
    if found.stale_days is not None:
        lines.append(f"the median person's row is {found.stale_days:,.0f} days old")
    if found.silent is not None:
        share = found.silent / found.people if found.people else 0.0
        lines.append(f"{found.silent:,} of them ({share:.0%}) have no signal at all")
    rows = [["field", "known", "values", "share a bucket", "stands", "protected", "make it"]]
    rows += [_row(each) for each in found.fields]
    lines += ["", *table(rows, "lrrrlll"), ""]
    for why in dict.fromkeys(each.verdict.why for each in found.fields):
        names = ", ".join(plain(e.facts.name) for e in found.fields if e.verdict.why == why)
        lines.append(cut(f"  {names}", width()))
        lines.append(f"    {why}")
    if found.kinds:
        kinds = [["signal", "signals", "people", "each per month"]]
        kinds += [
            [
                plain(cut(kind.name, 36)),
                f"{kind.events:,}",
                f"{kind.people:,}",
                f"{kind.per_person_month:.1f}",
            ]
            for kind in found.kinds
        ]
        lines += ["", *table(kinds, "lrrr")]
    return lines


def _row(each: FieldAudit) -> list[str]:
    facts, verdict = each.facts, each.verdict
    pace = "" if verdict.pace is None else f", {verdict.pace:.1f} a year"
    return [
        plain(cut(facts.name, 24)),
        f"{1 - facts.missing:.0%}",
        f"{facts.distinct:,}",
        f"{facts.sharers:,.0f} people" if facts.known else "",
        f"{verdict.standing.value}{pace}",
        verdict.ground or "",
        verdict.fate.value,
    ]


def _write(file: Path, text: str, option: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", where=f"{option} {file}"
        ) from error
