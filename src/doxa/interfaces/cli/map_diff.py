"""``doxa map diff``: what changes from one map to another, and what that leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doxa.interfaces.cli.console import Json, plain, print_json, say
from doxa.interfaces.cli.stores import open_existing

if TYPE_CHECKING:
    from doxa.runtime.map_change import MapDiff
    from doxa.runtime.map_effect import MapEffect

_MAPS = (".yaml", ".yml")


def map_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A map, or a store that runs on one.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The map that is to take over.")],
    as_json: Json = False,
) -> None:
    """Say what changes from one map to another: nodes, rules, outcomes, and what goes stale.

    Example: doxa map diff map.yaml next.yaml

    Example: doxa map diff shop.db next.yaml
    """
    from doxa.beliefmap.map_file import load_map
    from doxa.runtime.map_change import map_diff as compare
    from doxa.runtime.map_effect import diff_with_store

    given, effect = load_map(new), None
    if old.lower().endswith(_MAPS):
        diff = compare(load_map(old), given)
    else:
        with open_existing(old) as twins:
            diff, effect = diff_with_store(twins.wiring.store, given, old)
    if as_json:
        print_json(document(diff, effect))
    else:
        say(*lines(diff, effect))


def document(diff: MapDiff, effect: MapEffect | None) -> dict[str, Any]:
    """The difference as one JSON document."""
    return {**diff.as_dict(), "store": effect}


def lines(diff: MapDiff, effect: MapEffect | None) -> list[str]:
    """One line per change, then what follows."""
    if not diff.changes:
        return ["the two mean the same"]
    told = [plain(str(change)) for change in diff.changes]
    told += [
        f"perhaps renamed: {plain(gone)} -> {plain(come)} (say `renamed_from: {plain(gone)}`)"
        for gone, come in diff.perhaps_renamed
    ]
    after = _after(diff) if effect is None else _in_store(diff, effect)
    return [*told, "", *after] if after else told


def _after(diff: MapDiff) -> list[str]:
    told = []
    if diff.evidence:
        told.append("signals give other evidence: snapshots are folded anew, every head is stale")
    told += [f"{plain(name)} asks another question: its head is stale" for name in diff.asked_anew]
    told += [f"{plain(name)} is no longer forecast" for name in diff.no_longer_asked]
    told += [f"{plain(name)} has no head before doxa fit" for name in diff.never_fitted]
    return told


def _in_store(diff: MapDiff, effect: MapEffect) -> list[str]:
    told = _after(diff)
    if effect.snapshots:
        told.append(f"{effect.snapshots:,} snapshots are folded anew when they are read")
    if effect.population is not None:
        stale = ", ".join(map(plain, effect.stale))
        told.append(
            f"population {effect.population}: forecasts of {stale} are stale, or cannot be made, until doxa fit"
            if stale
            else f"population {effect.population} stays in force"
        )
    told += [
        f"{count:,} recorded forecast sets of {plain(name)} stay as they are"
        for name, count in effect.recorded.items()
    ]
    return told
