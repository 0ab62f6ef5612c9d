"""Effects of actions on the fidelity page: simulated beside real, labelled, and whom to choose."""

from __future__ import annotations

import pytest
from tests.pages.conftest import ATTACK, LOSSES, ladder_of, report_of, row_of

from doxa.domain.ground import Seen, grounds_of
from doxa.fidelity.experiment import ActionEffect
from doxa.interfaces.cli.effect_lines import effect_lines
from doxa.interfaces.pages.fidelity import fidelity_page
from doxa.report import render


def effect_of(name: str, *, inside: bool = True, targeting: bool = True) -> ActionEffect:
    rungs = ("twin", "persona", "random") if targeting else ()
    return ActionEffect(
        action=name,
        label=grounds_of(Seen(what=name, randomised=True, treated=400, control=900)),
        people=1300,
        treated=400,
        control=900,
        simulated=[0.0791, 0.0713, 0.0869],
        real=[0.0855, 0.0734, 0.0975],
        inside=inside,
        slope=1.02,
        contrast=None,
        adjusted=[0.0827, 0.071, 0.0945],
        ratios={"twin": 0.9725, "lifetime": 0.9821},
        qini={rung: [0.005, 0.0021, 0.0078] for rung in rungs},
        share=0.5,
        policies={rung: [0.3486, 0.3396, 0.3575] for rung in rungs},
        leads={"persona over random": [0.0024, -0.0029, 0.0074]} if targeting else {},
    )


def page_of(*effects: ActionEffect) -> str:
    row = row_of([ladder_of("all", LOSSES)], effects=list(effects))
    return render(fidelity_page(report_of([row]), command="doxa fidelity letters.yaml"))


def test_an_effect_stands_beside_what_chance_found_with_its_label() -> None:
    html = page_of(effect_of("neighbors"))
    assert "simulated 0.0791 [0.0713, 0.0869]" in html
    assert "identified: Chance gave neighbors to 400 people like these" in html
    assert "Whom to choose" in html
    assert "persona over chance" in html
    assert "tells nothing apart" in html


def test_nothing_is_said_of_targeting_that_was_not_asked() -> None:
    html = page_of(effect_of("training", targeting=False))
    assert "What actions do" in html
    assert "Whom to choose" not in html


def test_a_page_without_effects_has_no_such_section() -> None:
    assert "What actions do" not in page_of()


def test_names_are_text() -> None:
    assert ATTACK not in page_of(effect_of(ATTACK))


@pytest.mark.parametrize(("inside", "word"), [(True, ", inside what"), (False, ", OUTSIDE what")])
def test_lines_say_whether_they_agree(inside: bool, word: str) -> None:
    told = "\n".join(effect_lines([effect_of("neighbors", inside=inside)]))
    assert word in told
    assert "real +0.0855 [+0.0734, +0.0975]; 400 units against 900" in told
    assert "identified: Chance gave neighbors" in told
    assert "0.972 by twin" in told or "0.973 by twin" in told
