"""Numbers and differences as commands print them."""

from __future__ import annotations

_TENTHS, _WHOLE = 10, 1000


def number(value: float) -> str:
    """A number with as many digits as tell.

    Examples
    --------
    >>> number(0.1234), number(12.34), number(1234.5), number(-0.0001)
    ('0.123', '12.3', '1,234', '0.000')
    """
    size = abs(value)
    form = ".3f" if size < _TENTHS else ".1f" if size < _WHOLE else ",.0f"
    text = f"{value:{form}}"
    return text if any(digit in text for digit in "123456789") else text.lstrip("-")


def signed(value: float) -> str:
    """A difference: its sign stands before it, nothing before zero.

    Examples
    --------
    >>> signed(0.5), signed(-0.5), signed(0.0)
    ('+0.500', '-0.500', '0.000')
    """
    text = number(value)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text
