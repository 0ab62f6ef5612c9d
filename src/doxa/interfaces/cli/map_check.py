"""``doxa map check``: is the map right, what feeds it, what do sample signals say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doxa.interfaces.cli.console import Json, cut, plain, print_json, say, table, width

if TYPE_CHECKING:
    from doxa.beliefmap.model import BeliefMap

_SHOWN = 20


def map_check(
    map_file: Annotated[Path, typer.Argument(metavar="MAP", help="The belief map.")],
    signals: Annotated[
        Path | None,
        typer.Option(help="Sample signals, one JSON object per line.", metavar="FILE.jsonl"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a belief map: its grammar, what nothing feeds, what is not read yet.

    Example: doxa map check map.yaml --signals sample.jsonl
    """
    from doxa.beliefmap.feeding import unfed
    from doxa.beliefmap.map_file import load_map
    from doxa.beliefmap.unread import unread
    from doxa.interfaces.cli.samples import read_samples
    from doxa.runtime.wiring import real_now

    belief_map = load_map(map_file)
    samples = read_samples(signals, belief_map, real_now()) if signals else None
    found: dict[str, Any] = {
        "map": str(map_file),
        "product": belief_map.product,
        "clock": belief_map.clock.value,
        "counts": {
            name: len(getattr(belief_map, name))
            for name in ("nodes", "signals", "outcomes", "actions", "purposes")
        },
        "unfed": _findings(
            unfed(belief_map, samples.seen if samples else None) + _undrawn(belief_map)
        ),
        "unread": _findings(unread(belief_map)),
        "signals": samples.told if samples else [],
    }
    if as_json:
        print_json(found)
        return
    counts = ", ".join(
        f"{count} {name if count > 1 else name.removesuffix('s')}"
        for name, count in found["counts"].items()
        if count
    )
    say(f"{map_file}: a right map of {plain(belief_map.product)} ({counts})")
    _say_signals(found["signals"])
    _say_findings("nothing feeds, or nothing comes of", found["unfed"])
    _say_findings("right, but not read yet in this version", found["unread"])


def _undrawn(belief_map: BeliefMap) -> list[tuple[str, str]]:
    """Why nobody can be run forward; the heads are fitted all the same."""
    from doxa.simulation.drawable import undrawn

    why = undrawn(belief_map)
    if why is None:
        return []
    return [(why.where or "rollout", f"{why.problem}, so nobody can be run forward")]


def _findings(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"path": path, "says": sentence} for path, sentence in pairs]


def _say_findings(title: str, findings: list[dict[str, str]]) -> None:
    if findings:
        room = width() - 2
        say("", f"{title}:")
        say(*(cut(f"  {plain(one['path'])}: {one['says']}", 2 * room) for one in findings))


def _say_signals(told: list[dict[str, Any]]) -> None:
    if not told:
        return
    say("", "what the sample signals say:")
    rows = [
        [str(one["line"]), plain(one["kind"]), "; ".join(map(plain, one["evidence"])) or "nothing"]
        for one in told[:_SHOWN]
    ]
    say(*table(rows, "rll"))
    if len(told) > _SHOWN:
        say(f"  ... and {len(told) - _SHOWN} more (all with --json)")
