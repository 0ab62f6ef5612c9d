"""Shoppers who choose at a shelf and the head fitted to their choices; what comes along a walk of pupils."""

from __future__ import annotations

import pytest
from tests.heads.test_choice import MAP, OUTCOME, TIMES, shoppers
from tests.simulation.school import school, signal

from doxa.beliefmap.columns import Floats
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead
from doxa.learning.population import fit_population
from doxa.simulation import course as courses
from doxa.simulation.signals import Coming
from doxa.simulation.walk import Walk

PATHS = 2


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of(shoppers(30, seed=4), MAP, [OUTCOME])


@pytest.fixture(scope="module")
def head(past: Past) -> ChoiceHead:
    return fit_population(past, [OUTCOME], TIMES).choices["takes"]


@pytest.fixture(scope="module")
def rows(past: Past) -> Rows:
    found = at_signals(OUTCOME, past)
    return found.take(found.seen.at == TIMES - 1)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Signal]]:
    """Takes down what comes along a walk of the school, as signals of the ledger."""
    found: list[tuple[int, Signal]] = []
    happen, names = courses.happen, school().names

    def note(walk: Walk, coming: Coming, trust: Floats) -> None:
        for place in range(len(coming)):
            row, at = int(coming.row[place]), int(coming.at[place])
            told = {
                name: values[place] if isinstance(values, list) else float(values[place])
                for name, values in coming.fields.items()
            }
            twin, order = names[row // PATHS], int(coming.kind == "quiz")
            found.append((row, signal(f"d{len(found)}", twin, coming.kind, at, told, order)))
        happen(walk, coming, trust)

    monkeypatch.setattr(courses, "happen", note)
    return found
