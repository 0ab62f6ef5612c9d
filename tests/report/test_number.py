"""Numbers and moments have one spelling each."""

from datetime import UTC, datetime

import pytest

from doxa.report.moment import When, place, spell_moment
from doxa.report.number import Format, spell, spell_interval


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.151, "percent", "15.1\u00a0%"),
        (-0.0001, "percent", "0.0\u00a0%"),
        (-0.19334, "loss", "−0.1933"),
        (1_469_307, "count", "1,469,307"),
        (0.8284, "score", "0.828"),
        (1234.5, "number", "1,234"),
        (100.0, "number", "100"),
        (0.5, "number", "0.5"),
        (0, "number", "0"),
        (1e-9, "number", "1e−09"),
        (float("nan"), "percent", "–"),
        (float("inf"), "count", "–"),
        (None, "number", "–"),
    ],
)
def test_spelling(value: float | None, form: Format, text: str) -> None:
    assert spell(value, form) == text


def test_an_interval_without_an_end_is_not_spelled() -> None:
    assert spell_interval(0.1, None, "loss") == ""


def test_moments_agree_however_they_are_given() -> None:
    micros = 1_772_359_200_250_000
    moment = datetime(2026, 3, 1, 10, 0, 0, 250_000, UTC)
    given: list[When] = ["2026-03-01T10:00:00.250Z", moment, micros]
    assert {place(at) for at in given} == {micros // 1000}
    assert {spell_moment(at) for at in given} == {"2026-03-01 10:00"}
