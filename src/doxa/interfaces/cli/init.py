"""``doxa init``: a commented map to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, print_json, say


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to write it.")] = Path("."),
    as_json: Json = False,
) -> None:
    """Write a commented belief map to begin with.

    Example: doxa init shop
    """
    from doxa.beliefmap.starter import STARTER

    file = folder / "map.yaml"
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file", where=str(folder), expected="a folder")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(STARTER)
    except FileExistsError:
        raise InputError(
            "there is a map already", where=str(file), hint="name another folder"
        ) from None
    if as_json:
        print_json({"map": str(file)})
        return
    say(
        f"wrote {file}",
        "next:",
        f"  doxa map check {file}",
        f"  doxa observe h42 complaint topic=price --map {file} --db {folder / 'doxa.db'}",
    )
