"""The fidelity page: how well forecasts held, what they had to beat, and how far to trust them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from doxa import __version__
from doxa.fidelity.headline import EVERYBODY, judged
from doxa.fidelity.ladder import PERSONA, TWIN, Ladder
from doxa.fidelity.report import FidelityReport, RowReport
from doxa.interfaces.pages.calibration import calibration_chart, calibration_table
from doxa.interfaces.pages.cuts import cut_blocks
from doxa.interfaces.pages.effects import effect_sections
from doxa.interfaces.pages.knowledge import (
    ABSENT,
    ALIKE,
    knowledge_blocks,
    knowledge_cards,
)
from doxa.interfaces.pages.ladders import beaten_notes, ladder_chart, ladder_table
from doxa.interfaces.pages.learning import learning_blocks
from doxa.interfaces.pages.numbers import number_blocks
from doxa.interfaces.pages.people import people_table
from doxa.interfaces.pages.protocol import bars_section, protocol_section
from doxa.interfaces.pages.rungs import (
    metric_form,
    metric_name,
    rung_name,
    spaced,
    subset_name,
)
from doxa.interfaces.pages.shares import share_sections
from doxa.interfaces.pages.simulated import simulated_sections
from doxa.report import Card, Chart, Note, Origin, Page, Section, write_page
from doxa.report.number import spell
from doxa.report.page import Block


def fidelity_page(report: FidelityReport, *, command: str, timelines: Iterable[Chart] = ()) -> Page:
    """A fidelity report as a page that somebody who never fitted a model can read.

    Parameters
    ----------
    command
        What makes the page again; printed in its footer.
    timelines
        Charts of one twin, shown after the evaluation; see `doxa.interfaces.pages.timelines`.

    Examples
    --------
    >>> empty = FidelityReport(product="shop", people=0, signals=0, variants=0, rows=[], bars=[])
    >>> fidelity_page(empty, command="doxa fidelity shop.yaml").title
    'Fidelity of shop'
    """
    sections = [section for row in report.rows for section in _row(row, len(report.rows) > 1)]
    told = [row for row in report.rows if row.simulated is None]
    bars = bars_section(report)
    drawn = tuple(timelines)
    if drawn:
        sections.append(Section("One twin over time", drawn))
    sections += [bars] if bars else []
    sections += [protocol_section(report)]
    return Page(
        title=f"Fidelity of {report.product}",
        lede=(
            "How well the twins' forecasts matched what people then did, and what simpler"
            " forecasters reached on the same questions. Nothing was fitted on what is scored."
        ),
        origin=Origin(command, __version__, _facts(report)),
        cards=tuple(card for row in told[:1] for card in _cards(row)),
        sections=tuple(sections),
    )


def write_fidelity_page(
    report: FidelityReport,
    path: str | os.PathLike[str],
    *,
    command: str,
    timelines: Iterable[Chart] = (),
) -> Path:
    """Write `fidelity_page` as one file that needs no network.

    Examples
    --------
    >>> import tempfile
    >>> empty = FidelityReport(product="shop", people=0, signals=0, variants=0, rows=[], bars=[])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_fidelity_page(empty, f"{folder}/f.html", command="doxa fidelity shop.yaml").name
    'f.html'
    """
    return write_page(fidelity_page(report, command=command, timelines=timelines), path)


def _cards(row: RowReport) -> tuple[Card, ...]:
    found = judged(row.ladders)
    if found is None:
        return ()
    everybody = row.ladder(EVERYBODY)
    cards = [_skill(found)]
    if everybody is not None and everybody is not found:
        cards.append(_skill(everybody))
    return (*cards, *_loss(found), *knowledge_cards(found))


def _skill(found: Ladder) -> Card:
    twin = found.step(TWIN)
    skill = twin.skill_over_persona if twin else None
    label = f"skill over your personas: {subset_name(found.subset)}"
    if skill is None:
        return Card(label, None, note=ALIKE if found.alike else ABSENT)
    people = spell(found.people, "count")
    note = f"of the personas' loss is gone with the twin; {people} people"
    return Card(label, skill[0], low=skill[1], high=skill[2], note=note)


def _loss(found: Ladder) -> tuple[Card, ...]:
    twin = found.step(TWIN)
    if twin is None:
        return ()
    form = metric_form(found.loss)
    others = [step for step in found.steps if step.name in ("base", PERSONA)]
    told = ", ".join(f"{rung_name(step.name)} {spell(step.loss[0], form)}" for step in others)
    return (
        Card(
            f"{metric_name(found.loss)} of the twin: {subset_name(found.subset)}",
            twin.loss[0],
            form,
            twin.loss[1],
            twin.loss[2],
            claim=False,
            note=f"lower is better; {told}" if told else "lower is better",
        ),
    )


def _row(row: RowReport, named: bool) -> list[Section]:
    before = f"{spaced(row.name)}: " if named else ""
    if row.simulated is not None:
        return _titled(simulated_sections(row, row.simulated), row, named)
    if row.shares is not None:
        return _titled(share_sections(row, row.shares), row, named)
    about = spaced(row.outcome)
    ladders = _ordered(row.ladders)
    steps: list[Block] = [Note(_question(row))]
    for found in ladders:
        steps += [
            ladder_chart(found, row.bars, about=about),
            ladder_table(found),
            *beaten_notes(found),
        ]
        if found.step(PERSONA) is None:
            steps.append(Note(f"{subset_name(found.subset).capitalize()}: {ABSENT}", "bad"))
    known: list[Block] = []
    for found in ladders:
        known += knowledge_blocks(found)
    effects = effect_sections(row.effects, about) if row.effects else []
    sections = [
        *(replace(each, title=f"{before}{each.title}") for each in effects),
        Section(f"{before}The ladder", tuple(steps)),
        Section(f"{before}What is worth knowing about people", tuple(known)),
    ]
    trusted = _trusted(row, about)
    if trusted:
        sections.append(Section(f"{before}Can the numbers be taken at their word?", trusted))
    if row.cuts:
        loss = row.ladders[0].loss if row.ladders else "log_loss"
        sections.append(
            Section(f"{before}For whom is the twin good?", tuple(cut_blocks(row.cuts, loss)))
        )
        if row.learning is not None:
            blocks = tuple(learning_blocks(row.learning, loss))
            sections.append(Section(f"{before}Does it learn?", blocks))
    return _listed(sections, spaced(row.name)) if named else sections


def _titled(sections: list[Section], row: RowReport, named: bool) -> list[Section]:
    """With several rows, their name stands before every title."""
    if not named:
        return sections
    told = [replace(each, title=f"{spaced(row.name)}: {each.title}") for each in sections]
    return _listed(told, spaced(row.name))


def _listed(sections: list[Section], name: str) -> list[Section]:
    """With several rows, the contents of the page name each once."""
    first, *others = sections
    return [replace(first, listed=name), *(replace(each, listed="") for each in others)]


def _trusted(row: RowReport, about: str) -> tuple[Block, ...]:
    """Calibration, distributions of numbers, and whether twins differ as people do."""
    parts: list[Block] = []
    if row.calibration is not None:
        parts += [
            calibration_chart(row.calibration, outcome=about),
            calibration_table(row.calibration),
        ]
    for each in row.calibration_by_horizon:
        parts.append(calibration_chart(each.calibration, outcome=about, horizon=each.horizon))
    if row.numbers is not None:
        parts += number_blocks(row.numbers)
    if row.people is not None:
        parts.append(people_table(row.people))
    return tuple(parts)


def _ordered(ladders: Sequence[Ladder]) -> list[Ladder]:
    first = judged(ladders)
    return sorted(ladders, key=lambda found: found is not first)


def _question(row: RowReport) -> str:
    return (
        f"The question: {spaced(row.outcome)}. It was asked {spell(row.scored_rows, 'count')} times"
        " of forecasters from the one that knows least to the one that knows most."
    )


def _facts(report: FidelityReport) -> tuple[tuple[str, str], ...]:
    return (
        ("people", spell(report.people, "count")),
        ("signals", spell(report.signals, "count")),
        ("variants compared on scored rows", report.variants_said),
    )
