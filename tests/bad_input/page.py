"""Writes ``docs/reference/errors.md`` from the cases: ``python -m tests.bad_input.page``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from tests.bad_input.case import Case
from tests.bad_input.cases import AREAS, PYTHON

from doxa import errors
from doxa.errors import DoxaError

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"

LONGEST = 120

INTRODUCTION = """\
# Errors

What doxa says when something is wrong: what it is, where (file, line, field), what was expected and what to do.
A mistake is one sentence on standard error and an exit code, never a stack trace. Whatever was refused changed
nothing: no row was written and no file was touched, except that a load leaves the list of the rows it refused.

Every error below is tried by the test suite, word for word, against a store whose rows and files are compared
before and after. This page is written by `python -m tests.bad_input.page`.

With `--json` the same error is one JSON object on standard error:

```json
{"error": "SignalError", "problem": "'soon' is not a time", "where": "at", "expected": "ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime"}
```

In Python it is an exception with the fields `problem`, `where`, `expected` and `hint`, and `as_dict()`.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | rows were refused, or a bar of an evaluation was missed |
| 2 | the input is wrong: a file, a flag, an argument, a name |
| 3 | a population cannot be fitted, or must not be made active |
| 4 | the store cannot be opened, read or written |
| 130 | interrupted |
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *_classes()]
    for area, cases in AREAS.items():
        parts += [f"\n## {area}\n", *_table(cases, "command", "exit")]
    parts += ["\n## From Python\n", "`twins` is an open store.\n"]
    parts += _table(PYTHON, "call", "error class")
    return "\n".join(parts) + "\n"


def _classes() -> Iterator[str]:
    yield "## Error classes\n"
    yield "All are in `doxa.errors`; each is also the built-in error beside it.\n"
    yield "| class | also a | exit | raised for |"
    yield "|---|---|---|---|"
    for name, found in inspect.getmembers(errors, inspect.isclass):
        if issubclass(found, DoxaError):
            also = [f"`{base.__name__}`" for base in found.__bases__ if base is not Exception]
            yield f"| `{name}` | {', '.join(also)} | {found.exit_code} | {_first(found)} |"


def _first(found: type) -> str:
    return (found.__doc__ or "").strip().split("\n")[0]


def _table(cases: list[Case], run: str, code: str) -> Iterator[str]:
    yield f"| what is wrong | {run} | error | {code} |"
    yield "|---|---|---|---|"
    for case in cases:
        words = f"doxa {case.run}" if isinstance(case.code, int) else case.run
        yield f"| {case.mistake}{_written(case)} | {_code(words)} | {_code(case.says)} | {case.code} |"


def _written(case: Case) -> str:
    """The line of the file that is wrong: its last, where there is one file, and it can be shown."""
    content = next(iter(case.files.values()), "") if len(case.files) == 1 else ""
    line = content.rstrip("\n").rpartition("\n")[2] if isinstance(content, str) else ""
    shown = line.strip() if line.isprintable() and len(line) <= LONGEST else ""
    return f": {_code(shown)}" if shown else ""


def _code(text: str) -> str:
    """Text as code within a table."""
    text = text.replace("|", "\\|").replace("\n", " ")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
