"""Made-up reports and portraits; no number here was measured."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from doxa.domain.clock import DAY
from doxa.domain.node import Address, NodeKind
from doxa.fidelity.calibration import Calibration
from doxa.fidelity.ladder import Ladder, Step
from doxa.fidelity.report import BarResult, FidelityReport, Origins, RowReport
from doxa.interfaces.pages.portrait import Portrait
from doxa.reading.opinion import Opinion
from doxa.runtime.forecasts import Forecast, Reason
from doxa.runtime.held import Held
from doxa.runtime.living.course import Course
from doxa.runtime.living.named import Named, Said
from doxa.runtime.living.shifts import Reaches, shifts
from doxa.runtime.living.tracks import Reading, Track
from doxa.runtime.timeline import NodeTimeline, Piece, Point, Turn

ATTACK = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>{{7*7}}'
NAN = math.nan
LOSSES = {"base": 0.24, "persona": 0.23, "lifetime": 0.199, "one_band": 0.197, "twin": 0.194}


def step(name: str, losses: dict[str, float], auc: float = 0.8) -> Step:
    loss = losses[name]

    def skill(over: str) -> list[float] | None:
        if over == name or over not in losses:
            return None
        value = 1 - loss / losses[over]
        return [value, value - 0.01, value + 0.01]

    return Step(
        name=name,
        loss=[loss, loss - 0.005, loss + 0.005],
        metrics={"log_loss": loss, "auc": auc, "auc_within_twin": auc - 0.1},
        skill_over_base=skill("base"),
        skill_over_persona=skill("persona"),
        chosen={"half_life": math.inf, "worth": 0.5} if name == "lifetime" else {},
    )


def ladder_of(subset: str, losses: dict[str, float], people: int = 2469) -> Ladder:
    return Ladder(
        subset=subset,
        loss="log_loss",
        rows=people * 480,
        people=people,
        mean=0.07,
        steps=[step(name, losses) for name in losses],
    )


def row_of(ladders: list[Ladder], **more: Any) -> RowReport:
    told: dict[str, Any] = {
        "name": "buys",
        "outcome": "buys_within_week",
        "fit_rows": 1_777_680,
        "fit_people": 2469,
        "scored_rows": 1_185_120,
        "unresolved": 12,
        "left_out": 7,
        "not_built": ["boosted"],
        "ladders": ladders,
        "calibration": Calibration(
            forecast=[0.01, 0.1, 0.4],
            observed=[0.012, 0.09, 0.41],
            count=[900, 900, 900],
            error=0.002,
            reliability=0.0001,
            resolution=0.011,
            uncertainty=0.064,
        ),
        "bars": [
            BarResult(
                subset="all", metric="log_loss", low=None, high=0.1955, value=0.194, reached=True
            )
        ],
        "ridge": 10.0,
        "columns": 115,
        "seconds": {"fit": 18.3, "score": 7.1},
        "fit_origins": Origins(first=1_495_324_800_000_000, last=1_504_915_200_000_000, count=9),
        "score_origins": Origins(first=1_506_816_000_000_000, last=1_512_864_000_000_000, count=6),
    }
    return RowReport(**{**told, **more})


def report_of(rows: list[RowReport], bars: list[BarResult] | None = None) -> FidelityReport:
    return FidelityReport(
        product="grocery",
        people=2469,
        signals=1_637_116,
        variants=len(rows),
        rows=rows,
        bars=bars or [],
    )


def opinion(status: str = "held", credence: float = 0.8, **more: Any) -> Opinion:
    told: dict[str, Any] = {
        "credence": credence,
        "native": credence,
        "uncertainty": 0.2,
        "truth": "true",
        "status": status,
        "change": 0.0,
        "ambivalence": 0.0,
        "disagreement": 0.0,
        "solidity": 0.3,
        "trend": 0.1,
        "support": 3.0,
        "attack": 0.5,
        "evidence": 3.5,
        "occasions": 9,
        "first": 0,
        "newest": 40 * DAY,
        "dissolves": None,
        "mean": None,
        "spread": None,
        "rate": None,
        "base": 0.3,
        "assumed": False,
    }
    return Opinion(**{**told, **more})


def held(member: str = "MILK", says: str | None = None, **more: Any) -> Held:
    return Held(
        node=Address("buys", (member,)),
        kind=NodeKind.PREFERENCE,
        says=f"Buys {member}." if says is None else says,
        opinion=opinion(**more),
        met=True,
    )


def timeline_of(words: str = "Buys MILK.", points: int = 80) -> NodeTimeline:
    return NodeTimeline(
        twin="h42",
        node=Address("buys", ("MILK",)),
        says=words,
        clock="time",
        points=tuple(
            Point(
                at=day * DAY,
                credence=0.5 + 0.4 * math.sin(day / 9) ** 2,
                uncertainty=0.2,
                low=0.4,
                high=0.95,
                status="held" if day > points // 4 else "forming",
            )
            for day in range(points)
        ),
        evidence=tuple(
            Piece(at=day * DAY, channel="count", weight=1.0, value=2.5, kind=words, source="till")
            for day in range(0, points, 4)
        ),
        turns=(Turn(at=points // 4 * DAY, status="held"),),
    )


def course_of(words: str = "Wants to cook.") -> Course:
    """A goal with a part, a feeling and a constraint over ten days; its signals speak of both goals."""
    whole, part = Address("eat"), Address("cook", (words,))
    sad, moving = Address("sad"), Address("moving")

    def read(day: int, status: str, **more: Any) -> Reading:
        told = {"credence": 0.6, "uncertainty": 0.3, "mean": None, **more}
        return Reading(at=day * DAY, status=status, **told)

    def track(node: Address, kind: NodeKind, readings: list[Reading], **more: Any) -> Track:
        told = {"scale": None, "part_of": (), "deadline": None, "met": True, **more}
        return Track(node=node, kind=kind, says=words, readings=tuple(readings), **told)

    cooked = Named(
        id="c",
        kind="cooked",
        source="self",
        at=4 * DAY,
        sitting=1,
        says=(
            Said(node=part, way="done", amount=1.0),
            Said(node=whole, way="for", amount=1.0),
            Said(node=sad, way="value", amount=2.0),
        ),
    )
    goals = [
        track(
            whole,
            NodeKind.GOAL,
            [
                read(0, "active", progress=0.0, motivation=0.1),
                read(4, "advancing", progress=0.5, motivation=0.2),
                read(9, "stalled", progress=0.5, motivation=0.1, reasons=("it is late",)),
            ],
        ),
        track(
            part,
            NodeKind.GOAL,
            [read(0, "active", progress=0.0), read(4, "achieved", progress=1.0)],
            part_of=(whole,),
            deadline=5 * DAY,
        ),
    ]
    felt = [read(4, "forming", mean=2.0), read(9, "held", mean=5.0, uncertainty=0.9)]
    tracks = (
        *goals,
        track(sad, NodeKind.FEELING, felt, scale=(7.0, 1.0)),
        track(moving, NodeKind.CONSTRAINT, [read(1, "upcoming"), read(2, "active")]),
    )
    reach = Reaches(*[lambda other: True] * 2)
    found = [shift for each in tracks for shift in shifts(each, reach, (cooked,))]
    found.sort(key=lambda each: each.at)
    return Course(
        twin="h42",
        as_of=10 * DAY,
        clock="time",
        signals=(cooked,),
        tracks=tracks,
        shifts=tuple(found),
    )


def portrait_of(words: str = "Buys MILK.", **more: Any) -> Portrait:
    told: dict[str, Any] = {
        "twin": "h42",
        "as_of": 80 * DAY,
        "clock": "time",
        "met": True,
        "traits": {"age": "45-54", "income": words},
        "nodes": (
            held("MILK", words),
            held("BREAD", status="forming", credence=0.3),
            held("BEER", status="contested"),
            held("HOT DOGS", status="fading", credence=0.1),
        ),
        "timelines": (timeline_of(words), timeline_of("Shops here.", 30)),
        "course": course_of(words),
        "forecasts": (
            Forecast(
                twin="h42",
                outcome="buys_within_week",
                item=words,
                probability=0.62,
                predictor=0.5,
                base=-3.0,
                reasons=[Reason("buys", words, 3.1), Reason("shops", "", -0.2)],
                origin=80 * DAY,
                closes=87 * DAY,
                version=1,
                label="backtest",
            ),
        ),
        "yes_or_no": frozenset({"buys_within_week"}),
    }
    return Portrait(**{**told, **more})


@pytest.fixture
def full() -> FidelityReport:
    """One row with a persona, and a subset of the people who have one."""
    some = {**LOSSES, "base": 0.344, "persona": 0.342}
    return report_of([row_of([ladder_of("all", LOSSES), ladder_of("demographics", some, 801)])])


@pytest.fixture
def without_persona() -> FidelityReport:
    losses = {name: loss for name, loss in LOSSES.items() if name != "persona"}
    return report_of([row_of([ladder_of("all", losses)])])


@pytest.fixture
def make() -> Callable[..., FidelityReport]:
    """A report of one row with the given losses of everybody."""
    return lambda losses, **more: report_of([row_of([ladder_of("all", losses)], **more)])
