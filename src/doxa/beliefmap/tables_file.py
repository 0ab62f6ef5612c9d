"""The tables file, from text to `Tables`."""

from __future__ import annotations

from pathlib import Path

from doxa.beliefmap.document import Mapping, Scalar, Tree, parse_document, read_document
from doxa.beliefmap.header import check_version
from doxa.beliefmap.literals import each_of, mapping, one_or_more, required, text
from doxa.beliefmap.names import key_label, label
from doxa.beliefmap.tables import Column, Constant, Entry, Table, Tables
from doxa.domain.signal import TRAITS

SUFFIXES = (".parquet", ".csv", ".jsonl")
_SINGLE = ("twin", "kind", "at", "source", "session", "device", "order", "recorded")
_KEYS = ["file", "sql", *_SINGLE, "id", "payload"]
_ENTRY = "a column, or {is: constant}"


def load_tables(path: Path | str) -> Tables:
    """Read and check a tables file; file names in it are relative to its folder.

    Raises
    ------
    MapError
        With file and line, what is wrong, what was expected, and the nearest known name.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "tables.yaml"
    >>> _ = file.write_text("{doxa: 1, tables: [{file: a.csv, twin: id, kind: {is: traits}}]}")
    >>> load_tables(file).tables[0].kind
    Constant(value='traits')
    """
    return _compile(read_document(path), Path(path).parent)


def parse_tables(source: str, name: str = "tables.yaml") -> Tables:
    """Read and check a tables file given as text; `name` stands for the file."""
    return _compile(parse_document(source, name), Path(name).parent)


def _compile(top: Mapping, folder: Path) -> Tables:
    mapping(top, "a tables file", ["doxa", "tables"])
    check_version(top)
    tree = required(top, "tables", "a list of tables")
    found = each_of(tree, lambda item: _table(item, folder), "a list of tables")
    if not found:
        raise tree.error("is an empty list", expected="a list of tables")
    return Tables(tables=found)


def _table(tree: Tree, folder: Path) -> Table:
    section = mapping(tree, "{file: .., twin: .., at: .., kind: ..}", _KEYS)
    file, sql = _origin(section)
    entries = {key: entry(body) for key in _SINGLE if (body := section.get(key)) is not None}
    for key in ("twin", "kind"):
        required(section, key, _ENTRY)
    if "at" not in entries and entries["kind"] != Constant(value=TRAITS):
        raise section.error(
            "'at' is missing", expected="the column of the time; only {is: traits} may go without"
        )
    parts, payload = section.get("id"), section.get("payload")
    return Table(
        file=file,
        sql=sql,
        folder=folder,
        twin=entries["twin"],
        kind=entries["kind"],
        at=entries.get("at"),
        source=entries.get("source"),
        session=entries.get("session"),
        device=entries.get("device"),
        order=entries.get("order"),
        recorded=entries.get("recorded"),
        id=one_or_more(parts, entry, "a column, or a list of them") if parts else (),
        payload=_payload(payload) if payload else None,
        line=section.place.line,
    )


def _origin(section: Mapping) -> tuple[str | None, str | None]:
    file, sql = section.get("file"), section.get("sql")
    if (file is None) == (sql is None):
        raise section.error(
            "names both file and sql" if file else "names no file", expected="either file or sql"
        )
    if file is None:
        return None, text(required(section, "sql", "a query"))
    name = text(file, "a file")
    if not name.lower().endswith(SUFFIXES) or "\0" in name:
        raise file.error(
            f"{name!r} is no file that can be read",
            expected=f"one that ends in {', '.join(SUFFIXES)}",
            hint="or write sql:",
        )
    return name, None


def entry(tree: Tree) -> Entry:
    """A column by its bare name, or ``{is: constant}``."""
    if isinstance(tree, Mapping):
        section = mapping(tree, _ENTRY, ["is"])
        return Constant(value=text(required(section, "is", _ENTRY), "a constant"))
    name = text(tree, _ENTRY)
    assert isinstance(tree, Scalar)
    return Column(name=label(tree, name))


def _payload(tree: Tree) -> dict[str, Entry] | str:
    if not isinstance(tree, Mapping):
        return text(tree, "{field: column}, or the column that holds an object")
    return {key_label(tree, field): entry(body) for field, body in tree.entries.items()}
