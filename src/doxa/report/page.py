"""A page: headline numbers, sections of charts, tables and notes, and where it comes from."""

from typing import Literal, SupportsFloat

from msgspec import Struct

from doxa.report.chart import Chart
from doxa.report.number import Format, finite, spell, spell_interval
from doxa.report.table import Table

Tone = Literal["plain", "good", "bad"]
Verdict = Literal["", "above zero", "the interval spans zero", "below zero"]


class Card(Struct, frozen=True):
    """A headline number with its interval; it turns red where the claim does not stand.

    Parameters
    ----------
    label
        What the number is.
    value, form
        The number and how it is spelled.
    low, high
        Ends of its interval.
    claim
        Whether the number claims to be above zero (a skill). Then a card whose interval
        reaches zero or lies below says so in words and in red.
    note
        A few words under the number.

    Examples
    --------
    >>> Card("skill over your personas", 0.02, low=-0.01, high=0.05).verdict
    'the interval spans zero'
    """

    label: str
    value: SupportsFloat | None
    form: Format = "percent"
    low: SupportsFloat | None = None
    high: SupportsFloat | None = None
    claim: bool = True
    note: str = ""

    @property
    def number(self) -> str:
        """The value as it is printed."""
        return spell(self.value, self.form)

    @property
    def interval(self) -> str:
        """The interval as it is printed, or nothing."""
        return spell_interval(self.low, self.high, self.form)

    @property
    def verdict(self) -> Verdict:
        """How the interval stands to zero; empty when nothing is claimed or known."""
        low, high = finite(self.low), finite(self.high)
        if not self.claim or low is None or high is None:
            return ""
        if high < 0:
            return "below zero"
        return "above zero" if low > 0 else "the interval spans zero"

    @property
    def tone(self) -> Tone:
        """``bad`` where the claim does not stand."""
        return "plain" if self.verdict in ("", "above zero") else "bad"


class Note(Struct, frozen=True):
    """A paragraph of plain text; ``good`` and ``bad`` ones carry a coloured edge.

    Examples
    --------
    >>> Note("The first bar is missed by 0.0007.", tone="bad").tone
    'bad'
    """

    text: str
    tone: Tone = "plain"


class Listing(Struct, frozen=True):
    """Text shown letter by letter: a file, a command.

    Examples
    --------
    >>> Listing("doxa: 1\\nproduct: shop").text.count("\\n")
    1
    """

    text: str


Block = Chart | Table | Note | Listing


class Section(Struct, frozen=True):
    """A heading and what stands under it, in order.

    Parameters
    ----------
    listed
        What it is called in the contents of the page; left out, its title; "" leaves it out there.

    Examples
    --------
    >>> Section("Calibration", (Note("Nothing yet."),)).title
    'Calibration'
    """

    title: str
    blocks: tuple[Block, ...] = ()
    listed: str | None = None

    @property
    def entry(self) -> str:
        """What it is called in the contents.

        Examples
        --------
        >>> Section("june: The ladder", listed="june").entry, Section("Bars").entry
        ('june', 'Bars')
        """
        return self.title if self.listed is None else self.listed


class Origin(Struct, frozen=True):
    """Where a page comes from, printed in its footer.

    Parameters
    ----------
    command
        The command that makes the page again.
    version
        Of the product that made it.
    facts
        Further pairs of a name and a value: the data, the seed, the day.

    Examples
    --------
    >>> Origin("doxa fidelity grocery.db", "0.1.0").facts
    ()
    """

    command: str
    version: str
    facts: tuple[tuple[str, str], ...] = ()


class Page(Struct, frozen=True):
    """Everything one HTML file says.

    Parameters
    ----------
    title, lede
        The heading, and one or two sentences under it.
    origin
        For the footer.
    cards
        Headline numbers.
    sections
        In order; more than two get a list of contents.
    language
        Of the page's words, as an HTML language code.
    about
        The id of the one person the page tells of, if it does.

    Examples
    --------
    >>> Page("Fidelity", Origin("doxa fidelity", "0.1.0")).sections
    ()
    """

    title: str
    origin: Origin
    lede: str = ""
    cards: tuple[Card, ...] = ()
    sections: tuple[Section, ...] = ()
    language: str = "en"
    about: str = ""
