"""Two populations on the same rows, as a table and as a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import table

if TYPE_CHECKING:
    from doxa.heads.judgement import Compared, Judgement

LOSSES = {"log_loss": "log loss", "squared_error": "squared error"}


def comparison_lines(
    compared: Sequence[Compared],
    not_compared: Mapping[str, str],
    former: str,
    latter: str,
) -> list[str]:
    """Losses of both on each outcome, the difference with its interval, and what has none."""
    rows = [["outcome", "rows", "people", "loss", former, latter, "worse by, 95 %", "rows are"]]
    rows += [
        [
            each.outcome,
            f"{each.rows:,}",
            f"{each.people:,}",
            LOSSES.get(each.loss, each.loss),
            f"{each.former:.4f}",
            f"{each.latter:.4f}",
            spread(each.worse),
            "new to both" if each.how == "since" else "refitted before",
        ]
        for each in compared
    ]
    found = table(rows, "lrrlrrrl") if compared else []
    return [*found, *(f"  {name}: not compared: {why}" for name, why in not_compared.items())]


def judgement_lines(judgement: Judgement) -> list[str]:
    """How a candidate did against the population that was active."""
    head = f"against population {judgement.against}, on rows that neither was fitted on:"
    active = f"population {judgement.against}"
    told = comparison_lines(judgement.compared, judgement.not_compared, active, "candidate")
    return [head, *told]


def spread(told: Sequence[float]) -> str:
    """An estimate with its interval, signs shown.

    Examples
    --------
    >>> spread([0.01, -0.002, 0.022])
    '+0.0100 [-0.0020, +0.0220]'
    """
    return f"{told[0]:+.4f} [{told[1]:+.4f}, {told[2]:+.4f}]"


def worse_sentence(worse: Sequence[Compared]) -> str:
    """The outcomes in which the latter is worse, with their numbers."""
    return "; ".join(
        f"{each.outcome}: {LOSSES.get(each.loss, each.loss)} {each.latter:.4f} against"
        f" {each.former:.4f}, worse by {spread(each.worse)}"
        for each in worse
    )
