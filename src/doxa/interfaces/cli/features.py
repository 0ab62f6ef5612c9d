"""``doxa features``: what a head reads of people, as a table for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, counted, cut, plain, print_json, say, table
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    Purpose,
    Workspace,
    open_existing,
)

if TYPE_CHECKING:
    import pyarrow

_FORMS = (".parquet", ".arrow", ".csv")
_SHOWN = 8


def features(
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="An outcome of the map.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write them there: .parquet, .arrow or .csv."),
    ] = None,
    twin: Annotated[
        list[str] | None,
        typer.Option("--twin", metavar="ID", help="Only these people; may be given several times."),
    ] = None,
    item: Annotated[
        list[str] | None,
        typer.Option("--item", metavar="NAME", help="Only these members; several times."),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="TIME", help="As of a moment; several times. Left out, now."),
    ] = None,
    labelled: Annotated[
        bool, typer.Option("--labelled", help="Also what became of each row.")
    ] = False,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Export what the head of an outcome reads of people, a column per feature.

    Example: doxa features lapses --at 2025-06-01 --at 2025-07-01 --labelled --out lapses.parquet
    """
    if out is not None and out.suffix.lower() not in _FORMS:
        raise InputError(
            f"{out.suffix or 'no ending'} is no form of table",
            where=f"--out {out}",
            expected=f"one of {', '.join(_FORMS)}",
        )
    with open_existing(db, workspace=workspace) as twins:
        found = twins.features(
            outcome, twin or None, at=at or None, items=item or None, labelled=labelled,
            purpose=purpose,
        )  # fmt: skip
    if out is not None:
        _write(found, out)
    if as_json:
        print_json({"rows": found.num_rows, "columns": found.column_names, **_read(found)})
        return
    where = f", written to {out}" if out is not None else ""
    say(f"{outcome}: {counted(found.num_rows, 'row')} of {found.num_columns} columns{where}")
    if out is None:
        say(*_lines(found))


def _read(found: pyarrow.Table) -> dict[str, str | None]:
    told = {key.decode(): value.decode() for key, value in (found.schema.metadata or {}).items()}
    return {key: value or None for key, value in told.items()}


def _lines(found: pyarrow.Table) -> list[str]:
    few = found.slice(0, _SHOWN).to_pydict()
    names = found.column_names
    lead = [name for name in names[:4] if name in ("twin", "origin", "member", "label")]
    shown = [*lead, *[name for name in names if name not in lead][:3]]
    rows = [[plain(cut(name, 28)) for name in shown]]
    rows += [
        [plain(cut(_text(few[name][row]), 28)) for name in shown]
        for row in range(min(_SHOWN, found.num_rows))
    ]
    return [*table(rows, "l" * len(lead) + "rrr"), "  ... --out FILE writes all of it"]


def _text(value: object) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _write(found: pyarrow.Table, out: Path) -> None:
    try:
        if out.suffix.lower() == ".parquet":
            from pyarrow import parquet

            parquet.write_table(found, out, compression="zstd")
        elif out.suffix.lower() == ".csv":
            from pyarrow import csv

            csv.write_csv(found, out)
        else:
            from pyarrow import feather

            feather.write_feather(found, out)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror or error})", where=f"--out {out}"
        ) from error
