"""Every chart is plain data without NaN, and says in words and a table what it draws."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from doxa.report import (
    Chart,
    course,
    curve,
    fan,
    histogram,
    ladder,
    lanes,
    pairs,
    reliability,
    timeline,
    tracks,
)

NAN = math.nan
EMPTY = [
    ladder([]),
    reliability([]),
    histogram([], measure="skill"),
    timeline([], node="fair"),
    pairs([], names=("alone", "beside"), measure="share"),
    tracks([]),
    lanes([], tones={}),
    course([], ["twin"]),
    curve([], ["twin"], along="signals known", zero=True),
    fan([], measure="visits"),
]
GAPS = [
    fan(
        [{"name": "rise", "spreads": [{"at": 3, "low": NAN, "middle": NAN, "high": math.inf}]}],
        measure="visits",
        marks=[{"at": 3}],
        clock="position",
    ),
    curve([{"name": "0", "values": [NAN], "low": NAN, "high": None}], ["twin"], along="signals"),
    histogram([{"low": 0, "high": 1, "count": NAN}], measure="place", even=3.5),
    course([{"at": 0, "values": [NAN, None], "low": NAN}], ["twin", "base", "persona"]),
    ladder([{"name": "twin", "value": NAN, "low": None, "high": math.inf}], bar=NAN),
    pairs(
        [{"name": "income", "first": NAN, "second": None, "second_low": NAN}],
        names=("alone", "beside"),
        measure="share",
    ),
    reliability([{"forecast": NAN, "observed": None, "count": 0}]),
    histogram([{"low": 0, "high": 1, "count": None}], measure="skill"),
    timeline([{"at": 0, "credence": NAN, "low": NAN, "high": 1}], node="fair"),
    tracks([{"name": "sad", "ends": (1, 7), "usual": NAN, "line": [{"at": 0, "value": NAN}]}]),
    lanes([{"name": "essay", "stretches": []}], tones={"active": "var(--quiet)"}),
]


def series(chart: Chart, kind: str) -> dict[str, Any]:
    return next(item for item in chart.option["series"] if item["type"] == kind)


def leaves(value: Any) -> Iterator[Any]:
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list | tuple):
        for child in children:
            yield from leaves(child)
    else:
        yield value


def test_samples_are_json_without_nan(charts: list[Chart]) -> None:
    for chart in charts:
        assert json.loads(json.dumps(chart.option, allow_nan=False)) == chart.option


@pytest.mark.parametrize("chart", EMPTY + GAPS)
def test_nothing_and_gaps_are_json_without_nan(chart: Chart) -> None:
    json.dumps(chart.option, allow_nan=False)
    assert "nan" not in chart.label
    assert all("nan" not in cell for row in chart.table.cells for cell in row)


def test_charts_hold_no_colours_of_their_own(charts: list[Chart]) -> None:
    texts = [leaf for chart in charts for leaf in leaves(chart.option) if isinstance(leaf, str)]
    assert not [text for text in texts if text.startswith(("#", "rgb"))]


def test_ladder_starts_at_zero_and_highlights_the_twin() -> None:
    chart = ladder([{"name": "persona", "value": 0.3}, {"name": "t", "value": 0.2, "twin": True}])
    colours = [item["itemStyle"]["color"] for item in series(chart, "bar")["data"]]
    assert chart.option["xAxis"]["min"] == 0
    assert colours == ["var(--quiet)", "var(--accent)"]


def test_a_long_name_is_short_beside_its_bar_and_whole_in_the_table() -> None:
    chart = ladder([{"name": "x" * 100, "value": 0.2}])
    assert chart.option["yAxis"][0]["data"][0]["value"] == "x" * 35 + "…"
    assert chart.table.cells[0][0] == "x" * 100


def test_ladder_of_skills_makes_room_below_zero() -> None:
    chart = ladder([{"name": "twin", "value": 0.01, "low": -0.02, "high": 0.04}], form="percent")
    assert chart.option["xAxis"]["min"] is None
    assert series(chart, "custom")["data"] == [[0, -2.0, 4.0]]


def test_a_curve_of_one_line_has_no_legend_and_a_line_at_zero() -> None:
    step: Any = {"name": "1-5", "values": [0.1], "low": -0.1, "high": 0.3}
    chart = curve([step], ["skill"], along="signals known", form="percent", zero=True)
    assert chart.option["legend"]["show"] is False
    assert series(chart, "line")["markLine"]["data"] == [{"yAxis": 0}]
    assert series(chart, "custom")["data"] == [[0, -10.0, 30.0]]
    assert chart.table.cells == (("1-5", "10.0\u00a0% [−10.0, 30.0]"),)


def test_pairs_draw_each_interval_beside_its_own_bar() -> None:
    chart = pairs(
        [{"name": "age", "first": 0.02, "first_low": 0.01, "first_high": 0.03, "second": -0.01}],
        names=("alone", "beside"),
        measure="share",
    )
    whiskers = series(chart, "custom")["data"]
    assert [row[1:3] for row in whiskers] == [[1.0, 3.0], [None, None]]
    assert whiskers[0][3] == -whiskers[1][3] < 0
    assert chart.option["xAxis"]["min"] == pytest.approx(-1.1)
    assert chart.table.cells == (("age", "2.0\u00a0% [1.0, 3.0]", "−1.0\u00a0%"),)


def test_bar_is_a_line_only_where_there_is_one() -> None:
    with_bar = ladder([{"name": "twin", "value": 0.2}], bar=0.25)
    assert series(with_bar, "bar")["markLine"]["data"] == [{"xAxis": 0.25}]
    assert "markLine" not in series(ladder([{"name": "twin", "value": 0.2}]), "bar")


def test_reliability_draws_percent_and_counts() -> None:
    chart = reliability([{"forecast": 0.07, "observed": 0.1, "count": 1200}])
    assert chart.option["series"][2]["data"][0]["value"] == [7.0, 10.0]
    assert series(chart, "bar")["data"][0]["value"] == [7.0, 1200]
    assert chart.table.cells[0][-1] == "1,200"


def test_histogram_of_unequal_bins_draws_density() -> None:
    bins: list[Any] = [{"low": 0, "high": 1, "count": 4}, {"low": 1, "high": 5, "count": 4}]
    chart = histogram(bins, measure="gap", of="people")
    assert [item["value"][2] for item in series(chart, "custom")["data"]] == [4, 1]
    assert chart.option["yAxis"]["name"] == "people per unit of gap"


def test_timeline_rows_are_the_stances_that_occur() -> None:
    chart = timeline(
        [{"at": 0, "credence": 0.5}],
        node="fair",
        evidence=[{"at": 1_000_000, "stance": "against", "weight": 2.0}],
    )
    assert chart.option["yAxis"][1]["data"] == ["against"]
    assert series(chart, "scatter")["data"][0]["symbolSize"] == [3, 16]


def test_timeline_band_is_low_and_what_lies_above_it() -> None:
    chart = timeline([{"at": 0, "credence": 0.5, "low": 0.25, "high": 0.75}], node="fair")
    low, width = (band["data"] for band in chart.option["series"][:2])
    assert (low, width) == ([[0, 0.25]], [[0, 0.5]])


def test_timeline_on_positions_has_no_dates() -> None:
    chart = timeline([{"at": 7, "credence": 0.5}], node="skill", clock="position")
    assert chart.option["xAxis"][0]["type"] == "value"
    assert chart.table.cells[0][0] == "7"


def test_timeline_lists_everything_in_order_of_time() -> None:
    chart = timeline(
        [{"at": "2026-03-02", "credence": 0.5}],
        node="fair",
        evidence=[{"at": "2026-03-01T23:00-05:00", "stance": "for", "text": "cheap"}],
        changes=[{"at": "2026-03-01", "status": "forming"}],
    )
    assert [row[:2] for row in chart.table.cells] == [
        ("2026-03-01", "status"),
        ("2026-03-02", "credence"),
        ("2026-03-02 04:00", "for"),
    ]


def test_tracks_are_shaded_on_the_side_that_is_worse() -> None:
    told = {"name": "sad", "ends": (7, 1), "usual": 4, "worse_above": True}
    chart = tracks(
        [{**told, "line": [{"at": 0, "value": 2}, {"at": 9, "value": 6}]}], clock="position"
    )
    shades = [each for each in chart.option["series"] if "areaStyle" in each]
    assert [each["areaStyle"]["color"] for each in shades] == ["var(--bad)", "var(--good)"]
    assert [[at for _, at in each["data"]] for each in shades] == [[4, 6], [2, 4]]


def test_better_is_up_and_ticks_lie_on_the_scale() -> None:
    line = [{"at": 0, "value": 2}]
    sad = {"name": "sad", "ends": (7, 1), "worse_above": True, "line": line}
    glad = {"name": "glad", "ends": (-4, 3), "line": line}
    scales = tracks([sad, glad], clock="position").option["yAxis"]
    assert [scale["inverse"] for scale in scales] == [True, False]
    assert [scale["axisLabel"]["customValues"] for scale in scales] == [[1, 4, 7], [-4, 0, 3]]
    assert all(scale["min"] < min(scale["axisLabel"]["customValues"]) for scale in scales)


def test_where_nothing_came_in_the_line_is_dashed_and_not_shaded() -> None:
    line = [{"at": at, "value": at, "still": at == 2} for at in range(5)]
    chart = tracks([{"name": "sad", "ends": (0, 4), "usual": 0, "line": line}], clock="position")
    drawn = [each["data"] for each in chart.option["series"] if each["type"] == "line"]
    values = [
        [each["value"][1] if isinstance(each, dict) else each[1] for each in data] for data in drawn
    ]
    assert values == [
        [0, 1, None, 3, 4],
        [0, 0, None, 0, 0],
        [None, 1, 2, 3, None],
        [0, 1, None, 3, 4],
    ]


def test_a_long_silence_is_folded_and_named() -> None:
    line = [{"at": at, "value": 1} for at in (0, 1, 2, 90, 91)]
    chart = tracks(
        [{"name": "sad", "ends": (0, 4), "line": line}], clock="position", silences=[(2, 90)]
    )
    assert [each["end"] for each in chart.option["xAxis"][0]["breaks"]] == [89]
    [area] = [each["markArea"] for each in chart.option["series"] if "markArea" in each]
    assert [each[0]["name"] for each in area["data"]] == ["no signals"]


def test_signals_of_one_moment_are_one_mark_with_their_count() -> None:
    marks = [{"at": 4, "sign": "done", "text": text} for text in ("first", "second")]
    cross = {"at": 4, "sign": "against", "text": "missed"}
    lane = {"name": "essay", "stretches": [], "marks": [*marks, cross]}
    chart = lanes([lane], tones={}, clock="position")
    [done] = [
        each
        for one in chart.option["series"]
        for each in one["data"]
        if each.get("name") == "first; second"
    ]
    assert done["label"]["formatter"] == "2"
    assert done["symbolOffset"] == [-6, 0]
    dots = [{"at": 4, "value": 1.0, "text": text} for text in ("first", "second")]
    told = [{"name": "sure", "ends": (0, 1), "line": [], "dots": dots}]
    [dot] = series(tracks(told, clock="position"), "scatter")["data"]
    assert (dot["name"], dot["label"]["formatter"]) == ("first; second", "2")


def test_tracks_share_one_axis_of_time_and_number_their_turns() -> None:
    flag = {"at": 5, "value": 0.5, "number": 3}
    told = [
        {"name": "one", "ends": (0, 1), "line": [{"at": 2, "value": 0.1}], "flags": [flag]},
        {"name": "two", "ends": (0, 1), "line": [{"at": 9, "value": 0.2}]},
    ]
    chart = tracks(told, clock="position", breaks=[4])
    assert [(each["min"], each["max"]) for each in chart.option["xAxis"]] == [(2, 9), (2, 9)]
    assert [each["name"] for each in series(chart, "custom")["data"]] == ["3"]
    assert chart.label == "one: 0.1 at 2. two: 0.2 at 9."


def test_lanes_have_a_colour_per_status_and_marks_where_something_came() -> None:
    stretches = [
        {"since": 0, "until": 4, "status": "active"},
        {"since": 4, "until": 9, "status": "achieved"},
    ]
    mark = {"at": 4, "sign": "done", "text": "submitted"}
    chart = lanes(
        [{"name": "essay", "stretches": stretches, "marks": [mark]}],
        tones={"active": "var(--quiet)", "stalled": "var(--warn)", "achieved": "var(--good)"},
        flags=[{"at": 4, "number": 1}],
        clock="position",
    )
    assert [each["name"] for each in chart.option["legend"]["data"]] == ["active", "achieved"]
    spans = [
        each["data"][0]["value"]
        for each in chart.option["series"]
        if each.get("renderItem") == "span"
    ]
    assert spans == [[0, 4, 0], [4, 9, 0]]
    assert chart.option["yAxis"]["data"] == ["essay"]
    assert [row[0:3] for row in chart.table.cells] == [
        ("essay", "0", "active"),
        ("essay", "4", "achieved"),
        ("essay", "4", "done"),
    ]


def test_a_fan_draws_bands_under_lines_and_says_where_they_end() -> None:
    spreads = [
        {"at": f"2026-03-0{day}", "low": -0.1 * day, "middle": 0.1 * day, "high": 0.3 * day}
        for day in (1, 2)
    ]
    chart = fan(
        [{"name": "coupon", "spreads": spreads}, {"name": "without", "spreads": spreads[:1]}],
        measure="chance",
        form="percent",
        marks=[{"at": "2026-03-01", "name": "coupon"}],
    )
    low, width, *_, line, without = chart.option["series"]
    assert (low["data"][1][1], width["data"][1][1]) == (-20.0, 80.0)
    assert low["stack"] == width["stack"] != chart.option["series"][2]["stack"]
    assert [point["value"][1] for point in line["data"]] == [10.0, 20.0]
    assert line["markLine"]["data"][0]["name"] == "coupon"
    assert "markLine" not in without
    assert chart.label == (
        "chance: coupon 20.0\xa0% [\u221220.0, 60.0] at 2026-03-02; "
        "without 10.0\xa0% [\u221210.0, 30.0] at 2026-03-01."
    )
    assert [row[2] for row in chart.table.cells] == ["10.0\xa0% [\u221210.0, 30.0]", "–"]
