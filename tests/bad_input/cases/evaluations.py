"""Evaluation files that are wrong, and loaders that fail."""

from __future__ import annotations

from tests.bad_input.case import Case

_HEAD = "doxa: 1\nmap: map.yaml\n"
_DATES = "fit: {from: 2025-01-01, to: 2025-02-01, every: 7d}, score: {from: 2026-01-01, to: 2026-02-01, every: 7d}"
_ROW = _HEAD + "rows:\n  gone: {outcome: lapses, " + _DATES + "}\n"
_LOADED = _HEAD + "data: {load: load.py}\nrows:\n  gone: {outcome: lapses, " + _DATES + "}\n"


def _evaluation(mistake: str, text: str, says: str, run: str = "") -> Case:
    return Case(mistake, f"fidelity eval.yaml{run}", says, files={"eval.yaml": text})


def _loader(mistake: str, text: str, says: str, code: int = 2) -> Case:
    files = {"eval.yaml": _LOADED, "load.py": text}
    return Case(mistake, "fidelity eval.yaml", says, code, files)


CASES = [
    _evaluation("no rows", _HEAD, "?"),
    _evaluation(
        "an outcome that the map does not have", _HEAD + "rows: {a: {outcome: laps}}\n", "?"
    ),
    _evaluation("a map that is not there", "doxa: 1\nmap: gone.yaml\nrows: {}\n", "?"),
    _evaluation(
        "a rival that does not exist", _ROW.replace("lapses,", "lapses, rivals: [magic],"), "?"
    ),
    _evaluation("dates the wrong way round", _ROW.replace("2025-02-01", "2024-02-01"), "?"),
    _evaluation("a day that does not exist", _ROW.replace("2025-02-01", "2025-02-30"), "?"),
    _evaluation(
        "a bar that is NaN",
        _ROW.replace("lapses,", "lapses, metrics: [log_loss], bars: {all: {log_loss: nan}},"),
        "?",
    ),
    _evaluation("neither data nor a store", _ROW, "?"),
    _evaluation(
        "more origins than anybody can want",
        _ROW.replace(
            "from: 2025-01-01, to: 2025-02-01, every: 7d",
            "from: 1025-01-01, to: 2025-02-01, every: 1h",
        ),
        "?",
        " --db doxa.db",
    ),
    _evaluation("a store that is not there", _ROW, "?", " --db gone.db"),
    _evaluation("a row that is not in the file", _ROW, "?", " --row gnoe"),
    _evaluation(
        "a report for which there is no folder", _ROW, "?", " --db doxa.db --html gone/report.html"
    ),
    _evaluation("a report in place of a folder", _ROW, "?", " --db doxa.db --save ."),
    Case("a loader that is not there", "fidelity eval.yaml", "?", files={"eval.yaml": _LOADED}),
    _loader("a loader that cannot be read as Python", "def rows(:\n", "?"),
    _loader("a loader that raises", "def rows():\n    raise KeyError('panel')\n", "?"),
    _loader("a loader without rows()", "x = 1\n", "?"),
    _loader("a loader that gives no rows", "def rows():\n    return 5\n", "?"),
    _loader("a loader whose rows are no dicts", "def rows():\n    yield 1\n", "?"),
    _loader(
        "a loader whose rows cannot be taken",
        "def rows():\n    yield {'twin': 'ann', 'kind': 'visti'}\n",
        "?",
        1,
    ),
]
