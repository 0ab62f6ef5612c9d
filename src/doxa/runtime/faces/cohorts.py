"""The people for whom something holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doxa.runtime.cohorts import finding, saving
from doxa.runtime.cohorts.cohort import Cohort
from doxa.runtime.faces.face import Face
from doxa.runtime.frozen import asking
from doxa.storage.port import SavedCohort


class Cohorts(Face):
    """The people for whom something holds."""

    def find(
        self,
        condition: str,
        *,
        at: Any = None,
        known_at: Any = None,
        purpose: str | None = None,
        now: Any = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Cohort:
        """The people for whom a condition holds: ``prices_are_fair < 0.3 and goal.stalled``.

        Parameters
        ----------
        condition : str
            Nodes (``fair < 0.3``, ``buys[MILK].trend > 0``, ``buys[*].contested``), goals
            (``save.stalled``, ``save.progress > 50%``), kinds (``goal.stalled``: some goal is),
            traits (``trait.age = "45-54"``) and forecasts (``forecast.lapses > 50%``), joined by
            and, or, not and brackets. What is not known passes no test.
        at, known_at, now : optional
            As for `twin`: who it held for at an earlier moment, and as known at another.
        purpose : str, optional
            As for `twin`. Who does not let it, or the operator, read what the condition names is
            left out and counted. What it may not see, its condition cannot name.
        progress : callable, optional
            Told after each part how many people were tested, and how many there are.

        Raises
        ------
        InputError
            Shows the place in the condition, and what was expected there.
        """
        return finding.find(
            self.wiring, condition, asking(self.wiring, at, known_at, now), progress, purpose
        )

    def save_cohort(self, name: str, condition: str) -> SavedCohort:
        """Keep a condition by name; whom it holds for is worked out when it is asked."""
        return saving.save(self.wiring, name, condition)

    def cohorts(self, *, purpose: str | None = None) -> list[SavedCohort]:
        """The saved conditions by name; a purpose is told only of those it may ask."""
        return saving.known(self.wiring, purpose)

    def saved_condition(self, name: str, *, purpose: str | None = None) -> str:
        """The condition saved under a name."""
        return saving.saved(self.wiring, name, purpose)

    def cohort(
        self,
        name: str,
        *,
        at: Any = None,
        known_at: Any = None,
        purpose: str | None = None,
        now: Any = None,
    ) -> Cohort:
        """The people for whom a saved condition holds."""
        text = self.saved_condition(name, purpose=purpose)
        return self.find(text, at=at, known_at=known_at, purpose=purpose, now=now)

    def drop_cohort(self, name: str) -> None:
        """Let go of a saved condition."""
        saving.drop(self.wiring, name)
