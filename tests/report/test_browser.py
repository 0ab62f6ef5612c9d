"""In a real browser: charts appear, nothing complains, nobody's name runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doxa.report import Page

TOLD = """([text, charts]) => [...document.querySelectorAll('.chart > div:not(:has(svg))')]
    .filter(tip => tip.textContent.includes(text)).length >= charts"""
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_appear_and_nothing_overflows(
    show: Callable[..., Any], page: Page, width: int, scheme: str
) -> None:
    tab = show(page, viewport={"width": width, "height": 900}, color_scheme=scheme)
    drawn = tab.eval_on_selector_all(
        ".chart", "all => all.map(c => c.querySelectorAll('svg path').length)"
    )
    assert len(drawn) == 6
    assert min(drawn) > 5
    assert tab.evaluate("document.documentElement.scrollWidth") == width


def test_no_name_runs_even_when_pointed_at(
    show: Callable[..., Any], page_of: Callable[[str], Page], attack: str
) -> None:
    tab = show(page_of(attack), viewport={"width": 1400, "height": 3000})
    for charts, colour in enumerate(("accent", "bad"), start=1):
        for mark in tab.query_selector_all(f'.chart svg path[fill="var(--{colour})"]'):
            mark.hover(force=True)
        tab.wait_for_function(TOLD, arg=[attack, charts], timeout=10_000)
    assert tab.evaluate("window.hacked") is None
    assert tab.query_selector("img") is None


def test_numbers_can_be_read_without_javascript(
    show: Callable[..., Any], page: Page, browser: Any, tmp_path: Path
) -> None:
    show(page)
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto((tmp_path / "page.html").as_uri())
    tab.locator("summary").first.click()
    assert "0.2923" in tab.locator("details").first.inner_text()
    tab.context.close()


def test_paper_gets_drawings_that_fit_and_the_screen_its_own_back(
    show: Callable[..., Any], page: Page
) -> None:
    tab = show(page, viewport={"width": 1400, "height": 900})
    wide = tab.evaluate("document.querySelector('.chart svg').clientWidth")
    tab.evaluate(
        "addEventListener('beforeprint', () => { window.paper = document.querySelector('.chart svg').getAttribute('width') })"
    )
    tab.pdf(format="A4")
    assert tab.evaluate("window.paper") == "680"
    assert tab.evaluate("document.querySelector('.chart svg').clientWidth") == wide
