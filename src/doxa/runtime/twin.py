"""The facade of one twin, frozen on both clocks: every method is one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from doxa.beliefmap.scenarios_file import Scenarios, Written, scenarios_given
from doxa.domain.node import NodeKind
from doxa.reading.opinion import Opinion
from doxa.runtime import held
from doxa.runtime.delta import Change, changes
from doxa.runtime.explanation import Explanation, explanation
from doxa.runtime.forecasting import forecasts_of
from doxa.runtime.forecasts import Forecast
from doxa.runtime.frozen import Frozen, asking, freeze, traits
from doxa.runtime.graph.graph import Graph, graph_of
from doxa.runtime.held import Held
from doxa.runtime.living.constraints import Constraint, constraints
from doxa.runtime.living.course import Course, course
from doxa.runtime.living.feelings import Feeling, feelings
from doxa.runtime.living.goals import Goal, goals
from doxa.runtime.questions import Ask, questions
from doxa.runtime.simulating.advice import Recommendation
from doxa.runtime.simulating.asked import wishes
from doxa.runtime.simulating.person import simulate_one
from doxa.runtime.simulating.recommending import recommend
from doxa.runtime.simulating.results import Simulation
from doxa.runtime.timeline import NodeTimeline, timeline
from doxa.types import Json, Moment


class Twin:
    """What is held of one person, as of one moment and as known at another.

    Signals that arrive after it was made do not change it.

    Attributes
    ----------
    frozen : Frozen
        The state that every reading here is made from.
    """

    def __init__(self, frozen: Frozen) -> None:
        self.frozen = frozen

    @property
    def id(self) -> str:
        """The product's own id of the person."""
        return self.frozen.twin

    @property
    def as_of(self) -> Moment:
        """The moment read, on the map's clock."""
        return self.frozen.now

    @property
    def purpose(self) -> str | None:
        """Why it is read; None = by the operator."""
        return self.frozen.view.purpose

    @property
    def known_at(self) -> Moment | None:
        """Only what was recorded by then was seen; None = everything."""
        return self.frozen.known_at

    @property
    def met(self) -> bool:
        """Whether anything was observed of this person."""
        return bool(len(self.frozen.folded.state.seen.last))

    def opinion(self, node: str, /, **members: Any) -> Opinion:
        """One node, met or not: ``opinion("buys", category="MILK")`` or ``opinion("buys[MILK]")``."""
        return held.opinion(self.frozen, node, members)

    def opinions(self, kind: str | None = None) -> tuple[Held, ...]:
        """All single nodes and all members of families that were met."""
        return held.held(self.frozen, held.kind_named(kind))

    def beliefs(self) -> tuple[Held, ...]:
        """What the person takes to be so."""
        return held.held(self.frozen, NodeKind.BELIEF)

    def preferences(self, limit: int | None = 20) -> tuple[Held, ...]:
        """What the person likes and does, strongest first."""
        return held.strongest(self.frozen, NodeKind.PREFERENCE, limit)

    def feelings(self) -> tuple[Feeling, ...]:
        """How the person feels, overall and about something; without consent some are absent."""
        return feelings(self.frozen)

    def goals(self) -> tuple[Goal, ...]:
        """What the person wants: status, progress and motivation of every goal, as of now."""
        return goals(self.frozen)

    def constraints(self) -> tuple[Constraint, ...]:
        """What binds the person, and from when to when."""
        return constraints(self.frozen)

    def traits(self) -> dict[str, Json]:
        """The last value of every trait."""
        return traits(self.frozen)

    def explain(self, node: str, /, **members: Any) -> Explanation:
        """Why a node reads as it does, down to the signals."""
        return explanation(self.frozen, node, members)

    def questions(self, limit: int | None = None) -> tuple[Ask, ...]:
        """What to ask the person, most urgent first: contested nodes, and forming ones that matter."""
        return questions(self.frozen, limit)

    def forecast(
        self,
        outcome: str,
        *,
        items: Sequence[str] | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> list[Forecast]:
        """What this person will likely do from the moment read on, likeliest first, with reasons.

        Parameters
        ----------
        items : list of str, optional
            Members asked for; left out, those the population was fitted on.
        given : mapping, optional
            What is known of the signal that will decide an outcome at a signal: each field that
            the map names under `given` and `same`, None where it is not known.
        """
        return forecasts_of(self.frozen, outcome, items, given)

    def simulate(
        self,
        scenario: Scenarios,
        *,
        days: float = 90,
        paths: int = 200,
        outcomes: Sequence[str] | None = None,
        nodes: Sequence[str] | None = None,
        seed: int = 1,
        stop: Callable[[], bool] | None = None,
    ) -> Simulation:
        """Run this person forward under a scenario, against the same paths without it.

        A pure read: the ledger is not touched.

        Parameters
        ----------
        scenario : Scenario, change, list of changes, dict of scenarios by name, or path of a file
        days : float
            How far; on a position clock, positions.
        outcomes, nodes : list of str, optional
            What is told of; left out, all outcomes that can be counted and all single nodes.
        seed : int
            The same seed gives the same paths.
        stop : callable, optional
            Asked in between; once it says so, what is done is handed out.

        Raises
        ------
        InputError
            A change lies too far outside of what was seen, or the map has no `rollout`.
        PopulationError
            Nothing was fitted.
        """
        scenarios = scenarios_given(scenario, self.frozen.belief_map)
        return simulate_one(
            self.frozen, scenarios, wishes(days, paths, outcomes, nodes, seed), stop
        )

    def recommend(
        self,
        actions: Mapping[str, Written] | Sequence[str] | None = None,
        *,
        towards: str,
        less: bool | None = None,
        days: float = 28,
        paths: int = 400,
        seed: int = 1,
        propensity: Mapping[str, float] | None = None,
        record: bool = False,
        stop: Callable[[], bool] | None = None,
    ) -> Recommendation:
        """Which action helps this person towards a goal or outcome, if any, and why.

        Every action is run forward for this person against doing nothing, on the same paths.

        Parameters
        ----------
        actions : names of the map's actions, or scenarios by name; left out, all actions of the map
        towards : str
            An outcome, or a node such as a goal.
        less : bool, optional
            Less of it is aimed at; left out, less of what `never` happens and more of all else.
        days, paths, seed : as for `simulate`
        propensity : mapping, optional
            How likely the caller is to choose each action, to be written down with it.
        record : bool
            Write the recommendation into the ledger, as something doxa put out: no evidence.
        """
        asked = wishes(days, paths, seed=seed)
        return recommend(
            self.frozen,
            actions,
            towards,
            asked,
            less=less,
            propensity=propensity,
            record=record,
            stop=stop,
        )

    def timeline(self, node: str, /, **members: Any) -> NodeTimeline:
        """One node from the first signal to this moment: readings, evidence, changes of status."""
        return timeline(self.frozen, node, members)

    def course(self) -> Course:
        """Goals, feelings and constraints up to this moment, every change with its signals."""
        return course(self.frozen)

    def graph(self, at: Any = None) -> Graph:
        """The nodes that evidence speaks of and the edges between them, with their intervals.

        Parameters
        ----------
        at : optional
            An earlier moment; left out, the one that this twin was read at.
        """
        return graph_of(self.frozen if at is None else self._at(at))

    def changes(self, since: Any) -> tuple[Change, ...]:
        """What changed between an earlier moment and this one."""
        return changes(self._at(since), self.frozen)

    def _at(self, since: Any) -> Frozen:
        asked = asking(self.frozen.wiring, since, self.frozen.known_at, None)
        frozen = self.frozen
        return freeze(frozen.wiring, frozen.twin, asked, frozen.view.purpose, frozen.barred)
