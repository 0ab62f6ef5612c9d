"""One page that joins an evaluation and one twin: does it hold, and what does it look like?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from doxa.errors import InputError
from doxa.interfaces.pages.fidelity import fidelity_page
from doxa.interfaces.pages.twin import twin_page, twin_sections
from doxa.report import Page, write_page

if TYPE_CHECKING:
    from doxa.fidelity.report import FidelityReport
    from doxa.interfaces.pages.portrait import Portrait


def joined_page(report: FidelityReport | None, portrait: Portrait | None, *, command: str) -> Page:
    """An evaluation, one twin, or both on one page.

    The twin stands after the ladders and before how the evaluation was made.
    """
    if report is None:
        if portrait is None:
            raise InputError("nothing to show", expected="an evaluation, a twin, or both")
        return twin_page(portrait, command=command)
    page = fidelity_page(report, command=command)
    if portrait is None:
        return page
    *first, last = page.sections
    sections = (*first, *twin_sections(portrait, named=True), last)
    return replace(page, sections=sections, about=portrait.twin)


def write_joined_page(
    report: FidelityReport | None,
    portrait: Portrait | None,
    path: str | os.PathLike[str],
    *,
    command: str,
) -> Path:
    """Write `joined_page` as one file that needs no network."""
    return write_page(joined_page(report, portrait, command=command), path)
