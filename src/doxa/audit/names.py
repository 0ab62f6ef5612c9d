"""What the name of a field gives away: what is protected, and what a product means by it."""

from __future__ import annotations

import re
from enum import StrEnum

_PROTECTED = {
    "age": {"age", "dob", "birth", "birthday", "birthdate", "birthyear", "agegroup"},
    "sex or gender": {"sex", "gender", "pronoun", "pronouns", "title", "salutation"},
    "ethnic origin": {"race", "ethnicity", "ethnic", "skin", "nationality", "citizenship", "caste"},
    "religion or belief": {"religion", "faith", "church"},
    "political opinion": {"party", "political", "politics", "voter", "ideology"},
    "health or disability": {
        *("health", "disability", "disabled", "diagnosis", "medical", "illness", "pregnant"),
        *("pregnancy", "medication", "bmi"),
    },
    "sexual orientation": {"orientation", "sexuality"},
    "family": {"marital", "married", "marriage", "kids", "children", "child", "parent", "spouse"},
    "union membership": {"union"},
}
"""Words, by the ground on which people must not be treated differently without reason.

After article 9 of the General Data Protection Regulation, article 21 of the Charter of Fundamental
Rights of the European Union and the Equality Act 2010 of the United Kingdom.
"""


class Meaning(StrEnum):
    """What the name of a field says that its values stand for."""

    IDENTITY = "identity"
    REGISTERED = "registered"
    DUE = "due"
    MOMENT = "moment"
    GOAL = "goal"
    LIMIT = "limit"
    TASTE = "taste"
    FEELING = "feeling"
    GUESS = "guess"
    TALLY = "tally"
    RESULT = "result"
    PLAIN = "plain"


_WORDS = {
    Meaning.IDENTITY: {
        *("id", "uuid", "guid", "email", "mail", "phone", "cookie", "device", "ip", "hash"),
        *("token", "username", "login", "handle"),
    },
    Meaning.REGISTERED: {
        *("signup", "signedup", "registered", "registration", "created", "joined", "since"),
        *("enrolled", "tenure"),
    },
    Meaning.DUE: {
        *("deadline", "due", "expires", "expiry", "expiration", "renewal", "renews", "ends"),
        *("until", "trial"),
    },
    Meaning.MOMENT: {"at", "date", "time", "timestamp", "updated", "modified", "last", "first"},
    Meaning.GOAL: {
        "goal",
        "goals",
        "objective",
        "objectives",
        "aim",
        "target",
        "wants",
        "plans",
    },
    Meaning.LIMIT: {
        *("budget", "limit", "quota", "allowance", "seats", "capacity", "availability"),
        *("accessibility", "restriction", "restrictions", "allergy", "allergies", "diet"),
    },
    Meaning.TASTE: {
        *("favorite", "favourite", "preferred", "preference", "preferences", "interest"),
        *("interests", "likes", "topics", "genres", "channel", "style"),
    },
    Meaning.FEELING: {
        *("mood", "sentiment", "satisfaction", "nps", "csat", "stress", "frustration", "happy"),
        *("emotion",),
    },
    Meaning.GUESS: {
        *("segment", "persona", "cluster", "score", "propensity", "likelihood", "intent", "tier"),
        *("affinity", "lifecycle", "stage", "risk", "band", "cohort", "ltv", "clv"),
    },
    Meaning.TALLY: {
        *("total", "count", "orders", "visits", "sessions", "purchases", "spend", "spent"),
        *("revenue", "logins", "clicks", "number", "num", "frequency", "recency", "monetary"),
        *("attempts",),
    },
    Meaning.RESULT: {"result", "outcome", "churned", "converted", "withdrew", "label"},
}
_ORDER = (
    *(Meaning.RESULT, Meaning.DUE, Meaning.REGISTERED, Meaning.FEELING, Meaning.TASTE),
    *(Meaning.GOAL, Meaning.LIMIT, Meaning.GUESS, Meaning.TALLY, Meaning.IDENTITY),
    Meaning.MOMENT,
)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case.

    Examples
    --------
    >>> words_of("signupDate_UTC"), words_of("num_of_prev_attempts")[0]
    (('signup', 'date', 'utc'), 'num')
    """
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return tuple(re.findall(r"[a-z]+|[0-9]+", split.lower()))


def protected_ground(name: str) -> str | None:
    """On which ground a field may be protected, None where its name says nothing of the kind.

    Examples
    --------
    >>> protected_ground("age_band"), protected_ground("page_views")
    ('age', None)
    """
    words = set(words_of(name))
    return next((ground for ground, known in _PROTECTED.items() if words & known), None)


def meaning_of(name: str) -> Meaning:
    """What a name says that the field stands for; the more telling word decides.

    Examples
    --------
    >>> meaning_of("favorite_genre").value, meaning_of("trial_ends_at").value, meaning_of("region").value
    ('taste', 'due', 'plain')
    """
    words = set(words_of(name))
    return next((meaning for meaning in _ORDER if words & _WORDS[meaning]), Meaning.PLAIN)
