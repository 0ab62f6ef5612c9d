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
    _evaluation("no rows", _HEAD, "eval.yaml:1: 'rows' is missing; expected rows by name"),
    _evaluation(
        "an outcome that the map does not have",
        _HEAD + "rows: {a: {outcome: laps}}\n",
        "eval.yaml:3 rows.a.outcome: unknown outcome 'laps'; expected one of buys_within_month, buys_genre, lapses, visits, spend, accepts, rates; did you mean 'lapses'?",
    ),
    _evaluation(
        "a map that is not there",
        "doxa: 1\nmap: gone.yaml\nrows: {}\n",
        "gone.yaml: cannot be read: No such file or directory",
    ),
    _evaluation(
        "a rival that does not exist",
        _ROW.replace("lapses,", "lapses, rivals: [magic],"),
        "eval.yaml:4 rows.gone.rivals[0]: unknown rival 'magic'; expected one of lifetime, one_band, last, own_mean, last_and_mean, mean_and_deviation, item_and_running_mean, counts_logistic, loyalty_logit, hierarchical_logit, plain_logit, rf_logistic, bg_nbd, sampler",
    ),
    _evaluation(
        "dates the wrong way round",
        _ROW.replace("2025-02-01", "2024-02-01"),
        "eval.yaml:4 rows.gone.fit.to: 2024-02-01 lies before 2025-01-01; expected a date after 'from'",
    ),
    _evaluation(
        "a day that does not exist",
        _ROW.replace("2025-02-01", "2025-02-30"),
        "eval.yaml:4 rows.gone.fit.to: '2025-02-30' is not a time; expected ISO 8601",
    ),
    _evaluation(
        "a bar that is NaN",
        _ROW.replace("lapses,", "lapses, metrics: [log_loss], bars: {all: {log_loss: nan}},"),
        "eval.yaml:4 rows.gone.bars.all.log_loss: 'nan' is not a number; expected a number, or [low, high]",
    ),
    _evaluation(
        "neither data nor a store",
        _ROW,
        "eval.yaml: names no data; add `data:`, or name a store with --db",
    ),
    _evaluation(
        "more origins than anybody can want",
        _ROW.replace(
            "from: 2025-01-01, to: 2025-02-01, every: 7d",
            "from: 1025-01-01, to: 2025-02-01, every: 1h",
        ),
        "more than 100000 origins; expected a longer step",
        " --db doxa.db",
    ),
    _evaluation(
        "a store that is not there",
        _ROW,
        "gone.db: there is no store here; doxa backfill makes one",
        " --db gone.db",
    ),
    _evaluation(
        "a row that is not in the file",
        _ROW,
        "the evaluation has no row 'gnoe'; expected one of gone; did you mean 'gone'?",
        " --row gnoe",
    ),
    _evaluation(
        "a report for which there is no folder",
        _ROW,
        "gone: there is no such folder; create it first",
        " --db doxa.db --html gone/report.html",
    ),
    _evaluation(
        "a report in place of a folder",
        _ROW,
        ".: is a folder; expected the path of a file",
        " --db doxa.db --save .",
    ),
    Case(
        "a loader that is not there",
        "fidelity eval.yaml",
        "load.py: there is no loader here; expected a Python file",
        files={"eval.yaml": _LOADED},
    ),
    _loader(
        "a loader that cannot be read as Python",
        "def rows(:\n",
        "load.py:1: the loader failed: SyntaxError: invalid syntax (load.py, line 1)",
    ),
    _loader(
        "a loader that raises",
        "def rows():\n    raise KeyError('panel')\n",
        "load.py:2: the loader failed: KeyError: 'panel'",
    ),
    _loader(
        "a loader without rows()",
        "x = 1\n",
        "load.py: defines no function rows; expected def rows(...)",
    ),
    _loader(
        "a loader that gives no rows",
        "def rows():\n    return 5\n",
        "load.py: rows() gives int; expected rows, as dicts",
    ),
    _loader(
        "a loader whose rows are no dicts",
        "def rows():\n    yield 1\n",
        "row 1: a row is not a dict; expected twin, kind, source, session, device, id, at, recorded, order, payload",
    ),
    _loader(
        "a loader whose rows cannot be taken",
        "def rows():\n    yield {'twin': 'ann', 'kind': 'visti'}\n",
        "load.py: not one of 1 rows of rows can be taken, the first of them rows:1 kind: not declared by the map",
        1,
    ),
]
