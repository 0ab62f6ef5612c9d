"""What stands under the charts of a course: how to read them, and only what is on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doxa.interfaces.pages.changes import Numbered
    from doxa.runtime.living.tracks import Track

GOALS = {
    "active": "wanted, but nothing was done for it yet",
    "advancing": "something was done for it lately",
    "achieved": "all of it is done",
    "stalled": "past the moment it was due, or nothing was done for long",
    "blocked": "something stands in its way",
    "abandoned": "given up, or not heard of for long",
}
"""What the statuses of goals mean."""

CONSTRAINTS = {
    "upcoming": "known, not begun",
    "active": "it binds them",
    "held": "it binds them",
    "over": "its time has passed",
    "closed": "it was ended",
}
"""What the standings of constraints mean."""

NUMBERS = "Numbers lead to the rows of the table below the charts."
ONCE = "What speaks against a part speaks against the whole too; it is drawn once, at the part."
SILENCE = "A grey strip: a long time without any signal, folded to save room."
DONE = "Motivation falls to 0 once all is done: nothing is left to be moved towards."
LANES = (
    "How to read it: one lane per goal, its parts under it in the order they are due; the colour is"
    " how it stood."
)
MARKS = (
    "A green dot: something was done for it. A red cross: something spoke against it; a figure beside"
    " either, how many at that moment. A dark bar: it is due."
)
SPOKEN = (
    "How to read it: dots are signals for the goal (green, top) and against it (red, bottom); a figure"
    " beside one, how many at that moment."
)
FELT = (
    "How to read it: dots are single answers. Up is always better: scales on which more is worse are"
    " turned over. The line is an average of the answers up to each moment in which newer ones count"
    " more, so it lags behind them a little; green above this person's own average, red below."
)
FELT_OR_NOT = (
    "Where no scale is named, the line is how surely the feeling holds: dots on top are signals for"
    " it, dots at the bottom against it, and up is surer, not better."
)
LULL = "Dashed: no answer for long, the line drifts back to what is usual."
UNKNOWN = "Where the line stops, too little is known."
SESSIONS = "Thin upright lines: a new session begins."
_MOST_NAMED = 12


def caption(*told: str) -> str:
    """Sentences in a row; empty ones are left out.

    Examples
    --------
    >>> caption("One.", "", "Two.")
    'One. Two.'
    """
    return " ".join(each for each in told if each)


def meanings(of: Mapping[str, str], tracks: Iterable[Track]) -> str:
    """What those statuses mean that any of the tracks had."""
    met = {each.status for track in tracks for each in track.readings}
    told = "; ".join(f"{name}: {meaning}" for name, meaning in of.items() if name in met)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def elsewhere(found: Sequence[Numbered], goals: Sequence[Track]) -> str:
    """Which numbers do not stand over the lanes, and where they stand instead."""
    wanted = {goal.node for goal in goals}
    swings = [each for each in found if each.swing]
    numbers = [str(each.number) for each in swings if each.shifts[0].node in wanted]
    if not swings:
        return ""
    if len(numbers) < len(swings):
        return "Those missing here stand in the charts below."
    if len(numbers) > _MOST_NAMED:
        return "Those missing here stand at the commitment below."
    *some, last = numbers
    told = f"{', '.join(some)} and {last} stand" if some else f"{last} stands"
    return f"{told} at the commitment below."
