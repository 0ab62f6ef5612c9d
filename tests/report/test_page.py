"""A page is one well-formed, deterministic text in which people's words are only words."""

import json
import os
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from doxa.report import Card, Column, Note, Origin, Page, Section, Table, render, write_page

VOID = {"meta", "br", "img", "input", "link", "hr"}
ORIGIN = Origin("doxa fidelity", "0.1.0")


class Outline(HTMLParser):
    """Elements in order, the texts of scripts, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def test_same_page_same_text(page_of: Callable[[str], Page]) -> None:
    assert render(page_of("twin")) == render(page_of("twin"))


def test_every_element_is_closed(page: Page) -> None:
    assert Outline(render(page)).open == []


def test_nothing_is_fetched(page: Page) -> None:
    outline = Outline(render(page))
    sources = [
        value for _, attributes in outline.seen for value in map(attributes.get, ("src", "href"))
    ]
    assert all(value is None or value.startswith("#") for value in sources)
    policy = outline.all("meta")[1]
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert (policy["content"] or "").startswith(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    )


def test_a_name_cannot_become_markup(page_of: Callable[[str], Page], attack: str) -> None:
    plain, attacked = Outline(render(page_of("twin"))), Outline(render(page_of(attack)))
    assert [tag for tag, _ in attacked.seen] == [tag for tag, _ in plain.seen]
    assert not attacked.all("img")


def test_a_name_reaches_the_chart_as_it_is(page_of: Callable[[str], Page], attack: str) -> None:
    spec = next(text for text in Outline(render(page_of(attack))).scripts if "whisker-x" in text)
    assert json.loads(spec)["series"][0]["data"][-1]["name"] == attack
    assert "<" not in spec


@pytest.mark.parametrize("place", ["title", "lede", "card", "heading", "note", "cell", "footer"])
def test_every_place_for_text_is_escaped(place: str, attack: str) -> None:
    words = {
        "title": "",
        "lede": "",
        "card": "",
        "heading": "",
        "note": "",
        "cell": "",
        "footer": "",
    }
    words[place] = attack
    table = Table((Column("x", words["cell"]),), ({"x": words["cell"]},), caption=words["cell"])
    html = render(
        Page(
            words["title"],
            Origin(words["footer"], words["footer"], ((words["footer"], words["footer"]),)),
            lede=words["lede"],
            cards=(Card(words["card"], 1, note=words["card"]),),
            sections=(Section(words["heading"], (Note(words["note"]), table)),),
        )
    )
    assert "<img" not in html
    assert "&lt;img src=x onerror=" in html


def test_every_chart_has_words_and_numbers(page: Page) -> None:
    outline = Outline(render(page))
    drawings = [a for a in outline.all("div") if a.get("class") == "chart"]
    assert len(drawings) == len(outline.all("details")) == 6
    assert all(a["role"] == "img" and a["aria-label"] for a in drawings)


def test_a_page_without_charts_carries_no_engine() -> None:
    html = render(Page("Audit", ORIGIN, sections=(Section("Notes", (Note("None."),)),)))
    assert "<script" not in html


def test_footer_says_how_the_page_was_made(page: Page) -> None:
    footer = render(page).split("<footer>")[1]
    assert "doxa fidelity grocery.db --report fidelity.html" in footer
    assert "doxa 0.1.0" in footer


@pytest.mark.parametrize(
    ("low", "high", "claim", "tone"),
    [(0.1, 0.2, True, "plain"), (-0.1, 0.2, True, "bad"), (0.0, 0.2, True, "bad"),
     (-0.2, -0.1, True, "bad"), (-0.1, 0.2, False, "plain"), (None, None, True, "plain"),
     (float("nan"), 0.2, True, "plain")],
)  # fmt: skip
def test_a_card_is_red_where_its_claim_does_not_stand(
    low: float | None, high: float | None, claim: bool, tone: str
) -> None:
    assert Card("skill", 0.1, low=low, high=high, claim=claim).tone == tone


def test_a_page_is_written_whole(page: Page, tmp_path: Path) -> None:
    path = write_page(page, tmp_path / "fidelity.html")
    assert path.read_text(encoding="utf-8") == render(page)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_page_and_no_litter(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fidelity.html"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        write_page(Page("Fidelity", ORIGIN), path)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("fidelity.html", "old")]


def test_half_a_surrogate_pair_does_not_stop_a_page(tmp_path: Path) -> None:
    path = write_page(Page("h\ud800", ORIGIN), tmp_path / "odd.html")
    assert "<h1>h?</h1>" in path.read_text(encoding="utf-8")
