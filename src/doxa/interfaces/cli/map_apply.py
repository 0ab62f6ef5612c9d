"""``doxa map apply``: let a map take over from now on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doxa.interfaces.cli.console import Json, plain, print_json, say
from doxa.interfaces.cli.map_diff import document, lines
from doxa.interfaces.cli.stores import open_existing


def map_apply(
    store: Annotated[str, typer.Argument(metavar="STORE", help="The store's file.")],
    map_file: Annotated[Path, typer.Argument(metavar="MAP", help="The map that takes over.")],
    as_json: Json = False,
) -> None:
    """Let a map take over from now on, and say what changed. The past keeps the map it had.

    Example: doxa map apply shop.db next.yaml
    """
    from doxa.beliefmap.map_file import load_map
    from doxa.interfaces.cli.stores import open_store
    from doxa.runtime.map_effect import diff_with_store

    given = load_map(map_file)
    with open_existing(store) as twins:
        diff, effect = diff_with_store(twins.wiring.store, given, store)
    with open_store(store, map_file, apply_map=True) as twins:
        version = twins.wiring.store.maps()[-1].version
    if as_json:
        print_json({"version": version, **document(diff, effect)})
        return
    say(*lines(diff, effect))
    unchanged = "is as it was" if not diff.changes else "is in force from now on"
    say("", f"map {version} of {plain(store)} {unchanged}")
