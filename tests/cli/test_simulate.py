"""``doxa simulate`` and ``doxa recommend``: what they print, as text, JSON and a page."""

from __future__ import annotations

import os
import signal

import pytest
from tests.runtime import cafe

from doxa.interfaces.cli.frame import run
from doxa.interfaces.cli.stopping import stopping
from doxa.runtime.opening import open_twins

SCENARIOS = """
doxa: 1
scenarios:
  cards: {do: invite, at: [0d, 3d]}
  nothing: []
"""
AT = "2026-03-25T12:00Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("cafe")
    with open_twins(made / "doxa.db", cafe.MAP, clock=lambda: cafe.END) as twins:
        twins.observe_many(cafe.signals(30))
        twins.fit()
    (made / "s.yaml").write_text(SCENARIOS, encoding="utf-8")
    return made


@pytest.fixture
def doxa_there(doxa, folder, monkeypatch):
    monkeypatch.chdir(folder)
    return doxa


def test_one_person(doxa_there, folder):
    told = doxa_there(
        *[
            "simulate",
            "g07",
            "--scenario",
            "s.yaml",
            "--days",
            "7",
            "--paths",
            "20",
            "--html",
            "p.html",
            "--at",
        ],
        AT,
    )
    assert told.code == 0, told.err
    assert told.out.startswith("g07 from 2026-03-25T12:00:00Z to 2026-04-01T12:00:00Z, 20 paths")
    assert "invite (arm card) at 0d, 3d: identified: Chance gave" in told.out
    assert "visits_month is carried by invited" in told.out
    assert "nothing\n  changes nothing" in told.out
    assert "p.html: the simulation as a page" in told.err
    assert (folder / "p.html").read_text().startswith("<!doctype html>")


def test_many_people_as_json(doxa_there):
    words = (
        "simulate --scenario s.yaml --only cards --days 3 --paths 4 --outcome lapses --json --at"
    )
    found = doxa_there(*words.split(), AT).document
    assert (found["people"], found["of"], found["paths"]) == (30, 30, 4)
    [arm] = found["arms"]
    assert arm["grounds"]["ground"] == "identified"
    assert arm["effects"][0]["what"] == "lapses"
    assert set(arm["effects"][0]) >= {"difference", "low", "high", "up", "down", "better"}
    assert arm["tracks"][0]["under"][-1]["at"] == "2026-03-28T12:00:00Z"


def test_a_cohort_by_condition(doxa_there):
    words = ["simulate", "--scenario", "s.yaml", "--days", "2", "--paths", "3", "--at", AT]
    told = doxa_there(*words, "--where", 'trait.age = "old"')
    assert told.out.startswith("15 people from")


def test_recommend(doxa_there):
    words = "recommend g07 --towards visits_month --days 7 --paths 60 --propensity invite=0.5 --at"
    told = doxa_there(*words.split(), AT)
    assert told.code == 0, told.err
    assert "invite brings more visits_month, given: Feels invited" in told.out
    assert "nag is not open: only where fair is above 0.99" in told.out
    found = doxa_there(*words.split(), AT, "--json").document
    assert found["best"] == "invite"
    assert found["options"][0]["propensity"] == 0.5
    assert found["why"].startswith("invite brings")
    file = doxa_there(*words.split(), AT, "--scenario", "s.yaml", "--json")
    assert file.code == 2
    words = "recommend g07 --towards visits_month --days 7 --paths 60 --scenario s.yaml --json --at"
    chosen = doxa_there(*words.split(), AT).document
    assert {one["action"] for one in chosen["options"]} == {"cards", "nothing"}


def test_ctrl_c_asks_to_stop_and_the_second_breaks_off(capsys):
    # Whoever was started in the background ignores Ctrl-C: the test is about those who do not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _interrupted(capsys)
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupted(capsys):
    with stopping() as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        assert "what is finished is kept" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_help_has_an_example(capsys):
    for command in ("simulate", "recommend"):
        assert run([command, "--help"]) == 0
        assert "Example: doxa" in capsys.readouterr().out
