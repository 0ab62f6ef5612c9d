"""The page of an audit says what was counted, and what people wrote stays data."""

from __future__ import annotations

from pathlib import Path

from doxa.interfaces.pages.audit import audit_page
from doxa.report import render
from doxa.runtime.auditing.audit import audit


def test_the_page_of_an_audit(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("id,<b>plan</b>,region\n1,<script>alert(1)</script>,north\n2,pro,south\n")
    html = render(audit_page(audit(people), command="doxa audit people.csv"))
    assert "2 people" in html
    assert "<script>alert(1)" not in html
    assert "&lt;b&gt;plan&lt;/b&gt;" in html
    assert '<pre class="full"># A first draft' in html
