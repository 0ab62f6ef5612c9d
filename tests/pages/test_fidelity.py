"""The fidelity page says what the report says, in words that hold whichever way it went."""

from __future__ import annotations

import math

import pytest
from tests.pages.conftest import (
    ATTACK,
    LOSSES,
    NAN,
    ladder_of,
    report_of,
    row_of,
)

from doxa.fidelity.headline import judged
from doxa.fidelity.report import BarResult
from doxa.interfaces.pages.fidelity import fidelity_page, write_fidelity_page
from doxa.report import Note, Page, Table, render


def page_of(report) -> Page:
    return fidelity_page(report, command="doxa fidelity shop.yaml")


def notes(page: Page) -> list[str]:
    return [b.text for section in page.sections for b in section.blocks if isinstance(b, Note)]


def titles(page: Page) -> list[str]:
    return [section.title for section in page.sections]


def test_cards_print_skill_on_both_and_all_three_shares(full):
    cards = {card.label: card for card in page_of(full).cards}
    assert cards["skill over your personas: demographics"].verdict == "above zero"
    assert cards["skill over your personas: everybody"].number == "15.7\u00a0%"
    shares = [label for label in cards if label.endswith("share of the base rate's loss removed")]
    assert [label.partition(":")[0] for label in shares] == [
        "your personas",
        "own recent rate",
        "twin",
    ]


def test_the_subset_with_personas_comes_first(full):
    assert judged(full.rows[0].ladders).subset == "demographics"
    charts = [b.title for b in page_of(full).sections[0].blocks if hasattr(b, "option")]
    assert [title.endswith("801 people") for title in charts] == [True, False]


def test_most_of_the_knowledge_is_in_remembering(full):
    told = [note for note in notes(page_of(full)) if "remembering the person at all" in note]
    assert len(told) == 2
    assert "removes 17.9\u00a0%" in told[1]
    assert "adds 1.3 percentage points" in told[1]


@pytest.mark.parametrize(
    ("losses", "sentence"),
    [
        ({"base": 0.24, "one_band": 0.19, "twin": 0.2}, "does worse than that simple memory"),
        ({"base": 0.24, "one_band": 0.23, "twin": 0.2}, "more than a simple memory does"),
        ({"base": 0.24, "lifetime": 0.2, "twin": 0.194}, "by own lifetime rate alone"),
        ({"base": 0.24, "twin": 0.2}, "The twin removes 16.7\u00a0%."),
    ],
)
def test_words_follow_the_numbers(make, losses, sentence):
    assert any(sentence in note for note in notes(page_of(make(losses))))


def test_an_absent_persona_is_said(without_persona):
    page = page_of(without_persona)
    assert page.cards[0].number == "–"
    assert "nobody has traits" in page.cards[0].note
    assert sum("nobody has traits" in note for note in notes(page)) == 2


def test_a_metric_on_which_another_wins_is_said(full):
    best = full.rows[0].ladders[0].steps[3]
    best.metrics["auc"] = 0.9
    assert "Everybody: on AUC the twin (0.800) is behind own recent rate (0.900)." in notes(
        page_of(full)
    )


def test_what_was_left_aside_or_not_built_is_said(full):
    told = " ".join(notes(page_of(full)))
    assert "7 fitted rows were left aside" in told
    assert "12 scored rows were left aside" in told
    assert "Not built in this version, so not compared: boosted." in told


def test_bars_reached_and_missed(full):
    bar = BarResult(subset="all", metric="auc", low=0.85, high=None, value=NAN, reached=False)
    report = report_of(full.rows, [bar])
    section = next(s for s in page_of(report).sections if s.title == "Bars")
    assert section.blocks[0] == Note("1 of 2 bars missed.", "bad")
    assert isinstance(section.blocks[1], Table)
    assert section.blocks[1].cells == (
        ("bar", "buys", "everybody", "log-loss", "at most 0.1955", "0.1940", "reached"),
        ("bar", "mean over rows", "everybody", "AUC", "at least 0.850", "–", "missed"),
    )
    assert "Bars" not in titles(page_of(report_of([row_of([ladder_of("all", LOSSES)], bars=[])])))


def test_moments_of_both_sides_are_printed(full):
    table = next(b for b in page_of(full).sections[-1].blocks if isinstance(b, Table))
    assert ("first moment", "2017-05-21", "2017-10-01") in table.cells
    assert ("distinct moments", "9", "6") in table.cells


def test_several_rows_are_told_apart(full):
    row = full.rows[0]
    page = page_of(report_of([row, row_of(row.ladders, name="lapses")]))
    assert {"buys: The ladder", "lapses: The ladder"} <= set(titles(page))
    entries = [section.entry for section in page.sections if section.entry]
    assert entries == ["buys", "lapses", "Bars", "How this was made"]
    contents = render(page).partition("</nav>")[0]
    assert contents.count("#section-") == len(entries)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row_of([], calibration=None, bars=[], fit_origins=None)],
        [row_of([ladder_of("all", {"twin": 0.2})])],
        [row_of([ladder_of("all", {"base": 0.2})])],
        [row_of([ladder_of("all", dict.fromkeys(LOSSES, NAN))], ridge=NAN)],
        [row_of([ladder_of("all", dict.fromkeys(LOSSES, math.inf))])],
    ],
    ids=["no rows", "no ladders", "one step", "no twin", "nan", "infinite"],
)
def test_thin_and_broken_reports_still_make_a_page(rows):
    html = render(page_of(report_of(rows)))
    assert "nan" not in html.partition("<script>")[0].lower().replace("finance", "")


def test_squared_errors_are_not_called_surprise(make):
    from msgspec.structs import replace

    found = make(LOSSES)
    row = found.rows[0]
    ladder = replace(row.ladders[0], loss="squared_error", mean=3.4)
    page = page_of(report_of([replace(row, ladders=[ladder], calibration=None)]))
    told = " ".join(
        getattr(b, "caption", "") + getattr(b, "title", "")
        for section in page.sections
        for b in section.blocks
    )
    assert "surprised" not in told
    assert "the mean was 3.4" in told


def test_names_are_data(full):
    from msgspec.structs import replace

    row = replace(full.rows[0], name=ATTACK, outcome=ATTACK, not_built=[ATTACK])
    report = replace(full, product=ATTACK, rows=[row])
    html = render(fidelity_page(report, command=ATTACK))
    assert "<img src=x" not in html
    assert "window.hacked=1</script>" not in html


def test_written_to_disk(full, tmp_path):
    path = write_fidelity_page(full, tmp_path / "f.html", command="doxa fidelity")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
