"""The page of one twin, and the page that joins it to an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from tests.pages.conftest import ATTACK, held, portrait_of, timeline_of

from doxa.domain.clock import DAY
from doxa.errors import InputError
from doxa.interfaces.pages.joined import joined_page, write_joined_page
from doxa.interfaces.pages.timelines import MOST_PIECES, telling, timeline_chart
from doxa.interfaces.pages.twin import MOST_ROWS, twin_page
from doxa.report import Chart, Table, render
from doxa.runtime.timeline import Turn


def page_of(portrait):
    return twin_page(portrait, command="doxa report --twin h42")


def tables(page) -> list[Table]:
    """Those of nodes and forecasts: changes have a page of tests of their own."""
    found = [b for section in page.sections for b in section.blocks if isinstance(b, Table)]
    return [table for table in found if "signals" not in [column.key for column in table.columns]]


def test_every_group_is_counted_and_listed():
    page = page_of(portrait_of())
    assert [(card.label, card.number) for card in page.cards] == [
        ("held", "1"),
        ("forming", "1"),
        ("contested", "1"),
        ("fading", "1"),
    ]
    assert [table.cells[0][0] for table in tables(page)] == [
        "Buys MILK.",
        "Buys BREAD.",
        "Buys BEER.",
        "Buys HOT DOGS.",
        "buys within week: Buys MILK.",
    ]


def test_forecasts_carry_their_reasons_and_how_they_were_made():
    table = tables(page_of(portrait_of()))[-1]
    assert table.cells[0][1:] == ("62.0\u00a0%", "1970-03-29", "buys +3.10, shops −0.20")
    assert table.caption == "Made afterwards from what was known then; population 1."


def test_without_a_population_the_page_says_so():
    html = render(page_of(portrait_of(forecasts=())))
    assert "No population is fitted" in html


def test_somebody_never_met():
    page = page_of(portrait_of(met=False, nodes=(), timelines=(), forecasts=(), traits={}))
    assert [section.title for section in page.sections] == ["No evidence yet"]
    assert "No traits are known." in page.lede


def test_long_groups_are_cut_and_say_so():
    many = tuple(held(f"item {n}") for n in range(MOST_ROWS + 4))
    table = tables(page_of(portrait_of(nodes=many)))[0]
    assert len(table.rows) == MOST_ROWS
    assert table.caption == f"The {MOST_ROWS} most credible; 4 more."


def test_telling_takes_one_of_each_story_first():
    nodes = [
        held("A", status="solid", occasions=90),
        held("B", status="solid", occasions=80),
        held("C", status="fading", occasions=4),
        held("D", status="contested", occasions=2),
    ]
    assert [each.node.member for each in telling(nodes)] == [("D",), ("C",), ("A",)]
    assert [each.node.member for each in telling(nodes[:2])] == [("A",), ("B",)]
    assert telling([]) == []


def test_only_statuses_that_lasted_and_the_last_are_marked():
    turns = [
        Turn(at=day * DAY, status=s)
        for day, s in ((1, "forming"), (2, "held"), (50, "fading"), (79, "held"))
    ]
    chart = timeline_chart(replace(timeline_of(), turns=tuple(turns)))
    line = next(s for s in chart.option["series"] if "markLine" in s)
    assert [mark["name"] for mark in line["markLine"]["data"]] == ["held", "fading", "held"]


def test_much_evidence_is_drawn_together():
    found = timeline_of()
    many = found.evidence * (MOST_PIECES // 10)
    chart = timeline_chart(replace(found, evidence=tuple(sorted(many, key=lambda piece: piece.at))))
    ticks = next(s for s in chart.option["series"] if s["type"] == "scatter")["data"]
    assert f"{len(many):,} pieces of evidence, near ones drawn together" in chart.caption
    assert len(ticks) == len(found.evidence)
    assert ticks[0]["name"] == f"{MOST_PIECES // 10} pieces"


def test_nothing_to_draw():
    for empty in ({"points": ()}, {"turns": ()}, {"points": (), "evidence": (), "turns": ()}):
        assert timeline_chart(replace(timeline_of(), **empty)).label.startswith("Buys")


def test_positions_are_spelled_as_positions():
    found = replace(timeline_of(), clock="position")
    page = page_of(portrait_of(clock="position", as_of=12, timelines=(found,)))
    assert "as of 12." in page.lede
    assert "UTC" not in [column.label for column in tables(page)[0].columns]


def test_words_of_people_are_data():
    html = render(page_of(portrait_of(ATTACK)))
    assert "<img src=x" not in html
    assert "window.hacked=1</script>" not in html


def test_joined_page_has_ladder_calibration_and_timelines(full, tmp_path):
    page = joined_page(full, portrait_of(), command="doxa report")
    told = [section.title for section in page.sections]
    assert told[0] == "The ladder"
    assert told[-1] == "How this was made"
    assert "Twin h42: how it came about" in told
    charts = [b for section in page.sections for b in section.blocks if isinstance(b, Chart)]
    assert len(charts) == 11
    assert write_joined_page(full, None, tmp_path / "a.html", command="c").exists()
    assert joined_page(None, portrait_of(), command="c").title == "Twin h42"
    with pytest.raises(InputError, match="nothing to show"):
        joined_page(None, None, command="c")


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1400])
def test_joined_page_in_a_browser(full, show: Callable[..., Any], width: int):
    page = joined_page(full, portrait_of(ATTACK), command="doxa report")
    tab = show(page, viewport={"width": width, "height": 900})
    drawn = tab.eval_on_selector_all(
        ".chart", "all => all.map(c => c.querySelectorAll('svg path').length)"
    )
    assert len(drawn) == 11
    assert min(drawn) > 5
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.evaluate("window.hacked") is None
