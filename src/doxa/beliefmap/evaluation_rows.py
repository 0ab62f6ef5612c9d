"""The rows of an evaluation, compiled: a forecast, a simulation, an effect or shares."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.bars import PARTS_BY_END, read_bars, read_metrics
from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.evaluation import EvaluationRow, Question, Reads, Subset
from doxa.beliefmap.literals import (
    distinct,
    field_name,
    fields,
    mapping,
    one_of,
    one_or_more,
    required,
    share,
    whole,
)
from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.beliefmap.names import identifier
from doxa.beliefmap.selections import read_folds, read_selection, read_traits

RIVALS = (
    *("lifetime", "one_band", "last", "own_mean", "last_and_mean", "mean_and_deviation"),
    *("item_and_running_mean", "counts_logistic", "loyalty_logit", "hierarchical_logit"),
    *("plain_logit", "rf_logistic", "bg_nbd", "sampler"),
)
"""Rivals built in, by name."""
CHALLENGERS = ("boosted",)
"""Heads that may stand beside the linear one, by name."""
CONTRASTS = ("difference_in_differences",)
_EVERY = [
    *("fit", "score", "folds", "reads", "base", "rivals", "metrics", "subsets", "report_by"),
    *("bars", "aims", "unresolved", "shuffle_within", "challenger"),
]
KEYS: dict[Question, list[str]] = {
    Question.FORECAST: ["outcome", "most_rows", *_EVERY],
    Question.SIMULATE: ["simulate", *_EVERY, "paths"],
    Question.EFFECT: ["effect", "outcome", *_EVERY, "contrast", "treated"],
    Question.SHARES: ["shares", "moved", *_EVERY, "paths"],
}
_EXPECTED = "outcome: name, simulate: [outcomes], effect: [actions] or shares: a choice"


def read_rows(tree: Tree, belief_map: BeliefMap, declared: Declared) -> dict[str, EvaluationRow]:
    """Compile the rows."""
    section = mapping(tree, "rows by name")
    if not section.entries:
        raise section.error("holds no row", expected="rows by name")
    return {
        identifier(section, name): _row(name, body, belief_map, declared)
        for name, body in section.entries.items()
    }


def _row(name: str, tree: Tree, belief_map: BeliefMap, declared: Declared) -> EvaluationRow:
    section = mapping(tree, _EXPECTED)
    question = _question(section)
    row = EvaluationRow(
        name=name,
        asks=question,
        outcomes=_outcomes(section, question, belief_map, declared),
        actions=_actions(section, belief_map) if question is Question.EFFECT else (),
        moved=_moved(section, belief_map) if question is Question.SHARES else (),
        base=fields(section.get("base")),
        report_by=fields(section.get("report_by")),
        line=section.place.line,
    )
    _check_base(section, row, belief_map)
    _check_challenger(section, row, belief_map)
    return msgspec.structs.replace(
        row,
        **_split(section, row, belief_map, declared),
        **_scored(section, row),
        **_options(section),
    )


def _question(section: Mapping) -> Question:
    others = [question for question in Question if question.value in section.entries]
    if len(others) > 1 or not (others or "outcome" in section.entries):
        problem = f"asks {' and '.join(others)}" if others else "asks nothing"
        raise section.error(problem, expected=_EXPECTED)
    question = others[0] if others else Question.FORECAST
    mapping(section, _EXPECTED, KEYS[question])
    return question


def _outcomes(
    section: Mapping, question: Question, belief_map: BeliefMap, declared: Declared
) -> tuple[str, ...]:
    if question is Question.SIMULATE:
        tree = required(section, "simulate", "outcomes")
        return one_or_more(tree, declared.outcome, "outcomes")
    key = "shares" if question is Question.SHARES else "outcome"
    tree = required(section, key, "an outcome of the map")
    name = declared.outcome(tree)
    if question is Question.SHARES and belief_map.outcomes[name].target is not Target.CHOICE:
        raise tree.error(f"{name!r} is no choice", expected="an outcome among options")
    return (name,)


def _actions(section: Mapping, belief_map: BeliefMap) -> tuple[str, ...]:
    tree = required(section, "effect", "actions")
    return one_or_more(
        tree, lambda item: one_of(item, belief_map.actions, "action"), "actions of the map"
    )


def _moved(section: Mapping, belief_map: BeliefMap) -> tuple[str, ...]:
    tree = required(section, "moved", "the attributes that change")
    name = required(section, "shares", "a choice")
    outcome = belief_map.outcomes[one_of(name, belief_map.outcomes, "outcome")]
    return distinct(tree, lambda item: one_of(item, outcome.attributes, "attribute"), "attributes")


def _check_base(section: Mapping, row: EvaluationRow, belief_map: BeliefMap) -> None:
    asked = {belief_map.outcomes[name].field for name in row.outcomes}
    for field in row.base:
        if field in asked:
            raise section.entries["base"].error(
                f"{field!r} is what is asked", expected="fields known beforehand"
            )


def _check_challenger(section: Mapping, row: EvaluationRow, belief_map: BeliefMap) -> None:
    tree = section.get("challenger")
    for name in row.outcomes if tree else ():
        if belief_map.outcomes[name].target in (Target.CHOICE, Target.TIME_TO):
            assert tree is not None
            raise tree.error(
                f"no trees stand beside {name!r}, a choice or a time",
                expected="an outcome that happens or not, is counted or is a number",
                hint="drop 'challenger'",
            )


def _split(
    section: Mapping, row: EvaluationRow, belief_map: BeliefMap, declared: Declared
) -> dict[str, object]:
    fit, score, folds = (section.get(key) for key in ("fit", "score", "folds"))
    for key in ("fit", "score"):
        if section.get(key) is None and folds is None and row.asks is not Question.EFFECT:
            raise section.error(f"{key!r} is missing", expected="fit and score, or folds")
    found = {
        "fit": read_selection(fit, belief_map, declared) if fit else None,
        "score": read_selection(score, belief_map, declared) if score else None,
    }
    for key, selection in found.items():
        if selection is not None and selection.every is not None:
            _check_grid(section, key, row, belief_map)
    return {**found, "folds": read_folds(folds) if folds else None}


def _check_grid(section: Mapping, key: str, row: EvaluationRow, belief_map: BeliefMap) -> None:
    for name in row.outcomes:
        if not untriggered(belief_map.outcomes[name]):
            body = section.entries[key]
            assert isinstance(body, Mapping)
            raise body.key_error(
                "every", f"the moments of {name!r} are signals, not a grid", hint="drop 'every'"
            )


def untriggered(outcome: Outcome) -> bool:
    """Whether an outcome is asked from any origin, not from a signal or trigger."""
    return outcome.after is None and outcome.target not in (Target.VALUE, Target.CHOICE)


def _scored(section: Mapping, row: EvaluationRow) -> dict[str, object]:
    metrics = section.get("metrics")
    subsets = _subsets(section.get("subsets"))
    found = read_metrics(metrics, row.asks) if metrics else ()
    by_end = PARTS_BY_END if section.get("unresolved") else ()
    by_outcome = row.outcomes if row.asks is Question.SIMULATE else ()
    by_value = ("mean",) if section.get("report_by") else ()
    names = ("all", *by_value, *by_end, *by_outcome, *subsets)
    names += row.actions if len(row.actions) > 1 else ()
    return {
        "metrics": found,
        "subsets": subsets,
        "bars": read_bars(section, names, found),
    }


def _subsets(tree: Tree | None) -> dict[str, Subset]:
    if tree is None:
        return {}
    section = mapping(tree, "subsets by name, such as demographics: {has: age}")
    found = {}
    for name, body in section.entries.items():
        keys = mapping(body, "{has: trait}, or {traits: {trait: [values]}}", ["has", "traits"])
        has, traits = keys.get("has"), keys.get("traits")
        if (has is None) == (traits is None):
            raise keys.error("is no subset", expected="either has: trait or traits: {..}")
        found[identifier(section, name)] = Subset(
            has=field_name(has, "a trait") if has else None, traits=read_traits(traits)
        )
    return found


def _options(section: Mapping) -> dict[str, object]:
    reads, rivals, paths = section.get("reads"), section.get("rivals"), section.get("paths")
    apart, shuffle = section.get("unresolved"), section.get("shuffle_within")
    contrast, challenger = section.get("contrast"), section.get("challenger")
    most = section.get("most_rows")
    treated = section.get("treated")
    if apart:
        one_of(apart, ("apart",), "way")
    return {
        "reads": Reads(one_of(reads, Reads, "way of reading")) if reads else Reads.LIVE,
        "rivals": distinct(rivals, lambda item: one_of(item, RIVALS, "rival"), "rivals by name")
        if rivals
        else (),
        "paths": whole(paths, 1) if paths else None,
        "most_rows": whole(most, 1000) if most else None,
        "unresolved_apart": apart is not None,
        "shuffle_within": one_of(shuffle, ("day",), "span") if shuffle else None,
        "contrast": one_of(contrast, CONTRASTS, "contrast") if contrast else None,
        "treated": share(treated, inner=True) if treated else None,
        "challenger": challenger is not None
        and one_of(challenger, CHALLENGERS, "head") is not None,
    }
