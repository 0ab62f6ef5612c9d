"""Opening a store: which file, which map, and whether the two belong together."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from doxa.beliefmap.fingerprint import fingerprint
from doxa.beliefmap.map_file import load_map
from doxa.beliefmap.model import BeliefMap
from doxa.errors import InputError, MapChanged, MissingExtra
from doxa.runtime.forgetting import finish_purge
from doxa.runtime.map_change import differences
from doxa.runtime.twins import Twins
from doxa.runtime.versions import map_of
from doxa.runtime.wiring import SNAPSHOT_AFTER, Wiring, real_now
from doxa.storage.port import Store
from doxa.storage.sqlite import SqliteStore
from doxa.types import Moment

_URL = re.compile(r"([a-z][a-z0-9+.]+)://", re.IGNORECASE)
_SHOWN = 6


def open_twins(
    path: str | PathLike[str],
    map: str | PathLike[str] | BeliefMap | None = None,
    workspace: str = "default",
    *,
    apply_map: bool = False,
    clock: Callable[[], Moment] = real_now,
    snapshot_after: int = SNAPSHOT_AFTER,
) -> Twins:
    """Open a store of twins; see `doxa.open`.

    Parameters
    ----------
    clock : callable
        Gives the time now, microseconds since 1970.
    snapshot_after : int
        How many foldable signals a read must find before it writes a snapshot.
    """
    file = store_file(path)
    given = map if isinstance(map, BeliefMap) or map is None else load_map(os.fspath(map))
    if given is None and is_new(file):
        raise _no_map(file, "there is no store here yet, and no map to make one with")
    store = SqliteStore(
        file,
        workspace=workspace,
        clock=given.clock if given else None,
        zone=given.zone if given else None,
    )
    try:
        return twins_over(
            store, file, given, apply_map=apply_map, clock=clock, snapshot_after=snapshot_after
        )
    except BaseException:
        store.close()
        raise


def twins_over(
    store: Store,
    file: Path,
    given: BeliefMap | None = None,
    *,
    apply_map: bool = False,
    clock: Callable[[], Moment] = real_now,
    snapshot_after: int = SNAPSHOT_AFTER,
) -> Twins:
    """The twins of an open store, on the map it runs on or one that may take over.

    Parameters
    ----------
    file : Path
        The store's; files that belong to it lie beside.
    """
    active = _settled(store, given, file, clock() if apply_map or given else 0, apply_map)
    if store.zone != active.zone:
        store.set_zone(active.zone)
    wiring = Wiring(store, active, file, clock, snapshot_after)
    finish_purge(wiring)
    return Twins(wiring)


def store_file(path: str | PathLike[str]) -> Path:
    """The file of an embedded store; addresses of servers are refused.

    Examples
    --------
    >>> store_file("shop.db").name
    'shop.db'
    """
    text = os.fspath(path)
    url = _URL.match(text)
    if url is None:
        if not text or "\0" in text or text.startswith((":memory:", "file:")):
            raise InputError(
                f"{text!r} names no file", where="store", expected="a path, such as shop.db"
            )
        return Path(text)
    if url[1].lower() in {"postgresql", "postgres"}:
        raise MissingExtra(
            "PostgreSQL stores are not in this version",
            where=text.rpartition("@")[2],
            expected="the path of a file, such as shop.db",
        )
    raise InputError(
        f"unknown kind of store {url[1]!r}", expected="the path of a file, such as shop.db"
    )


def is_new(file: Path) -> bool:
    """Whether a store would be made here: there is no file, or an empty one."""
    return not file.exists() or (file.is_file() and not file.stat().st_size)


def _settled(
    store: Store, given: BeliefMap | None, file: Path, now: Moment, apply_map: bool
) -> BeliefMap:
    """The map to run on: the stored one, unless the store is new or another may take over."""
    stored = store.maps()
    if not stored:
        if given is None:
            raise _no_map(file, "this workspace has no map yet")
        return _put(store, given, now)
    active = map_of(stored, file.name)
    changes = differences(active, given) if given is not None else []
    if given is None or not changes:
        return active
    if not apply_map:
        raise _changed(changes, file)
    _put(store, given, now)
    return map_of(store.maps(), file.name)


def _put(store: Store, belief_map: BeliefMap, now: Moment) -> BeliefMap:
    if not belief_map.text:
        raise InputError(
            "a map made by hand cannot be stored",
            where="map",
            expected="a file, or what load_map or parse_map gave",
        )
    store.put_map(belief_map.text, fingerprint(belief_map), now)
    return belief_map


def _changed(changes: list[str], file: Path) -> MapChanged:
    more = len(changes) - _SHOWN
    shown = ", ".join(changes[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return MapChanged(
        f"the map differs from the one this store runs on: {shown}",
        where=str(file),
        hint="let it take over from now on with apply_map=True (--apply-map), or leave it out",
    )


def _no_map(file: Path, problem: str) -> InputError:
    return InputError(
        problem,
        where=str(file),
        expected="a belief map (map=..., --map FILE)",
        hint="`doxa init` writes a starter map",
    )
