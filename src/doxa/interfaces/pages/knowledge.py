"""How much of the base rate's loss each way of knowing people removes."""

from __future__ import annotations

from doxa.fidelity.headline import remembering
from doxa.fidelity.ladder import PERSONA, TWIN, Ladder, Step
from doxa.interfaces.pages.rungs import metric_name, rung_name, subset_name
from doxa.report import Card, Chart, Note, ladder
from doxa.report.charts.ladder import Rung
from doxa.report.number import finite, spell
from doxa.report.page import Block

_MOST = 0.5
ALIKE = "All rows came out alike: nothing tells forecasts apart."
ABSENT = "There are no personas to compare with: nobody has traits."


def removed(step: Step | None) -> float | None:
    """The share of the base rate's loss that a rung removes, None where there is none."""
    return finite(step.skill_over_base[0]) if step and step.skill_over_base else None


def knowledge_cards(found: Ladder) -> tuple[Card, ...]:
    """Shares removed by persona, by remembering the person, and by the twin."""
    notes = {
        PERSONA: "what static traits know of people",
        TWIN: "what the twin knows beyond treating all alike",
    }
    steps = (found.step(PERSONA), remembering(found), found.step(TWIN))
    return tuple(
        Card(
            f"{rung_name(step.name)}: share of the base rate's loss removed",
            step.skill_over_base[0],
            low=step.skill_over_base[1],
            high=step.skill_over_base[2],
            claim=False,
            note=notes.get(step.name, "what remembering the person at all knows"),
        )
        for step in steps
        if step and step.skill_over_base
    )


def knowledge_blocks(found: Ladder) -> list[Block]:
    """What the shares mean, and a chart of them; where all came out alike, that alone."""
    if found.alike:
        return [Note(f"{subset_name(found.subset).capitalize()}: {ALIKE}")]
    return [knowledge_note(found), knowledge_chart(found)]


def knowledge_chart(found: Ladder) -> Chart:
    """The same shares of every rung as bars."""
    who = subset_name(found.subset)
    return ladder(
        [_rung(step) for step in found.steps if step.skill_over_base],
        measure="share of the base rate's loss removed",
        form="percent",
        title=f"How much knowing people helps: {who}",
        caption=(
            "How to read it: the base rate treats all people alike and stands at 0 %; a longer bar"
            " is a way of knowing people that leaves less to surprise."
        ),
    )


def knowledge_note(found: Ladder) -> Note:
    """What the shares mean, said plainly, whichever way they fell."""
    persona = found.step(PERSONA)
    parts = [f"{subset_name(found.subset).capitalize()}:", _personas(found, persona)]
    parts.append(_remembered(found))
    return Note(" ".join(part for part in parts if part))


def _personas(found: Ladder, persona: Step | None) -> str:
    if persona is None:
        return ABSENT.replace("There are", "there are", 1)
    return (
        f"static traits remove {_share(persona)} of the {metric_name(found.loss)} of the"
        " population's base rate."
    )


def _remembered(found: Ladder) -> str:
    rival, twin = remembering(found), found.step(TWIN)
    simple, whole = removed(rival), removed(twin)
    if rival is None or simple is None or whole is None:
        return "" if whole is None else f"The twin removes {_share(twin)}."
    told = (
        f"Remembering each person at all, by {rung_name(rival.name)} alone, removes"
        f" {_share(rival)}; the twin removes {_share(twin)}."
    )
    return f"{told} {_weighed(simple, whole)}"


def _weighed(simple: float, whole: float) -> str:
    gain = whole - simple
    if gain < 0:
        return "Here the twin does worse than that simple memory."
    points = f"{100 * gain:.1f} percentage points"
    if simple >= _MOST * whole:
        return f"So most of the knowledge is in remembering the person at all; the rest of the twin adds {points}."
    return f"So the twin knows {points} more than a simple memory does."


def _share(step: Step | None) -> str:
    return spell(removed(step), "percent")


def _rung(step: Step) -> Rung:
    skill = step.skill_over_base or [float("nan")] * 3
    return {
        "name": rung_name(step.name),
        "value": skill[0],
        "low": skill[1],
        "high": skill[2],
        "twin": step.name == TWIN,
    }
