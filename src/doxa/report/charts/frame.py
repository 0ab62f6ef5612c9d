"""What every chart shares: type, colours, axes and how it is pointed at."""

from collections.abc import Sequence
from typing import Any, SupportsFloat

from doxa.report.chart import Option
from doxa.report.number import Format, finite

ACCENT, QUIET, INK = "var(--accent)", "var(--quiet)", "var(--ink)"
MUTED, LINE, SURFACE = "var(--muted)", "var(--line)", "var(--surface)"
GOOD, BAD, WARN = "var(--good)", "var(--bad)", "var(--warn)"
# ECharts measures text on a canvas, which knows neither "inherit" nor variables.
_SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# The line height is ours because ECharts' own is the width of a glyph many systems lack.
LETTERS: Option = {
    "color": MUTED,
    "fontFamily": _SANS,
    "fontSize": 12,
    "lineHeight": 15,
    "hideOverlap": True,
}
"""The labels of an axis."""
NARROW = 560
"""Charts at most this many pixels wide use their narrow layout."""


def frame(**parts: Any) -> Option:
    """An option with the house's type, tooltip and no animation, and the given parts.

    Examples
    --------
    >>> frame(series=[])["animation"], frame(series=[])["series"]
    (False, [])
    """
    tooltip = {
        "trigger": "item",
        "confine": True,
        "transitionDuration": 0,
        "backgroundColor": SURFACE,
        "borderColor": LINE,
        "textStyle": {"color": INK, "fontSize": 13},
        "extraCssText": "box-shadow:none;max-width:20rem;white-space:normal",
    }
    text = {"color": MUTED, "fontFamily": _SANS, "fontSize": 12}
    return {"animation": False, "useUTC": True, "textStyle": text, "tooltip": tooltip, **parts}


def axis(kind: str, **parts: Any) -> Option:
    """An axis with quiet lines; ``parts`` go over the defaults.

    Examples
    --------
    >>> axis("value", min=0)["min"]
    0
    """
    return {
        "type": kind,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"show": kind == "value", "lineStyle": {"color": LINE}},
        "axisLabel": LETTERS,
        "nameLocation": "middle",
        "nameTextStyle": {"color": MUTED, "fontSize": 12},
        **parts,
    }


def numbers(form: Format, **parts: Any) -> Option:
    """Labels of an axis of numbers; percent ones expect the axis in percent, see `drawn`.

    Examples
    --------
    >>> numbers("percent")["formatter"]
    '{value}\xa0%'
    """
    label = {**LETTERS, **parts}
    return {**label, "formatter": "{value}\u00a0%"} if form == "percent" else label


def drawn(value: SupportsFloat | None, form: Format) -> float | None:
    """Where a value stands on an axis of this form: percent axes run to 100.

    Examples
    --------
    >>> drawn(0.25, "percent"), drawn(0.25, "loss"), drawn(float("nan"), "loss")
    (25.0, 0.25, None)
    """
    number = finite(value)
    # Rounding undoes what the multiplication adds: 0.07 * 100 is not 7.
    return round(number * 100, 9) if number is not None and form == "percent" else number


def whiskers(
    ends: Sequence[Sequence[float | None]], *, upright: bool = False, colour: str = INK
) -> Option:
    """The series of intervals: a thin line from end to end with a short cap at each.

    Parameters
    ----------
    ends
        [place on the other axis, low, high], and by how many pixels it is moved aside, if it is.
    upright
        Whether intervals run from bottom to top, under what is drawn; else over bars that lie.

    Examples
    --------
    >>> whiskers([[0, 0.1, 0.2]])["renderItem"], whiskers([], upright=True)["encode"]
    ('whisker-x', {'x': 0, 'y': [1, 2]})
    """
    along = {"x": 0, "y": [1, 2]} if upright else {"x": [1, 2], "y": 0}
    return {
        "type": "custom",
        "renderItem": "whisker-y" if upright else "whisker-x",
        "silent": True,
        "tooltip": {"show": False},
        "itemStyle": {"color": colour},
        "encode": along,
        **({} if upright else {"z": 3}),
        "data": [list(each) for each in ends],
    }


def layouts(wide: Option, narrow: Option) -> list[Option]:
    """Both layouts of a chart, chosen by its own width and not by the window's.

    Examples
    --------
    >>> [sorted(layout) for layout in layouts({}, {})]
    [['option', 'query'], ['option']]
    """
    return [{"query": {"maxWidth": NARROW}, "option": narrow}, {"option": wide}]


def tip(text: str) -> Option:
    """A tooltip that reads the item's name, escaped by ECharts, and then ``text``.

    ``text`` is put into the page as HTML: pass only numbers spelled by this package, never
    anything a user wrote.

    Examples
    --------
    >>> tip("0.1943")
    {'formatter': '{b}<br>0.1943'}
    """
    return {"formatter": f"{{b}}<br>{text}"}
