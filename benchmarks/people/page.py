"""The page of pairs: each person twice, side by side, without a word which course is the real one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from benchmarks.people.sets import PeopleSet
from doxa import __version__
from doxa.interfaces.pages.course import course_blocks
from doxa.report import Chart, Note, Origin, Page, Section, Table
from doxa.runtime.living.course import Course

LETTERS = ("A", "B")
TASK = (
    "Every person stands here twice, as A and as B. One of the two is the course as it was. In the other"
    " the same signals of the same person changed places by chance: the moments stayed, and each got one of"
    " the signals, every one used once. A signal moves as a whole, with all that it carries: measures given"
    " together stay together. Which is which differs from person to person and is not written on this page."
)
GUIDE = (
    "Everything drawn follows from the signals alone, by the same rules for A and for B: what each chart"
    " shows is told under it, and below the charts stands every change with the signals that made it. Which"
    " of the two courses hangs together the way a life does?"
)


def pairs_page(told: PeopleSet, pairs: Sequence[tuple[Course, Course]], *, command: str) -> Page:
    """One page for a set, one section per person."""
    sections = [
        Section(f"Person {number}: A and B", tuple(_blocks(pair)))
        for number, pair in enumerate(pairs, start=1)
    ]
    return Page(
        title=f"{len(pairs)} people, each of them twice",
        lede=told.about,
        origin=Origin(command, __version__, (("set", told.name),)),
        sections=(Section("The question", (Note(TASK), Note(GUIDE))), *sections),
    )


def _blocks(pair: tuple[Course, Course]) -> list[Chart | Table | Note]:
    """Charts and tables of both courses in turn, so that like stands beside like."""
    found: list[Chart | Table | Note] = []
    left, right = (course_blocks(course, half=True) for course in pair)
    for both in zip(left, right, strict=True):
        found += [_lettered(one, letter) for one, letter in zip(both, LETTERS, strict=True)]
    return found


def _lettered(block: Chart | Table | Note, letter: str) -> Chart | Table | Note:
    if isinstance(block, Chart):
        return replace(block, title=f"{letter}: {block.title}")
    if isinstance(block, Table):
        return replace(block, caption=f"{letter}: {block.caption}")
    return Note(f"{letter}: {block.text}")
