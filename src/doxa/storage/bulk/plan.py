"""The folder of a load: which load it is, when it began, and whether its files still stand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from doxa.errors import InputError, StoreError
from doxa.storage.bulk.fingerprint import FileMark
from doxa.types import Moment


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a load folder holds.

    Attributes
    ----------
    identity : str
        What the rows depend on besides the files.
    files : list of FileMark
    started : int
        When the load began; the judgement of what lies in the future is as of then.
    load : str
        Under what name the ledger keeps the progress of just this staging.
    """

    identity: str
    load: str
    files: list[FileMark]
    started: Moment


def beside(store: Path, ending: str) -> Path:
    """The path of something that belongs to a store's file.

    Examples
    --------
    >>> beside(Path("shop.db"), "rejects.csv").name
    'shop.db.rejects.csv'
    """
    return store.with_name(f"{store.name}.{ending}")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; a second load beside the same store is refused."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # no such locks on this system
            pass
        except OSError as error:
            raise StoreError(
                "another backfill is under way", where=str(folder), hint="wait for it to end"
            ) from error
        yield


def abandon(folder: Path) -> bool:
    """Remove what an interrupted load left, its rows with it; False while a load is under way."""
    if not folder.is_dir():
        return True
    try:
        with alone(folder):
            remove(folder)
    except StoreError:
        return False
    return True


def enter(folder: Path, plan: Plan, restart: bool) -> tuple[Plan, bool]:
    """The plan to follow and whether it is an interrupted one that goes on.

    Raises
    ------
    InputError
        When a file changed since the interrupted load of the same tables began.
    """
    path = folder / "plan.json"
    if path.exists() and not restart:
        old = msgspec.json.decode(path.read_bytes(), type=Plan)
        if old.identity == plan.identity:
            _check_unchanged(old.files, plan.files)
            return old, True
    clear(folder)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(plan))
    fresh.replace(path)
    return plan, False


def clear(folder: Path) -> None:
    """Empty the folder of a load; the plan goes first."""
    (folder / "plan.json").unlink(missing_ok=True)
    for entry in list(folder.iterdir()):
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()


def remove(folder: Path) -> None:
    """The load is done: its folder goes."""
    clear(folder)
    (folder / "lock").unlink(missing_ok=True)
    os.rmdir(folder)


def _check_unchanged(old: Sequence[FileMark], new: Sequence[FileMark]) -> None:
    changed = sorted({mark.path for mark in {*old} ^ {*new}})
    if changed:
        raise InputError(
            "the file changed while its load was interrupted",
            where=changed[0],
            hint="put the old file back to go on, or load anew with --restart"
            " (rows that are in already are recognised)",
        )
