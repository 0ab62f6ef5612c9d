"""What a row of an evaluation found beyond its ladders, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import plain, red, table

if TYPE_CHECKING:
    from doxa.fidelity.calibration import Calibration
    from doxa.fidelity.cuts import Cut, CutGroup
    from doxa.fidelity.findings import Findings
    from doxa.fidelity.headline import Headline
    from doxa.fidelity.learning_curve import LearningCurve
    from doxa.fidelity.numbers import Numbers, NumbersPart
    from doxa.fidelity.people import People

CUTS = {
    "evidence": "by signals known of the person",
    "tenure": "by time since their first signal",
    "horizon": "by horizon",
}
"""The cuts that are printed, beside traits; those by volume say much the same as by evidence."""
MOST_TRAITS = 2
_KINDS = {"values": "values", "levels": "levels", "counts": "counts"}


def headline_lines(found: Headline | None) -> list[str]:
    """Skill over personas, and what each way of knowing people takes off the base rate's loss."""
    if found is None:
        return []
    who = "" if found.subset == "all" else f", {plain(found.subset)}"
    lines = []
    if found.alike:
        return [f"  skill over your personas{who}: none can be said, all rows came out alike"]
    if found.skill is None:
        lines.append(f"  skill over your personas{who}: there are none, nobody has traits")
    else:
        told = f"  skill over your personas{who}: {skill(found.skill)}"
        lines.append(told if found.stands else red(f"{told}: {_verdict(found.skill)}"))
    names = {"persona": "personas", "remembering": found.remembering or "", "twin": "the twin"}
    removed = [
        f"{names[key]} {100 * share[0]:.1f} %"
        for key in ("persona", "remembering", "twin")
        if (share := found.removed.get(key))
    ]
    if removed:
        lines.append(f"  of the base rate's loss they remove: {', '.join(removed)}")
    return lines


def _verdict(found: Sequence[float]) -> str:
    return "WORSE THAN YOUR PERSONAS" if found[2] < 0 else "THE INTERVAL SPANS 0"


def finding_lines(found: Findings) -> list[str]:
    """Calibration, numbers, people, cuts and the learning curve."""
    lines = []
    if found.calibration is not None:
        lines += _calibration(found.calibration)
    lines += [
        f"    {each.horizon}: off by {each.calibration.error:.4f} on {each.rows:,} rows"
        for each in found.calibration_by_horizon
    ]
    if found.numbers is not None:
        lines += _numbers(found.numbers)
    if found.people is not None:
        lines += _people(found.people)
    lines += _cuts(found.cuts)
    if found.learning is not None:
        lines += ["", *_learning(found.learning)]
    return ["", *lines] if lines else []


def _calibration(found: Calibration) -> list[str]:
    chance = "" if found.chance is None else f", by chance alone {found.chance:.4f}"
    lines = [f"  calibration: forecasts are off by {found.error:.4f}{chance}"]
    if found.brier is not None:
        lines.append(
            f"  Brier score {found.brier:.4f} = reliability {found.reliability:.4f}"
            f" - resolution {found.resolution:.4f} + uncertainty {found.uncertainty:.4f}"
            f" {'-' if found.within < 0 else '+'} within bins {abs(found.within):.4f}"
        )
    return lines


def _numbers(found: Numbers) -> list[str]:
    rows = [[_KINDS[found.kind], "rows", "CRPS", "95 %", "skill", "in 50 %", "in 80 %", "in 95 %"]]
    rows += [_part(part) for part in (found.all, *found.horizons)]
    note = (
        "  skill is over what fitted people gave; in 80 %: outcomes in the middle of their forecast"
    )
    return [*table(rows, "lrrlrrrr"), note]


def _part(part: NumbersPart) -> list[str]:
    return [
        part.horizon,
        f"{part.rows:,}",
        f"{part.crps[0]:.4f}",
        _ends(part.crps, 4),
        f"{100 * part.skill[0]:.1f} %",
        *(f"{100 * part.coverage[share][0]:.1f}" for share in ("50", "80", "95")),
    ]


def _people(found: People) -> list[str]:
    ratio, low, high = found.spread
    lines = [
        f"  spread: twins differ {ratio:.2f} times as much as people do [{low:.2f}, {high:.2f}]"
    ]
    if found.ceiling is not None:
        top = found.ceiling
        lines.append(
            f"  ceiling: twins and people's means correlate {top.twin:.2f},"
            f" at most {top.ceiling:.2f} by split halves"
        )
    return lines


def _cuts(cuts: Sequence[Cut]) -> list[str]:
    """The cuts in one table, so that their columns stand under each other; not all of many."""
    traits = [cut for cut in cuts if cut.trait is not None]
    shown = [cut for cut in cuts if cut.by in CUTS] + traits[:MOST_TRAITS]
    persona = any(group.persona is not None for cut in shown for group in cut.groups)
    over = "skill over personas" if persona else "skill over base"
    head = ["", "people", "rows", "base", *(["persona"] if persona else []), "twin", over]
    rows = [head]
    for cut in shown:
        title = CUTS.get(cut.by, f"by {plain(cut.trait or cut.by)}")
        rows.append([title, *([""] * (len(head) - 1))])
        rows += [_group(group, persona) for group in cut.groups]
    more = ", ".join(plain(cut.trait or "") for cut in traits[MOST_TRAITS:])
    lines = ["", *table(rows, "l" + "r" * (len(head) - 1))] if shown else []
    return [*lines, *([f"  and by {more}: --json, --html"] if more else [])]


def _group(group: CutGroup, persona: bool) -> list[str]:
    skilled = group.skill_over_persona if persona else group.skill_over_base
    return [
        f"  {plain(group.name)}",
        f"{group.people:,}",
        f"{group.rows:,}",
        f"{group.base[0]:.4f}",
        *([f"{group.persona[0]:.4f}" if group.persona else ""] if persona else []),
        f"{group.twin[0]:.4f}",
        skill(skilled),
    ]


def _learning(found: LearningCurve) -> list[str]:
    own = ["without", "own effects take off"] if found.effects else []
    head = ["forecasts answered before", "people", "rows", "base", "twin", *own]
    rows = [head]
    for point in found.points:
        cells = [f"{point.people:,}", f"{point.rows:,}"]
        cells += [f"{point.base[0]:.4f}", f"{point.twin[0]:.4f}"]
        if found.effects:
            cells.append(f"{point.without[0]:.4f}" if point.without else "")
            cells.append(_gained(point.gain))
        rows.append([f"  {point.answered}", *cells])
    lines = table(rows, "l" + "r" * (len(head) - 1))
    if found.gain is not None:
        lines.append(f"  own effects take {_gained(found.gain)} off the loss over all rows")
    elif found.why:
        lines.append(f"  no own effects: {plain(found.why)}")
    return lines


def _gained(gain: Sequence[float] | None) -> str:
    if gain is None:
        return ""
    ends = "" if gain[1] != gain[1] else f" [{gain[1]:.4f}, {gain[2]:.4f}]"
    return f"{gain[0]:.4f}{ends}"


def _ends(found: Sequence[float], digits: int) -> str:
    return "" if found[1] != found[1] else f"{found[1]:.{digits}f}-{found[2]:.{digits}f}"


def skill(found: Sequence[float] | None) -> str:
    """A skill in percent with its interval; nothing without one."""
    if found is None or found[0] != found[0]:
        return ""
    ends = "" if found[1] != found[1] else f" [{100 * found[1]:.1f}, {100 * found[2]:.1f}]"
    return f"{100 * found[0]:.1f} %{ends}"
