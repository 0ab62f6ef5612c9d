"""The page of one twin: what is held, forming, fading and contested, over time, and forecasts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doxa import __version__
from doxa.interfaces.pages.course import course_blocks
from doxa.interfaces.pages.rungs import spaced
from doxa.interfaces.pages.timelines import timeline_chart
from doxa.report import Card, Column, Note, Origin, Page, Section, Table, write_page
from doxa.report.moment import spell_moment
from doxa.report.number import spell

if TYPE_CHECKING:
    from doxa.interfaces.pages.portrait import Portrait
    from doxa.runtime.forecasts import Forecast
    from doxa.runtime.held import Held

GROUPS = (
    ("held", "Held", ("held", "solid"), "believed on enough evidence; solid is much, over long"),
    ("forming", "Forming", ("forming",), "seen, and not yet often enough to be held"),
    ("contested", "Contested", ("contested", "reversed"), "evidence points both ways, or turned"),
    ("fading", "Fading", ("fading", "dissolved"), "held once, and nothing new speaks for it"),
)
"""Name, heading, statuses and meaning of each group."""
MOST_ROWS = 15
_TREND = 0.02


def twin_page(portrait: Portrait, *, command: str) -> Page:
    """One twin as a page.

    Parameters
    ----------
    portrait
        What is told of it; see `doxa.interfaces.pages.portrait.portrait`.
    command
        What makes the page again; printed in its footer.
    """
    return Page(
        title=f"Twin {portrait.twin}",
        lede=_lede(portrait),
        origin=Origin(command, __version__, (("read as of", _as_of(portrait)),)),
        cards=twin_cards(portrait),
        sections=tuple(twin_sections(portrait)),
        about=portrait.twin,
    )


def write_twin_page(portrait: Portrait, path: str | os.PathLike[str], *, command: str) -> Path:
    """Write `twin_page` as one file that needs no network."""
    return write_page(twin_page(portrait, command=command), path)


def twin_cards(portrait: Portrait) -> tuple[Card, ...]:
    """How many nodes stand how."""
    return tuple(
        Card(heading.lower(), len(_group(portrait, statuses)), "count", claim=False, note=meaning)
        for _, heading, statuses, meaning in GROUPS
    )


def twin_sections(portrait: Portrait, *, named: bool = False) -> list[Section]:
    """Timelines, groups of nodes and forecasts; `named` puts the twin's id into the headings."""
    whose = f"Twin {portrait.twin}: " if named else ""
    if not portrait.met:
        note = Note("Nothing was observed of this person by then: everything reads as the prior.")
        return [_capital(Section(f"{whose}no evidence yet", (note,)))]
    sections = []
    if portrait.timelines:
        charts = tuple(timeline_chart(found) for found in portrait.timelines)
        notes = (Note(_lede(portrait)),) if named else ()
        sections.append(Section(f"{whose}how it came about", (*notes, *charts)))
    living = course_blocks(portrait.course)
    if living:
        title = f"{whose}what they want, feel and are bound by"
        sections.append(Section(title, tuple(living)))
    sections.append(Section(f"{whose}what stands how", tuple(_tables(portrait))))
    sections.append(Section(f"{whose}what is likely next", tuple(_forecasts(portrait))))
    return [_capital(section) for section in sections]


def _capital(section: Section) -> Section:
    title = section.title[:1].upper() + section.title[1:]
    return Section(title, section.blocks)


def _lede(portrait: Portrait) -> str:
    traits = ", ".join(f"{spaced(name)} {value}" for name, value in portrait.traits.items())
    known = f" Traits: {traits}." if traits else " No traits are known."
    return f"What is held of twin {portrait.twin} as of {_as_of(portrait)}.{known}"


def _as_of(portrait: Portrait) -> str:
    return spell_moment(portrait.as_of, portrait.clock)


def _group(portrait: Portrait, statuses: Sequence[str]) -> list[Held]:
    found = [each for each in portrait.nodes if each.met and each.opinion.status in statuses]
    return sorted(found, key=lambda each: (-each.opinion.credence, str(each.node)))


def _tables(portrait: Portrait) -> list[Note | Table]:
    blocks: list[Note | Table] = []
    for _, heading, statuses, meaning in GROUPS:
        found = _group(portrait, statuses)
        blocks.append(Note(f"{heading} ({len(found)}): {meaning}."))
        if found:
            blocks.append(_table(found, portrait))
    return blocks


def _table(found: Sequence[Held], portrait: Portrait) -> Table:
    columns = (
        Column("says", "what"),
        Column("credence", "credence", "percent"),
        Column("unsure", "unsure", "percent"),
        Column("status", "status"),
        Column("occasions", "occasions", "count"),
        Column(
            "newest", "newest evidence (UTC)" if portrait.clock == "time" else "newest evidence"
        ),
        Column("trend", "heading"),
    )
    shown = found[:MOST_ROWS]
    more = len(found) - len(shown)
    caption = f"The {len(shown)} most credible; {more} more." if more else ""
    return Table(columns, tuple(_node(each, portrait) for each in shown), caption)


def _node(each: Held, portrait: Portrait) -> dict[str, Any]:
    opinion = each.opinion
    return {
        "says": each.says or str(each.node),
        "credence": opinion.credence,
        "unsure": opinion.uncertainty,
        "status": opinion.status,
        "occasions": opinion.occasions,
        "newest": None if opinion.newest is None else spell_moment(opinion.newest, portrait.clock),
        "trend": _heading(opinion.trend),
    }


def _heading(trend: float | None) -> str:
    if trend is None or abs(trend) < _TREND:
        return ""
    return "up" if trend > 0 else "down"


def _forecasts(portrait: Portrait) -> list[Note | Table]:
    if not portrait.forecasts:
        return [Note("No population is fitted, so there are no forecasts yet; see doxa fit.")]
    blocks: list[Note | Table] = [
        Note(
            "The likeliest first. A reason is a node and what it adds to the log-odds of the"
            " forecast: above zero it makes it likelier, below zero less likely."
        )
    ]
    columns = (
        Column("what", "what"),
        Column("forecast", "forecast", align="right"),
        Column("until", "until"),
        Column("why", "mostly because of"),
    )
    rows = tuple(_forecast(each, portrait) for each in portrait.forecasts)
    return [*blocks, Table(columns, rows, caption=_label(portrait.forecasts[0]))]


def _forecast(each: Forecast, portrait: Portrait) -> dict[str, Any]:
    why = [f"{spaced(reason.node)} {_signed(reason.contribution)}" for reason in each.reasons[:3]]
    yes_or_no = each.outcome in portrait.yes_or_no
    return {
        "what": f"{spaced(each.outcome)}{f': {each.item}' if each.item else ''}",
        "forecast": spell(each.probability, "percent" if yes_or_no else "number"),
        "until": spell_moment(each.closes, portrait.clock),
        "why": ", ".join(why),
    }


def _signed(part: float) -> str:
    return f"{part:+.2f}".replace("-", "\u2212")


def _label(each: Forecast) -> str:
    told = {
        "backtest": "Made afterwards from what was known then",
        "prior": "The map's prior; nothing is fitted",
    }.get(each.label, "Made live")
    return f"{told}; population {each.version}." if each.version is not None else f"{told}."
