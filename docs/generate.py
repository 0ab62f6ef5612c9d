"""Writes the pages of docs/reference that come from code: the command line and the Python names.

Run: ``make docs``. A test says when a page is no longer current.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import doxa
from doxa import errors
from doxa.interfaces.cli.frame import COMMANDS, run

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Made by `make docs` from the code; do not edit. -->"

SHOWN = "<!-- not run: it runs as the example of a docstring -->"

FACADES = ("doxa.runtime.twins.Twins", "doxa.runtime.twin.Twin", "doxa.runtime.sandbox.Sandbox")
AWAITED = ("doxa.runtime.async_twins.AsyncTwins", "doxa.runtime.async_twins.AsyncTwin")
RECORDS = (
    "doxa.runtime.receipt.Receipt",
    "doxa.runtime.forgetting.ForgetReceipt",
    "doxa.storage.forgotten.ForgottenList",
    "doxa.storage.forgotten.Forgotten",
    "doxa.reading.opinion.Opinion",
    "doxa.runtime.held.Held",
    "doxa.runtime.delta.Change",
    "doxa.runtime.explanation.Explanation",
    "doxa.runtime.explanation.Piece",
    "doxa.runtime.readings.Readings",
    "doxa.reading.opinion.Opinions",
    "doxa.storage.bulk.receipt.Options",
    "doxa.storage.bulk.receipt.BackfillReceipt",
    "doxa.runtime.fitting.FitReceipt",
    "doxa.runtime.fitting.FittedHead",
    "doxa.runtime.forecasts.Forecasts",
    "doxa.runtime.forecasts.Forecast",
    "doxa.runtime.forecasts.Reason",
    "doxa.runtime.effects.MeasuredEffect",
    "doxa.runtime.effects.Estimate",
    "doxa.domain.ground.Grounds",
    "doxa.heads.slope.Slope",
    "doxa.heads.slope.Experiment",
    "doxa.fidelity.experiment.ActionEffect",
    "doxa.fidelity.report.FidelityReport",
    "doxa.fidelity.report.RowReport",
    "doxa.fidelity.ladder.Ladder",
    "doxa.fidelity.ladder.Step",
    "doxa.fidelity.report.BarResult",
    "doxa.fidelity.calibration.Calibration",
    "doxa.fidelity.headline.Headline",
    "doxa.fidelity.cuts.Cut",
    "doxa.fidelity.cuts.CutGroup",
    "doxa.fidelity.learning_curve.LearningCurve",
    "doxa.fidelity.learning_curve.LearningPoint",
    "doxa.fidelity.numbers.Numbers",
    "doxa.fidelity.numbers.NumbersPart",
    "doxa.fidelity.people.People",
    "doxa.fidelity.people.Ceiling",
    "doxa.runtime.simulating.results.Simulation",
    "doxa.runtime.simulating.results.Arm",
    "doxa.runtime.simulating.results.Told",
    "doxa.runtime.simulating.results.Effect",
    "doxa.runtime.simulating.results.Track",
    "doxa.runtime.simulating.results.Spread",
    "doxa.runtime.simulating.results.Mover",
    "doxa.runtime.simulating.results.Group",
    "doxa.runtime.simulating.results.PersonEffect",
    "doxa.runtime.simulating.advice.Recommendation",
    "doxa.runtime.simulating.advice.Option",
    "doxa.runtime.simulating.advice.Because",
    "doxa.runtime.simulating.advice.Excluded",
    "doxa.beliefmap.scenarios.Scenario",
    "doxa.beliefmap.scenarios.Put",
    "doxa.beliefmap.scenarios.Send",
    "doxa.beliefmap.scenarios.Assume",
    "doxa.runtime.auditing.audit.Asked",
    "doxa.audit.report.AuditReport",
    "doxa.audit.report.FieldAudit",
    "doxa.audit.worth.OutcomeWorth",
    "doxa.audit.worth.FieldWorth",
    "doxa.audit.worth.Gain",
    "doxa.audit.journey.JourneyAudit",
    "doxa.audit.journey.Joined",
    "doxa.audit.journey.Ids",
    "doxa.audit.journey.Starts",
    "doxa.audit.journey.Department",
    "doxa.audit.journey.Blind",
    "doxa.audit.journey.Break",
)
PIPELINES = (
    "doxa.sklearn.TwinFeatures",
    "doxa.sklearn.TwinClassifier",
    "doxa.sklearn.TwinRegressor",
    "doxa.sklearn.OriginSplit",
)
MORE_ERRORS = ("doxa.runtime.intake.signals.BadRows",)
READERS = (
    "doxa.beliefmap.map_file.load_map",
    "doxa.beliefmap.map_file.parse_map",
    "doxa.beliefmap.tables_file.load_tables",
    "doxa.beliefmap.evaluation_file.load_evaluation",
    "doxa.beliefmap.scenarios_file.load_scenarios",
    "doxa.beliefmap.changes.put",
    "doxa.beliefmap.changes.put_trait",
    "doxa.beliefmap.changes.send",
    "doxa.beliefmap.changes.do",
    "doxa.beliefmap.changes.assume",
)


def pages() -> dict[Path, str]:
    """The text of every page that is made."""
    return {
        REFERENCE / "command-line.md": command_line(),
        REFERENCE / "python.md": python(),
    }


def command_line() -> str:
    """The page of the command line: the help of each command."""
    parts = [
        "# The command line",
        MADE,
        "Every command takes `--json` and prints one JSON document then. Progress and errors go to"
        " standard error. Moments in that document are ISO 8601 text in UTC, such as"
        " `2017-10-03T18:22:00Z`, whatever the map's zone; on a position clock they are whole numbers."
        " Python records hold the same moments as numbers, microseconds since 1970.",
        "Every command that opens a store takes `--db` and `--workspace` (left out: `default`).",
        "| exit code | meaning |\n|---|---|\n| 0 | done |\n| 1 | a bar was missed, or rows were"
        " refused |\n| 2 | the input is wrong |\n| 3 | a population cannot be fitted, or must not be made"
        " active |\n| 4 | the store cannot be used |\n| 130 | interrupted |",
        "```text\n" + _help([]) + "\n```",
    ]
    for words, _ in COMMANDS:
        parts += [f"## doxa {words}", "```text\n" + _help(words.split()) + "\n```"]
    return "\n\n".join(parts) + "\n"


def _help(words: list[str]) -> str:
    out = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "90"
    try:
        with contextlib.redirect_stdout(out):
            run([*words, "--help"])
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
    return "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())


def python() -> str:
    """The page of the public Python names: everything a product calls, and what it gets back."""
    parts = [
        "# Python",
        MADE,
        "`import doxa` gives four names: "
        + ", ".join(f"`{name}`" for name in sorted(doxa.__all__))
        + ". `doxa.open` hands back the facade `Twins`; `twins.twin(id)` hands back a `Twin`."
        " Everything else is a record that they return. Only what stands on this page is public.",
        "## Opening",
        _function("doxa.open", doxa.open),
        _function("doxa.open_async", doxa.open_async),
        "## Facades",
        *(_facade(found(path)) for path in FACADES),
        *(_awaited(found(path)) for path in AWAITED),
        "## In a scikit-learn pipeline",
        "From `doxa.sklearn`; see [the how-to](../how-to/use-scikit-learn.md).",
        *(_facade(found(path)) for path in PIPELINES),
        "## Records",
        *(_record(path) for path in RECORDS),
        "## Reading files",
        *(_function(path, found(path)) for path in READERS),
        "## Errors",
        "All errors have the fields `problem`, `where`, `expected` and `hint`, and an `exit_code`"
        " for the command line. What each says: [Errors](errors.md).",
        *(_error(each) for each in _errors()),
    ]
    return "\n\n".join(parts) + "\n"


def found(path: str) -> Any:
    """The object that a dotted path names."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def methods(facade: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a facade and of its parts, as they are written down."""
    parts = (one for one in facade.__mro__ if one is facade or "runtime.faces." in one.__module__)
    members = {name: member for part in parts for name, member in vars(part).items()}
    for name, member in members.items():
        told = callable(member) or isinstance(member, property)
        if told and (not name.startswith("_") or name == "__getitem__"):
            yield name, member


