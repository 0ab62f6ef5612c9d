"""How much more a twin knows about people than a persona does: what each removes of the base rate's loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from doxa.fidelity.headline import Headline, headline_of
from doxa.fidelity.report import FidelityReport

HEAD = ("set", "forecast", "personas", "remembering", "twin", "twin over personas", "own effects")


def knowledge_table(reports: Mapping[str, FidelityReport]) -> str:
    """One line per row and subset, as a Markdown table, of reports by set.

    *Own effects* is what a person's own effects take off the loss of the same rows.
    """
    rows = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    for name, report in reports.items():
        for row in report.rows:
            if row.shares is not None:  # an error of shares is no loss that knowledge removes
                continue
            gain = row.learning.gain if row.learning else None
            for ladder in row.ladders:
                found = headline_of([ladder])
                if found is None or ladder.subset == "mean":
                    continue
                told = row.name if ladder.subset == "all" else f"{row.name}, {ladder.subset}"
                learned = _signed(gain) if ladder.subset == "all" else "-"
                rows.append("| " + " | ".join((name, told, *_cells(found), learned)) + " |")
    return "\n".join(rows)


def _cells(found: Headline) -> tuple[str, ...]:
    shares = [_percent(found.removed.get(key)) for key in ("persona", "remembering", "twin")]
    if found.remembering:
        shares[1] += f" {found.remembering}"
    return (*shares, _interval(found.skill))


def _percent(found: Sequence[float] | None) -> str:
    return "-" if found is None else f"{100 * found[0]:.1f} %"


def _interval(found: Any) -> str:
    if found is None:
        return "-"
    spans = "" if found[1] > 0 or found[2] < 0 else ", SPANS 0"
    return f"{100 * found[0]:.1f} % [{100 * found[1]:.1f}, {100 * found[2]:.1f}]{spans}"


def _signed(found: Any) -> str:
    return "-" if found is None else f"{found[0]:.4f} [{found[1]:.4f}, {found[2]:.4f}]"
