"""The headline says what the ladder says, and in red where it does not stand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.pages.conftest import LOSSES, ladder_of, report_of, row_of

from doxa.fidelity.headline import headline_of
from doxa.interfaces.cli import console
from doxa.interfaces.cli.fidelity import lines
from doxa.interfaces.cli.findings import headline_lines


def with_skill(low: float, high: float):
    ladder = ladder_of("all", LOSSES)
    *others, twin = ladder.steps
    skilled = replace(twin, skill_over_persona=[(low + high) / 2, low, high])
    return headline_of([replace(ladder, steps=[*others, skilled])])


def test_shares_removed_are_the_skills_over_base():
    ladder = ladder_of("all", LOSSES)
    found = headline_of([ladder])
    assert found.remembering == "one_band"
    for name, rung in (("persona", "persona"), ("remembering", "one_band"), ("twin", "twin")):
        assert found.removed[name] == ladder.step(rung).skill_over_base
    assert found.stands


def test_people_with_personas_come_first():
    whole, some = ladder_of("all", LOSSES), ladder_of("demographics", LOSSES, 801)
    assert headline_of([whole, some]).subset == "demographics"
    assert headline_lines(headline_of([whole, some]))[0].startswith(
        "  skill over your personas, demographics: 15.7 %"
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.01, 0.05, ""),
        (-0.01, 0.05, "THE INTERVAL SPANS 0"),
        (-0.05, -0.01, "WORSE THAN YOUR PERSONAS"),
    ],
)
def test_what_does_not_stand_is_red(monkeypatch, low, high, said):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(console.sys.stdout, "isatty", lambda: True, raising=False)
    found = with_skill(low, high)
    line = headline_lines(found)[0]
    assert found.stands == (not said)
    assert line.startswith("\x1b[31m") == bool(said)
    assert said in line
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in headline_lines(found)[0]


def test_without_traits_there_is_nothing_to_claim():
    losses = {name: loss for name, loss in LOSSES.items() if name != "persona"}
    found = headline_of([ladder_of("all", losses)])
    assert found.skill is None
    assert found.stands is None
    assert "nobody has traits" in headline_lines(found)[0]
    assert "one_band 17.9 %, the twin 19.2 %" in headline_lines(found)[1]
    assert headline_of([ladder_of("all", {"base": 0.2})]) is None


def test_both_those_with_personas_and_everybody_are_printed():
    some = {**LOSSES, "base": 0.344, "persona": 0.342}
    ladders = [ladder_of("all", LOSSES), ladder_of("demographics", some, 801)]
    text = lines(report_of([row_of(ladders, headline=headline_of(ladders))]))
    told = [line.strip() for line in text if "skill over your personas" in line]
    assert told[0].startswith("skill over your personas, demographics: 43.3 %")
    assert told[1].startswith("skill over your personas: 15.7 %")
    assert sum("they remove" in line for line in text) == 2
