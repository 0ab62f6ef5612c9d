"""Simulated effects are times the slope that experiments gave, for whoever sees what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.fidelity.experiments import MAP, START, rows_of, signals_of_lot

from doxa.beliefmap.changes import do
from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY
from doxa.heads.slope import slope_for
from doxa.interfaces.cli.simulation_lines import lines
from doxa.interfaces.pages.simulation import simulation_page
from doxa.report import render
from doxa.runtime.opening import open_twins
from doxa.runtime.populations.frozen_version import active_version, frozen_version
from doxa.runtime.twins import Twins

ROLLED = (
    MAP.replace("nodes:\n", "nodes:\n  home: {kind: trait}\n")
    + """rollout: {step: 1d, draws: [comes]}
purposes:
  care: {sees: all}
  ads: {sees: all, except: [feels_asked], forecasts: [comes]}
  desk: {sees: all, except: [home], forecasts: [comes]}
"""
)
COME = "come signals"
ASKED = {"days": 12, "paths": 20, "outcomes": [COME], "nodes": []}


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    file = tmp_path_factory.mktemp("club") / "club.db"
    with open_twins(file, parse_map(ROLLED), clock=lambda: START + 40 * DAY) as twins:
        twins.observe_many(rows_of(signals_of_lot(400)))
        twins.fit()
        yield twins


def slope(twins: Twins, purpose: str | None) -> float:
    stored = active_version(twins.wiring)
    assert stored is not None
    population = frozen_version(twins.wiring, stored).population
    part = population.sights[0] if purpose == "ads" else population
    found = slope_for(part.slopes, "assigned", "comes")
    assert found is not None
    return found.slope


@pytest.mark.parametrize("purpose", [None, "care", "ads"])
def test_who_sees_the_experiment_has_its_slope(club: Twins, purpose: str | None) -> None:
    found = club.simulate({"call": do("call")}, purpose=purpose, **ASKED)
    effect, arm = found.effect(COME), found.arm()
    assert effect.slope == slope(club, purpose)
    assert arm.why_no_slope == ""
    assert effect.difference > 0
    one = club.twin("p7", purpose=purpose).simulate({"call": do("call")}, **ASKED)
    assert one.effect(COME).slope == effect.slope


def test_a_sight_has_a_slope_of_its_own(club: Twins) -> None:
    assert slope(club, "ads") != slope(club, None)


def test_who_does_not_see_the_units_is_told(club: Twins) -> None:
    """Homes were put into arms together: without them the experiment reads as a better one than it was."""
    whole = club.simulate({"call": do("call")}, **ASKED)
    desk = club.simulate({"call": do("call")}, purpose="desk", **ASKED)
    assert desk.effect(COME).slope is None
    assert desk.effect(COME).difference * slope(club, None) == pytest.approx(
        whole.effect(COME).difference
    )
    why = desk.arm().why_no_slope
    assert why == (
        "As simulated, not times the slope that experiments gave: it rests on what desk may not see"
        " (assigned on comes)."
    )
    assert why in "\n".join(lines(desk))
    assert why in render(simulation_page(desk, command="doxa simulate"))
    assert desk.arm().people[COME] != whole.arm().people[COME]
