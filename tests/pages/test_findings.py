"""What a row found beyond its ladders stands on the page, in words that hold whichever way it went."""

from __future__ import annotations

import math

import pytest
from tests.pages.conftest import ATTACK, LOSSES, NAN, ladder_of, report_of, row_of

from doxa.fidelity.calibration import HorizonCalibration
from doxa.fidelity.cuts import Cut, CutGroup
from doxa.fidelity.learning_curve import LearningCurve, LearningPoint
from doxa.fidelity.numbers import Numbers, NumbersPart
from doxa.fidelity.people import Ceiling, People
from doxa.interfaces.pages.fidelity import fidelity_page
from doxa.report import Chart, Note, Page, Section, Table, render


def group(name: str, twin: float = 0.2, people: int = 40, persona: bool = True) -> CutGroup:
    return CutGroup(
        name=name,
        rows=3 * people,
        people=people,
        base=[0.3, 0.29, 0.31],
        persona=[0.28, 0.27, 0.29] if persona else None,
        twin=[twin, twin - 0.01, twin + 0.01],
        skill_over_base=[1 - twin / 0.3, 0.2, 0.4],
        skill_over_persona=[1 - twin / 0.28, 0.2, 0.35] if persona else None,
    )


def learning(gain: list[float] | None, points: int = 2) -> LearningCurve:
    return LearningCurve(
        effects=gain is not None,
        gain=gain,
        points=[
            LearningPoint(
                answered=str(place),
                rows=90,
                people=30,
                base=[0.3, 0.29, 0.31],
                twin=[0.2, 0.19, 0.21],
                without=None if gain is None else [0.21, 0.2, 0.22],
                gain=gain,
            )
            for place in range(points)
        ],
    )


def part(horizon: str = "all") -> NumbersPart:
    return NumbersPart(
        horizon=horizon,
        rows=100,
        people=20,
        crps=[0.4, 0.3, 0.5],
        usual=0.6,
        skill=[0.33, 0.2, 0.4],
        pit=[10] * 10,
        coverage={"50": [0.5, 0.4, 0.6], "80": [0.8, 0.7, 0.9], "95": [0.95, 0.9, 1.0]},
    )


PEOPLE = People(
    people=40,
    forecasts=0.1,
    outcomes=0.2,
    noise=0.1,
    spread=[0.58, 0.5, 0.7],
    ceiling=Ceiling(people=40, halves=0.5, reliability=0.67, ceiling=0.82, twin=0.6),
)


def page_of(**more: object) -> Page:
    row = row_of([ladder_of("all", LOSSES)], **more)
    return fidelity_page(report_of([row]), command="doxa fidelity")


def section(page: Page, title: str) -> Section:
    return next(each for each in page.sections if each.title == title)


def test_skill_by_signals_known_is_a_line_and_other_cuts_are_bars():
    cuts = [
        Cut(by="evidence", groups=[group("0"), group("1-5")]),
        Cut(by="segment", trait="age", groups=[group("old"), group("young", people=9)]),
    ]
    line, bars = section(page_of(cuts=cuts), "For whom is the twin good?").blocks
    assert isinstance(line, Chart)
    assert isinstance(bars, Chart)
    assert line.option["series"][1]["type"] == "line"
    assert bars.title == "By age"
    name, people, rows, base, persona, *_ = line.table.cells[1]
    assert (name, people, rows, base, persona) == ("1-5", "40", "120", "0.3000", "0.2800")
    assert "skill over your personas by signals known" in line.label


def test_without_personas_skill_is_over_the_base_rate():
    cuts = [Cut(by="evidence", groups=[group("0", persona=False), group("1-5", persona=False)])]
    [line] = section(page_of(cuts=cuts), "For whom is the twin good?").blocks
    assert "skill over the base rate" in line.label
    assert len(line.table.cells[0]) == 6


def test_one_group_is_a_sentence():
    cuts = [Cut(by="evidence", groups=[group("6-20")])]
    [told] = section(page_of(cuts=cuts), "For whom is the twin good?").blocks
    assert isinstance(told, Note)
    assert told.text.startswith("Of every person 6-20 signals were known")


@pytest.mark.parametrize(
    ("gain", "tone"),
    [
        ([0.01, 0.005, 0.02], "good"),
        ([0.01, -0.005, 0.02], "plain"),
        ([-0.01, -0.02, -0.005], "bad"),
        (None, "plain"),
    ],
)
def test_what_own_effects_are_worth_is_said(gain, tone):
    cuts = [Cut(by="evidence", groups=[group("6-20")])]
    told, drawn = section(page_of(cuts=cuts, learning=learning(gain)), "Does it learn?").blocks
    assert told.tone == tone
    names = [line["name"] for line in drawn.option["series"][1:]]
    assert ("without own effects" in names) == (gain is not None)


def test_numbers_have_a_histogram_and_each_horizon_a_line():
    found = Numbers(kind="levels", all=part(), horizons=[part("0d after"), part("3d after")])
    blocks = section(page_of(numbers=found, calibration=None, people=PEOPLE), TRUST).blocks
    drawn, whole, by_horizon, people = blocks
    assert isinstance(drawn, Chart)
    assert len(drawn.option["series"][0]["data"]) == 10
    assert isinstance(whole, Table)
    assert whole.cells[0] == ("CRPS, in the units of what is forecast", "0.4000 [0.3000, 0.5000]")
    assert [row[0] for row in by_horizon.cells] == ["0d after", "3d after"]
    assert people.cells[0][1] == "0.580"


TRUST = "Can the numbers be taken at their word?"


def test_each_horizon_has_a_curve_of_its_own():
    calibration = row_of([]).calibration
    each = [HorizonCalibration(horizon=h, rows=9, calibration=calibration) for h in ("7d", "28d")]
    blocks = section(page_of(calibration_by_horizon=each), TRUST).blocks
    titles = [block.title for block in blocks if isinstance(block, Chart)]
    assert titles[1:] == ["The same at horizon 7d", "The same at horizon 28d"]


def test_undefined_numbers_and_names_are_harmless():
    odd = group(ATTACK, twin=NAN, people=3)
    cuts = [
        Cut(by="evidence", groups=[odd, odd]),
        Cut(by="segment", trait=ATTACK, groups=[odd, odd]),
    ]
    nothing = People(
        people=10, forecasts=0.0, outcomes=0.0, noise=math.inf, spread=[NAN] * 3, ceiling=None
    )
    html = render(page_of(cuts=cuts, people=nothing, learning=learning([NAN] * 3)))
    assert "<img src=x" not in html
    assert "nan" not in html.partition("<script>")[0].lower().replace("finance", "")
