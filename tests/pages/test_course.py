"""Goals, feelings and constraints on a page: charts, and every change with its signals."""

from __future__ import annotations

from msgspec.structs import replace
from tests.pages.conftest import course_of

from doxa.interfaces.pages.changes import numbered, signal_words
from doxa.interfaces.pages.course import MOST_LANES, course_blocks
from doxa.report import Chart, Table


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
    assert lanes.option["yAxis"]["data"] == ["change", "eat", "soup"]
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
        if each.get("silent")
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
    assert len(lanes.option["yAxis"]["data"]) == MOST_LANES + 1


def test_no_goals_feelings_or_constraints_no_blocks():
    course = course_of()
    assert course_blocks(replace(course, tracks=(), shifts=(), signals=())) == []
    charts, table = blocks_of(course, half=True)
    assert table.half
    assert all(chart.half for chart in charts.values())


def test_a_signal_in_words_names_members_and_values():
    assert signal_words(course_of("soup").signals[0]) == "cooked soup (sad 2)"
