"""The live page says what was recorded, who stands apart, and which calibration drifted."""

from __future__ import annotations

import json

import numpy as np
import pytest

from doxa.domain.clock import DAY
from doxa.fidelity.live import LiveReport, Scored, live_outcome
from doxa.fidelity.live_drift import apart
from doxa.heads.glm import Family, logit
from doxa.interfaces.pages.live import live_page
from doxa.report import Chart, Note, render

SETS, PEOPLE = 8, 120


def scored(family: Family = Family.BERNOULLI, *, shift: float = 0.0, acted: int = 0) -> Scored:
    """Eight sets; from the fifth on it happens more often by `shift`."""
    rng = np.random.default_rng(4)
    place = np.repeat(np.arange(SETS), PEOPLE)
    mean = rng.uniform(0.1, 0.6, len(place))
    y = (rng.random(len(place)) < mean + shift * (place >= 4)).astype(np.float64)
    person = np.tile(np.arange(PEOPLE), SETS)
    origins = np.arange(SETS, dtype=np.int64) * 7 * DAY
    return Scored(
        place=place,
        person=person,
        mean=mean,
        eta=logit(mean) if family is Family.BERNOULLI else mean,
        y=y,
        y_now=np.where(np.arange(len(y)) < 3, 1 - y, y),
        base=np.full(len(y), y.mean()),
        persona=np.full(len(y), np.nan),
        acted=person < acted,
        origins=origins,
        closes=origins + 7 * DAY,
    )


def report(**asked: float) -> LiveReport:
    found = live_outcome("buys_soon", scored(**asked), Family.BERNOULLI, 2)
    return LiveReport(product="shop", clock="time", outcomes=[found])


def notes(found: LiveReport) -> str:
    page = live_page(found, command="doxa fidelity --live")
    return " ".join(b.text for s in page.sections for b in s.blocks if isinstance(b, Note))


def test_the_page_tells_drift_corrections_and_what_is_pending():
    told = notes(report(shift=0.35))
    assert "Calibration drifted from 1970-01-29 on" in told
    assert "3 labels were corrected" in told
    assert "2 are not yet" in told
    assert "has not drifted over 8 sets" in notes(report())


def test_people_acted_upon_have_a_section_of_their_own():
    page = live_page(report(acted=30), command="doxa fidelity --live")
    assert [section.title for section in page.sections] == [
        "Buys soon",
        "Buys soon: people who were left alone",
        "Buys soon: people who were acted upon",
    ]
    charts = [b for s in page.sections for b in s.blocks if isinstance(b, Chart)]
    assert {chart.title for chart in charts} >= {"From one recorded set to the next"}
    assert all(json.dumps(chart.option, allow_nan=False) for chart in charts)
    assert render(page).startswith("<!doctype html>")


def test_without_personas_the_card_says_so():
    [card] = live_page(report(), command="doxa fidelity --live").cards
    assert card.value is None


def test_values_have_no_calibration_curve():
    found = live_outcome("pays", scored(Family.GAUSSIAN), Family.GAUSSIAN, 0)
    [group] = found.groups
    assert (group.brier, group.calibration, group.ladder.loss) == (None, None, "squared_error")


@pytest.mark.parametrize(
    ("origins", "numbers"),
    [([0, 1, 2, 3], [0, -1, -1, 1]), ([0, 3, 6], [0, 1, 2]), ([6, 0, 0, 4], [-1, 0, 0, 1])],
)
def test_sets_whose_windows_overlap_are_used_once(origins, numbers):
    begins = np.array(origins, dtype=np.int64) * DAY
    assert apart(begins, begins + 3 * DAY).tolist() == numbers
