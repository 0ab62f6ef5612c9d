"""A page as a fidelity report would fill it; every number is made up."""

import math
from collections.abc import Callable

import pytest

from doxa.report import (
    Card,
    Chart,
    Column,
    Note,
    Origin,
    Page,
    Section,
    Table,
    curve,
    histogram,
    ladder,
    pairs,
    reliability,
    timeline,
)

ATTACK = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>{{7*7}}'


def sample_ladder(name: str = "twin") -> Chart:
    rungs = [
        ("population base rate", 0.3444, 0.3391, 0.3497),
        ("static persona", 0.3417, 0.3364, 0.3470),
        ("own lifetime rate", 0.2987, 0.2938, 0.3036),
        ("one-band decayed rate, 90 days", 0.2967, 0.2919, 0.3015),
        (name, 0.2923, 0.2876, 0.2970),
    ]
    return ladder(
        [
            {"name": rung, "value": value, "low": low, "high": high, "twin": rung == name}
            for rung, value, low, high in rungs
        ],
        bar=0.2955,
        title="Log-loss of forecasts: buys a category within 7 days",
        caption="Whiskers: 95 % intervals by resampling people. Lower is better.",
    )


def sample_reliability() -> Chart:
    counts = [41200, 12100, 6100, 3900, 2800, 2100, 1700, 1300, 900, 400]
    groups = []
    for step, count in enumerate(counts):
        forecast = 0.05 + step / 10
        observed = forecast + 0.03 * math.sin(step)
        half = 1.96 * math.sqrt(observed * (1 - observed) / count * 6)
        groups.append((forecast, observed, observed - half, observed + half, count))
    return reliability(
        [
            {"forecast": f, "observed": o, "low": low, "high": high, "count": count}
            for f, o, low, high, count in groups
        ],
        outcome="buys within a week",
        title="When we said 30 %, did it happen 30 % of the time?",
        caption="Ten groups of forecasts; the dashed line is perfect calibration.",
    )


def sample_histogram() -> Chart:
    heights = [3, 9, 22, 51, 97, 154, 181, 142, 83, 38, 15, 6]
    return histogram(
        [
            {"low": -0.2 + 0.05 * i, "high": -0.15 + 0.05 * i, "count": n}
            for i, n in enumerate(heights)
        ],
        measure="skill over the persona",
        form="percent",
        marks=[{"at": 0.0, "name": "no skill"}, {"at": 0.121, "name": "median"}],
        even=66.75,
        title="Skill person by person",
        caption="801 households with demographics.",
    )


def sample_timeline(words: str = "Everything got dearer again.") -> Chart:
    days = range(1, 61, 2)
    points = [(f"2026-{3 + d // 31:02d}-{1 + d % 30:02d}", day_credence(d)) for d in days]
    return timeline(
        [
            {
                "at": at,
                "credence": math.nan if i == 12 else c,
                "low": None if i == 12 else max(0, c - 0.3 / (1 + i / 8)),
                "high": None if i == 12 else min(1, c + 0.3 / (1 + i / 8)),
            }
            for i, (at, c) in enumerate(sorted(set(points)))
        ],
        node="The prices here are fair.",
        evidence=[
            {"at": "2026-03-04T09:12Z", "stance": "for", "weight": 0.2, "text": "bought on offer"},
            {"at": "2026-03-09T18:30Z", "stance": "for", "weight": 0.6, "text": "Good value."},
            {"at": "2026-03-19T11:02Z", "stance": "against", "weight": 1.0, "text": words},
            {"at": "2026-04-02T08:00Z", "stance": "against", "weight": 0.5, "text": words},
            {"at": "2026-04-20T16:45Z", "stance": "for", "weight": 1.0},
        ],
        changes=[
            {"at": "2026-03-09T18:30Z", "status": "held"},
            {"at": "2026-03-19T11:02Z", "status": "contested"},
            {"at": "2026-04-20T16:45Z", "status": "held"},
        ],
        title="h42: the prices here are fair",
        caption="Line: credence. Band: 95 %. Ticks: evidence for and against; taller weighs more.",
    )


