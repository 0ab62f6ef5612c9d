"""What a field should become in a belief map, and why."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from doxa.audit.facts import FieldFacts, Form
from doxa.audit.names import Meaning, meaning_of, protected_ground

LONG = 40.0
"""Letters from which a text is words rather than a name."""
ALONE = 0.9
"""Different values per person from which a field names people rather than describes them."""
CROWD = 0.97
"""Share of people in one bucket from which a field tells nobody apart."""
MISSING = 0.95
RARELY = 0.1
"""Changes per person and year below which a field that could change stands still."""


class Fate(StrEnum):
    """What becomes of a field."""

    TRAIT = "trait"
    BELIEF = "belief"
    GOAL = "goal"
    PREFERENCE = "preference"
    FEELING = "feeling"
    CONSTRAINT = "constraint"
    ALIAS = "alias"
    WORDS = "words"
    OUTCOME = "outcome"
    DROP = "drop"


class Standing(StrEnum):
    """Whether a field follows its person."""

    STATIC = "static"
    CHANGING = "changing"
    UNKNOWN = "one snapshot"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a field is, and what it should become.

    Attributes
    ----------
    standing : Standing
    pace : float or None
        Changes per person and year, where the table shows more than one row of somebody.
    ground : str or None
        On which ground the field is protected, if any.
    fate : Fate
    why : str
        One sentence.
    """

    standing: Standing
    pace: float | None
    ground: str | None
    fate: Fate
    why: str


def verdict_of(facts: FieldFacts) -> Verdict:
    """Judge one field by its name and its counts.

    Examples
    --------
    >>> facts = FieldFacts(name="age", form=Form.TEXT, people=800, known=800, distinct=6,
    ...     largest=288, sharers=204.0)
    >>> found = verdict_of(facts)
    >>> found.fate.value, found.standing.value, found.ground
    ('trait', 'one snapshot', 'age')
    """
    pace = facts.changes / facts.years if facts.years > 0 else None
    standing = _standing(facts, pace)
    fate, why = _fate(facts, standing)
    return Verdict(
        standing=standing, pace=pace, ground=protected_ground(facts.name), fate=fate, why=why
    )


def _standing(facts: FieldFacts, pace: float | None) -> Standing:
    if not facts.repeated:
        return Standing.UNKNOWN
    if pace is None:
        return Standing.CHANGING if facts.changes else Standing.STATIC
    return Standing.CHANGING if pace >= RARELY else Standing.STATIC


def _fate(facts: FieldFacts, standing: Standing) -> tuple[Fate, str]:
    empty = _says_nothing(facts)
    if empty:
        return Fate.DROP, empty
    meaning = meaning_of(facts.name)
    names_people = facts.form is Form.TEXT or (facts.form is Form.NUMBER and facts.whole)
    if meaning is Meaning.RESULT:
        return Fate.OUTCOME, "it is what people did in the end: forecast it, never read it"
    may_join = names_people and meaning in (Meaning.IDENTITY, Meaning.PLAIN, Meaning.MOMENT)
    if may_join and facts.per_person >= ALONE and facts.length <= LONG:
        return Fate.ALIAS, "nearly everybody has their own: it joins identities"
    if facts.form is Form.TEXT and facts.length > LONG:
        return Fate.WORDS, "it is words: send it as a signal, so that what it claims is dated"
    if meaning is Meaning.IDENTITY:
        return Fate.ALIAS, "its name says that it joins identities"
    return _by_meaning(facts, meaning, standing)


def _says_nothing(facts: FieldFacts) -> str | None:
    if not facts.known:
        return "it is empty"
    if facts.missing > MISSING:
        return f"it is empty for {facts.missing:.0%} of people"
    if facts.distinct == 1:
        return "everybody has the same value"
    if facts.largest_share > CROWD:
        return f"{facts.largest_share:.0%} of people have the same value"
    return None


_FATES = {
    Meaning.GOAL: (Fate.GOAL, "it is what the person is after: progress and deadline move it"),
    Meaning.LIMIT: (Fate.CONSTRAINT, "it binds the person for a time: give it an interval"),
    Meaning.TASTE: (Fate.PREFERENCE, "what people do shows it better than what was once ticked"),
    Meaning.FEELING: (Fate.FEELING, "it fades within days: each answer is a signal, with consent"),
    Meaning.GUESS: (Fate.BELIEF, "somebody's guess, frozen: let signals say it, with uncertainty"),
    Meaning.DUE: (Fate.CONSTRAINT, "it ends at a known moment: a constraint with `until`"),
}


def _by_meaning(facts: FieldFacts, meaning: Meaning, standing: Standing) -> tuple[Fate, str]:
    if protected_ground(facts.name) is not None:
        return Fate.TRAIT, "what a person is, protected: shown to few, and no persona"
    if meaning in _FATES:
        return _FATES[meaning]
    if meaning is Meaning.TALLY and facts.form is Form.NUMBER:
        return Fate.DROP, "a tally of signals: the twin counts them itself, and as of any moment"
    if meaning is Meaning.REGISTERED:
        return Fate.TRAIT, "since when the person is known: exposure starts there"
    if facts.form is Form.TIME or meaning is Meaning.MOMENT:
        return Fate.DROP, "a moment: the signal that it belongs to carries it"
    if standing is Standing.CHANGING and facts.form is Form.NUMBER:
        return Fate.BELIEF, "a number that moves: keep each value as evidence, with its time"
    if facts.form is Form.LIST:
        return Fate.PREFERENCE, "a list per person: one member each, weighed by what people do"
    if standing is Standing.CHANGING:
        return Fate.TRAIT, "it moves: send each value with its time, so that it is read as of then"
    return Fate.TRAIT, "it describes a segment: a persona to beat, and a place to start from"
