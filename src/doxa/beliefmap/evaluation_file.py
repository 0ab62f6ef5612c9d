"""The evaluation file, from text to `Evaluation`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from doxa.beliefmap.bars import read_bars
from doxa.beliefmap.declared import declared_by
from doxa.beliefmap.document import Mapping, Tree, parse_document, read_document
from doxa.beliefmap.evaluation import Data, Evaluation
from doxa.beliefmap.evaluation_rows import read_rows
from doxa.beliefmap.header import check_version
from doxa.beliefmap.literals import field_name, mapping, required, text, whole
from doxa.beliefmap.map_file import load_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.moments import read_when
from doxa.beliefmap.names import key_label

_KEYS = [
    "doxa",
    "map",
    "data",
    "complete_until",
    "unit",
    "seed",
    "compared",
    "rows",
    "bars",
    "aims",
]

_COUNTED = re.compile(r"(?P<least>at least )?(?P<count>[1-9][0-9]{0,8})")


def load_evaluation(path: Path | str, belief_map: BeliefMap | None = None) -> Evaluation:
    """Read and check an evaluation file and the map it names.

    Parameters
    ----------
    path : Path or str
        A YAML file; `map`, `load` and `tables` in it are relative to its folder.
    belief_map : BeliefMap, optional
        The map to use instead of the one it names.

    Raises
    ------
    MapError
        With file and line, what is wrong, what was expected, and the nearest known name.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "map.yaml").write_text(
    ...     "{doxa: 1, product: shop, signals: {buy: []}, outcomes: {buys: {happens: buy, within: 7d}}}"
    ... )
    >>> _ = (folder / "eval.yaml").write_text('''
    ... doxa: 1
    ... map: map.yaml
    ... rows: {buys: {outcome: buys, fit: {first: 0.8}, score: {last: 0.2}, metrics: [log_loss]}}
    ... ''')
    >>> load_evaluation(folder / "eval.yaml").rows["buys"].score.last
    0.2
    """
    return _compile(read_document(path), Path(path).parent, belief_map)


def parse_evaluation(
    source: str, name: str = "eval.yaml", belief_map: BeliefMap | None = None
) -> Evaluation:
    """Read and check an evaluation given as text; `name` stands for the file."""
    return _compile(parse_document(source, name), Path(name).parent, belief_map)


def _compile(top: Mapping, folder: Path, belief_map: BeliefMap | None) -> Evaluation:
    mapping(top, "an evaluation", _KEYS)
    check_version(top)
    map_path = _path(required(top, "map", "the map's file"), folder)
    found = belief_map if belief_map is not None else load_map(map_path)
    unit, seed, until = top.get("unit"), top.get("seed"), top.get("complete_until")
    compared = top.get("compared")
    rows = read_rows(required(top, "rows", "rows by name"), found, declared_by(found))
    asked = {metric for row in rows.values() for metric in row.metrics}
    return Evaluation(
        belief_map=found,
        map_path=map_path,
        data=_data(top.get("data"), folder),
        complete_until=read_when(until, found) if until else None,
        unit=field_name(unit, "twin, a group or a trait") if unit else "twin",
        seed=whole(seed, 0) if seed else 1,
        **_compared(compared),
        rows=rows,
        bars=read_bars(top, ("all", "mean"), asked),
    )


def _compared(tree: Tree | None) -> dict[str, Any]:
    """A number, or ``at least`` one."""
    if tree is None:
        return {}
    expected = "a whole number, at least 1, or 'at least' one"
    found = _COUNTED.fullmatch(text(tree, expected))
    if found is None:
        raise tree.error(f"{text(tree, expected)!r} counts nothing", expected=expected)
    return {"compared": int(found["count"]), "compared_at_least": found["least"] is not None}


def _path(tree: Tree, folder: Path) -> Path:
    written = text(tree, "a file")
    if "\0" in written:
        raise tree.error("is no file name", expected="a file")
    return folder / written


def _data(tree: Tree | None, folder: Path) -> Data | None:
    if tree is None:
        return None
    expected = "{load: load.py}, or {tables: tables.yaml}"
    section = mapping(tree, expected, ["load", "tables", "with"])
    load, tables, arguments = (section.get(key) for key in ("load", "tables", "with"))
    if (load is None) == (tables is None):
        raise section.error("names both" if load else "names no file", expected=expected)
    if arguments and tables:
        raise arguments.error("only a loader takes arguments", hint="drop 'with'")
    return Data(
        load=_path(load, folder) if load else None,
        tables=_path(tables, folder) if tables else None,
        arguments=_arguments(arguments) if arguments else {},
    )


def _arguments(tree: Tree) -> dict[str, str]:
    section = mapping(tree, "arguments by name, such as {panel: yogurt}")
    return {key_label(section, name): text(body) for name, body in section.entries.items()}
