"""What an audit learned, as sections: what fields are worth, where context breaks, what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from doxa.audit.journey import Break, Ids, JourneyAudit
from doxa.audit.report import AuditReport
from doxa.audit.verdict import Fate
from doxa.audit.worth import OutcomeWorth
from doxa.report import Card, Chart, Column, Note, Section, Table, ladder, pairs
from doxa.report.charts.pairs import Pair
from doxa.report.number import spell, spell_interval

_UNDATED = (
    "The table has no times: its values are read as if they had held from the beginning, and a"
    " snapshot may know what only happened later."
)
_REMOVED = "share of the base rate's loss removed"


def learned_sections(found: AuditReport) -> tuple[Section, ...]:
    """All that was learned from a ledger; none where there was none."""
    return (*_worth(found), *_journey(found), *_unscored(found))


def learned_cards(found: AuditReport) -> tuple[Card, ...]:
    """The headline of each outcome: what all fields add to what the twin knows."""
    cards = []
    for each in found.worth:
        told = each.together or (each.fields[0] if each.fields else None)
        if told is None:
            continue
        value, low, high = told.beside.share
        note = f"{each.outcome}: loss they remove beside the person's own history"
        cards.append(Card("all fields add", value, "percent", low, high, note=note))
    return tuple(cards)


def _worth(found: AuditReport) -> Iterator[Section]:
    if not found.worth:
        return
    yield Section(
        "What each field says about what people will do",
        (
            Note(
                "Alone: over how often it happens to anybody. Beside the twin: over what the person's"
                " own history says already. Learned from other people than it is scored on; whiskers"
                " are 95 % intervals by resampling people. Where one spans zero, nothing is shown;"
                " of forty fields that say nothing, one lies above it by luck."
            ),
            *([Note(_UNDATED, "bad")] if found.stale_days is None else []),
            *(block for each in found.worth for block in _fields(each, _results(found))),
        ),
    )


def _results(found: AuditReport) -> frozenset[str]:
    return frozenset(each.facts.name for each in found.of(Fate.OUTCOME))


def _fields(found: OutcomeWorth, results: frozenset[str]) -> Iterator[Chart | Note]:
    yield _field_chart(found, results)
    for each in found.fields:
        if each.field in results:
            yield Note(
                f"{each.field} alone removes {spell(each.alone.share[0], 'percent')}: it is what"
                " people did in the end, known only afterwards. Forecast it, never read it.",
                "bad",
            )


def _field_chart(found: OutcomeWorth, results: frozenset[str]) -> Chart:
    history = f"{spell(found.history.share[0], 'percent')} {_ends(found.history.share)}"
    told = [each for each in found.fields if each.field not in results]
    order = sorted(told, key=lambda each: -each.alone.removed[0])
    shown = [*order, *([found.together] if found.together else [])]
    bars = [_pair(each.field, each.alone.share, each.beside.share) for each in shown]
    own: Pair = {"name": "own history (the twin)", "first": found.history.share[0], "second": None}
    own["first_low"], own["first_high"] = found.history.share[1:]
    return pairs(
        [*bars, own],
        names=("alone", "beside the twin"),
        measure=_REMOVED,
        title=f"{found.outcome}: {spell(found.people, 'count')} people",
        caption=(
            f"The twin, which reads no field, removes {history} of the base rate's"
            f" {found.loss.replace('_', '-')} ({spell(found.base, 'loss')})."
        ),
    )


def _pair(name: str, first: list[float], second: list[float]) -> Pair:
    return {
        "name": name,
        "first": first[0],
        "first_low": first[1],
        "first_high": first[2],
        "second": second[0],
        "second_low": second[1],
        "second_high": second[2],
    }


def _ends(share: list[float]) -> str:
    return spell_interval(share[1], share[2], "percent")


def _journey(found: AuditReport) -> Iterator[Section]:
    journey = found.journey
    if journey is None:
        return
    yield Section("Where context breaks", tuple(_where(found, journey)))
    if journey.breaks:
        yield Section("What a break costs", (_costs_note(), _costs(journey), _cost_table(journey)))


def _where(found: AuditReport, journey: JourneyAudit) -> Iterator[Note | Table | Chart]:
    joined = journey.joined
    yield Note(
        f"{spell(joined.joined, 'count')} of {spell(joined.ids, 'count')} ids were joined to another."
        if joined.joined
        else f"None of {spell(joined.ids, 'count')} ids was ever joined to another."
    )
    if joined.named_as_device:
        yield Note(
            f"{spell(joined.named_as_device, 'count')} people are named as a device that somebody"
            " else uses: most likely one person in two halves.",
            "bad",
        )
    for each in found.unjoined:
        yield Note(
            f"{spell(each.facts.known, 'count')} people share {spell(each.facts.distinct, 'count')}"
            f" values of {each.facts.name}: somebody stands under several ids.",
            "bad",
        )
    if journey.ids:
        yield _ids(journey.ids)
    starts = journey.starts
    if starts.sessions:
        named = "sessions" if starts.named else f"{journey.span}s"
        yield Note(
            f"{spell(starts.share, 'percent')} of {spell(starts.sessions, 'count')} {named} start"
            f" from nothing: {spell(starts.unmet, 'count')} are a person's first,"
            f" {spell(starts.cold, 'count')} come after more than {starts.gap}"
            " of silence."
            + (
                f" {spell(starts.other_device, 'count')} more are a known person's first on a device."
                if starts.other_device
                else ""
            )
        )
    if len(journey.departments) > 1:
        yield _departments(journey)
        yield _blind(journey)


def _ids(found: tuple[Ids, ...]) -> Table:
    columns = (
        Column("name", "id of a"),
        Column("ids", "ids", "count"),
        Column("signals", "signals that carry one", "count"),
        Column("shared", "seen under several people", "count"),
        Column("sharers", "people who share one", "count"),
        Column("several", "people with several", "count"),
    )
    rows = [
        {
            name: getattr(each, name)
            for name in ("name", "ids", "signals", "shared", "sharers", "several")
        }
        for each in found
    ]
    return Table(columns, tuple(rows))


def _departments(journey: JourneyAudit) -> Chart:
    return ladder(
        [{"name": each.name, "value": each.missed} for each in journey.departments],
        measure="share of its people's signals it does not have",
        form="percent",
        title="What each source misses of the people it knows",
        caption="How to read it: at 90 % somebody else holds nine of ten signals of its people.",
    )


def _blind(journey: JourneyAudit) -> Table:
    columns = (
        Column("reader", "source"),
        Column("sender", "does not see"),
        Column("people", "people known to both", "count"),
        Column("missed", "of what both know, misses", "percent"),
    )
    rows = [
        {"reader": e.reader, "sender": e.sender, "people": e.people, "missed": e.missed}
        for e in journey.blind
    ]
    return Table(columns, tuple(rows))


def _costs_note() -> Note:
    return Note(
        "Each outcome was learned and scored again from a past that is cut: every forecast may read"
        " the newest session, device or source before it and nothing else, as a product does that"
        " begins anew there. The difference is what the break costs."
    )


def _costs(journey: JourneyAudit) -> Chart:
    return pairs(
        [_pair(_break_name(each), each.reset, each.kept) for each in journey.breaks],
        names=("reset", "one twin all along"),
        measure=_REMOVED,
        title="What is left of the forecasts when state is reset",
        caption="Whiskers: 95 % intervals by resampling people.",
    )


def _break_name(each: Break) -> str:
    return f"{each.outcome}, every {each.part}"


def _cost_table(journey: JourneyAudit) -> Table:
    columns = (
        Column("outcome", "outcome"),
        Column("part", "reset at every"),
        Column("people", "people", "count"),
        Column("lost", "skill lost", "percent", low="low", high="high"),
    )
    rows = [
        {
            "outcome": each.outcome,
            "part": each.part,
            "people": each.people,
            "lost": each.lost[0],
            "low": each.lost[1],
            "high": each.lost[2],
        }
        for each in journey.breaks
    ]
    return Table(columns, tuple(rows))


def _unscored(found: AuditReport) -> Iterator[Section]:
    if found.unscored:
        notes = [Note(f"{name or 'Everything'}: {why}") for name, why in found.unscored.items()]
        yield Section("What was not scored", tuple(notes))
