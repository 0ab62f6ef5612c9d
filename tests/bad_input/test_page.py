"""The page of errors is current."""

from __future__ import annotations

from tests.bad_input.page import PAGE, page


def test_the_page_is_current():
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "run python -m tests.bad_input.page"
