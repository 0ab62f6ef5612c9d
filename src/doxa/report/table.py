"""Tables: columns that say how their values are spelled, rows of plain data."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from doxa.report.moment import spell_moment
from doxa.report.number import GAP, Format, spell, spell_interval

Alignment = Literal["left", "right"]
Row = Mapping[str, Any]


class Column(Struct, frozen=True):
    """One column: which key of a row it shows, under what label, spelled how.

    Parameters
    ----------
    key
        The key in each row; a row without it shows a gap.
    label
        The heading.
    form
        How values are spelled, see `doxa.report.number.Format`.
    low, high
        Keys of an interval's ends, printed behind the value in brackets.
    align
        ``left`` or ``right``; text stands left and numbers right when not given.

    Examples
    --------
    >>> Column("loss", "log-loss", "loss").alignment
    'right'
    """

    key: str
    label: str
    form: Format = "text"
    low: str | None = None
    high: str | None = None
    align: Alignment | None = None

    @property
    def alignment(self) -> Alignment:
        """Where values stand in the column."""
        return self.align or ("left" if self.form in ("text", "when") else "right")

    def spell(self, row: Row) -> str:
        """The cell's text for one row.

        Examples
        --------
        >>> Column("loss", "log-loss", "loss", low="low", high="high").spell(
        ...     {"loss": 0.1943, "low": 0.192, "high": 0.1966})
        '0.1943 [0.1920, 0.1966]'
        """
        value = row.get(self.key)
        if value is None:
            return GAP
        if self.form == "text":
            return str(value)
        if self.form == "when":
            return spell_moment(value)
        return f"{spell(value, self.form)} {self._interval(row)}".rstrip()

    def _interval(self, row: Row) -> str:
        if self.low is None or self.high is None:
            return ""
        return spell_interval(row.get(self.low), row.get(self.high), self.form)


class Table(Struct, frozen=True):
    """Rows under columns, on its own in a section or under a chart.

    Parameters
    ----------
    columns
        What is shown, left to right; the first column names the row.
    rows
        Plain mappings; keys without a column are not shown.
    caption
        A sentence under the table.
    strong
        Key of a flag: rows where it is true are set in bold (the twin among its rivals).
    half
        Whether it may share a row with another block on a wide page.

    Examples
    --------
    >>> table = Table((Column("name", "rung"), Column("n", "people", "count")),
    ...               ({"name": "persona", "n": 801},))
    >>> table.cells
    (('persona', '801'),)
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    strong: str | None = None
    half: bool = False

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """Every cell's text, row by row."""
        return tuple(tuple(column.spell(row) for column in self.columns) for row in self.rows)

    def is_strong(self, row: Row) -> bool:
        """Whether this row is set in bold.

        Examples
        --------
        >>> Table((), (), strong="twin").is_strong({"twin": True})
        True
        """
        return self.strong is not None and bool(row.get(self.strong))
