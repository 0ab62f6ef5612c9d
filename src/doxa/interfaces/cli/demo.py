"""``doxa demo``: the whole main job on real households, through the public command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, note


def demo(
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where store, files and report are put.")
    ] = Path("doxa-demo"),
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 when a promised figure is not reached.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Load a year of 2,469 real households, score the forecasts, read one twin. Takes minutes.

    With --json the last line of the output is one JSON object.

    Example: doxa demo --folder doxa-demo
    """
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file", where=str(folder), expected="a folder")
    from doxa.interfaces.demo.figures import shortcomings
    from doxa.interfaces.demo.steps import Demo

    figures = Demo(folder, _print).run()
    missed = shortcomings(figures) if check else []
    _print(
        f"\n{figures.households:,} households, {figures.signals:,} signals,"
        f" {figures.seconds['total']:.0f} s, {figures.peak_gib:.1f} GiB;"
        f" the page: {folder / 'report.html'}"
    )
    if as_json:
        _print(msgspec.json.encode(figures).decode())
    for problem in missed:
        note(f"doxa: {problem}")
    if missed:
        raise typer.Exit(1)


def _print(line: str) -> None:
    print(line)
    sys.stdout.flush()
