"""Data inside a script element, written so that nothing in it can leave the element."""

import json
from typing import Any

from markupsafe import Markup

from doxa.report.number import without_gaps

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def embed_json(value: Any) -> Markup:
    r"""Plain data as JSON that is inert inside ``<script>``.

    ``<``, ``>``, ``&`` and everything outside ASCII, U+2028 and U+2029 included, are written
    as ``\uXXXX``. NaN and infinities become null.

    Examples
    --------
    >>> print(embed_json({"name": "</script>", "x": float("nan")}))
    {"name":"\u003c/script\u003e","x":null}
    """
    text = json.dumps(without_gaps(value), allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))
