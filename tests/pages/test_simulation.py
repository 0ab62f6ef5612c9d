"""The page of a simulation: cards, fans, what carries an effect, for whom, and on what ground."""

from __future__ import annotations

import json

import msgspec
import pytest

from doxa.domain.clock import DAY, Clock
from doxa.domain.ground import Seen, grounds_of
from doxa.features.support import Lies, Verdict
from doxa.interfaces.pages.simulation import simulation_page, write_simulation_page
from doxa.report import Chart, Note, Page, Table, render
from doxa.runtime.simulating.results import (
    Arm,
    Effect,
    Group,
    Mover,
    PersonEffect,
    Simulation,
    Spread,
    Told,
    Track,
)

ATTACK = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>{{7*7}}'


def spreads(rise: float) -> list[Spread]:
    return [
        Spread(
            at=day * DAY,
            low=rise * day - 1,
            middle=rise * day,
            high=rise * day + 1,
            mean=rise * day,
        )
        for day in range(1, 15)
    ]


def track(what: str, kind: str, *, share: bool = False, rise: float = 1.2) -> Track:
    return Track(
        what=what,
        kind=kind,
        says="Prices are fair." if kind == "belief" else "",
        share=share,
        under=spreads(rise),
        without=spreads(1.0),
    )


def effect(what: str, kind: str, difference: float) -> Effect:
    return Effect(
        what=what,
        kind=kind,
        under=10 + difference,
        without=10.0,
        difference=difference,
        low=difference - 0.5,
        high=difference + 0.5,
        up=40,
        down=3,
        neither=17,
    )


def simulation(twin: str | None = None, name: str = "spring") -> Simulation:
    change = Told(
        says="price times 1.1",
        grounds=grounds_of(Seen(what="price times 1.1")),
        outside=[Verdict(field="price", value=2.1, lies=Lies.OUTSIDE, says="price 2.1 lies far")],
    )
    arm = Arm(
        scenario=name,
        changes=[change],
        grounds=change.grounds,
        effects=[
            effect("visits", "outcome", 2.0),
            effect("lapses", "outcome", 0.1),
            effect("fair", "belief", 1.0),
        ],
        tracks=[
            track("visits", "outcome"),
            track("lapses", "outcome", share=True, rise=1.0),
            track("fair", "belief", share=True),
            track("calm", "feeling", rise=1.0),
        ],
        movers={"visits": [Mover(node="fair", says="Prices are fair.", part=1.5)]},
        groups={"visits": [Group(by="age", value=ATTACK, people=30, difference=1, low=0, high=2)]},
        people={"visits": [PersonEffect(twin=ATTACK, difference=1, low=0.5, high=2)]},
    )
    nothing = Arm(scenario="nothing", changes=[], grounds=None, effects=[], tracks=[])
    return Simulation(
        product="cafe",
        clock=Clock.TIME,
        twin=twin,
        origin=0,
        until=14 * DAY,
        steps=14,
        paths=200,
        seed=1,
        people=1 if twin else 60,
        of=1 if twin else 100,
        silenced=1 if twin else 40,
        version=3,
        arms=[arm, nothing],
    )


def blocks(page: Page, kind: type) -> list[object]:
    return [block for part in page.sections for block in part.blocks if isinstance(block, kind)]


def test_many_people():
    page = simulation_page(simulation(), command="doxa simulate")
    assert page.title == "60 people under spring and nothing"
    assert "It was stopped: 60 of 100 people" in page.lede
    [card] = page.cards
    assert (card.number, card.interval, card.tone) == ("2", "[1.5, 2.5]", "plain")
    assert card.note == "assumed; 10 without"
    notes = [note.text for note in blocks(page, Note)]
    assert any("assumed: Nobody in the log was treated so" in text for text in notes)
    assert any("Outside of what was seen: price 2.1 lies far" in text for text in notes)
    assert "Nothing is changed: both arms are the same." in notes
    titles = [chart.title for chart in blocks(page, Chart)]
    assert titles == ["visits", "lapses", "fair: Prices are fair."]
    headings = [[column.label for column in table.columns] for table in blocks(page, Table)]
    assert any("gain" in labels and "are hurt" in labels for labels in headings)
    assert any("difference in visits" in labels for labels in headings)
    assert ["node", "what it says", "carries, four in five", "up for", "down for"] in headings
    captions = [table.caption for table in blocks(page, Table)]
    assert any("Tried with 40 of the people" in caption for caption in captions)


def test_one_person_has_chances_and_no_groups():
    page = simulation_page(simulation("h42"), command="doxa simulate h42")
    assert (page.title, page.about) == ("h42 under spring and nothing", "h42")
    assert "Everybody" not in page.lede
    lapses = next(chart for chart in blocks(page, Chart) if chart.title == "lapses")
    low, width, *_ = lapses.option["series"]
    assert all(point[1] is None for point in (*low["data"], *width["data"]))
    assert "share of the paths" in lapses.caption
    assert not any(
        "are hurt" in column.label for table in blocks(page, Table) for column in table.columns
    )


@pytest.mark.parametrize("twin", [None, ATTACK])
def test_names_are_data_everywhere(twin, tmp_path):
    found = simulation(twin, name=ATTACK)
    html = render(simulation_page(found, command="doxa simulate"))
    assert "<img src=x" not in html
    assert "<script>window.hacked" not in html
    path = write_simulation_page(found, tmp_path / "page.html", command="doxa simulate")
    assert path.read_text(encoding="utf-8") == html
    for chart in blocks(simulation_page(found, command="x"), Chart):
        json.dumps(chart.option, allow_nan=False)


def test_positions():
    found = msgspec.structs.replace(simulation(), clock=Clock.POSITION)
    chart = blocks(simulation_page(found, command="x"), Chart)[0]
    assert chart.option["xAxis"]["type"] == "value"


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1300])
def test_fans_appear_in_a_browser(show, width):
    tab = show(
        simulation_page(simulation(), command="doxa simulate"),
        viewport={"width": width, "height": 900},
    )
    drawn = tab.eval_on_selector_all(
        ".chart", "all => all.map(c => c.querySelectorAll('svg path').length)"
    )
    assert len(drawn) == 3
    assert min(drawn) > 5
    assert tab.evaluate("document.documentElement.scrollWidth") == width
