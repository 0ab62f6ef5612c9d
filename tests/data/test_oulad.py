"""Enrolments at an open university: the tables, the goal they feed, and who is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

import doxa
from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.beliefmap.tables import Constant, Tables
from doxa.beliefmap.tables_file import load_tables, parse_tables
from tests.data.sets import REPOSITORY, data_set

OULAD = REPOSITORY / "benchmarks/fidelity/oulad"


@pytest.mark.data
def test_the_cohorts_are_those_of_the_definition(tmp_path: Path) -> None:
    """Who is asked follows from traits, beginnings and leavings alone: the rest is left out here."""
    evaluation = load_evaluation(OULAD / "evaluation.yaml")
    told = load_tables(OULAD / "tables.yaml").tables
    asked = [Constant(value=kind) for kind in ("traits", "started", "left")]
    few = Tables(tables=tuple(table for table in told if table.kind in asked))
    with doxa.open(tmp_path / "oulad.db", OULAD / "map.yaml") as twins:
        receipt = twins.backfill(few, folder=data_set("oulad"))
        assert (receipt.rejected, receipt.duplicates) == (0, 0)
        report = twins.fidelity(evaluation)
    [row] = report.rows
    assert report.people == 21_333
    assert (row.fit_rows, row.scored_rows, row.unresolved) == (11_357, 6_186, 0)
    ladder = row.ladder("all")
    assert ladder is not None
    assert ladder.mean == pytest.approx(992 / 6_186)


@pytest.mark.data
def test_a_student_takes_up_the_module_and_hands_in_its_parts(tmp_path: Path) -> None:
    tables = (OULAD / "tables.yaml").read_text("utf-8")
    for name in ("student", "student_registration", "student_assessment"):
        chosen = f"(select * from '{name}.parquet' where id_student in (28400, 30268))"
        tables = tables.replace(f"'{name}.parquet'", chosen)
    with doxa.open(tmp_path / "slice.db", OULAD / "map.yaml") as twins:
        twins.backfill(parse_tables(tables), folder=data_set("oulad"))
        course = twins.twin("28400/AAA/2013J").course()
        goals = twins.twin("28400/AAA/2013J", 60).goals()
        left = twins.twin("30268/AAA/2013J").course()
    kinds = [signal.kind for signal in course.signals]
    assert kinds.count("submitted") == 5
    assert kinds[0] == "registered"
    assert [(str(goal.node), goal.progress) for goal in goals[:3]] == [
        ("complete", 0.4),
        ("hand_in[TMA 1]", 1.0),
        ("hand_in[TMA 2]", 1.0),
    ]
    assert [goal.deadline for goal in goals[1:]] == [19, 54, 117, 166, 215]
    done = [each for each in course.shifts if each.what == "achieved"]
    assert next((str(each.node), [one.kind for one in each.signals]) for each in done) == (
        "hand_in[TMA 1]",
        ["submitted"],
    )
    assert [signal.kind for signal in left.signals] == ["registered", "left"]
