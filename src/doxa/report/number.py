"""Numbers as a reader sees them: one spelling per kind, gaps where there is none."""

import math
from typing import Any, Literal, SupportsFloat

Format = Literal["text", "count", "percent", "loss", "score", "number", "when"]
"""How a value is spelled.

``count`` 2,469; ``percent`` 0.151 as 15.1 %; ``loss`` four decimals; ``score`` three decimals;
``number`` three significant digits; ``when`` a moment in UTC; ``text`` as it is.
"""

GAP = "–"
_SPECS = {"count": ",.0f", "percent": ".1f", "loss": ".4f", "score": ".3f", "number": ".3g"}
_PLAIN_FROM, _PLAIN_TO = 1e-3, 1e6


def finite(value: SupportsFloat | None) -> float | None:
    """The value as a float, or None where there is no finite number to draw.

    Examples
    --------
    >>> finite(0.25), finite(float("nan")), finite(None)
    (0.25, None, None)
    """
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def spell(value: SupportsFloat | None, form: Format) -> str:
    """Spell a number; a missing, infinite or undefined one is an en dash.

    Examples
    --------
    >>> spell(0.151, "percent"), spell(2469, "count"), spell(-0.19334, "loss"), spell(None, "loss")
    ('15.1\\xa0%', '2,469', '−0.1933', '–')
    """
    unit = "\u00a0%" if form == "percent" else ""
    bare = _bare(value, form)
    return bare if bare == GAP else bare + unit


def spell_interval(low: SupportsFloat | None, high: SupportsFloat | None, form: Format) -> str:
    """Spell an interval without its unit, or nothing when either end is missing.

    Examples
    --------
    >>> spell_interval(0.142, 0.160, "percent")
    '[14.2, 16.0]'
    """
    ends = (_bare(low, form), _bare(high, form))
    return "" if GAP in ends else f"[{ends[0]}, {ends[1]}]"


def without_gaps(value: Any) -> Any:
    """Copy nested plain data with NaN and infinities replaced by None, tuples by lists.

    Examples
    --------
    >>> without_gaps({"data": (1.0, float("nan"))})
    {'data': [1.0, None]}
    """
    if isinstance(value, dict):
        return {key: without_gaps(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_gaps(item) for item in value]
    return finite(value) if isinstance(value, float) else value


def _bare(value: SupportsFloat | None, form: Format) -> str:
    number = finite(value)
    if number is None:
        return GAP
    if form == "percent":
        number *= 100
    if form == "number" and (number == 0 or _PLAIN_FROM <= abs(number) < _PLAIN_TO):
        text = _three_digits(number)
    else:
        text = format(number, _SPECS.get(form, ".3g"))
    # A rounded-away loss is 0.0000, not minus zero.
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("-")
    return text.replace("-", "\u2212")


def _three_digits(number: float) -> str:
    decimals = 0 if number == 0 else max(0, 2 - math.floor(math.log10(abs(number))))
    text = f"{number:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
