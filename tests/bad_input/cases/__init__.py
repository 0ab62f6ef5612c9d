"""All wrong inputs, by area; each module is a list of them."""

from __future__ import annotations

from tests.bad_input.case import Case
from tests.bad_input.cases import (
    audits,
    evaluations,
    facade,
    files,
    forgetting,
    huge,
    identity,
    maps,
    names,
    populations,
    questions,
    scenarios,
    signals,
    tables,
    times,
)

AREAS: dict[str, list[Case]] = {
    "Belief maps": maps.CASES,
    "Evaluation files": evaluations.CASES,
    "Tables": tables.CASES,
    "Signals": signals.CASES,
    "Files and stores": files.CASES,
    "Times and zones": times.CASES,
    "Ids and text": names.CASES,
    "Huge values": huge.CASES,
    "Questions": questions.CASES,
    "Scenarios": scenarios.CASES,
    "Populations and recorded forecasts": populations.CASES,
    "Audits and features": audits.CASES,
    "Identity": identity.CASES,
    "Forgetting": forgetting.CASES,
}
"""Wrong commands by area."""

PYTHON: list[Case] = facade.CASES
"""Wrong calls from Python."""