def _facade(facade: type) -> str:
    parts = [f"### {facade.__name__}", _text(facade)]
    for name, member in methods(facade):
        shown = f"{facade.__name__}.{name}"
        parts.append(
            f"#### {shown}\n\n{_text(member)}"
            if isinstance(member, property)
            else _function(shown, member, "####")
        )
    return "\n\n".join(parts)


def _awaited(facade: type) -> str:
    names = ", ".join(f"`{name}`" for name, _ in methods(facade))
    return f"### {facade.__name__}\n\n{_text(facade)}\n\n{names}"


def _function(name: str, function: Callable[..., Any], level: str = "###") -> str:
    short = name if name.startswith("doxa.open") or name[0].isupper() else name.rpartition(".")[2]
    origin = f"From `{name.rpartition('.')[0]}`.\n\n" if level == "###" and short != name else ""
    return f"{level} {short}\n\n```text\n{short}{_signature(function)}\n```\n\n{origin}{_text(function)}"


def _signature(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    items: list[str] = []
    starred = False
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            items.append("*")
            starred = True
        items.append(_parameter(parameter))
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            items.append("/")
    end = f" -> {signature.return_annotation}"
    line = f"({', '.join(items)}){end}"
    if len(line) <= 70:
        return line
    return "(\n" + "".join(f"    {item},\n" for item in items) + f"){end}"


def _parameter(parameter: inspect.Parameter) -> str:
    text = str(
        parameter.replace(default=inspect.Parameter.empty, annotation=inspect.Parameter.empty)
    )
    text += f": {parameter.annotation}"
    if parameter.default is inspect.Parameter.empty:
        return text
    default = parameter.default
    plain = isinstance(default, str | int | float | tuple | Path) or default is None
    return f"{text} = {default!r}" if plain else f"{text} = {type(default).__name__}()"


def _record(path: str) -> str:
    record = found(path)
    fields = inspect.get_annotations(record)
    shown = "\n".join(
        f"{name}: {kind}".replace("'", "") for name, kind in fields.items() if name[0] != "_"
    )
    extra = [
        f"`{record.__name__}.{name}`: {_first(member)}"
        for name, member in vars(record).items()
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    ]
    return "\n\n".join([f"### {record.__name__}", f"```text\n{shown}\n```", _text(record), *extra])


def _errors() -> Iterator[type]:
    for each in (*vars(errors).values(), *map(found, MORE_ERRORS)):
        if inspect.isclass(each) and issubclass(each, errors.DoxaError):
            yield each


def _error(each: type) -> str:
    bases = ", ".join(f"`{base.__name__}`" for base in each.__bases__)
    return f"- `{each.__name__}` ({bases}): {_first(each)}"


def _first(member: Any) -> str:
    return (inspect.getdoc(member) or "").split("\n")[0]


def _text(member: Any) -> str:
    """A docstring as Markdown: headings of sections become bold, entries a list, examples code."""
    lines = (inspect.getdoc(member) or "").splitlines()
    out: list[str] = []
    section, place = "", 0
    while place < len(lines):
        line = lines[place]
        under = lines[place + 1] if place + 1 < len(lines) else ""
        if line and re.fullmatch(r"-{3,}", under):
            section = line
            out += [f"**{section}**", ""]
            place += 2
            continue
        if section == "Examples":
            code = "\n".join(lines[place:]).strip("\n")
            out += [SHOWN, "```python", code, "```"]
            break
        if section and line and not line.startswith(" "):
            name, colon, kind = line.partition(" : ")
            quoted = f"- `{name}`" if re.fullmatch(r"[\w, `]+", name) else f"- {name}"
            out.append(quoted + (f" ({kind})" if colon else ""))
        else:
            out.append(line)
        place += 1
    return re.sub(r"(?<!`)``([^`]+)``(?!`)", r"`\1`", "\n".join(out).strip())


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
