"""A chart: an ECharts option as plain data, with words and a table that say the same."""

from typing import Any

from msgspec import Struct

from doxa.report.table import Table

Option = dict[str, Any]
"""An ECharts option, see https://echarts.apache.org/en/option.html; plain data only."""


class Chart(Struct, frozen=True):
    """A drawing and, for readers without one, its label and its numbers.

    Parameters
    ----------
    option
        The ECharts option. Colours may be the page's variables, such as ``var(--accent)``.
        Besides ECharts' own series the page knows the custom shapes ``whisker-x``,
        ``whisker-y``, ``bin``, ``span`` and ``flag``.
    label
        What the chart shows, in one sentence, for screen readers.
    table
        The same numbers, folded under the chart.
    title, caption
        Printed above and under the chart.
    height
        In CSS pixels.
    half
        Whether it may share a row with another chart on a wide page.

    Examples
    --------
    >>> Chart({"series": []}, "Nothing yet.", Table((), ())).height
    320
    """

    option: Option
    label: str
    table: Table
    title: str = ""
    caption: str = ""
    height: int = 320
    half: bool = False
