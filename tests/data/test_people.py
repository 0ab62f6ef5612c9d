"""Real and false people: the same signals at the same moments, in another order."""

from __future__ import annotations

import random

import pytest
from benchmarks.people.__main__ import pairs
from benchmarks.people.page import pairs_page
from benchmarks.people.sets import EMA
from benchmarks.people.shuffling import shuffled
from hypothesis import given
from hypothesis import strategies as st

from doxa.domain.signal import Signal
from doxa.report import Chart, Table, render
from tests.data.sets import data_set

KINDS = st.sampled_from(["traits", "registered", "submitted", "missed"])


def signal(number: int, kind: str) -> Signal:
    return Signal(
        id=f"s{number}",
        twin="ann",
        kind=kind,
        at=number // 2,
        recorded=0,
        order=number,
        source=kind,
        session=f"day {number // 4}",
        payload={"number": number},
    )


@given(st.lists(KINDS, max_size=12), st.randoms(use_true_random=False))
def test_a_false_twin_has_the_same_signals_at_the_same_moments(
    kinds: list[str], rng: random.Random
) -> None:
    told = [signal(number, kind) for number, kind in enumerate(kinds)]
    found = shuffled(told, ["submitted", "missed"], rng)
    moments = [(each.at, each.order, each.session, each.id) for each in told]
    assert [(each.at, each.order, each.session, each.id) for each in found] == moments
    said = [(each.kind, each.source, each.payload["number"]) for each in told]
    assert sorted((each.kind, each.source, each.payload["number"]) for each in found) == sorted(
        said
    )
    for place, each in enumerate(told):
        if each.kind in ("traits", "registered"):
            assert found[place] == each


@pytest.mark.data
def test_a_page_of_pairs_does_not_say_who_is_real() -> None:
    data = data_set(EMA.name).parent
    found, key = pairs(EMA, data, random.Random(3), count=1)
    page = pairs_page(EMA, found, command="python -m benchmarks.people")
    again, same = pairs(EMA, data, random.Random(3), count=1)
    assert (again, same) == (found, key)
    [(a, b)] = found
    assert [each.at for each in a.signals] == [each.at for each in b.signals]
    assert a.signals != b.signals
    html = render(page)
    assert key[0]["twin"] not in html
    assert "Person 1: A and B" in html
    blocks = [b for section in page.sections for b in section.blocks]
    assert len([b for b in blocks if isinstance(b, Chart)]) == 2
    assert len([b for b in blocks if isinstance(b, Table)]) == 2