def day_credence(day: int) -> float:
    return 0.6 + 0.2 * math.sin(day / 7) * math.exp(-day / 60)


def sample_pairs(name: str = "income") -> Chart:
    return pairs(
        [
            {"name": name, "first": 0.02, "first_low": 0.01, "first_high": 0.03,
             "second": 0.004, "second_low": -0.002, "second_high": 0.01},
            {"name": "age", "first": 0.011, "first_low": 0.005, "first_high": 0.017,
             "second": -0.003, "second_low": -0.008, "second_high": 0.002},
        ],
        names=("alone", "beside the twin"),
        measure="share of the loss removed",
        title="What each field says",
    )  # fmt: skip


def sample_curve(name: str = "twin") -> Chart:
    told = [("0", 0.35, 0.36, 0.4), ("1-5", 0.3, 0.33, 0.41), (name, 0.2, 0.29, 0.4)]
    return curve(
        [
            {"name": step, "values": values, "low": values[0] - 0.02, "high": values[0] + 0.02}
            for step, *values in told
        ],
        [name, "without own effects", "base rate"],
        along=f"signals known of {name}",
        title="From the first forecast to the latest",
    )


def sample_table(name: str = "twin") -> Table:
    columns = (
        Column("who", "forecaster"),
        Column("loss", "log-loss", "loss", low="low", high="high"),
        Column("auc", "AUC", "score"),
        Column("removed", "of base-rate loss removed", "percent"),
        Column("people", "people", "count"),
    )
    rows = (
        {"who": "static persona", "loss": 0.3417, "low": 0.3364, "high": 0.347, "auc": 0.655,
         "removed": 0.008, "people": 801},
        {"who": name, "loss": 0.2923, "low": 0.2876, "high": 0.297, "auc": 0.802,
         "removed": 0.151, "people": 801, "twin": True},
        {"who": "oracle", "loss": math.nan, "people": 801},
    )  # fmt: skip
    return Table(columns, rows, caption="The same rows for every forecaster.", strong="twin")


def sample_page(name: str = "twin") -> Page:
    return Page(
        title="Fidelity of grocery",
        lede="How well forecasts held against what 801 households then did, on days 273 to 343.",
        origin=Origin(
            "doxa fidelity grocery.db --report fidelity.html",
            "0.1.0",
            (("population", "7"), ("seed", "1"), ("variants compared on scored rows", "1")),
        ),
        cards=(
            Card("skill over your personas", 0.151, low=0.142, high=0.160),
            Card("log-loss of the twin", 0.2923, "loss", 0.2876, 0.297, claim=False),
            Card("skill over the best simple rival", 0.0042, low=-0.0011, high=0.0095),
        ),
        sections=(
            Section("The ladder", (
                Note("Every rung forecasts the same rows; every rival is fitted fairly."),
                sample_ladder(name),
                Note("The first bar, 0.2955, is reached.", "good"),
                sample_table(name),
            )),
            Section("Calibration and spread", (sample_reliability(), sample_histogram())),
            Section("Fields", (sample_pairs(name),)),
            Section("Learning", (sample_curve(name),)),
            Section("One person", (sample_timeline(name), Note("A bar is missed.", "bad"))),
        ),
    )  # fmt: skip


@pytest.fixture
def charts() -> list[Chart]:
    return [
        sample_ladder(),
        sample_reliability(),
        sample_histogram(),
        sample_timeline(),
        sample_pairs(),
        sample_curve(),
    ]


@pytest.fixture
def page_of() -> Callable[[str], Page]:
    """A sample page in which the twin, and the words of a person, are the given text."""
    return sample_page


@pytest.fixture
def page() -> Page:
    return sample_page()


@pytest.fixture
def attack() -> str:
    return ATTACK
