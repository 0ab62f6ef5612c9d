"""Goals, feelings and constraints on a page: charts, and every change with its signals."""

from __future__ import annotations

from msgspec.structs import replace
from tests.pages.conftest import course_of

from doxa.domain.clock import DAY
from doxa.interfaces.pages import captions
from doxa.interfaces.pages.changes import numbered, signal_words
from doxa.interfaces.pages.course import MOST_LANES, course_blocks
from doxa.report import Chart, Table
from doxa.runtime.living.named import Said
from doxa.runtime.living.shifts import Shift


def blocks_of(course, **how):
    blocks = course_blocks(course, **how)
    charts = {block.title: block for block in blocks if isinstance(block, Chart)}
    [table] = [block for block in blocks if isinstance(block, Table)]
    return charts, table


def test_goals_feelings_and_constraints_each_have_their_chart():
    charts, _ = blocks_of(course_of("soup"))
    assert list(charts) == [
        "What they want, and how it stands",
        "What moves them: eat",
        "How they feel",
        "What binds them, and when",
    ]
    lanes = charts["What they want, and how it stands"]
    assert lanes.option["yAxis"]["data"] == ["eat", "soup"]
    assert [cells[2] for cells in lanes.table.cells if cells[0] == "soup"] == [
        "active",
        "achieved",
        "done",
        "due",
    ]


def test_every_change_is_a_row_with_its_signals():
    _, table = blocks_of(course_of("soup"))
    rows = [cells[1:] for cells in table.cells]
    assert ("1970-01-01", "eat, soup formed", "none: time passed") in rows
    advanced = (
        "eat advancing; eat progress rose: 0.0\u00a0% \u2192 50.0\u00a0%; soup achieved; sad formed"
    )
    assert [row[2] for row in rows if row[0] == "1970-01-05"] == ["cooked soup (sad 2)"]
    assert [row[1] for row in rows if row[0] == "1970-01-05"] == [advanced.partition("; sad")[0]]
    assert rows[-1] == ("1970-01-10", "eat stalled (it is late)", "none: time passed")


def test_numbers_on_the_charts_are_those_of_the_rows():
    course = course_of("soup")
    charts, table = blocks_of(course)
    [flags] = [
        each
        for each in charts["What they want, and how it stands"].option["series"]
        if each.get("renderItem") == "flag"
    ]
    assert [each["name"] for each in flags["data"]] == [cells[0] for cells in table.cells]
    assert [each.number for each in numbered(course)] == list(range(1, len(table.rows) + 1))


def test_what_is_hardly_known_leaves_a_gap_in_the_line():
    charts, _ = blocks_of(course_of())
    line = [each for each in charts["How they feel"].option["series"] if "markLine" in each]
    assert [each["value"][1] for each in line[0]["data"]] == [2.0, None]


def test_many_goals_are_cut_and_say_so():
    course = course_of()
    goal = course.tracks[0]
    many = tuple(replace(goal, says=str(n)) for n in range(MOST_LANES + 3))
    charts, _ = blocks_of(replace(course, tracks=many))
    lanes = charts["What they want, and how it stands"]
    assert "3 more goals are not drawn" in lanes.caption
    assert len(lanes.option["yAxis"]["data"]) == MOST_LANES


def test_no_goals_feelings_or_constraints_no_blocks():
    course = course_of()
    assert course_blocks(replace(course, tracks=(), shifts=(), signals=())) == []
    charts, table = blocks_of(course, half=True)
    assert table.half
    assert all(chart.half for chart in charts.values())


def test_a_signal_in_words_names_members_and_values():
    assert signal_words(course_of("soup").signals[0]) == "cooked soup (sad 2)"


def test_what_speaks_against_a_part_is_drawn_there_alone():
    course = course_of("soup")
    whole, part = course.tracks[0].node, course.tracks[1].node
    missed = replace(
        course.signals[0],
        id="m",
        kind="missed",
        says=tuple(Said(node=node, way="against", amount=1.0) for node in (whole, part)),
    )
    charts, _ = blocks_of(replace(course, signals=(*course.signals, missed)))
    lanes = charts["What they want, and how it stands"]
    assert [cells[0] for cells in lanes.table.cells if cells[2] == "against"] == ["soup"]
    assert captions.ONCE in lanes.caption
    assert captions.ONCE not in blocks_of(course)[0]["What they want, and how it stands"].caption


def test_captions_explain_what_is_on_the_chart_and_no_more():
    course = course_of("soup")
    caption = blocks_of(course)[0]["What they want, and how it stands"].caption
    assert "stalled: past the moment it was due" in caption
    assert "blocked" not in caption
    moved = blocks_of(course)[0]["What moves them: eat"].caption
    assert captions.DONE not in moved
    done = replace(course.tracks[0], readings=(course.tracks[1].readings[-1],))
    charts, _ = blocks_of(replace(course, tracks=(done, *course.tracks[1:])))
    assert captions.DONE in charts["What moves them: eat"].caption


def test_a_long_time_without_signals_is_folded():
    course = course_of("soup")
    daily = tuple(replace(course.signals[0], id=str(day), at=day * DAY) for day in range(9))
    charts, _ = blocks_of(replace(course, signals=daily, as_of=400 * DAY))
    felt = charts["How they feel"]
    [silence] = felt.option["xAxis"][0]["breaks"]
    assert silence["start"] >= 9 * DAY // 1000
    assert captions.SILENCE in felt.caption


def test_a_fall_of_what_is_bad_is_better():
    course = course_of("soup")
    sad = next(track for track in course.tracks if track.scale == (7.0, 1.0))
    told = Shift(
        node=sad.node,
        what="fell",
        of="mean",
        since=DAY,
        at=4 * DAY,
        before=6.0,
        after=2.0,
        reasons=(),
        signals=course.signals,
    )
    _, table = blocks_of(replace(course, shifts=(told,)))
    assert [cells[2] for cells in table.cells] == ["sad fell: 6 \u2192 2 (better)"]
