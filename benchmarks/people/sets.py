"""The sets that people are taken from, and who of them has enough signals."""

from __future__ import annotations

from typing import NamedTuple


class PeopleSet(NamedTuple):
    """One set.

    Attributes
    ----------
    name : str
        Its folder, of data and of files.
    counted : tuple of str
        Kinds of signals of which a person needs `least`; these change places in the false twin.
    least : int
    about : str
        What a reader has to know to read the page.
    """

    name: str
    counted: tuple[str, ...]
    least: int
    about: str


OULAD = PeopleSet(
    name="oulad",
    counted=("submitted", "missed", "left"),
    least=8,
    about=(
        "Students of one module each at an open university. Position is the day of the course: 0 is its"
        " first day, negative days lie before it. Whoever registers takes up a goal, to complete the"
        " module, with its pieces of work as parts: TMA are marked by tutors, CMA by a computer, each"
        " numbered in the order it is due. Signals: registered, submitted (a score from 0 to 100, and how"
        " many days late, below 0 early), missed (a deadline passed without it), left. In the false course"
        " submitted, missed and left change places with what they carry; registered, the plan of work and"
        " its deadlines stay."
    ),
)
EMA = PeopleSet(
    name="ema_bringmann2013",
    counted=("beep",),
    least=80,
    about=(
        "People with a history of depression who told up to ten times a day, over two spells of about six"
        " days, how they felt just then: worried, anxious, sad, relaxed and excited from 1 to 7. Pleasant is"
        " how pleasant the most important thing was that happened since the beep before, from -4 to 3."
        " A session is one day; on the axis of position a day is 22 wide, with a place for a beep at every"
        " second number. Each answer, a beep, gives all six measures at once: in the false course whole"
        " answers change places."
    ),
)
SETS = {each.name: each for each in (OULAD, EMA)}
