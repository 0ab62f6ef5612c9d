"""doxa report writes one page of an evaluation, of one twin, or of both."""

from __future__ import annotations

import msgspec
import pytest
from tests.pages.conftest import LOSSES, ladder_of, report_of, row_of


@pytest.fixture
def evaluation(shop):
    made = report_of([row_of([ladder_of("all", LOSSES)])])
    path = shop / "fidelity.json"
    path.write_bytes(msgspec.json.encode(made))
    return path


def test_both_on_one_page(lived, shop, evaluation):
    told = lived(
        "report", "--evaluation-json", "fidelity.json", "--twin", "h42", "--html", "r.html"
    )
    assert (told.code, told.out) == (0, "report: r.html\n")
    html = (shop / "r.html").read_text(encoding="utf-8")
    assert "Fidelity of grocery" in html
    assert "Twin h42: how it came about" in html
    assert "doxa report --evaluation-json fidelity.json --twin h42 --html r.html" in html


def test_one_twin_and_chosen_nodes(lived, shop):
    told = lived("report", "--twin", "h42", "--node", "buys[crime]", "--html", "r.html", "--json")
    assert told.document == {
        "html": "r.html",
        "twin": "h42",
        "timelines": ["buys[crime]"],
        "course": [],
    }
    assert lived("report", "--twin", "nobody", "--html", "n.html").code == 0


def test_an_evaluation_needs_no_store(doxa, shop, evaluation):
    told = doxa("report", "--evaluation-json", "fidelity.json", "--html", "r.html")
    assert told.code == 0
    assert not (shop / "doxa.db").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "nothing to report"),
        (["--evaluation-json", "fidelity.json", "--node", "buys"], "--node: belongs to a twin"),
        (["--evaluation-json", "map.yaml"], "is no fidelity report"),
        (["--twin", "h42"], "there is no store here"),
    ],
)
def test_mistakes(doxa, evaluation, words, sentence):
    told = doxa("report", *words, "--html", "r.html")
    assert told.code == 2
    assert sentence in told.err
