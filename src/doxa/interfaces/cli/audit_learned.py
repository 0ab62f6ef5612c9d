"""What an audit learned, as lines: what fields are worth, where context breaks, what that costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import counted, cut, plain, table

if TYPE_CHECKING:
    from doxa.audit.journey import JourneyAudit
    from doxa.audit.report import AuditReport
    from doxa.audit.worth import OutcomeWorth

_MOST_PAIRS = 12


def learned_lines(found: AuditReport) -> list[str]:
    """All that was learned from a ledger; empty where there was none."""
    from doxa.audit.verdict import Fate

    lines: list[str] = []
    results = {each.facts.name for each in found.of(Fate.OUTCOME)}
    for worth in found.worth:
        lines += ["", *_worth(worth, results)]
    if found.worth:
        lines += [
            "",
            "  intervals are at 95 %, by resampling people; of forty that say nothing, one lies above 0",
        ]
    if found.worth and found.stale_days is None:
        lines.append("  the table has no times: a snapshot may know what only happened later")
    if found.journey is not None:
        lines += ["", *_journey(found, found.journey)]
    for name, why in found.unscored.items():
        told = f"{plain(name)} was not scored" if name else "no outcome was scored"
        lines += ["", f"{told}: {plain(why)}"]
    return lines


def _worth(found: OutcomeWorth, results: set[str]) -> Iterator[str]:
    later = "at later moments, " if found.later else ""
    yield (
        f"what each field says about {found.outcome} ({counted(found.people, 'person', 'people')},"
        f" {later}learned from others)"
    )
    yield (
        f"  the base rate's {found.loss.replace('_', '-')} is {found.base:.4f}; the twin, which"
        f" reads no field, removes {_share(found.history.share)}"
    )
    rows = [["field", "removes alone", "and beside the twin"]]
    order = sorted(found.fields, key=lambda each: -each.alone.removed[0])
    rows += [
        [plain(cut(each.field, 24)), _share(each.alone.share), _share(each.beside.share)]
        for each in [*order, *([found.together] if found.together else [])]
    ]
    yield from table(rows, "lrr")
    for name in results.intersection(each.field for each in found.fields):
        yield f"  {plain(name)} is what people did in the end: no part of all of them, never read it"


def _share(share: Sequence[float]) -> str:
    value, low, high = (100 * part + 0.0 for part in share)
    return f"{value:.2f} % [{low:.2f}, {high:.2f}]".replace("-0.00", "0.00")


def _journey(report: AuditReport, found: JourneyAudit) -> Iterator[str]:
    yield (
        f"where context breaks: {counted(found.signals, 'signal')} of"
        f" {counted(found.people, 'person', 'people')}"
    )
    yield from _ids(found)
    for each in report.unjoined:
        yield (
            f"  {counted(each.facts.known, 'person', 'people')} share {each.facts.distinct:,} values of"
            f" {plain(each.facts.name)}: somebody stands under several ids"
        )
    yield from _starts(found)
    yield from _departments(found)
    if found.breaks:
        yield ""
        yield "  what it costs to begin anew (share of the base rate's loss removed)"
        rows = [["outcome", "state is reset at every", "twin", "reset", "lost"]]
        rows += [
            [
                plain(cut(each.outcome, 28)),
                each.part,
                f"{100 * each.kept[0]:.1f} %",
                f"{100 * each.reset[0]:.1f} %",
                _lost(each.lost),
            ]
            for each in found.breaks
        ]
        yield from table(rows, "llrrr", indent="    ")


def _lost(lost: Sequence[float]) -> str:
    value, low, high = (100 * part for part in lost)
    return f"{value:.1f} points [{low:.1f}, {high:.1f}]"


def _ids(found: JourneyAudit) -> Iterator[str]:
    joined = found.joined
    if joined.joined:
        yield f"  {joined.joined:,} of {counted(joined.ids, 'id')} were joined to another"
    else:
        yield f"  none of {counted(joined.ids, 'id')} was ever joined to another"
    if joined.named_as_device:
        yield (
            f"  {counted(joined.named_as_device, 'person is', 'people are')} named as a device that"
            " somebody else uses: one person in two halves?"
        )
    for each in found.ids:
        share = each.signals / found.signals if found.signals else 0.0
        yield (
            f"  {counted(each.ids, each.name)} on {share:.0%} of signals: {each.shared:,} under"
            f" several people ({counted(each.sharers, 'person', 'people')} share one),"
            f" {counted(each.several, 'person has', 'people have')} more than one"
        )


def _starts(found: JourneyAudit) -> Iterator[str]:
    starts = found.starts
    if not starts.sessions:
        return
    name = "session" if starts.named else found.span
    yield (
        f"  {starts.share:.0%} of {counted(starts.sessions, name)} start from nothing:"
        f" {starts.unmet:,} are a person's first, {starts.cold:,} come after more than"
        f" {starts.gap} of silence"
    )
    if starts.other_device:
        yield f"  {starts.other_device:,} more are a known person's first on a device"


def _departments(found: JourneyAudit) -> Iterator[str]:
    if len(found.departments) < 2:
        return
    rows = [["source", "signals", "people", "misses of its people's signals"]]
    rows += [
        [plain(cut(each.name, 24)), f"{each.signals:,}", f"{each.people:,}", f"{each.missed:.1%}"]
        for each in found.departments
    ]
    yield ""
    yield from table(rows, "lrrr")
    pairs = sorted(found.blind, key=lambda each: -each.missed)
    if len(found.departments) > 2:
        yield ""
        for each in pairs[:_MOST_PAIRS]:
            yield (
                f"  {plain(each.reader)} does not see {each.missed:.1%} of what it and"
                f" {plain(each.sender)} know of {counted(each.people, 'person', 'people')}"
            )
