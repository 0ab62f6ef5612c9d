"""What a row found, as a tired person reads it in a terminal."""

from __future__ import annotations

from msgspec.structs import replace
from tests.pages.conftest import NAN, row_of
from tests.pages.test_findings import PEOPLE, group, learning, part

from doxa.fidelity.cuts import Cut
from doxa.fidelity.numbers import Numbers
from doxa.interfaces.cli.findings import finding_lines


def test_everything_found_is_a_line_that_fits():
    numbers = Numbers(kind="counts", all=part(), horizons=[part("7d"), part("28d")])
    cuts = [Cut(by="evidence", groups=[group("0"), group("1-5", people=9)])]
    cuts += [Cut(by="volume", groups=[group("0-3")])]
    cuts += [Cut(by="segment", trait=name, groups=[group("x")]) for name in ("a", "b", "c", "d")]
    row = row_of(
        [], numbers=numbers, people=PEOPLE, cuts=cuts, learning=learning([0.01, 0.005, 0.02])
    )
    lines = finding_lines(row)
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 100
    assert "twins differ 0.58 times as much as people do [0.50, 0.70]" in text
    assert "correlate 0.60, at most 0.82" in text
    assert [line.split()[:3] for line in lines if "0.3000-0.5000" in line] == [
        ["all", "100", "0.4000"],
        ["7d", "100", "0.4000"],
        ["28d", "100", "0.4000"],
    ]
    assert "and by c, d: --json, --html" in text
    assert "quarters" not in text
    assert "own effects take 0.0100 [0.0050, 0.0200] off the loss over all rows" in text


def test_without_personas_skill_is_over_the_base_rate():
    cuts = [Cut(by="evidence", groups=[group("0", persona=False)])]
    lines = finding_lines(row_of([], cuts=cuts, calibration=None, learning=learning(None)))
    assert lines[2].split() == ["people", "rows", "base", "twin", "skill", "over", "base"]
    assert "own effects" not in "\n".join(lines)


def test_an_interval_that_is_not_known_is_left_out():
    few = replace(group("0", people=3), skill_over_persona=[0.2, NAN, NAN])
    cuts = [Cut(by="evidence", groups=[few])]
    assert finding_lines(row_of([], cuts=cuts, calibration=None))[-1].endswith("20.0 %")
