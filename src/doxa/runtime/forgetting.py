"""Forgetting one person: out of the store at once, out of every file soon after."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from doxa.errors import InputError, StoreError
from doxa.runtime.intake.names import given_name
from doxa.runtime.observing import moment_now
from doxa.runtime.wiring import Wiring
from doxa.storage.bulk.plan import abandon, beside
from doxa.storage.forgotten import ForgottenList
from doxa.types import Json, Moment

_DIGITS = re.compile(r"[0-9a-f]{64}")


class ForgetReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What forgetting did.

    Attributes
    ----------
    gone_at : int
        When nothing served the person any more, microseconds since 1970.
    purged_at : int or None
        When no byte was left in the store's files. None while another process reads an older
        state or loads history; `Twins.purge` and the next opening try again.
    counts : dict
        How much was erased, by place: signals, snapshots, forecasts, pages and so on.
    """

    gone_at: Moment
    purged_at: Moment | None
    counts: dict[str, int]

    def as_dict(self) -> dict[str, Json]:
        """The receipt as plain fields."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        return told


def forget(wiring: Wiring, twin: str, now: Any = None) -> ForgetReceipt:
    """Erase one person; see `Twins.forget`."""
    name = given_name("twin", twin)
    gone_at = moment_now(wiring, now)
    pages = _erase_pages(wiring.path, name)
    erased = wiring.store.forget(name, gone_at)
    counts = erased.counts | ({"pages": pages} if pages else {})
    return ForgetReceipt(gone_at=gone_at, purged_at=_try_purge(wiring, now), counts=counts)


def reapply(wiring: Wiring, given: ForgottenList | Path | str, now: Any = None) -> ForgetReceipt:
    """Forget everybody on a list again; see `Twins.reapply`."""
    known = given if isinstance(given, ForgottenList) else read_list(Path(given))
    gone_at = moment_now(wiring, now)
    erased = wiring.store.forget_listed(known)
    purged_at = _try_purge(wiring, now)
    return ForgetReceipt(gone_at=gone_at, purged_at=purged_at, counts=erased.counts)


def purge(wiring: Wiring, now: Any = None) -> Moment | None:
    """Leave no byte of the forgotten in any file; None when somebody else stands in the way."""
    at = moment_now(wiring, now)
    if not abandon(beside(wiring.path.absolute(), "loading")):
        return None
    return at if wiring.store.purge(at) else None


def finish_purge(wiring: Wiring) -> None:
    """Go on with a purge that had to wait; it may have to wait again."""
    with suppress(StoreError):
        if wiring.store.purge_pending():
            purge(wiring)


def read_list(path: Path) -> ForgottenList:
    """A list of the forgotten from its file.

    Raises
    ------
    InputError
        The file is no such list.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=ForgottenList)
        if found.doxa_forgotten != 1:
            raise msgspec.ValidationError(f"it is of version {found.doxa_forgotten}")
        marks = [entry.mark for entry in found.twins]
        if not all(map(_DIGITS.fullmatch, [found.key, *marks] if marks else marks)):
            raise msgspec.ValidationError("a key or mark is not 64 hexadecimal digits")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"is no list of the forgotten: {error}",
            where=str(path),
            expected="what doxa forget --save wrote",
        ) from error
    return found


def _try_purge(wiring: Wiring, now: Any) -> Moment | None:
    """The rows are gone whatever happens here."""
    with suppress(StoreError):
        return purge(wiring, now)
    return None


def _erase_pages(store: Path, twin: str) -> int:
    """Delete the person's pages beside the store, before the rows: a kill between leaves rows."""
    folder = store.absolute().parent
    if not any(folder.glob("*.html")) and not any(folder.glob(".*.html.*.tmp")):
        return 0
    from doxa.report.about import pages_about

    found = list(pages_about(folder, twin))
    for page in found:
        page.unlink(missing_ok=True)
    return len(found)
